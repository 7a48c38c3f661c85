// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two hash tables: open addressing of numbers, chains of words.
#include "bench.h"
#include <stdlib.h>
#include <string.h>

struct map {
  uint64_t *keys;
  uint32_t *values;
  size_t mask, used;
};

static uint64_t hash_number(uint64_t x) {
  x ^= x >> 31;
  x *= UINT64_C(0x7fb5d329728ea185);
  x ^= x >> 27;
  return x;
}

static uint32_t *find(struct map *m, uint64_t key) {
  size_t i = hash_number(key) & m->mask;
  while (m->keys[i] && m->keys[i] != key)
    i = (i + 1) & m->mask;
  if (!m->keys[i]) {
    m->keys[i] = key;
    m->used++;
  }
  return &m->values[i];
}

static void make(struct map *m, size_t size) {
  m->keys = calloc(size, sizeof *m->keys);
  m->values = calloc(size, sizeof *m->values);
  m->mask = size - 1;
  m->used = 0;
}

static void grow(struct map *m) {
  struct map larger;
  make(&larger, 2 * (m->mask + 1));
  for (size_t i = 0; i <= m->mask; i++)
    if (m->keys[i])
      *find(&larger, m->keys[i]) = m->values[i];
  free(m->keys);
  free(m->values);
  *m = larger;
}

struct word {
  struct word *next;
  uint32_t hash, count;
  char text[12];
};

static struct word *chains[1024];

static struct word *lookup(const char *text) {
  uint32_t h = 5381;
  for (const char *p = text; *p; p++)
    h = h * 33 + (unsigned char)*p;
  struct word **at = &chains[h % 1024];
  for (; *at; at = &(*at)->next)
    if ((*at)->hash == h && strcmp((*at)->text, text) == 0)
      return *at;
  struct word *w = calloc(1, sizeof *w);
  w->hash = h;
  strcpy(w->text, text);
  return *at = w;
}

int main(void) {
  uint64_t seed = 5, sum = 0;
  struct map m;
  make(&m, 64);
  for (int i = 0; i < 300000; i++) {
    uint64_t key = 1 + bench_random(&seed) % 30000 * UINT64_C(0x10001);
    *find(&m, key) += i;
    if (m.used * 4 > m.mask * 3)
      grow(&m);
  }
  for (size_t i = 0; i <= m.mask; i++)
    if (m.keys[i])
      sum += bench_mix(m.keys[i], m.values[i]);
  for (int i = 0; i < 100000; i++) {
    char text[12];
    uint32_t n = bench_random(&seed) % 5000;
    int length = 0;
    do
      text[length++] = 'a' + n % 17;
    while ((n /= 17) != 0);
    text[length] = 0;
    lookup(text)->count++;
  }
  for (int i = 0; i < 1024; i++)
    for (struct word *w = chains[i]; w; w = w->next)
      sum += bench_mix(w->hash, w->count);
  return bench_result(sum);
}
