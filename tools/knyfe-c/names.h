/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*===- names.h - Tables of names --------------------------------------------===*/
#ifndef KNYFE_NAMES_H
#define KNYFE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kn_file;

/* FNV-1a, 64 bits; `seed` is KN_HASH or the hash of what came before. */
#define KN_HASH UINT64_C(0xcbf29ce484222325)
uint64_t kn_hash(uint64_t seed, const void *data, size_t size);

/* A name, the same for all who ask for it. The rest is the owner's: whether something has the
 * name; of `wish_7` the wish and its number; of a wish the least number that may be free. */
struct kn_name {
  const char *text;
  struct kn_name *wish;
  unsigned number, least;
  bool taken;
};

/* Zeros at first; lies in the file's arena. */
struct kn_names {
  struct kn_name **slots;
  unsigned num, room;
};

struct kn_name *kn_name_of(struct kn_names *names, struct kn_file *file, const char *text,
                           size_t size);

#endif
