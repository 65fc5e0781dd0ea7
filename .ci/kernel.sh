# Kernels for tests: Debian's own, of any release, unpacked into the cache, never installed.
# Read by .ci/setup and .ci/kernel, after .ci/release.sh.

kernels=${XDG_CACHE_HOME:-$HOME/.cache}/sandbox-tui/kernel

# need_kernel RELEASE: a tree with boot/ and lib/modules/.
need_kernel() {
    check_release "$1"
    [ -e "$kernels/$1/boot" ] || (unpack_kernel "$1")
}

# Where user-mode Linux shows its modules: not every machine has the directory.
need_module_directory() {
    [ -d /lib/modules ] || as_root mkdir -p /lib/modules
}

# Into a folder of its own first, then renamed: an interrupted download is never taken for a kernel.
# In a subshell, whose end clears up.
unpack_kernel() {
    need_programs mmdebstrap depmod flock
    mkdir -p "$kernels"
    hold "$kernels/lock"
    [ ! -e "$kernels/$1/boot" ] || return 0
    # only of runs that were killed: this one holds the lock
    rm -rf "$kernels"/new.*
    new=$(mktemp -d "$kernels/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    trap 'exit 130' INT TERM HUP
    say "fetching the test kernel of $1 (100 MB)"
    TMPDIR=$new LC_ALL=C mmdebstrap --variant=extract --include=linux-image-amd64 \
        "$1" "$new/all" >"$new/log" 2>&1 || not_fetched "$1" "the kernel" "$new/log"
    mkdir -p "$new/tree/lib"
    mv "$new/all/boot" "$new/tree/boot"
    # since Debian 13 modules are below usr/lib; depmod and modprobe look into lib
    for modules in "$new"/all/usr/lib/modules "$new"/all/lib/modules; do
        [ ! -d "$modules" ] || mv "$modules" "$new/tree/lib/modules"
    done
    [ -d "$new/tree/lib/modules" ] || fail "the kernel package of $1 has no modules; try bookworm or trixie."
    for version in "$new"/tree/lib/modules/*; do
        depmod -b "$new/tree" "${version##*/}"
    done
    rm -rf "${kernels:?}/$1"
    mv -T "$new/tree" "$kernels/$1"
}
