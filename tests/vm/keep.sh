# Shows again what a new file system has hidden: the checkout, say, when it lies below /tmp.
# Read by other scripts. KEPT is a list of absolute paths of directories, quoted for the shell.

# fresh DIRECTORY OPTIONS KEPT: a new tmpfs on DIRECTORY, in which what is kept of the old one lies where it lay.
fresh() {
    directory=$1
    # the working directory is the way to what is hidden
    cd "$directory"
    mount -t tmpfs -o "$2" tests "$directory"
    eval "set -- $3"
    for path; do
        case $path in
        "$directory"/*) show ".${path#"$directory"}" "$path" ;;
        esac
    done
    cd /
}

# show_again HOST KEPT: what of the kept cannot be seen comes from HOST, another mount of the same root.
show_again() {
    host=$1
    eval "set -- $2"
    for path; do
        [ -e "$path" ] || show "$host$path" "$path"
    done
}

show() {
    mkdir -p "$2"
    # -c: the kernel gets the name as it is, for only from here does it lead to what is hidden
    mount -c --rbind "$1" "$2"
}
