# The kernel that the tests boot: Debian's own, unpacked into the cache, never installed.
# Read by .ci/setup.

kernels=${XDG_CACHE_HOME:-$HOME/.cache}/sandbox-tui/kernel

# The newest of this Debian release: linux-image-6.1.0-NN-amd64.
newest_kernel() {
    apt-cache depends linux-image-amd64 2>/dev/null |
        sed -n 's/.*Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -n 1
}

need_kernel() {
    [ ! -e "$kernels/current/boot" ] || return 0
    if ! command -v apt-get >/dev/null; then
        say "no Debian kernel here: unpack a linux-image package into $kernels/current, then depmod -b"
        exit 1
    fi
    if can_be_root; then update_lists; fi
    package=$(newest_kernel)
    if [ -z "$package" ]; then
        say "no linux-image-amd64 in the package lists: the kernel tests need Debian's archive for amd64"
        exit 1
    fi
    unpack_kernel "$package"
}

# Into a folder of its own first, then renamed: an interrupted download is never taken for a kernel.
unpack_kernel() {
    say "fetching the test kernel $1 (70 MB)"
    version=${1#linux-image-}
    mkdir -p "$kernels"
    find "$kernels" -maxdepth 1 -name 'new.*' -mmin +60 -exec rm -rf {} +
    new=$(mktemp -d "$kernels/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    (cd "$new" && apt-get download -qq -o APT::Sandbox::User=root "$1" >/dev/null)
    dpkg -x "$new"/*.deb "$new/tree"
    depmod -b "$new/tree" "$version"
    rm -rf "${kernels:?}/$version"
    mv "$new/tree" "$kernels/$version"
    ln -s "$version" "$new/current"
    mv -fT "$new/current" "$kernels/current"
}
