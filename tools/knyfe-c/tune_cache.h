// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune_cache.h - Measurements that --tune keeps ------------------------===//
 *
 * A text file per kernel, shapes, inputs, sub-grid and version of the compiler: a line for each C
 * text that was measured, as it was measured. So an interrupted search goes on where it was, and
 * one that was finished takes no runs.
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_TUNE_CACHE_H
#define KNYFE_TUNE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kn_tune_entry {
  uint64_t text;   /* hash of the C text */
  uint64_t cycles; /* 0: it failed, or was no faster than the compiler's own choice */
};

struct kn_tune_cache {
  char *path; /* NULL: nothing is kept */
  struct kn_tune_entry *entries;
  size_t num, max;
};

/* Opens the cache of a key in `dir`, or in the user's cache directory if that is NULL. What cannot
 * be read, written or understood is told as a note and done without. */
void kn_tune_cache_open(struct kn_tune_cache *cache, const char *dir, uint64_t key);
const struct kn_tune_entry *kn_tune_cache_find(const struct kn_tune_cache *cache, uint64_t text);
void kn_tune_cache_add(struct kn_tune_cache *cache, uint64_t text, uint64_t cycles);
void kn_tune_cache_close(struct kn_tune_cache *cache);

#endif
