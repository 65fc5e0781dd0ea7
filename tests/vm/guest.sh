#!/bin/sh
# Runs in the guest, as root: makes it look like a plain machine, runs RUN/command,
# and writes its status to RUN/status, the one place where the host looks for it.
# HOST is the machine's root as it was before the guest mounted anything over it.
run=$1 host=$2 udev=$3
. "$run/keep.sh"

# A tmpfs of its own instead of an overlay: loop devices and `losetup --associated` need a plain one.
mount -t tmpfs -o mode=1777 tmpfs /tmp
show_again "$host" "$(cat "$run/kept")"
umount "$host"
eval "set -- $(cat "$run/shared")"
number=0
for path; do
    mkdir -p "$path"
    mount --bind "/run/vm/shared$number" "$path"
    number=$((number + 1))
done

# The guest's /dev/stdout is a port that only one process may open at a time.
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr

if [ "$udev" = no-udev ]; then
    # As on a machine that never had it: /usr is copy-on-write, so this stays in the guest.
    pkill -x systemd-udevd
    while pgrep -x systemd-udevd >/dev/null; do sleep 0.1; done
    rm -rf /run/udev /dev/disk /usr/bin/udevadm /usr/lib/systemd/systemd-udevd
fi

# A real machine has /dev/loop-control from the start. dm-snapshot and brd are left out on purpose:
# loading them is the program's own work.
modprobe loop

# Through a pipe: virtio ports do not stand several writers.
{
    sh "$run/command" </dev/null 2>&1
    echo $? >"$run/status.new"
} | cat
sync
mv "$run/status.new" "$run/status"
