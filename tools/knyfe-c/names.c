/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*===- names.c - Tables of names --------------------------------------------===*/
#include "names.h"
#include "ast.h"

#include <string.h>

uint64_t kn_hash(uint64_t seed, const void *data, size_t size) {
  const unsigned char *p = data;
  for (size_t i = 0; i < size; i++)
    seed = (seed ^ p[i]) * UINT64_C(0x100000001b3);
  return seed;
}

/* The slot of a name, or the empty one where it belongs. There always is an empty one. */
static struct kn_name **slot(const struct kn_names *n, const char *text, size_t size) {
  unsigned i = (unsigned)kn_hash(KN_HASH, text, size) & (n->room - 1);
  while (n->slots[i] && (strncmp(n->slots[i]->text, text, size) || n->slots[i]->text[size]))
    i = (i + 1) & (n->room - 1);
  return &n->slots[i];
}

static void grow(struct kn_names *n, struct kn_file *file) {
  struct kn_names old = *n;
  n->room = old.room ? 2 * old.room : 256;
  n->slots = kn_alloc(file, n->room * sizeof *n->slots);
  for (unsigned i = 0; i < old.room; i++)
    if (old.slots[i])
      *slot(n, old.slots[i]->text, strlen(old.slots[i]->text)) = old.slots[i];
}

struct kn_name *kn_name_of(struct kn_names *names, struct kn_file *file, const char *text,
                           size_t size) {
  if (4 * names->num >= 3 * names->room)
    grow(names, file);
  struct kn_name **at = slot(names, text, size);
  if (*at)
    return *at;
  char *copy = kn_alloc(file, size + 1);
  memcpy(copy, text, size);
  *at = kn_alloc(file, sizeof **at);
  (*at)->text = copy;
  names->num++;
  return *at;
}
