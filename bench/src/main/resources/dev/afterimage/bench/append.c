/* The twin of R1 without Java: appends 256 bytes to a zero-filled file and syncs its data, for so many seconds; prints each latency in nanoseconds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int file = open(argv[1], O_WRONLY);
    long long bytes = atoll(argv[2]), end = now() + atoll(argv[3]), at = 0, count = 0, room = 1 << 20;
    long long *latency = malloc(room * sizeof *latency);
    char record[256];
    if (file < 0 || !latency) return 1;
    memset(record, 'a', sizeof record);
    for (long long begin = now(); begin < end && count < room; count++) {
        if (pwrite(file, record, sizeof record, at) != sizeof record || fdatasync(file) != 0) return 1;
        long long done = now();
        latency[count] = done - begin;
        begin = done;
        at = (at + sizeof record) % bytes;
    }
    for (long long i = 0; i < count; i++) printf("%lld\n", latency[i]);
    return 0;
}
