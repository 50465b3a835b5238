/* Round trips between two processes, written without a line of Bulkhead's: what the lab's figures
 * are held against by `cargo bench --bench lab`.
 *
 * ping_pong pipe|seqpacket|sendmsg|shared-memory BYTES CPU_A CPU_B ROUNDS TRIPS
 * `sendmsg` is seqpacket with room for descriptors beside each message, as a typed channel has.
 * Prints the median over the rounds of each round's median and 99th hundredth, in ns. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct box {
    atomic_uint count;
    char pad[60];
    char message[4096];
};

struct end {
    int in, out;
    int is_sendmsg;
    struct box *from, *to;
    unsigned seen;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) fail("sched_setaffinity");
}

static void send_message(struct end *end, const char *message, size_t bytes) {
    if (end->to) {
        memcpy(end->to->message, message, bytes);
        atomic_fetch_add_explicit(&end->to->count, 1, memory_order_release);
        syscall(SYS_futex, &end->to->count, FUTEX_WAKE, 1, NULL);
    } else if (end->is_sendmsg) {
        struct iovec part = {(void *)message, bytes};
        struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
        if (sendmsg(end->out, &header, MSG_NOSIGNAL) != (ssize_t)bytes) fail("sendmsg");
    } else if (write(end->out, message, bytes) != (ssize_t)bytes) {
        fail("write");
    }
}

static void receive_packet(struct end *end, char *message, size_t bytes) {
    _Alignas(8) char control[CMSG_SPACE(6 * sizeof(int))];
    struct iovec part = {message, bytes};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof control};
    if (recvmsg(end->in, &header, MSG_CMSG_CLOEXEC) != (ssize_t)bytes) exit(0);
}

static void receive_message(struct end *end, char *message, size_t bytes) {
    if (end->from) {
        while (atomic_load_explicit(&end->from->count, memory_order_acquire) == end->seen)
            syscall(SYS_futex, &end->from->count, FUTEX_WAIT, end->seen, NULL);
        end->seen++;
        memcpy(message, end->from->message, bytes);
    } else if (end->is_sendmsg) {
        receive_packet(end, message, bytes);
    } else {
        for (size_t have = 0; have < bytes;) {
            ssize_t got = read(end->in, message + have, bytes - have);
            if (got <= 0) exit(0);
            have += (size_t)got;
        }
    }
}

static long now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void make_ends(const char *mechanism, struct end *near, struct end *far) {
    int there[2], back[2];
    memset(near, 0, sizeof *near);
    memset(far, 0, sizeof *far);
    if (strcmp(mechanism, "pipe") == 0) {
        if (pipe(there) < 0 || pipe(back) < 0) fail("pipe");
        near->out = there[1], near->in = back[0];
        far->in = there[0], far->out = back[1];
    } else if (strcmp(mechanism, "seqpacket") == 0 || strcmp(mechanism, "sendmsg") == 0) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, there) < 0) fail("socketpair");
        near->in = near->out = there[0];
        far->in = far->out = there[1];
        near->is_sendmsg = far->is_sendmsg = strcmp(mechanism, "sendmsg") == 0;
    } else {
        struct box *boxes = mmap(NULL, 2 * sizeof *boxes, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (boxes == MAP_FAILED) fail("mmap");
        near->to = far->from = &boxes[0];
        near->from = far->to = &boxes[1];
    }
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    size_t bytes = (size_t)atol(argv[2]);
    int rounds = atoi(argv[5]), trips = atoi(argv[6]);
    struct end near, far;
    static char message[4096];
    if (bytes > sizeof message || rounds < 1 || trips < 1) return 2;
    make_ends(argv[1], &near, &far);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(atoi(argv[4]));
        for (;;) {
            receive_message(&far, message, bytes);
            send_message(&far, message, bytes);
        }
    }
    pin(atoi(argv[3]));
    long *times = calloc((size_t)trips, sizeof *times);
    long *p50 = calloc((size_t)rounds, sizeof *p50), *p99 = calloc((size_t)rounds, sizeof *p99);
    if (!times || !p50 || !p99) fail("calloc");
    for (int round = -1; round < rounds; round++) {
        for (int trip = 0; trip < trips; trip++) {
            long start = now_ns();
            send_message(&near, message, bytes);
            receive_message(&near, message, bytes);
            times[trip] = now_ns() - start;
        }
        if (round < 0) continue; /* the first one warms up */
        qsort(times, (size_t)trips, sizeof *times, by_size);
        p50[round] = times[trips / 2];
        p99[round] = times[trips * 99 / 100];
    }
    qsort(p50, (size_t)rounds, sizeof *p50, by_size);
    qsort(p99, (size_t)rounds, sizeof *p99, by_size);
    printf("%ld %ld\n", p50[rounds / 2], p99[rounds / 2]);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
