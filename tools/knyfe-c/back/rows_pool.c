// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows of two columns: max[i in 0..2, j in 0..2] x[2 * h + i, 2 * w + j]. What vectors along w
// read for j = 0 and for j = 1 lies side by side. So pairs are loaded and reduced over all other
// indices as they are, and the two of each pair at last: of each row a load and an operation, where
// either element by itself takes a load, a choice of every second element, and an operation.
#include "rows_value.h"

#define T(...) kn_text(s->r->file, __VA_ARGS__)

static bool has_pairs(const struct reduction *d) {
  switch (d->kind) {
  case KN_RMAX:
  case KN_RMIN:
    return d->type != KN_BF16 && d->type != KN_BOOL;
  case KN_SUM:
  case KN_MEAN:
    return d->type == KN_F32;
  default:
    return false;
  }
}

const struct kn_index *rows_find_two(const struct scope *s, const struct reduction *d) {
  const struct kn_expr *e = d->e, *read = e->args[0];
  if (!s->along || d->own || !d->vector || d->place || s->count || s->guarded || !has_pairs(d) ||
      read->kind != KN_READ || read->type != d->type || read->type != read->tensor->type ||
      read->tensor->rows)
    return NULL;
  const struct local *array = rows_local(s->p, read->tensor);
  if (!rows_operand(s->p, read->tensor) && !(array && array->array))
    return NULL;
  const unsigned last = read->num_args - 1;
  if (rows_coefficient(read->args[last], s->along) != 2)
    return NULL;
  for (unsigned i = 0; i < e->num_indices; i++) {
    const struct kn_index *j = e->indices[i];
    bool fits = rows_range_size(j) == 2 && rows_coefficient(read->args[last], j) == 1;
    for (unsigned k = 0; k < e->num_indices; k++) // ranges of the others
      if (!e->indices[k]->extent)
        fits = fits && !rows_depends(e->indices[k]->lo, j) && !rows_depends(e->indices[k]->hi, j);
    for (unsigned k = 0; k < last; k++)
      fits = fits && !rows_depends(read->args[k], j) && !rows_depends(read->args[k], s->along);
    if (fits)
      return j;
  }
  return NULL;
}

static const char *operation(const struct reduction *d) {
  return d->kind == KN_RMAX ? "max" : d->kind == KN_RMIN ? "min" : "add";
}

void rows_begin_pairs(struct scope *s, const struct reduction *d, const char *start) {
  const char *type = T("kn_%sx%u", kn_type_name(d->type), 2 * s->lanes);
  rows_put(s->r, "%s %s = (%s)(%s);", type, d->name, type, start);
}

void rows_step_pairs(struct scope *s, const struct reduction *d) {
  rows_put(s->r, "%s = kn_%s_pairs_%s(%s, %s);", d->name, operation(d),
           rows_suffix(s, d->type, true), d->name, rows_load_pairs(s, d->e->args[0]));
}

const char *rows_end_pairs(struct scope *s, const struct reduction *d) {
  return T("kn_%s_of_pairs_%s(%s)", operation(d), rows_suffix(s, d->type, true), d->name);
}
