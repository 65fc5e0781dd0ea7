# The stages of `sh .ci/test`: what each does, and its seconds on two idle cores. Read by .ci/test.

bin=.venv/bin
all='lint types layers tests livecd kernel debian'

# about STAGE: SECONDS WHAT
about() {
    case $1 in
    lint) echo "5 ruff" ;;
    types) echo "40 mypy" ;;
    layers) echo "5 import-linter" ;;
    tests) echo "240 unit, architecture, screens: need nothing" ;;
    unit) echo "100 of tests: each module by itself" ;;
    screens) echo "190 of tests: the app on a simulated machine" ;;
    architecture) echo "10 of tests: doors, layers, sizes" ;;
    overlay) echo "80 of kernel: the overlay engine, on this machine's kernel" ;;
    livecd) echo "220 Live CDs, built and booted in QEMU" ;;
    kernel) echo "540 this machine's kernel, user-mode Linux with udev and without, Debian's own in QEMU" ;;
    debian) echo "300 the other release: its minimal root, its kernel" ;;
    *) return 1 ;;
    esac
}

# clock SECONDS: as minutes:seconds
clock() {
    printf '%d:%02d' "$(($1 / 60))" "$(($1 % 60))"
}

run_stage() {
    case $1 in
    lint) "$bin/ruff" check . && "$bin/ruff" format --check . ;;
    types) "$bin/mypy" ;;
    layers) "$bin/lint-imports" --no-logo ;;
    tests) "$bin/python" -m pytest -q -n auto --dist worksteal ;;
    unit | screens | architecture) "$bin/python" -m pytest -q -n auto --dist worksteal "tests/$1" ;;
    overlay) "$bin/python" -m tests.here ;;
    livecd) "$bin/python" -m pytest -q -n auto tests/livecd ;;
    kernel) "$bin/python" -m tests.vm kernel ;;
    debian) sh .ci/debian ;;
    esac
}
