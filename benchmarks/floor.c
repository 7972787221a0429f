/* The least that a TFTP server does, in C: how far ahead anybody can get on a system.
 *
 * floor ROOT HOST PORT serves files of ROOT, octet reads only. It answers blksize and
 * windowsize, sends a window with one UDP_SEGMENT call where there is more than a
 * block, and knows neither time-outs nor limits nor logs: for benchmarks alone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
enum { MOST = 64, HEADER = 4, LONGEST_SEND = 65507 };

struct transfer {
    int sock, file;
    int block_size, window, sent; /* the last block that was sent */
    long last;                    /* block of the file */
};

static char buffer[MOST * (65464 + HEADER)];
static struct iovec views[MOST];

static void finish(struct transfer *one)
{
    close(one->sock);
    close(one->file);
    free(one);
}

/* Send the window after what was acknowledged. */
static void go_on(struct transfer *one)
{
    int stride = one->block_size + HEADER;
    long left = one->last - one->sent;
    int count = left < one->window ? (int)left : one->window;
    for (int at = 0; at < count; at++) {
        char *packet = buffer + (long)at * stride;
        unsigned number = one->sent + 1 + at;
        packet[0] = 0, packet[1] = 3, packet[2] = number >> 8, packet[3] = number;
        views[at] = (struct iovec){packet + HEADER, one->block_size};
    }
    ssize_t held = preadv(one->file, views, count, (off_t)one->sent * one->block_size);
    if (held < 0)
        held = 0;
    int at_once = LONGEST_SEND / stride, full = count * stride;
    if (held < (ssize_t)count * one->block_size)
        full = count * HEADER + held;
    for (int start = 0; start < full; start += at_once * stride) {
        int octets = full - start < at_once * stride ? full - start : at_once * stride;
        if (one->window == 1)
            send(one->sock, buffer + start, octets, 0);
        else {
            struct iovec piece = {buffer + start, octets};
            char room[CMSG_SPACE(sizeof(unsigned short))] = {0};
            struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1,
                .msg_control = room, .msg_controllen = sizeof room};
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = IPPROTO_UDP, header->cmsg_type = UDP_SEGMENT;
            header->cmsg_len = CMSG_LEN(sizeof(unsigned short));
            *(unsigned short *)CMSG_DATA(header) = stride;
            sendmsg(one->sock, &message, 0);
        }
    }
    one->sent += count;
}

static void begin(int listener, int polled)
{
    char request[1025];
    struct sockaddr_in client;
    socklen_t length = sizeof client;
    ssize_t octets = recvfrom(listener, request, 1024, MSG_DONTWAIT, (void *)&client, &length);
    if (octets < 4 || request[1] != 1)
        return;
    request[octets] = 0;
    struct transfer *one = calloc(1, sizeof *one);
    one->block_size = 512, one->window = 1;
    char answer[200] = {0, 6}, *end = answer + 2, *name = request + 2;
    char *word = name + strlen(name) + 1;
    for (word += strlen(word) + 1; word < request + octets;) {
        char *value = word + strlen(word) + 1;
        int known = 1;
        if (!strcasecmp(word, "blksize"))
            one->block_size = atoi(value);
        else if (!strcasecmp(word, "windowsize"))
            one->window = atoi(value) < MOST ? atoi(value) : MOST;
        else
            known = 0;
        if (known)
            end += sprintf(end, "%s", word) + 1, end += sprintf(end, "%s", value) + 1;
        word = value + strlen(value) + 1;
    }
    struct stat found;
    one->file = open(name, O_RDONLY);
    if (one->file < 0 || fstat(one->file, &found)) {
        free(one);
        return;
    }
    one->last = found.st_size / one->block_size + 1;
    one->sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in local;
    length = sizeof local;
    getsockname(listener, (void *)&local, &length);
    local.sin_port = 0;
    bind(one->sock, (void *)&local, sizeof local);
    connect(one->sock, (void *)&client, sizeof client);
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = one};
    epoll_ctl(polled, EPOLL_CTL_ADD, one->sock, &wanted);
    if (end > answer + 2)
        send(one->sock, answer, end - answer, 0);
    else
        go_on(one);
}

static void serve(struct transfer *one)
{
    unsigned char answer[512];
    ssize_t octets = recv(one->sock, answer, sizeof answer, MSG_DONTWAIT);
    if (octets != 4 || answer[1] != 4)
        finish(one);
    else if ((answer[2] << 8 | answer[3]) == (one->sent & 0xffff)) {
        if (one->sent == one->last)
            finish(one);
        else
            go_on(one);
    }
}

int main(int count, char **words)
{
    if (count != 4 || chdir(words[1]))
        return fprintf(stderr, "usage: floor ROOT HOST PORT\n"), 2;
    int listener = socket(AF_INET, SOCK_DGRAM, 0), polled = epoll_create1(0), room = 4 << 20;
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(atoi(words[3]))};
    inet_pton(AF_INET, words[2], &local.sin_addr);
    if (bind(listener, (void *)&local, sizeof local))
        return perror("bind"), 1;
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = NULL}, found[64];
    epoll_ctl(polled, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        int ready = epoll_wait(polled, found, 64, -1);
        for (int at = 0; at < ready; at++)
            if (found[at].data.ptr)
                serve(found[at].data.ptr);
            else
                begin(listener, polled);
    }
}
