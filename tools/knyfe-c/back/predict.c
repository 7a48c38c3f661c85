// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "backend.h"
#include "diag.h"
#include "explain.h"
#include "size.h"

#include <inttypes.h>
#include <string.h>

//===----------------------------------------------------------------------===//
// A lower bound for core 1
//===----------------------------------------------------------------------===//

// The indices of a statement: bit i of a set is the one with id i.
struct least {
  double extents[64];
  double cycles;
};

// How often a range is gone through at least; of ranges that depend on data or on other indices
// (windows of a scan, bags) nothing is known.
static double extent(const struct kn_index *index) {
  if (index->extent && index->extent->size >= 0)
    return (double)index->extent->size;
  if (index->lo && index->hi && index->lo->kind == KN_INT && index->hi->kind == KN_INT)
    return index->hi->ival > index->lo->ival ? (double)(index->hi->ival - index->lo->ival) : 0;
  return 1;
}

static uint64_t bind(struct least *l, struct kn_index *const *indices, unsigned num) {
  uint64_t set = 0;
  for (unsigned i = 0; i < num; i++)
    if (indices[i] && indices[i]->id < 64) {
      l->extents[indices[i]->id] = extent(indices[i]);
      set |= (uint64_t)1 << indices[i]->id;
    }
  return set;
}

// Operations of one kind on all values that differ: one for each combination of the indices in the
// set, as whoever computes it need not do so twice.
static void operations(struct least *l, uint64_t set, enum kn_type type) {
  double times = 1;
  for (unsigned i = 0; i < 64; i++)
    if (set >> i & 1)
      times *= l->extents[i];
  l->cycles += times * kn_type_bits(type) / (8.0 * KN_DEV_vector_bytes);
}

// Widening is part of the operation that uses the result, and so is what stands at an edge.
static bool is_free(const struct kn_expr *e) {
  if (e->kind == KN_CAST)
    return kn_type_is_float(e->type) == kn_type_is_float(e->args[0]->type);
  return e->kind < KN_UNARY || (e->kind == KN_CALL && e->builtin == KN_PAD);
}

// Adds an expression's operations; the indices on which its value depends. One operation each,
// functions and quotients too: the SE does as many of them per cycle.
static uint64_t vectors(struct least *l, const struct kn_expr *e, bool fused) {
  if (e->kind == KN_INDEX)
    return e->index && e->index->id < 64 ? (uint64_t)1 << e->index->id : 0;
  uint64_t set = 0, bound = 0;
  if (e->kind == KN_REDUCE) {
    bound = bind(l, e->indices, e->num_indices);
    for (unsigned i = 0; i < e->num_indices; i++) {
      struct least bounds = {.cycles = 0};
      set |= e->indices[i]->lo ? vectors(&bounds, e->indices[i]->lo, false) : 0;
      set |= e->indices[i]->hi ? vectors(&bounds, e->indices[i]->hi, false) : 0;
    }
  }
  // A product that is added up is one operation with the sum.
  bool sums = e->kind == KN_REDUCE && e->reduction == KN_SUM && e->args[0]->kind == KN_BINARY &&
              e->args[0]->op == KN_MUL;
  struct least addresses = {.cycles = 0};
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      set |= vectors(e->kind == KN_READ ? &addresses : l, e->args[i], sums);
  if (!is_free(e) && !fused)
    operations(l, set | bound, e->kind == KN_BINARY ? e->args[0]->type : e->type);
  return set & ~bound;
}

static double least_vectors(const struct kn_kernel *k, unsigned pes) {
  double cycles = 0;
  for (const struct kn_stmt *s = k->stmts; s; s = s->next) {
    struct least l = {.cycles = 0};
    bind(&l, s->indices, s->kind == KN_SCATTER ? s->num_indices : s->rank);
    if (s->value)
      vectors(&l, s->value, false);
    cycles += l.cycles;
  }
  return cycles / pes;
}

//===----------------------------------------------------------------------===//
// The prediction
//===----------------------------------------------------------------------===//

// Core 1's lines and the numbers of a phase, as another PE has them.
static void adopt(struct pg_program *to, const struct pg_program *from, unsigned phase) {
  unsigned lines = 0, facts = 0;
  for (unsigned i = 0; i < to->num_lines; i++)
    if (to->lines[i].phase != phase)
      to->lines[lines++] = to->lines[i];
  for (unsigned i = 0; i < from->num_lines && lines < PG_LINES; i++)
    if (from->lines[i].phase == phase)
      to->lines[lines++] = from->lines[i];
  for (unsigned i = 0; i < to->num_facts; i++)
    if (to->facts[i].phase != phase)
      to->facts[facts++] = to->facts[i];
  for (unsigned i = 0; i < from->num_facts && facts < PG_FACTS; i++)
    if (from->facts[i].phase == phase)
      to->facts[facts++] = from->facts[i];
  to->num_lines = lines;
  to->num_facts = facts;
}

// All PEs wait for each other between phases, so a phase takes as long as the PE needs that is done
// last.
static bool predict_at(struct kn_prediction *p, struct kn_kernel *kernel,
                       const struct kn_target *target, unsigned row, unsigned col) {
  struct pg_program program;
  struct tl_result result = {0};
  bool ok = pg_follow(&program, &p->totals, &p->text, kernel, target->grid_rows, target->grid_cols,
                      row, col);
  if (ok)
    tl_run(&result, &program);
  if (ok && !p->ok) {
    p->program = program;
    p->result = result;
    return p->ok = true;
  }
  for (unsigned i = 0; ok && i < result.num_phases && i < p->result.num_phases; i++)
    if (result.phases[i].cycles > p->result.phases[i].cycles) {
      p->result.cycles += result.phases[i].cycles - p->result.phases[i].cycles;
      p->result.phases[i] = result.phases[i];
      adopt(&p->program, &program, i);
    }
  p->result.stuck = p->result.stuck || result.stuck;
  pg_free(&program);
  return ok;
}

// PEs that may be the last: corners, as the first ones have the most tiles and the last one of a
// row waits for the sums of the others; who moves or multiplies most in a phase.
enum { MAX_SUSPECTS = 8 };
static void suspect(unsigned *pes, unsigned *num, unsigned pe) {
  for (unsigned i = 0; i < *num; i++)
    if (pes[i] == pe)
      return;
  if (*num < MAX_SUSPECTS)
    pes[(*num)++] = pe;
}

static unsigned greatest(const float *of_pes, unsigned num) {
  unsigned most = 0;
  for (unsigned i = 1; i < num; i++)
    most = of_pes[i] > of_pes[most] ? i : most;
  return most;
}

static bool predict(struct kn_prediction *p, struct kn_kernel *kernel,
                    const struct kn_target *target) {
  unsigned rows = target->grid_rows, cols = target->grid_cols, pes[MAX_SUSPECTS], num = 0;
  if (!pg_count(&p->totals, &p->text, kernel, rows, cols))
    return false;
  suspect(pes, &num, 0);
  suspect(pes, &num, cols - 1);
  if (p->text.products)
    suspect(pes, &num, rows * cols - 1);
  for (unsigned i = 0; i < p->totals.num_phases; i++) {
    suspect(pes, &num, greatest(p->totals.products[i], rows * cols));
    suspect(pes, &num, greatest(p->totals.bytes[i], rows * cols));
  }
  for (unsigned i = 0; i < num; i++)
    if (!predict_at(p, kernel, target, pes[i] / cols, pes[i] % cols))
      return false;
  return true;
}

bool kn_predict(struct kn_prediction *p, struct kn_file *file, struct kn_kernel *kernel,
                const struct kn_target *target, const char *c) {
  *p = (struct kn_prediction){.ok = false};
  p->least_vector_cycles = least_vectors(kernel, target->grid_rows * target->grid_cols);
  if (!ct_read(&p->text, file, kn_text(file, "%s.c", kernel->name), c)) {
    kn_report(file, KN_DIAG_internal, kernel->range,
              "internal error in the compiler: its own text is not understood: %s",
              p->text.unknown);
    return false;
  }
  bool ok = predict(p, kernel, target);
  if (!ok)
    kn_report(file, KN_DIAG_internal, kernel->range,
              "internal error in the compiler: the kernel is too long to be predicted");
  // Products are the DPE's.
  for (unsigned i = 0; i < p->result.num_phases; i++)
    if (p->result.phases[i].busy[KN_DPE] > 0)
      p->least_vector_cycles = 0;
  return ok;
}

void kn_prediction_free(struct kn_prediction *p) {
  if (p->ok)
    pg_free(&p->program);
}
