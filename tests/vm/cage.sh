#!/bin/sh
# Starts user-mode Linux where its root can change nothing of this machine:
# `cage.sh MIB INIT COMMAND LINUX OPTIONS...`, in mount and PID namespaces of its own.
#
# Root in the guest may mount this machine's files again, writable (hostfs), and its /proc with the
# links into other processes' roots. So every mount here is read-only, and /proc knows only what runs in
# here. The guest's memory, INIT, COMMAND and what COMMAND gives back lie in a tmpfs of MIB on /run.
set -eu
size=$1 init=$2 command=$3
shift 3
umask 077
mount --make-rprivate /
mount -t tmpfs -o "size=${size}M,mode=0755" uml /run
mkdir /run/uml /run/out
cp "$init" /run/init
cp "$command" /run/command
chmod 0755 /run/init
cut -d ' ' -f 5 /proc/self/mountinfo | while read -r point; do
    point=$(printf '%b' "$point")
    # what cannot be made read-only is hidden
    [ "$point" = /run ] || mount -o remount,bind,ro "$point" 2>/dev/null || mount -t tmpfs -o ro none "$point"
done
export HOME=/run TMPDIR=/run
setpriv --bounding-set=-all,+dac_read_search --inh-caps=-all --no-new-privs "$@" </dev/null || true
[ -e /run/out/status ] || exit 125
exit "$(cat /run/out/status)"
