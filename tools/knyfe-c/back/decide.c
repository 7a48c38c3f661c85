// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "decide.h"
#include "backend.h"
#include "diag.h"
#include "internal.h"
#include "size.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct kn_decision *kn_decide(const struct kn_kernel *k, enum kn_decision_key key,
                              const struct kn_tensor *t) {
  for (struct kn_decision *d = k->schedule; d; d = d->next)
    if (d->key == key && (!t || (d->tensor && d->tensor->id == t->id)))
      return d;
  return NULL;
}

struct kn_decision *kn_decide_split(const struct kn_kernel *k, const char *index) {
  for (struct kn_decision *d = k->schedule; d; d = d->next)
    if (d->key == KN_SPLIT && !strcmp(d->name, index))
      return d;
  return NULL;
}

void kn_obey(struct kn_decision *d) {
  if (d)
    d->obeyed = true;
}

bool kn_disobey(struct kn_file *file, const struct kn_decision *d, const char *hint,
                const char *format, ...) {
  char text[400];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  kn_report(file, KN_DIAG_not_obeyed, d->range, "%s: %s", kn_decision_text(file, d), text);
  if (hint)
    kn_hint(file, "%s", hint);
  return false;
}

static int word_of(const struct kn_decision *d, const char *const *words) {
  for (int i = 0; d && words[i]; i++)
    if (!strcmp(words[i], d->word))
      return i + 1;
  return 0;
}

enum kn_unit kn_decided_unit(const struct kn_kernel *k, const struct kn_tensor *t) {
  static const char *const words[] = {"dpe", "se", "mlu", "core", NULL};
  return (enum kn_unit)word_of(kn_decide(k, KN_UNIT, t), words);
}

enum kn_place kn_decided_place(const struct kn_kernel *k, const struct kn_tensor *t) {
  static const char *const words[] = {"local", "sram", "dram", NULL};
  return (enum kn_place)word_of(kn_decide(k, KN_RESIDENT, t), words);
}

bool kn_decide_grid(struct kn_file *file, const struct kn_kernel *k, struct kn_target *target) {
  struct kn_decision *d = kn_decide(k, KN_GRID, NULL);
  if (!d)
    return true;
  if (d->values[0] > target->grid_rows || d->values[1] > target->grid_cols)
    return kn_disobey(
        file, d,
        kn_text(file, "grid = %u x %u is the largest one", target->grid_rows, target->grid_cols),
        "the sub-grid has %u x %u PEs", target->grid_rows, target->grid_cols);
  target->grid_rows = (unsigned)d->values[0];
  target->grid_cols = (unsigned)d->values[1];
  return true;
}

void kn_begin_deciding(struct kn_kernel *k) {
  for (struct kn_decision *d = k->schedule; d; d = d->next)
    d->obeyed = false;
}

// What a decision that no stage has asked for misses.
static void refuse(struct kn_file *file, const struct kn_decision *d) {
  bool input = d->tensor && d->tensor->role == KN_INPUT;
  switch (d->key) {
  case KN_GRID:
    kn_disobey(file, d, "leave it out", "this kernel takes every sub-grid as it is");
    return;
  case KN_SPLIT:
    kn_disobey(file, d, "leave it out, or write split with 1",
               "only sums of products on the matrix units are split over PEs; core 1 goes through "
               "'%s' as a whole",
               d->name);
    return;
  case KN_TILE:
    kn_disobey(file, d,
               input ? "give the tile of the tensor that is computed of it"
                     : "give the tile of a tensor that stands on its own",
               input ? "'%s' is an input, tiles are of what is computed"
                     : "'%s' has no tiles of its own, it is computed inside of another one's",
               d->name);
    return;
  case KN_RESIDENT:
    kn_disobey(file, d, "leave it out", "'%s' is %s", d->name,
               input && d->tensor->rank ? "an input that no output needs"
               : input ? "a scalar, which comes with the arguments"
                       : "computed and used inside of a tile and stands in no memory of its own");
    return;
  case KN_BUFFERS:
    kn_disobey(file, d, "leave it out, or write buffers with 1",
               "'%s' does not pass through local memory tile by tile", d->name);
    return;
  case KN_UNIT:
    kn_disobey(file, d, input ? NULL : "leave it out",
               input ? "'%s' is an input: nothing computes it"
                     : "no unit is chosen for '%s' alone, it is computed together with another one",
               d->name);
    return;
  }
}

bool kn_all_obeyed(struct kn_file *file, const struct kn_kernel *k) {
  bool all = true;
  for (const struct kn_decision *d = k->schedule; d; d = d->next)
    if (!d->obeyed) {
      refuse(file, d);
      all = false;
    }
  return all;
}

const char *kn_kilobytes(struct kn_file *file, int64_t bytes) {
  if (bytes < 1024)
    return kn_text(file, "%" PRId64 " bytes", bytes);
  int64_t tenths = (bytes * 10 + 1023) / 1024; // rounded up: what is needed
  return tenths % 10 && tenths < 10000
             ? kn_text(file, "%" PRId64 ".%" PRId64 " KB", tenths / 10, tenths % 10)
             : kn_text(file, "%" PRId64 " KB", (bytes + 1023) / 1024);
}

static int larger_first(const void *a, const void *b) {
  const struct kn_need *x = a, *y = b;
  return x->bytes < y->bytes ? 1 : x->bytes > y->bytes ? -1 : strcmp(x->name, y->name);
}

bool kn_needs_local(struct kn_file *file, struct kn_range range, const char *what,
                    const struct kn_need *needs, unsigned num, const char *hint) {
  struct kn_need *sorted = kn_alloc(file, (num + 1) * sizeof *sorted);
  int64_t total = 0;
  for (unsigned i = 0; i < num; i++)
    total += (sorted[i] = needs[i]).bytes;
  qsort(sorted, num, sizeof *sorted, larger_first);
  const char *list = "";
  unsigned shown = num > 6 ? 5 : num;
  for (unsigned i = 0; i < shown; i++)
    list = kn_text(file, "%s%s %s %s", list, i ? "," : ":", sorted[i].name,
                   kn_kilobytes(file, sorted[i].bytes));
  kn_report(file, KN_DIAG_local_memory, range, "%s needs %s of local memory, has %d KB%s%s", what,
            kn_kilobytes(file, total), KN_LOCAL_BYTES >> 10, list, shown < num ? ", ..." : "");
  if (hint)
    kn_hint(file, "%s", hint);
  return false;
}

const char *kn_decision_text(struct kn_file *file, const struct kn_decision *d) {
  static const char *const keys[] = {[KN_GRID] = "grid",       [KN_SPLIT] = "split",
                                     [KN_TILE] = "tile",       [KN_RESIDENT] = "resident",
                                     [KN_BUFFERS] = "buffers", [KN_UNIT] = "unit"};
  const char *text = d->name ? kn_text(file, "%s(%s) =", keys[d->key], d->name)
                             : kn_text(file, "%s =", keys[d->key]);
  for (unsigned i = 0; i < d->num_values; i++)
    text = kn_text(file, "%s%s %" PRId64, text, i ? " x" : "", d->values[i]);
  return d->word ? kn_text(file, "%s %s", text, d->word) : text;
}
