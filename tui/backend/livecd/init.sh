#!/bin/busybox sh
# The first program of the Live CD. It finds its medium, makes the image on it writable in the way
# that was chosen, leaves under /run what sandbox-tui needs to know it, and starts the system's init.
#
# Boot options: sandbox.mode=dm|union|tmpfs|initramfs  sandbox.size=512M or 50%
#               sandbox.verify  sandbox.debug  init=/path

/bin/busybox mkdir -p /proc /sys /dev /run /new /old
/bin/busybox --install -s /bin
export PATH=/bin DM_DISABLE_UDEV=1
umask 022
set -f

mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o mode=0755,nosuid devtmpfs /dev
mount -t tmpfs -o mode=0755,nosuid,nodev,size=20% run /run
exec </dev/console >/dev/console 2>&1
echo on >/proc/sys/kernel/printk_devkmsg 2>/dev/null

# What the builder knows: UUID WAY SIZE IMAGE IMAGE_SIZE IMAGE_SHA256 START VERSION DISK TREE_SIZE.
. /live.conf

base=/run/sandbox-tui
medium=$base/medium
image_place=$base/.image
ram=$base/.ram
root=$base/root

# Through the kernel's log, so that it reaches every console, serial ones too.
say() {
    echo "<3>sandbox-tui: $*" >/dev/kmsg
}

fail() {
    say "cannot boot: $*"
    shell
    reboot -f
}

shell() {
    echo "A shell to look around; \`exit\` leaves it."
    setsid cttyhack sh
}

read_options() {
    for word in $(cat /proc/cmdline); do
        case $word in
        sandbox.mode=*) WAY=${word#*=} ;;
        sandbox.size=*) SIZE=${word#*=} ;;
        sandbox.verify) verify=yes ;;
        sandbox.debug) debug=yes ;;
        init=*) START=${word#*=} ;;
        esac
    done
    case $WAY in
    dm | union | tmpfs | initramfs) ;;
    *)
        say "there is no way \"$WAY\" (dm, union, tmpfs, initramfs); using dm"
        WAY=dm
        ;;
    esac
}

load_modules() {
    while read -r module; do
        insmod "/modules/$module" 2>/dev/null || [ -z "$debug" ] || say "$module did not load"
    done </modules/order
}

# ---- the medium ----

# Only asked for their UUID, never mounted: mounting another system's disk may write to it.
candidates() {
    for name in $(ls /sys/class/block); do
        case $name in
        loop* | ram* | zram* | dm-*) continue ;;
        esac
        found=$(blkid -p -u filesystem -s UUID -o value "/dev/$name" 2>/dev/null)
        [ "$found" != "$UUID" ] || echo "/dev/$name"
    done
}

# Two discs may have been made in the same second: the right one carries our own description.
try_medium() {
    for device in $(candidates); do
        mount -t iso9660 -o ro "$device" $medium 2>/dev/null || continue
        if cmp -s /about.json $medium/live/about.json; then
            return 0
        fi
        umount $medium
    done
    return 1
}

find_medium() {
    mkdir -p $medium
    deadline=$(($(cut -d. -f1 /proc/uptime) + 30))
    until try_medium; do
        if [ "$(cut -d. -f1 /proc/uptime)" -ge "$deadline" ]; then
            fail "no drive has the medium with the UUID $UUID. Drives found:" \
                "$(ls /sys/class/block | tr '\n' ' '). Is it plugged in, and its driver in the initramfs?"
        fi
        [ -n "$waiting" ] || echo "Waiting for the medium (a USB stick can take a while) ..."
        waiting=yes
        sleep 0.5
    done
    [ -f "$medium/live/$IMAGE" ] || fail "the medium lacks /live/$IMAGE."
}

verify_image() {
    echo "Checking /live/$IMAGE; this reads all of it ..."
    if [ "$(sha256sum <"$medium/live/$IMAGE" | cut -c 1-64)" != "$IMAGE_SHA256" ]; then
        fail "the medium is damaged: the checksum of /live/$IMAGE is not what it was when it was made."
    fi
    say "verified, the checksum of $IMAGE is right"
}

# ---- memory ----

# In the shell's own 64 bits: awk prints integers of 32 on some systems.
MEMINFO=/proc/meminfo
LEAST=$((4 << 20)) # bytes for changes with which a file system can be mounted
KEPT=$((128 << 20)) # bytes of memory that are left to the system
HUGE=$((1 << 62)) # stands for every size that is larger

# Bytes of an entry of meminfo, which has them in KiB.
memory() {
    while read -r entry kib _; do
        [ "$entry" != "$1:" ] || echo $((kib << 10))
    done <$MEMINFO
}

available() {
    memory MemAvailable
}

mib() {
    echo "$(($1 >> 20)) MiB"
}

# Times 2 to the power of $2, or as much as can be told.
shifted() {
    if [ "$1" -gt $((HUGE >> $2)) ]; then
        echo $HUGE
    else
        echo $(($1 << $2))
    fi
}

# Bytes of a size as it is written: 512M, 2GiB, 50% (of all memory); 0 for what is no size.
bytes() {
    number=${1%%[!0-9]*}
    unit=${1#"$number"}
    [ -n "$number" ] || unit=none
    # A zero in front would make it octal.
    number=${number#"${number%%[!0]*}"}
    [ ${#number} -le 18 ] || number=$HUGE
    number=${number:-0}
    case $unit in
    '') echo "$number" ;;
    %)
        [ "$number" -le 100 ] || number=101
        echo $(($(memory MemTotal) / 100 * number))
        ;;
    [Kk] | [Kk]B | [Kk]iB) shifted "$number" 10 ;;
    [Mm] | [Mm]B | [Mm]iB) shifted "$number" 20 ;;
    [Gg] | [Gg]B | [Gg]iB) shifted "$number" 30 ;;
    [Tt] | [Tt]B | [Tt]iB) shifted "$number" 40 ;;
    *) echo 0 ;;
    esac
}

# How much may be changed: as asked, else half of what is free; never more than there is, nor nothing,
# which a tmpfs would take for no limit.
choose_size() {
    free=$(($(available) - ${spoken_for:-0}))
    most=$((free - KEPT))
    [ $most -gt $((16 << 20)) ] || most=$((free / 2))
    size=0
    [ -z "$SIZE" ] || size=$(bytes "$SIZE")
    if [ "$size" -le 0 ]; then
        [ -z "$SIZE" ] || say "\"$SIZE\" is no size (512M, 2G, 50%); using half of the free memory"
        size=$((free / 2))
        [ $size -le $most ] || size=$most
    elif [ "$size" -lt $LEAST ] && [ $LEAST -le $most ]; then
        say "$SIZE for changes is too little for a system; using $(mib $LEAST)"
        size=$LEAST
    elif [ "$size" -gt $most ]; then
        say "$SIZE for changes is more than the free memory allows; using $(mib $most)"
        size=$most
    fi
    size=$(((size + 4095) / 4096 * 4096))
    [ $size -gt 0 ] || size=4096
}

# ---- the image ----

attach() {
    loop=$(losetup -f) || fail "the kernel has no free loop device."
    losetup $2 "$loop" "$1" || fail "$1 cannot be attached to $loop."
}

# After this either $disk is the device of an ext file system, or the tree lies in $image_place.
open_image() {
    disk=
    mkdir -p $image_place
    attach "$1/$IMAGE" -r
    if [ -z "$DISK" ]; then
        disk=$loop
        return
    fi
    mount -t squashfs -o ro "$loop" $image_place || fail "the image $IMAGE cannot be mounted."
    [ "$DISK" = - ] && return
    attach "$image_place/$DISK" -r
    disk=$loop
}

show_tree() {
    if [ -n "$disk" ]; then
        mount -t ext4 -o ro,noload,errors=remount-ro "$disk" "$1" || fail "the file system in $IMAGE cannot be mounted."
    else
        mount --bind -o ro $image_place "$1" || fail "the tree of $IMAGE cannot be shown."
    fi
}

close_medium() {
    umount $medium && rmdir $medium
}

# ---- the four ways ----

record() {
    cat >$root/sandbox.json <<END
{
 "name": "root", "origin": "$origin", "origin_size": $1, "origin_id": "$UUID", "image": $2,
 "engine": "$3", "store": "tmpfs", "policy": "$4", "chunk": $5, "size": $size, "fstype": "$6",
 "mount": "/", "mount_options": "rw", "mount_made": false, "hashed": false, "brd_loaded": false,
 "created": $(date +%s), "version": "$VERSION", "tree": $7
}
END
}

make_store() {
    mkdir -p $root
    chmod 0700 $root
    mkdir -p $root/store
    mount -t tmpfs -o "size=$size,nr_inodes=$1,mode=0700" sandbox-tui $root/store ||
        fail "there is no memory for the changes ($(mib "$size"))."
}

# The kernel's exception store: a header chunk, then a metadata chunk for each 256 chunks of data.
# Larger than all of the image is of no use; one that ends with metadata reports a wrong state.
fit_cow() {
    data=$(((sectors + 7) / 8))
    most=$(((1 + data + data / 256 + 1) * 4096))
    [ $size -le $most ] || size=$most
    while [ $(((size / 4096 - 1) % 257)) = 0 ]; do
        size=$((size + 4096))
    done
}

way_dm() {
    sectors=$(blockdev --getsz "$disk")
    fit_cow
    make_store 16
    truncate -s "$size" $root/store/cow
    attach $root/store/cow
    dmsetup create root --uuid SANDBOX-root --table "0 $sectors snapshot $disk $loop PO 8" ||
        fail "the kernel made no snapshot of the image."
    # from Linux 6.12 on, ext4 that has made itself read-only gives no files any more; a full root must
    mount -t ext4 -o rw,errors=continue /dev/mapper/root /new || fail "the sandbox of the image cannot be mounted."
    record $((sectors * 512)) true snapshot PO 4096 ext4 false
}

way_union() {
    inodes=$((size / 4096))
    [ $inodes -ge 1024 ] || inodes=1024
    make_store $inodes
    mkdir -p $root/lower $root/store/upper $root/store/work
    show_tree $root/lower
    chmod "$(stat -c %a $root/lower)" $root/store/upper
    chown "$(stat -c %u:%g $root/lower)" $root/store/upper
    touch -r $root/lower $root/store/upper
    layers=lowerdir=$root/lower,upperdir=$root/store/upper,workdir=$root/store/work
    mount -t overlay -o "rw,$layers,index=on,redirect_dir=on,metacopy=off" sandbox-tui /new ||
        fail "the kernel made no union of the image and the memory."
    record null true overlay "" 0 "$([ -n "$disk" ] && echo ext4 || echo squashfs)" false
}

# Everything in memory: nothing of the medium is needed afterwards.
way_initramfs() {
    show_tree /old
    mount -t tmpfs -o "size=$((TREE_SIZE + size)),nr_inodes=0,mode=0755" root /new ||
        fail "there is no memory for the system."
    echo "Unpacking the system into memory ..."
    gnu-cp --archive /old/. /new/ || fail "the system could not be unpacked into memory."
    umount /old
    losetup -d "$disk" 2>/dev/null
    umount $image_place 2>/dev/null
    for used in $(losetup -a | cut -d: -f1); do
        losetup -d "$used"
    done
    rmdir $image_place
    close_medium
    rmdir $base
}

copy_image() {
    mkdir -p $ram
    mount -t tmpfs -o "size=$((IMAGE_SIZE + 65536)),mode=0700" sandbox-tui $ram ||
        fail "there is no memory for a copy of the image."
    echo "Copying the image into memory ..."
    cp "$medium/live/$IMAGE" $ram/ || fail "the image could not be copied; the medium may be damaged."
    close_medium
}

# A way that does not fit into memory gives place to one that does: better a slower system than none.
enough_for() {
    have=$(available)
    least=$(($1 + KEPT + (64 << 20)))
    [ "$have" -lt $least ] || return 0
    say "not enough memory for \"$WAY\": it takes $(mib $least), and $(mib "$have") are free." \
        "Using \"dm\" from the medium, which has to stay in"
    return 1
}

settle_way() {
    case $WAY in
    tmpfs) enough_for "$IMAGE_SIZE" || WAY=dm ;;
    initramfs) enough_for "$TREE_SIZE" || WAY=dm ;;
    esac
    if [ "$WAY" = dm ] && [ "$DISK" = - ]; then
        say "this image is no disk, which \"dm\" needs; using \"union\""
        WAY=union
    fi
}

make_root() {
    place=$medium/live
    if [ "$WAY" = tmpfs ]; then
        copy_image
        place=$ram
    fi
    [ "$WAY" != initramfs ] || spoken_for=$TREE_SIZE
    choose_size
    origin=$place/$IMAGE
    open_image $place
    case $WAY in
    initramfs) way_initramfs ;;
    union) way_union ;;
    *) if [ "$DISK" = - ]; then way_union; else way_dm; fi ;;
    esac
}

# ---- the system ----

enter() {
    # A link in the image may be absolute: then it leads nowhere from here, and is all right.
    [ -e "/new$START" ] || [ -L "/new$START" ] || [ -L "/new${START%/*}" ] ||
        fail "the image has no $START to start."
    for place in run dev proc sys; do
        [ -d /new/$place ] || mkdir /new/$place || fail "the system has no directory /$place."
        mount --move /$place /new/$place
    done
    # /dev/kmsg has moved
    echo "<3>sandbox-tui: ready, $WAY, $((size / 1024)) KiB for changes" >/new/dev/kmsg
    exec switch_root /new "$START" "$@"
}

read_options
[ -z "$debug" ] || set -x
load_modules
find_medium
[ -z "$verify" ] || verify_image
settle_way
make_root
[ -z "$debug" ] || shell
enter "$@"
