#!/bin/sh
# Starts user-mode Linux where its root can change nothing of this machine:
# `cage.sh MIB COMMAND KEPT LIBRARY LINUX OPTIONS...`, in mount and PID namespaces of its own.
#
# Root in the guest may mount this machine's files again, writable (hostfs), and its /proc with the
# links into other processes' roots. So every mount here is read-only, and /proc knows only what runs in
# here. The guest's memory, its first program, COMMAND and what COMMAND gives back lie in a tmpfs of MIB
# on /run. KEPT is as in keep.sh. LIBRARY is loaded before LINUX, if it is not empty.
set -eu
size=$1 command=$2 kept=$3 library=$4
shift 4
here=${0%/*}
. "$here/keep.sh"
# opened while they can be seen: they may lie below /run
exec 3<"$here/uml_init.sh" 4<"$here/keep.sh" 5<"$command" 6<"${library:-/dev/null}"
mount --make-rprivate /
fresh /run "size=${size}M,mode=0755" "$kept"
umask 077
mkdir /run/uml /run/out
# a disk whose driver counts what is written to it, which a loop device's file does not tell
truncate --size=32M /run/disk
cat <&3 >/run/init
cat <&4 >/run/keep.sh
cat <&5 >/run/command
cat <&6 >/run/library.so
echo "$kept" >/run/kept
exec 3<&- 4<&- 5<&- 6<&-
chmod 0755 /run/init
cut -d ' ' -f 5 /proc/self/mountinfo | while read -r point; do
    point=$(printf '%b' "$point")
    # what the tmpfs on /run hides leads nowhere any more
    case $point in /run/*) [ -e "$point" ] || continue ;; esac
    # what cannot be made read-only is hidden
    [ "$point" = /run ] || mount -o remount,bind,ro "$point" 2>/dev/null || mount -t tmpfs -o ro none "$point"
done
export HOME=/run TMPDIR=/run
[ -z "$library" ] || set -- env LD_PRELOAD=/run/library.so "$@"
setpriv --bounding-set=-all,+dac_read_search --inh-caps=-all --no-new-privs "$@" </dev/null || true
[ -e /run/out/status ] || exit 125
exit "$(cat /run/out/status)"
