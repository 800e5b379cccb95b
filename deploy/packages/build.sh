#!/bin/sh
# Builds the packages: OUTDIR/vrrpd_VERSION_ARCH.deb and OUTDIR/vrrpd-VERSION-1.ARCH.rpm (on Debian; root only where
# something must be installed first). The same sources in the same directory give the same packages, to the byte.
#
# Usage: deploy/packages/build.sh OUTDIR
#
# CARGO_TARGET_DIR is honoured. SOURCE_DATE_EPOCH is the date of everything in the packages, and else the last commit's.
# DEBFULLNAME and DEBEMAIL name who answers for them.
set -eu

fail() {
    echo "deploy/packages/build.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || fail "Usage: deploy/packages/build.sh OUTDIR"
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."

# Each line: a program that is started, and the package that it takes.
missing=$(while read -r program package; do
    command -v "$program" >/dev/null || printf '%s ' "$package"
done <<'END'
cc                 gcc
dpkg-buildpackage  dpkg-dev
dh                 debhelper
rpmbuild           rpm
/usr/bin/python3   python3
END
)
if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "missing: $missing- install them with this system's own package manager, or run it as root on Debian"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    # shellcheck disable=SC2086 # a list of packages is meant
    apt-get install --quiet --yes --no-install-recommends $missing
fi

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
# 1.0.0-rc.1 is older than 1.0.0: that is what both formats have `~` for.
version=$(printf '%s' "$version" | tr - '~')
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Cargo.toml)
fi
export SOURCE_DATE_EPOCH
export DEBFULLNAME="${DEBFULLNAME:-the vrrpd authors}" DEBEMAIL="${DEBEMAIL:-maintainers@vrrpd.invalid}"
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --quiet --release --locked --package vrrpd --bin vrrpd
cargo build --quiet --release --locked --package vrrpd --features pages --bin vrrpd-pages
programs=${CARGO_TARGET_DIR:-target}/release
"$programs/vrrpd-pages" --date "$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)" "$work/pages"

# What both packages hold, where both have it.
root=$work/root
install -D -m 755 "$programs/vrrpd" "$root/usr/sbin/vrrpd"
strip --strip-unneeded "$root/usr/sbin/vrrpd"
for unit in deploy/systemd/*.service; do
    install -D -m 644 "$unit" "$root/usr/lib/systemd/system/${unit##*/}"
done
install -D -m 644 deploy/systemd/vrrpd.sysusers "$root/usr/lib/sysusers.d/vrrpd.conf"
install -D -m 644 deploy/systemd/vrrpd.tmpfiles "$root/usr/lib/tmpfiles.d/vrrpd.conf"
for page in "$work/pages/man"/*; do
    file=$root/usr/share/man/man${page##*.}/${page##*/}.gz
    mkdir -p "${file%/*}"
    gzip -9 -n <"$page" >"$file"
done
install -D -m 644 "$work/pages/completions/vrrpd" "$root/usr/share/bash-completion/completions/vrrpd"
install -D -m 644 "$work/pages/completions/vrrpd.fish" "$root/usr/share/fish/vendor_completions.d/vrrpd.fish"
documents=$root/usr/share/doc/vrrpd
install -D -m 644 vrrpd.toml.example "$documents/examples/vrrpd.toml.example"
# As the references between them have it.
install -D -m 644 -t "$documents" README.md
install -D -m 644 -t "$documents/docs" docs/*
gzip -9 -n <CHANGELOG.md >"$documents/CHANGELOG.md.gz"
# The licences of what is linked into the program.
mkdir "$work/licenses"
/usr/bin/python3 -B deploy/packages/notices.py >"$work/licenses/crates.txt"
library=$(rustc --print sysroot)/share/doc/rust/COPYRIGHT-library.html
[ -e "$library" ] || fail "missing: $library, the notices of Rust's standard library: rustup's toolchains have them"
install -m 644 "$library" "$work/licenses/rust-library.html"

debian() {
    tree=$work/debian/vrrpd
    mkdir -p "$tree"
    cp -R deploy/packages/debian "$tree/debian"
    cp -a "$root" "$tree/root"
    install -D -m 644 "$work/pages/completions/_vrrpd" "$tree/root/usr/share/zsh/vendor-completions/_vrrpd"
    for file in "$work"/licenses/*; do
        gzip -9 -n <"$file" >"$tree/root/usr/share/doc/vrrpd/${file##*/}.gz"
    done
    # Where Debian 12 has them, and its tools look for them.
    mkdir -p "$tree/root/lib"
    mv "$tree/root/usr/lib/systemd" "$tree/root/lib/systemd"
    sed "s|@MAINTAINER@|$DEBFULLNAME <$DEBEMAIL>|" deploy/packages/debian/control >"$tree/debian/control"
    {
        cat deploy/packages/debian/copyright
        printf 'License: MIT\n'
        # The text of the licence without its title and its copyright, which stand apart.
        sed -e '1,/^Copyright/d' -e '/./,$!d' LICENSE-MIT | sed -e 's/^$/./' -e 's/^/ /'
    } >"$tree/debian/copyright"
    cat >"$tree/debian/changelog" <<END
vrrpd ($version) unstable; urgency=medium

  * Version $version: /usr/share/doc/vrrpd/CHANGELOG.md.gz has what is new.

 -- $DEBFULLNAME <$DEBEMAIL>  $(date -d "@$SOURCE_DATE_EPOCH" -R)
END
    (cd "$tree" && dpkg-buildpackage --build=binary --no-sign) >"$work/debian.log" 2>&1 || {
        cat "$work/debian.log" >&2
        fail "the Debian package failed"
    }
    mv "$work"/debian/vrrpd_*.deb "$out/"
}

rpm() {
    tree=$work/rpm/root
    mkdir -p "$tree/usr/share/licenses/vrrpd"
    cp -a "$root/." "$tree"
    install -D -m 644 "$work/pages/completions/_vrrpd" "$tree/usr/share/zsh/site-functions/_vrrpd"
    install -m 644 LICENSE-MIT LICENSE-APACHE "$work"/licenses/* "$tree/usr/share/licenses/vrrpd"
    {
        cat deploy/packages/vrrpd.spec
        printf '%%changelog\n* %s %s <%s> - %s-1\n' "$(date -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')" \
            "$DEBFULLNAME" "$DEBEMAIL" "$version"
        printf -- '- Version %s: /usr/share/doc/vrrpd/CHANGELOG.md.gz has what is new.\n' "$version"
    } >"$work/rpm/vrrpd.spec"
    # xz is what the rpm of every supported distribution can read.
    rpmbuild --quiet -bb "$work/rpm/vrrpd.spec" --define "_topdir $work/rpm" --define "_rpmdir $work/rpm" \
        --define "_dbpath $work/rpm/db" --define "version $version" --define "tree $tree" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "_buildhost localhost" --define "packager $DEBFULLNAME <$DEBEMAIL>" \
        --define "_build_id_links none" --define "_binary_payload w6.xzdio" >"$work/rpm.log" 2>&1 || {
        cat "$work/rpm.log" >&2
        fail "the RPM package failed"
    }
    mv "$work"/rpm/*/vrrpd-*.rpm "$out/"
}

debian
rpm
