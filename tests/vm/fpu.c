/* ptrace() for linux.uml before 6.9, which has room for 2696 bytes of registers of a process. On a
 * processor with AMX there are more, and Linux takes all of them or none. Here what it gives becomes the
 * beginning of all that there are; the rest are registers that nobody uses, for a process has to ask for
 * them (arch_prctl(2)). Loaded with LD_PRELOAD; see fpu.py.
 */
typedef unsigned long size;
struct iovec {
    void *base;
    size length;
};
extern long syscall(long number, ...);
extern void *memcpy(void *to, const void *from, size length);
extern void *dlsym(void *handle, const char *name);

enum { SYS_PTRACE = 101, GET = 0x4204, SET = 0x4205, XSTATE = 0x202 };
#define NEXT ((void *)-1L)

static unsigned char all[1 << 16]; /* one thread of linux.uml traces */
static size length;                /* of all registers */

static long set_all(long pid, const struct iovec *given)
{
    struct iovec whole = {all, sizeof all};
    if (!length) {
        long failed = syscall(SYS_PTRACE, GET, pid, XSTATE, &whole);
        if (failed)
            return failed;
        length = whole.length;
    }
    whole.length = length;
    memcpy(all, given->base, given->length < length ? given->length : length);
    return syscall(SYS_PTRACE, SET, pid, XSTATE, &whole);
}

long ptrace(int request, long pid, void *address, void *data)
{
    static long (*other)(int, long, void *, void *);
    if (request == SET && (long)address == XSTATE)
        return set_all(pid, data);
    if (!other)
        other = (long (*)(int, long, void *, void *))dlsym(NEXT, "ptrace");
    return other(request, pid, address, data);
}
