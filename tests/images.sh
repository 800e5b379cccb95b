#!/bin/sh
# Builds the image of the Containerfile as localhost/vrrpd:lab, where no registry can be reached (Debian; as root;
# needs no systemd).
#
# The two images that it starts from are made here, under their public names, unless there are images of those names:
# Debian by debootstrap, and Rust from that and this machine's own toolchain. They STAND IN for the public ones, and
# what is built on them is for tests on this machine, not for others.
#
# Everything is kept under target/containers, apart from this machine's own images. To look at it:
#   export CONTAINERS_CONF=target/containers/containers.conf CONTAINERS_STORAGE_CONF=target/containers/storage.conf
#   podman run --rm --network none localhost/vrrpd:lab vrrpd --version
# To begin anew: tests/images.sh clean
set -eu
cd "$(dirname "$0")/.."

debian=docker.io/library/debian:bookworm-slim
rust=docker.io/library/rust:1.95-slim-bookworm
image=localhost/vrrpd:lab

state=$PWD/target/containers
# What podman keeps until the next boot. Sockets are among it, and their paths must be short.
run=/run/vrrpd-images-$(printf '%s' "$PWD" | cksum | cut -d ' ' -f 1)
export CONTAINERS_CONF="$state/containers.conf" CONTAINERS_STORAGE_CONF="$state/storage.conf"

say() { echo "tests/images.sh: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

# Overlay mounts, where the kernel and the file system grant them; else whole copies.
storage_driver() {
    try=$(mktemp -d "$state/overlay.XXXXXX")
    mkdir "$try/lower" "$try/upper" "$try/work" "$try/merged"
    if mount -t overlay overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" "$try/merged" \
        2>/dev/null; then
        umount "$try/merged"
        echo overlay
    else
        echo vfs
    fi
    rm -rf "$try"
}

settings() {
    mkdir -p "$state" "$run"
    # A storage that is there already stays with its driver.
    driver=$(sed -n 's/^driver = "\(.*\)"$/\1/p' "$state/storage.conf" 2>/dev/null || true)
    driver=${driver:-$(storage_driver)}
    for file in containers.conf storage.conf; do
        sed -e "s|@DRIVER@|$driver|" -e "s|@ROOT@|$state/storage|" -e "s|@RUN@|$run|" "tests/containers/$file" \
            >"$state/$file"
    done
}

clean() {
    if [ -e "$state/storage.conf" ] && command -v podman >/dev/null; then
        podman rm --all --force --time 0 >/dev/null
        podman unmount --all >/dev/null 2>&1 || true
    fi
    # Nothing below may still be mounted when it is removed.
    awk -v state="$state/" -v run="$run/" \
        'index($2, state) == 1 || index($2, run) == 1 { print $2 }' /proc/mounts | sort -r |
        while read -r mounted; do
            umount "$mounted"
        done
    rm -rf "$state" "$run"
}

# The sources of Debian that this machine installs from, one a line. Others (vendors' own) are left out: the image
# installs nothing from them, and their keys are not in a fresh system.
sources() {
    # shellcheck disable=SC2016 # apt-get's variables
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        grep -E ' bookworm(-[a-z]+)? ' | sort -u
}

stand_in_debian() {
    say "makes a STAND-IN for $debian by debootstrap"
    sources=$(sources || true)
    if [ -z "$sources" ]; then
        # There may be no lists of packages yet.
        apt-get update --quiet >/dev/null
        sources=$(sources || true)
    fi
    [ -n "$sources" ] || sources="deb http://deb.debian.org/debian bookworm main"
    mirror=$(printf '%s\n' "$sources" | awk '$3 == "bookworm" && $4 == "main" { print $2; exit }')

    root=$state/rootfs
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}" \
        >"$state/debootstrap.log" 2>&1 || {
        tail -n 20 "$state/debootstrap.log" >&2
        fail "debootstrap failed: all of its output is in $state/debootstrap.log"
    }

    # As this machine does: where packages come from, how they are fetched, and whom to trust. The public image has no
    # package ca-certificates either; when an image installs it, that writes its own bundle in this one's place.
    printf '%s\n' "$sources" >"$root/etc/apt/sources.list"
    apt-config dump | grep '^Acquire::' | grep -v -e '::IndexTargets' -e '^[^ ]*:: ' \
        >"$root/etc/apt/apt.conf.d/90machine"
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
        mkdir -p "$root/etc/ssl/certs"
        cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    fi

    # "slim" means the same as in the public image: neither manuals nor translations, now and later.
    cat >"$root/etc/dpkg/dpkg.cfg.d/slim" <<'END'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-include /usr/share/locale/locale.alias
path-exclude /usr/share/man/*
END
    find "$root/usr/share/doc" ! -type d ! -name copyright -delete
    find "$root/usr/share/info" "$root/usr/share/lintian" "$root/usr/share/man" -mindepth 1 ! -type d -delete
    find "$root/usr/share/locale" -mindepth 1 ! -type d ! -name locale.alias -delete
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*.log "$root"/var/log/apt

    tar -C "$root" --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -c . |
        podman import --quiet --change 'CMD ["bash"]' --change 'LABEL vrrpd.stand-in=debootstrap' - "$debian" >/dev/null
    rm -rf "$root"
}

stand_in_rust() {
    command -v rustc >/dev/null || fail "missing: Rust, which $rust is made of: install it by rustup"
    say "makes a STAND-IN for $rust from $debian and $(rustc --version)"
    toolchain=$(rustc --print sysroot)
    home=/usr/local/rustup/toolchain

    container=$(buildah from --pull-never "$debian")
    buildah run --isolation chroot --network host "$container" -- sh -c \
        'apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*' \
        >"$state/rust.log" 2>&1 || {
        tail -n 20 "$state/rust.log" >&2
        fail "the installation of a C compiler failed: all of its output is in $state/rust.log"
    }
    # Of the toolchain what compiles: no documentation, no sources, no other target.
    mounted=$(buildah mount "$container")
    mkdir -p "$mounted$home" "$mounted/usr/local/cargo/bin"
    host=$(rustc -vV | sed -n 's/^host: //p')
    tar -C "$toolchain" --exclude='lib/rustlib/*' -c bin/cargo bin/rustc lib | tar -C "$mounted$home" -x
    tar -C "$toolchain" -c "lib/rustlib/$host" | tar -C "$mounted$home" -x
    for program in cargo rustc; do
        ln -s "$home/bin/$program" "$mounted/usr/local/cargo/bin/$program"
    done
    buildah unmount "$container" >/dev/null
    buildah config --env CARGO_HOME=/usr/local/cargo --label vrrpd.stand-in=toolchain \
        --env PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    buildah commit --quiet --rm "$container" "$rust" >/dev/null
}

# With this machine's crates, as far as it has them, and with what the last build left.
build() {
    registry=${CARGO_HOME:-$HOME/.cargo}/registry
    mkdir -p "$registry" "$state/cargo"
    set -- --volume "$registry:/usr/local/cargo/registry" --volume "$state/cargo:/src/target"
    config=${CARGO_HOME:-$HOME/.cargo}/config.toml
    [ ! -e "$config" ] || set -- "$@" --volume "$config:/usr/local/cargo/config.toml:ro"
    # Every step is kept for the next run, unless each would be a whole copy of the system: 20 GB in all.
    if [ "$driver" = vfs ]; then
        set -- "$@" --no-cache
    else
        set -- "$@" --layers
    fi
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
    # Docker's format, because the OCI's has no health check.
    buildah bud --force-rm --format docker --isolation chroot --network host --pull-never "$@" \
        --build-arg "VERSION=$version" --tag "$image" --file Containerfile .
}

case ${1:-} in
clean)
    clean
    exit 0
    ;;
'') ;;
*) fail "unknown argument \`$1\`: it takes \`clean\` or nothing" ;;
esac

[ "$(id -u)" -eq 0 ] || fail "it must run as root"
tests/install.sh containers
settings
buildah inspect --type image "$debian" >/dev/null 2>&1 || stand_in_debian
buildah inspect --type image "$rust" >/dev/null 2>&1 || stand_in_rust
build

for base in "$debian" "$rust"; do
    label=$(podman image inspect --format '{{ index .Labels "vrrpd.stand-in" }}' "$base")
    if [ -n "$label" ]; then
        say "NOTE: $base is a STAND-IN, made on this machine ($label), NOT the public image"
    fi
done
# What tests that were killed have left, and what earlier builds left for the next ones.
podman container prune --force >/dev/null
podman image prune --force --filter until=24h >/dev/null
size=$(podman image inspect --format '{{ .Size }}' "$image")
say "built $image: $((size / 1000000)) MB, storage driver $driver"
