#!/bin/sh
# The first program of a guest in user-mode Linux: makes it look like a plain machine without udev, runs
# /run/command of the cage, and leaves its status there.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
. /run/keep.sh
kept=$(cat /run/kept)

# host_files DIRECTORY POINT [OPTIONS,]: a directory of the machine that the guest runs on. The option has had a
# name since Linux 6.11; before, a name was taken for a part of the path.
host_files() {
    mount -t hostfs none "$2" -o "${3:-}hostfs=$1" 2>/dev/null || mount -t hostfs none "$2" -o "${3:-}$1"
}

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=1777 tmp /tmp
mkdir /tmp/.cage /tmp/.host
host_files /run /tmp/.cage
mount -t tmpfs -o mode=0755 run /run
mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t devpts devpts /dev/pts
host_files / /tmp/.host ro,
show_again /tmp/.host "$kept"
umount /tmp/.host
rmdir /tmp/.host
for number in 0 1 2; do ln -sf "/proc/self/fd/$number" "/dev/$(echo stdin stdout stderr | cut -d ' ' -f $((number + 1)))"; done
ln -sfn /proc/self/fd /dev/fd
mount --bind /usr/lib/uml/modules /lib/modules
ip link set lo up
# A real machine has /dev/loop-control from the start. dm-snapshot and brd are left out on purpose:
# loading them is the program's own work.
modprobe loop
sh /tmp/.cage/command </dev/null
echo $? >/tmp/.cage/out/status
sync
# a minimal Debian has no halt of its own
busybox halt -f 2>/dev/null
