# Releases of Debian: which one this is, which one is tested besides, and what to say of one that
# cannot be fetched. Read by .ci/setup, .ci/kernel and .ci/on-debian, which define `say`.

# The release of Debian that this is, or the one that all else is tested on.
this_release() {
    release=$(. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || true
    echo "${release:-bookworm}"
}

# The release that is tested as well; tests/vm/kernel.py says the same.
other_release() {
    if [ "$(this_release)" = bookworm ]; then echo trixie; else echo bookworm; fi
}

fail() {
    say "$*"
    exit 3
}

check_release() {
    case $1 in
    "" | *[!a-z]*) fail "\"$1\" is not the name of a Debian release; try bookworm or trixie." ;;
    esac
}

need_programs() {
    for program; do
        command -v "$program" >/dev/null || fail "$program is missing; \`sh .ci/setup test\` installs it."
    done
}

# not_fetched RELEASE WHAT LOG: one sentence for what mmdebstrap said in the log.
not_fetched() {
    if grep -Eq '^E: .*(Temporary failure|Could not|Unable to connect|nreachable|timed out)' "$3"; then
        fail "$2 of $1 cannot be fetched, because Debian's archive cannot be reached: try again with a network."
    elif grep -q 'does not have a Release file' "$3"; then
        fail "Debian's archive has no release \"$1\"; try bookworm or trixie."
    elif grep -Eq 'Unable to locate package|has no installation candidate' "$3"; then
        fail "Debian's archive has no package for $2 of $1; try bookworm or trixie."
    fi
    tail -n 5 "$3" >&2
    fail "$2 of $1 cannot be fetched: the lines above say why; try again when that is repaired."
}

# hold LOCK: wait until no other run holds it; it is held, as file descriptor 8, until `exec 8>&-` or the end.
hold() {
    exec 8>"$1"
    flock --nonblock 8 || {
        say "waiting for another run"
        flock 8
    }
}
