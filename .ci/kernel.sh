# Kernels for tests: Debian's own, of any release, unpacked into the cache, never installed.
# Read by .ci/setup and .ci/kernel.

kernels=${XDG_CACHE_HOME:-$HOME/.cache}/sandbox-tui/kernel

# The release of Debian that this is, or the one that all else is tested on.
this_release() {
    release=$(. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || true
    echo "${release:-bookworm}"
}

# need_kernel RELEASE: a tree with boot/ and lib/modules/.
need_kernel() {
    case $1 in
    "" | *[!a-z]*)
        say "\"$1\" is not the name of a Debian release; try bookworm or trixie"
        exit 3
        ;;
    esac
    [ ! -e "$kernels/$1/boot" ] || return 0
    unpack_kernel "$1"
}

# Where user-mode Linux shows its modules: not every machine has the directory.
need_module_directory() {
    [ -d /lib/modules ] || as_root mkdir -p /lib/modules
}

# Into a folder of its own first, then renamed: an interrupted download is never taken for a kernel.
unpack_kernel() {
    say "fetching the test kernel of $1 (100 MB)"
    mkdir -p "$kernels"
    find "$kernels" -maxdepth 1 -name 'new.*' -mmin +60 -exec rm -rf {} +
    new=$(mktemp -d "$kernels/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    if ! mmdebstrap --quiet --variant=extract --include=linux-image-amd64 "$1" "$new/all" >"$new/log" 2>&1; then
        tail -n 5 "$new/log" >&2
        say "no kernel of $1: is that a release of Debian, and is its archive reachable?"
        exit 3
    fi
    mkdir -p "$new/tree/lib"
    mv "$new/all/boot" "$new/tree/boot"
    # since Debian 13 modules are below usr/lib; depmod and modprobe look into lib
    for modules in "$new"/all/usr/lib/modules "$new"/all/lib/modules; do
        [ ! -d "$modules" ] || mv "$modules" "$new/tree/lib/modules"
    done
    for version in "$new"/tree/lib/modules/*; do
        depmod -b "$new/tree" "${version##*/}"
    done
    rm -rf "${kernels:?}/$1"
    mv "$new/tree" "$kernels/$1"
    rm -rf "$new"
}
