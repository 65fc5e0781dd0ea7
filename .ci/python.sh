# The virtual environment `.venv` in the checkout. Read by .ci/setup.

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
}

make_venv() {
    python=$(find_python)
    if [ -z "$python" ]; then
        install_packages python3 python3-venv
        python=$(find_python)
    fi
    # Debian splits off what venv needs.
    "$python" -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
    pwd >.venv/made-in
}

# A venv that was copied or whose Python went away has to be made anew.
venv_is_sound() {
    [ "$(cat .venv/made-in 2>/dev/null)" = "$(pwd)" ] && .venv/bin/python -c '' 2>/dev/null
}

# venv_is_ready run|test: the stamp tells for which pyproject.toml this was last done to the end.
venv_is_ready() {
    wanted=$(cksum pyproject.toml)
    venv_is_sound && [ "$(cat ".venv/ready-to-$1" 2>/dev/null)" = "$wanted" ]
}

# need_venv run|test WHAT
need_venv() {
    ! venv_is_ready "$1" || return 0
    venv_is_sound || make_venv
    say "installing the Python packages to $1"
    .venv/bin/python -m pip install -qq --retries 1 --disable-pip-version-check --editable "$2" || {
        say "the Python packages could not be installed: try again with a network, where the package index is reachable"
        exit 3
    }
    echo "$wanted" >".venv/ready-to-$1"
    # Who can test can run.
    echo "$wanted" >.venv/ready-to-run
}
