# Debian packages, found by the programs they bring: what is there already is left alone.
# Read by .ci/setup.

# The program's own needs: `PROGRAM PACKAGE USE WHAT-FOR` in each line.
NEEDS=tui/backend/packages.txt
RUN_USES='always sandbox'
TEST_USES='always sandbox livecd part'
# Of tests only, program:package; without a package those that the table above has, too.
TEST_PROGRAMS='file:file udevadm linux.uml:user-mode-linux mmdebstrap:mmdebstrap lvm:lvm2 mkfs.xfs:xfsprogs
    mkfs.btrfs:btrfs-progs mkfs.f2fs:f2fs-tools mkudffs:udftools pgrep:procps sfdisk:fdisk
    setcap:libcap2-bin unshare tmux:tmux script:bsdutils ps:procps ip:iproute2'
# User-mode Linux of Debian 12 needs a library on some processors (tests/vm/fpu.py).
! grep -q amx_tile /proc/cpuinfo || TEST_PROGRAMS="$TEST_PROGRAMS tcc:tcc"
# File systems that are mounted below overlays; not every release of Debian has all of them.
MAKERS='mkfs.jfs:jfsutils mkfs.reiserfs:reiserfsprogs mkfs.nilfs2:nilfs-tools mkfs.ntfs:ntfs-3g
    mkfs.exfat:exfatprogs mkfs.minix:util-linux-extra'
# mkfs.ext4 and the like live in sbin, which a plain user's PATH may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

say() {
    echo "setup: $*" >&2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

is_there() {
    case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# needs USE...: what the program needs for these uses, as program:package.
needs() {
    while read -r name package use _; do
        case " $* " in
        *" ${use:-#} "*) echo "$name:$package" ;;
        esac
    done <"$NEEDS"
}

# The package of a program that the table has.
package_of() {
    while read -r name package _; do
        [ "$name" != "$1" ] || echo "$package"
    done <"$NEEDS"
}

missing_packages() {
    for pair; do
        case $pair in
        *:*) is_there "${pair%%:*}" || echo "${pair#*:}" ;;
        *) is_there "$pair" || package_of "$pair" ;;
        esac
    done | sort -u
}

# Of those that the archive has: the tests say which file systems they have to find.
need_packages_if_there() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    update_lists
    there=$(for package in $missing; do
        [ -z "$(apt-cache madison "$package" 2>/dev/null)" ] || echo "$package"
    done | tr '\n' ' ')
    [ -z "$there" ] || install_packages $there
}

need_packages() {
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] || install_packages $missing
}

# Once, and only when something has to be fetched: old lists name files that the archive has replaced.
update_lists() {
    [ -z "${lists_updated:-}" ] || return 0
    lists_updated=yes
    say "reading Debian's package lists"
    as_root apt-get update -qq </dev/null >/dev/null 2>&1 || say "that failed; trying with the old ones"
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        say "this is not a Debian system; please install what Debian calls: $*"
        return
    fi
    if ! can_be_root; then
        say "not root and no sudo; please have root run: apt-get install $*"
        return
    fi
    update_lists
    say "installing Debian packages: $*"
    log=$(mktemp)
    # Runlevel 1 starts no service: a udevd has no business in a container.
    if ! as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq \
        --no-install-recommends "$@" </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "these packages could not be installed (the lines above say why; is Debian's archive reachable?): $*"
        exit 1
    fi
    rm -f "$log"
}
