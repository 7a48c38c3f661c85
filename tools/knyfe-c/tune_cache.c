// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune_cache.c - Measurements that --tune keeps ------------------------===*/
#include "tune_cache.h"
#include "names.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "knyfe-c tune 1\n";

/* Makes a directory and those above it. */
static bool make_directory(const char *path) {
  char *copy = strdup(path);
  bool ok = copy != NULL;
  for (char *p = copy; ok && *p; p++)
    if (*p == '/' && p > copy) {
      *p = 0;
      mkdir(copy, 0777);
      *p = '/';
    }
  ok = ok && (mkdir(path, 0777) == 0 || errno == EEXIST);
  free(copy);
  return ok;
}

static char *default_directory(void) {
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (cache && *cache)
    return kn_join_path(cache, "knyfe");
  return home && *home ? kn_join_path(home, ".cache/knyfe") : NULL;
}

/* "TEXT CYCLES SUM\n": the sum is that of what stands before it. */
static int format_line(char *line, size_t size, uint64_t text, uint64_t cycles) {
  int n = snprintf(line, size, "%016" PRIx64 " %" PRIu64 " ", text, cycles);
  uint32_t sum = (uint32_t)kn_hash(KN_HASH, line, (size_t)n);
  return n + snprintf(line + n, size - (size_t)n, "%08" PRIx32 "\n", sum);
}

static void remember(struct kn_tune_cache *c, uint64_t text, uint64_t cycles) {
  if (c->num == c->max) {
    c->max = c->max ? 2 * c->max : 32;
    c->entries = realloc(c->entries, c->max * sizeof *c->entries);
    if (!c->entries)
      abort();
  }
  c->entries[c->num++] = (struct kn_tune_entry){text, cycles};
}

static bool read_line(struct kn_tune_cache *c, const char *at, size_t size) {
  char line[80], again[80];
  uint64_t text, cycles;
  if (size >= sizeof line)
    return false;
  memcpy(line, at, size);
  line[size] = 0;
  if (sscanf(line, "%16" SCNx64 " %" SCNu64, &text, &cycles) != 2)
    return false;
  format_line(again, sizeof again, text, cycles);
  if (strcmp(line, again))
    return false;
  if (!kn_tune_cache_find(c, text))
    remember(c, text, cycles);
  return true;
}

/* False if it is no such file. */
static bool read_all(struct kn_tune_cache *c, const char *text, size_t size) {
  unsigned damaged = 0;
  size_t n = sizeof head - 1;
  if (size < n || memcmp(text, head, n))
    return false;
  for (const char *p = text + n, *end = text + size; p < end;) {
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    const char *next = newline ? newline + 1 : end;
    damaged += !read_line(c, p, (size_t)(next - p));
    p = next;
  }
  if (damaged)
    fprintf(stderr, "knyfe-c: note: %u line%s of '%s' %s damaged and ignored\n", damaged,
            damaged == 1 ? "" : "s", c->path, damaged == 1 ? "is" : "are");
  return damaged == 0;
}

/* A new file of what is known. */
static void rewrite(struct kn_tune_cache *c) {
  int fd = open(c->path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  bool ok = fd >= 0 && write(fd, head, sizeof head - 1) == (ssize_t)sizeof head - 1;
  for (size_t i = 0; ok && i < c->num; i++) {
    char line[80];
    int n = format_line(line, sizeof line, c->entries[i].text, c->entries[i].cycles);
    ok = write(fd, line, (size_t)n) == n;
  }
  if (fd >= 0)
    close(fd);
  if (ok)
    return;
  fprintf(stderr, "knyfe-c: note: cannot write '%s': %s; nothing is kept for the next search\n",
          c->path, strerror(errno));
  free(c->path);
  c->path = NULL;
}

void kn_tune_cache_open(struct kn_tune_cache *c, const char *dir, uint64_t key) {
  *c = (struct kn_tune_cache){0};
  char *base = dir ? strdup(dir) : default_directory(), name[32];
  if (!base || !make_directory(base)) {
    fprintf(stderr,
            "knyfe-c: note: no directory for what is measured%s%s%s%s; nothing is kept for "
            "the next search\n",
            base ? ", '" : "", base ? base : "", base ? "': " : "", base ? strerror(errno) : "");
    free(base);
    return;
  }
  snprintf(name, sizeof name, "%016" PRIx64 ".tune", key);
  c->path = kn_join_path(base, name);
  free(base);
  size_t size = 0;
  char *text = kn_read_file(c->path, &size);
  bool good = text && read_all(c, text, size);
  if (text && !good && c->num == 0 && (size < sizeof head || memcmp(text, head, sizeof head - 1)))
    fprintf(stderr, "knyfe-c: note: '%s' is damaged and ignored\n", c->path);
  free(text);
  if (!good)
    rewrite(c);
}

const struct kn_tune_entry *kn_tune_cache_find(const struct kn_tune_cache *c, uint64_t text) {
  for (size_t i = 0; i < c->num; i++)
    if (c->entries[i].text == text)
      return &c->entries[i];
  return NULL;
}

void kn_tune_cache_add(struct kn_tune_cache *c, uint64_t text, uint64_t cycles) {
  char line[80];
  int n = format_line(line, sizeof line, text, cycles);
  remember(c, text, cycles);
  int fd = c->path ? open(c->path, O_WRONLY | O_APPEND) : -1;
  if (fd < 0)
    return;
  if (write(fd, line, (size_t)n) != n)
    fprintf(stderr, "knyfe-c: note: cannot write '%s': %s\n", c->path, strerror(errno));
  close(fd);
}

void kn_tune_cache_close(struct kn_tune_cache *c) {
  free(c->path);
  free(c->entries);
}
