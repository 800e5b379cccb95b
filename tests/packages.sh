#!/bin/sh
# Builds the packages and looks at them: what is in them, what Debian's and RPM's own checkers say, whether the manual
# pages can be read and the shells complete the command line (Debian; as root, because it installs what it needs).
#
# It installs neither package: tests/booted.sh does, on a system that is booted.
set -eu
cd "$(dirname "$0")/.."

say() { echo "tests/packages.sh: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

# Each line: a program that is started, and the package that it takes.
missing=$(while read -r program package; do
    [ -e "$program" ] || printf '%s ' "$package"
done <<'END'
/usr/bin/cc                                   gcc
/usr/bin/dpkg-buildpackage                    dpkg-dev
/usr/bin/dh                                   debhelper
/usr/bin/rpmbuild                             rpm
/usr/bin/lintian                              lintian
/usr/bin/rpmlint                              rpmlint
/usr/bin/man                                  man-db
/usr/bin/col                                  bsdextrautils
/usr/bin/python3                              python3
/usr/bin/zsh                                  zsh
/usr/bin/fish                                 fish
/usr/share/bash-completion/bash_completion    bash-completion
END
)
if [ -n "$missing" ]; then
    [ "$(id -u)" -eq 0 ] || fail "missing: $missing- run it as root, or install them yourself"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    # shellcheck disable=SC2086 # a list of packages is meant
    apt-get install --quiet --yes --no-install-recommends $missing
fi
export LC_ALL=C.UTF-8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
expect() {
    # expect WHAT FILE FILE: both hold the same.
    diff -u "$2" "$3" >"$work/diff" || {
        cat "$work/diff" >&2
        fail "$1"
    }
}

say "tests what makes the pages"
cargo test --quiet --locked --package vrrpd --features pages --bin vrrpd-pages

say "builds the packages"
deploy/packages/build.sh "$work/out"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1 | tr - '~')
deb=$work/out/vrrpd_${version}_$(dpkg --print-architecture).deb
rpm=$work/out/vrrpd-$version-1.$(uname -m).rpm
[ -e "$deb" ] || fail "there is no $deb"
[ -e "$rpm" ] || fail "there is no $rpm"

say "builds them again, for the same packages to the byte"
deploy/packages/build.sh "$work/again"
for package in "$deb" "$rpm"; do
    cmp "$package" "$work/again/${package##*/}" || fail "two builds of one source differ"
done

root=$work/root
dpkg-deb --extract "$deb" "$root"
program=$root/usr/sbin/vrrpd
[ "$("$program" --version)" = "vrrpd $(printf '%s' "$version" | tr '~' -)" ] || fail "the program is of another version"
"$program" help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' | grep -v '^help$' | sort >"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 4 ] || fail "\`vrrpd help\` lists no commands"

say "the list of files"
{
    (cd deploy/systemd && printf 'UNITS/%s\n' *.service)
    (cd docs && printf 'usr/share/doc/vrrpd/docs/%s\n' *)
    sed 's|.*|usr/share/man/man8/vrrpd-&.8.gz|' "$work/commands"
    cat <<'END'
usr/lib/sysusers.d/vrrpd.conf
usr/lib/tmpfiles.d/vrrpd.conf
usr/sbin/vrrpd
usr/share/bash-completion/completions/vrrpd
usr/share/doc/vrrpd/CHANGELOG.md.gz
usr/share/doc/vrrpd/README.md
usr/share/doc/vrrpd/examples/vrrpd.toml.example
usr/share/fish/vendor_completions.d/vrrpd.fish
usr/share/man/man5/vrrpd.toml.5.gz
usr/share/man/man8/vrrpd.8.gz
END
} >"$work/common"
{
    sed 's|^UNITS|lib/systemd/system|' "$work/common"
    cat <<'END'
usr/share/doc/vrrpd/changelog.gz
usr/share/doc/vrrpd/copyright
usr/share/doc/vrrpd/crates.txt.gz
usr/share/doc/vrrpd/rust-library.html.gz
usr/share/zsh/vendor-completions/_vrrpd
END
} | sort >"$work/expected"
# debhelper compresses the longer documents.
(cd "$root" && find . -type f) | sed -e 's|^\./||' -e '/\/docs\//s/\.gz$//' -e 's/README.md.gz/README.md/' | sort \
    >"$work/found"
expect "the Debian package has other files" "$work/expected" "$work/found"
{
    sed 's|^UNITS|usr/lib/systemd/system|' "$work/common"
    cat <<'END'
usr/share/licenses/vrrpd/LICENSE-APACHE
usr/share/licenses/vrrpd/LICENSE-MIT
usr/share/licenses/vrrpd/crates.txt
usr/share/licenses/vrrpd/rust-library.html
usr/share/zsh/site-functions/_vrrpd
END
} | sort >"$work/expected"
rpm --query --package "$rpm" --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' | sed -n 's|^-[^ ]* /||p' | sort \
    >"$work/found"
expect "the RPM package has other files" "$work/expected" "$work/found"
# Nothing that starts an election by itself, and nothing that an upgrade could ask about.
[ ! -e "$root/etc" ] || fail "the Debian package has files in /etc"

say "the fields"
field() { dpkg-deb --field "$deb" "$1"; }
[ "$(field Package)" = vrrpd ] || fail "Package: $(field Package)"
[ "$(field Version)" = "$version" ] || fail "Version: $(field Version)"
[ "$(field Recommends)" = nftables ] || fail "Recommends: $(field Recommends)"
case "$(field Depends)" in
*libc6\ *) ;;
*) fail "Depends: $(field Depends)" ;;
esac
[ "$(rpm --query --package "$rpm" --recommends)" = nftables ] || fail "the RPM package does not recommend nftables"
[ "$(rpm --query --package "$rpm" --queryformat '%{VERSION}')" = "$version" ] || fail "the RPM package's version"

say "the scripts of the packages"
dpkg-deb --control "$deb" "$work/control"
for script in postinst prerm postrm; do
    sh -n "$work/control/$script" || fail "$script is no shell script"
done
# Configured, and neither enabled nor started.
grep -q 'systemd-sysusers .*vrrpd.conf' "$work/control/postinst" || fail "postinst makes no user"
grep -q 'systemd-tmpfiles .*vrrpd.conf' "$work/control/postinst" || fail "postinst makes no directories"
grep -q "try-restart .*'vrrpd.service'" "$work/control/postinst" || fail "an upgrade restarts nothing"
! grep -E 'deb-systemd-invoke (re)?start|_dh_action' "$work/control/postinst" || fail "postinst starts a service"
[ "$(grep -c 'deb-systemd-helper enable' "$work/control/postinst")" -eq \
    "$(grep -c 'if deb-systemd-helper --quiet was-enabled' "$work/control/postinst")" ] ||
    fail "postinst enables a service that nobody has enabled"
rpm --query --package "$rpm" --scripts >"$work/scripts"
grep -q '^systemd-sysusers vrrpd.conf' "$work/scripts" || fail "%post makes no user"
! grep -E 'systemctl.* (enable|start|restart|preset) ' "$work/scripts" || fail "a scriptlet starts or enables a service"

say "lintian and rpmlint"
lintian --allow-root --fail-on error,warning "$deb"
rpmlint --config deploy/packages/rpmlint.toml --strict "$rpm" >"$work/rpmlint" 2>&1 || {
    cat "$work/rpmlint" >&2
    fail "rpmlint is not content"
}
grep -q ' 0 errors, 0 warnings' "$work/rpmlint" || fail "rpmlint: $(cat "$work/rpmlint")"

say "the manual pages"
for page in "$root"/usr/share/man/man?/*.gz; do
    MANROFFSEQ='' MANWIDTH=80 man --warnings --encoding=UTF-8 --local-file --troff-device=utf8 --ditroff "$page" \
        >"$work/page" 2>"$work/warnings"
    [ -s "$work/page" ] || fail "$page shows nothing"
    [ ! -s "$work/warnings" ] || fail "$page: $(cat "$work/warnings")"
    lexgrog "$page" >/dev/null || fail "$page is not found by apropos"
done
# Every key of the example, in tables that are commented too, and those within a value.
MANWIDTH=1000 man --local-file "$root/usr/share/man/man5/vrrpd.toml.5.gz" | col -b >"$work/page"
grep -v '^# ' "$root/usr/share/doc/vrrpd/examples/vrrpd.toml.example" | grep -o -E '[a-z_]+ =' | sort -u >"$work/keys"
[ "$(wc -l <"$work/keys")" -gt 40 ] || fail "the example has no keys: $(cat "$work/keys")"
while read -r key; do
    grep -q -w -e "$key" "$work/page" || fail "vrrpd.toml(5) has no $key"
done <"$work/keys"

say "completions"
export VRRPD_COMPLETIONS="$root/usr/share"
# What bash offers for a command line: every candidate on a line.
cat >"$work/complete.bash" <<'END'
. /usr/share/bash-completion/bash_completion
. "$VRRPD_COMPLETIONS/bash-completion/completions/vrrpd"
read -r -a COMP_WORDS <<<"$1"
[[ $1 != *' ' ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
[[ $(complete -p vrrpd) =~ -F\ ([^ ]+) ]]
"${BASH_REMATCH[1]}" vrrpd "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
END
in_bash() { bash --norc "$work/complete.bash" "$1"; }
in_fish() {
    # shellcheck disable=SC2016 # fish's variables
    HOME=$work XDG_CONFIG_HOME=$work fish --no-config -c \
        'source $VRRPD_COMPLETIONS/fish/vendor_completions.d/vrrpd.fish; complete --do-complete=$argv[1]' "$1" | cut -f 1
}
# In zsh it takes a terminal, in which TAB is pressed. What is offered goes through compadd, which tells us.
cat >"$work/inner.zsh" <<'END'
PROMPT= RPROMPT= fpath=("$VRRPD_COMPLETIONS/zsh/vendor-completions" $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
    local -a offered
    # Where it only computes what fits, for others, it does just that.
    if (( ! ${@[(I)-O]} && ! ${@[(I)-A]} && ! ${@[(I)-D]} )); then
        builtin compadd -A offered "$@"
        print -rl -- $offered >>"$OFFERED"
    fi
    builtin compadd "$@"
}
finish() { : >"$OFFERED.done" }
zle -N finish
bindkey '^I' complete-word
bindkey '^X' finish
: >"$OFFERED.ready"
END
cat >"$work/outer.zsh" <<'END'
zmodload zsh/zpty
await() {
    local -i tries
    for (( tries = 0; tries < 300; tries++ )); do
        [[ ! -e $1 ]] || return 0
        # It must be able to write.
        zpty -r -t shell >/dev/null
        sleep 0.1
    done
    print -u2 "zsh does not answer"
    exit 1
}
zpty shell zsh -f -i
zpty -w shell "source ${(q)INNER}"
await "$OFFERED.ready"
zpty -w -n shell "$1"$'\t'$'\x18'
await "$OFFERED.done"
END
in_zsh() {
    rm -f "$work"/offers*
    : >"$work/offers"
    INNER="$work/inner.zsh" OFFERED="$work/offers" TERM=dumb zsh -f "$work/outer.zsh" "$1"
    cat "$work/offers"
}
for shell in bash fish zsh; do
    "in_$shell" 'vrrpd ' | grep -E '^[a-z]+(-[a-z]+)*$' | grep -v '^help$' | sort >"$work/offered"
    expect "$shell offers other commands" "$work/commands" "$work/offered"
    while read -r command; do
        "in_$shell" "vrrpd ${command%?}" | grep -q -x "$command" || fail "$shell does not complete $command"
    done <"$work/commands"
    "in_$shell" 'vrrpd run --log-f' | grep -q -x -e '--log-format' || fail "$shell does not complete --log-format"
    "in_$shell" 'vrrpd run --log-format js' | grep -q -x 'json' || fail "$shell does not complete json"
done
say "passed"
