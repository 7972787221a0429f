/* Sends a flood of datagrams to a TFTP server on this host, at a steady rate.
 *
 * flood PORT KIND SOURCES RATE SECONDS
 *
 * KIND is "garbage" (no request) or "missing" (an RRQ for a name that is not there,
 * another one each time). SOURCES addresses in 127.0.0.0/8 send them, one after the
 * other, from one port. Only loopback is written to. Prints how many were sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 50, TICK_NS = 500000, LONGEST = 128 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: flood PORT garbage|missing SOURCES RATE SECONDS\n");
        return 2;
    }
    int port = atoi(argv[1]), garbage = !strcmp(argv[2], "garbage");
    unsigned sources = (unsigned)atoi(argv[3]);
    double rate = atof(argv[4]), seconds = atof(argv[5]);
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    static char text[BATCH][LONGEST];
    static char control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        parts[i].iov_base = text[i];
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &parts[i],
            .msg_iovlen = 1, .msg_control = control[i],
            .msg_controllen = sizeof control[i]};
        struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    }

    double begun = now(), end = begun + seconds;
    unsigned long sent = 0;
    for (double t = begun; t < end; t = now()) {
        unsigned long due = (unsigned long)((t - begun) * rate);
        while (sent < due) {
            int count = due - sent < BATCH ? (int)(due - sent) : BATCH;
            for (int i = 0; i < count; i++) {
                unsigned long n = sent + i;
                struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(
                    CMSG_FIRSTHDR(&messages[i].msg_hdr));
                info->ipi_spec_dst.s_addr = htonl(0x7f400001u + (unsigned)(n % sources));
                int length = garbage
                    ? snprintf(text[i], LONGEST, "GET /%lu HTTP/1.1\r\n", n)
                    : 2 + snprintf(text[i] + 2, LONGEST - 2, "missing/%lu%coctet", n, 0) + 1;
                if (!garbage)
                    text[i][0] = 0, text[i][1] = 1;
                parts[i].iov_len = length;
            }
            int done = sendmmsg(s, messages, count, 0);
            if (done <= 0)
                break;
            sent += done;
        }
        struct timespec pause = {0, TICK_NS};
        nanosleep(&pause, NULL);
    }
    printf("%lu\n", sent);
    return 0;
}
