// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention: the values are divided by the sums of the softmax,
//
//   top[i] = max[j] s[i, j]                        top[i] = max[j] s[i, j]
//   e[i, j] = f16(exp(s[i, j] - top[i]))           e[i, j] = f16(exp(s[i, j] - top[i]))
//   total[i] = sum[j] f32(e[i, j])              -> total[i] = sum[j] f32(e[i, j])
//   y[i, d] = (sum[j] ... v[j, d]) / total[i]      total_inverse[i] = 1 / total[i]
//                                                  y[i, d] = (sum[j] ...) * total_inverse[i]
//
// A scale per row leaves with the sums. One of the exponents is 0, so the total is at least 1 and
// at most the number of terms, or NaN: its inverse is a normal number.
#include "contract.h"
#include "rows.h"

#define T(...) kn_text(r->file, __VA_ARGS__)

static struct line **find_line(struct line **at, const struct kn_tensor *t) {
  while (*at && (*at)->target != t)
    at = &(*at)->next;
  return *at && !(*at)->part && !(*at)->scatter ? at : NULL;
}

static const struct kn_expr *without_casts(const struct kn_expr *e) {
  while (e->kind == KN_CAST && kn_type_is_float(e->type))
    e = e->args[0];
  return e;
}

// A read at different plain indices.
static bool is_plain(const struct kn_expr *e) {
  if (e->kind != KN_READ || !e->num_args)
    return false;
  for (unsigned i = 0; i < e->num_args; i++)
    if (!kn_plain_index(e->args[i]))
      return false;
  return true;
}

// The place of an index among the arguments of a plain read; num_args: none.
static unsigned place(const struct kn_expr *read, const struct kn_index *index) {
  unsigned i = 0;
  while (i < read->num_args && kn_plain_index(read->args[i]) != index)
    i++;
  return i;
}

// Is it exp(s[..., j, ...] - top[...]) where top is the maximum of s over j?
static bool is_softmax(struct line **first, const struct kn_expr *e, const struct kn_index *j) {
  if (e->kind != KN_CALL || e->builtin != KN_EXP || e->args[0]->kind != KN_BINARY ||
      e->args[0]->op != KN_SUB)
    return false;
  const struct kn_expr *s = e->args[0]->args[0], *top = e->args[0]->args[1];
  struct line **at = is_plain(s) && is_plain(top) ? find_line(first, top->tensor) : NULL;
  if (!at || !(*at)->reduces || (*at)->value->reduction != KN_RMAX ||
      (*at)->value->num_indices != 1)
    return false;
  const struct line *l = *at;
  const struct kn_expr *of = l->value->args[0];
  if (!is_plain(of) || of->tensor != s->tensor || !l->value->indices[0]->extent ||
      l->value->indices[0]->extent != j->extent || top->num_args != l->rank ||
      of->num_args != l->rank + 1)
    return false;
  // The same element of s: j where the maximum has its index, the others as top has them.
  unsigned of_j = place(of, l->value->indices[0]);
  if (of_j == of->num_args || kn_plain_index(s->args[of_j]) != j)
    return false;
  for (unsigned i = 0; i < l->rank; i++) {
    unsigned at_s = place(of, l->index[i]);
    if (at_s == of->num_args || kn_plain_index(s->args[at_s]) != kn_plain_index(top->args[i]))
      return false;
  }
  return true;
}

// Is it the line of the sums of a softmax?
static bool is_total(struct line **first, const struct line *l) {
  if (!l->reduces || l->value->reduction != KN_SUM || l->value->num_indices != 1 ||
      l->value->type != KN_F32 || !l->value->indices[0]->extent)
    return false;
  const struct kn_index *j = l->value->indices[0];
  const struct kn_expr *e = without_casts(l->value->args[0]);
  if (!is_plain(e))
    return is_softmax(first, e, j);
  struct line **at = find_line(first, e->tensor);
  unsigned of_j = place(e, j);
  return at && !(*at)->reduces && of_j < e->num_args &&
         is_softmax(first, without_casts((*at)->value), (*at)->index[of_j]);
}

static struct kn_expr *find_division(struct kn_expr *e, const struct kn_tensor *sums) {
  if (e->kind == KN_BINARY && e->op == KN_DIV && e->type == KN_F32 && e->args[0]->kind == KN_READ &&
      e->args[0]->tensor == sums && is_plain(e->args[1]))
    return e;
  struct kn_expr *found = NULL;
  for (unsigned i = 0; !found && i < e->num_args; i++)
    if (e->args[i])
      found = find_division(e->args[i], sums);
  return found;
}

bool kn_multiply_by_reciprocal(struct rows *r, struct line **first, struct line *l) {
  struct line **reader = kn_only_reader(r, l);
  struct kn_expr *division = reader ? find_division((*reader)->value, l->target) : NULL;
  struct line **at = division ? find_line(first, division->args[1]->tensor) : NULL;
  if (!at || !is_total(first, *at))
    return false;
  struct line *total = *at;
  struct kn_expr *one = kn_new_expr(r->file, KN_FLOAT, division->range);
  one->type = KN_F32;
  one->fval = 1;
  struct kn_expr *read = rows_new_read(r, total->target, division->range);
  for (unsigned i = 0; i < total->rank; i++)
    rows_add_index(r, read, total->index[i]);
  struct kn_expr *inverse = rows_insert_line(
      r, &total->next, total->stmt, T("%s_inverse", total->target->name),
      rows_binary(r, KN_DIV, one, read), total->rank, total->index, total->target->dims);
  read = rows_new_read(r, inverse->tensor, division->range);
  read->num_args = division->args[1]->num_args;
  for (unsigned i = 0; i < read->num_args; i++)
    read->args[i] = division->args[1]->args[i];
  division->op = KN_MUL;
  division->args[1] = read;
  return true;
}
