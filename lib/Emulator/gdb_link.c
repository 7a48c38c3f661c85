// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The connection to gdb: sockets, and packets $payload#checksum.
#define _GNU_SOURCE // accept4
#include "gdb.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define INTERRUPT '\003'

//===-- Opening and closing ---------------------------------------------------===//

// Only this machine may connect: whoever does can read and write the user's files.
static bool listen_tcp(struct mtia_gdb_link *link, const char *where, char *address, size_t size,
                       struct mtia_error *error) {
  char *end;
  unsigned long port = strtoul(where, &end, 10);
  if (*where < '0' || *where > '9' || *end || port > 65535)
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "--gdb: '%s' is neither a port (0 to 65535; 0: any that is free) nor a "
                          "path with a '/' nor '-' (standard input and output)",
                          where);
  struct sockaddr_in name = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t name_size = sizeof name;
  int one = 1;
  link->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // A port that was used a minute ago may be used again.
  if (link->listener < 0 ||
      setsockopt(link->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
      bind(link->listener, (struct sockaddr *)&name, sizeof name) || listen(link->listener, 1) ||
      getsockname(link->listener, (struct sockaddr *)&name, &name_size))
    return mtia_error_set(error, MTIA_ERR_HOST, "--gdb: cannot listen on port %lu: %s%s", port,
                          strerror(errno),
                          errno == EADDRINUSE ? "; use another, or 0 for any that is free" : "");
  snprintf(address, size, "localhost:%u", ntohs(name.sin_port));
  return true;
}

static bool listen_unix(struct mtia_gdb_link *link, const char *where, char *address, size_t size,
                        struct mtia_error *error) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (strlen(where) >= sizeof name.sun_path)
    return mtia_error_set(error, MTIA_ERR_USAGE, "--gdb: the path %s is longer than %zu bytes",
                          where, sizeof name.sun_path - 1);
  strcpy(name.sun_path, where);
  link->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (link->listener < 0 || bind(link->listener, (struct sockaddr *)&name, sizeof name))
    return mtia_error_set(error, MTIA_ERR_HOST, "--gdb: cannot make the socket %s: %s%s", where,
                          strerror(errno),
                          errno == EADDRINUSE ? "; remove the file if nobody uses it" : "");
  if (!(link->socket_path = strdup(where)) || listen(link->listener, 1))
    return mtia_error_set(error, MTIA_ERR_HOST, "--gdb: cannot listen on %s: %s", where,
                          strerror(errno));
  snprintf(address, size, "%s", where);
  return true;
}

// gdb has started us and talks through a pipe: what the program prints must not get into it.
static bool use_pipe(struct mtia_gdb_link *link, struct mtia_error *error) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  link->in = fcntl(0, F_DUPFD_CLOEXEC, 3);
  link->out = fcntl(1, F_DUPFD_CLOEXEC, 3);
  bool ok = null >= 0 && link->in >= 0 && link->out >= 0 && dup2(null, 0) >= 0 && dup2(2, 1) >= 0;
  if (null >= 0)
    close(null);
  return ok || mtia_error_set(error, MTIA_ERR_HOST, "--gdb -: %s", strerror(errno));
}

bool mtia_gdb_link_listen(struct mtia_gdb_link *link, const char *where, char *address, size_t size,
                          struct mtia_error *error) {
  memset(link, 0, sizeof *link);
  link->listener = link->in = link->out = -1;
  *address = 0;
  if (!strcmp(where, "-"))
    return use_pipe(link, error);
  return strchr(where, '/') ? listen_unix(link, where, address, size, error)
                            : listen_tcp(link, where, address, size, error);
}

static void stop_listening(struct mtia_gdb_link *link) {
  if (link->listener >= 0)
    close(link->listener);
  link->listener = -1;
  if (link->socket_path)
    unlink(link->socket_path);
  free(link->socket_path);
  link->socket_path = NULL;
}

bool mtia_gdb_link_accept(struct mtia_gdb_link *link, struct mtia_error *error) {
  if (link->in >= 0)
    return true;
  do
    link->in = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC);
  while (link->in < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (link->in < 0)
    return mtia_error_set(error, MTIA_ERR_HOST, "--gdb: cannot accept a connection: %s",
                          strerror(errno));
  link->out = link->in;
  int one = 1;
  setsockopt(link->in, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); // fails on unix sockets
  stop_listening(link);
  return true;
}

void mtia_gdb_link_close(struct mtia_gdb_link *link) {
  if (link->out >= 0 && !link->closed) {
    // Closing before gdb has read everything would take it away from it.
    char byte[256];
    shutdown(link->out, SHUT_WR);
    for (struct pollfd p = {link->in, POLLIN, 0}; poll(&p, 1, 1000) == 1;)
      if (read(link->in, byte, sizeof byte) <= 0)
        break;
  }
  if (link->out >= 0 && link->out != link->in)
    close(link->out);
  if (link->in >= 0)
    close(link->in);
  link->in = link->out = -1;
  link->closed = true;
  free(link->sent);
  link->sent = NULL;
  stop_listening(link);
}

//===-- Bytes -----------------------------------------------------------------===//

// Waits for bytes if there are none. False: closed.
static bool fill(struct mtia_gdb_link *link) {
  if (link->begin == link->end)
    link->begin = link->end = 0;
  if (link->closed || link->end == sizeof link->bytes)
    return !link->closed;
  ssize_t n;
  do
    n = read(link->in, link->bytes + link->end, sizeof link->bytes - link->end);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    link->closed = true;
  else
    link->end += (size_t)n;
  return n > 0;
}

// The next byte, or -1.
static int get(struct mtia_gdb_link *link) {
  if (link->begin == link->end && !fill(link))
    return -1;
  return (unsigned char)link->bytes[link->begin++];
}

static void put(struct mtia_gdb_link *link, const char *data, size_t size) {
  while (size && !link->closed) {
    // A closed socket is an error here, not a signal; pipes know no send().
    ssize_t n = send(link->out, data, size, MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK)
      n = write(link->out, data, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      link->closed = true;
      return;
    }
    data += n;
    size -= (size_t)n;
  }
}

bool mtia_gdb_interrupted(void *context) {
  struct mtia_gdb_link *link = context;
  struct pollfd p = {link->in, POLLIN, 0};
  if (!link->closed && link->begin == link->end && poll(&p, 1, 0) == 1)
    fill(link);
  if (link->closed)
    return true;
  // A packet stays for later: in all-stop mode gdb sends none now.
  while (link->begin < link->end && link->bytes[link->begin] != '$')
    if (link->bytes[link->begin++] == INTERRUPT)
      return true;
  return false;
}

//===-- Packets ---------------------------------------------------------------===//

static int digit(int c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

void mtia_gdb_hex(char *out, const void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    sprintf(out + 2 * i, "%02x", ((const uint8_t *)bytes)[i]);
}

bool mtia_gdb_unhex(void *bytes, const char *hex, size_t size) {
  for (size_t i = 0; i < size; i++) {
    int high = digit(hex[2 * i]), low = high < 0 ? -1 : digit(hex[2 * i + 1]);
    if (low < 0)
      return false;
    ((uint8_t *)bytes)[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

bool mtia_gdb_receive(struct mtia_gdb_link *link, char *packet, size_t size, size_t *length) {
  for (;;) {
    int c;
    while ((c = get(link)) != '$') {
      if (c < 0)
        return false;
      if (c == '-' && link->sent)
        put(link, link->sent, link->sent_size);
    }
    uint8_t sum = 0;
    *length = 0;
    while ((c = get(link)) != '#' && c >= 0) {
      if (c == '$') { // a new packet: the last one was broken off
        sum = 0;
        *length = 0;
        continue;
      }
      sum = (uint8_t)(sum + c);
      if (*length < size)
        packet[*length] = (char)c;
      ++*length;
    }
    int high = c < 0 ? -1 : get(link), low = high < 0 ? -1 : get(link);
    if (low < 0)
      return false;
    bool good = digit(high) >= 0 && digit(low) >= 0 && digit(high) * 16 + digit(low) == sum;
    if (!link->no_ack)
      put(link, good ? "+" : "-", 1);
    if (!good)
      continue;
    packet[*length < size ? *length : size] = 0;
    return true;
  }
}

void mtia_gdb_send(struct mtia_gdb_link *link, const char *data, size_t size) {
  char *frame = malloc(size + 4);
  if (!frame) {
    link->closed = true;
    return;
  }
  uint8_t sum = 0;
  for (size_t i = 0; i < size; i++)
    sum = (uint8_t)(sum + (uint8_t)data[i]);
  frame[0] = '$';
  memcpy(frame + 1, data, size);
  frame[size + 1] = '#';
  frame[size + 2] = "0123456789abcdef"[sum >> 4];
  frame[size + 3] = "0123456789abcdef"[sum & 15];
  free(link->sent);
  link->sent = frame;
  link->sent_size = size + 4;
  put(link, frame, size + 4);
}

void mtia_gdb_reply(struct mtia_gdb_link *link, const char *fmt, ...) {
  char text[512];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  mtia_gdb_send(link, text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void mtia_gdb_print(struct mtia_gdb_link *link, const char *text) {
  char packet[1 + 2 * 1024 + 1];
  for (size_t left = strlen(text); left;) {
    size_t n = left < 1024 ? left : 1024;
    packet[0] = 'O';
    mtia_gdb_hex(packet + 1, text, n);
    mtia_gdb_send(link, packet, 1 + 2 * n);
    text += n;
    left -= n;
  }
}
