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

static double extent(const struct kn_index *index) {
  return index->extent && index->extent->size >= 0 ? (double)index->extent->size : 1;
}

// Vector cycles of an expression that is computed `times` times; what stands in a reduction is
// computed for each of its turns.
static double vectors(const struct kn_expr *e, double times) {
  if (e->kind == KN_READ)
    return 0;
  double cycles = 0;
  if (e->kind == KN_REDUCE) {
    double turns = 1;
    for (unsigned i = 0; i < e->num_indices; i++)
      turns *= extent(e->indices[i]);
    times *= turns;
    cycles = times * kn_type_bits(e->type) / (8.0 * KN_DEV_vector_bytes);
  } else if (e->kind >= KN_UNARY) {
    // One operation each, functions and quotients too: the SE does as many of them per cycle.
    enum kn_type type = e->kind == KN_BINARY ? e->args[0]->type : e->type;
    cycles = times * kn_type_bits(type) / (8.0 * KN_DEV_vector_bytes);
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      cycles += vectors(e->args[i], times);
  return cycles;
}

static double least_vectors(const struct kn_kernel *k, unsigned pes) {
  double cycles = 0;
  for (const struct kn_stmt *s = k->stmts; s; s = s->next) {
    double times = 1;
    for (unsigned i = 0; i < (s->kind == KN_SCATTER ? s->num_indices : s->rank); i++)
      times *= extent(s->indices[i]);
    if (s->value)
      cycles += vectors(s->value, times);
  }
  return cycles / pes;
}

//===----------------------------------------------------------------------===//
// The prediction
//===----------------------------------------------------------------------===//

// The PE that is done last: the first ones have the most tiles, the last of a row waits for the
// sums of the others.
static bool predict_at(struct kn_prediction *p, struct kn_kernel *kernel,
                       const struct kn_target *target, unsigned row, unsigned col) {
  struct pg_program program;
  struct tl_result result = {0};
  bool ok = pg_follow(&program, &p->text, kernel, target->grid_rows, target->grid_cols, row, col);
  if (ok)
    tl_run(&result, &program);
  if (!ok || (p->ok && result.cycles <= p->result.cycles)) {
    pg_free(&program);
    return ok;
  }
  if (p->ok)
    pg_free(&p->program);
  p->program = program;
  p->result = result;
  // Products are the DPE's.
  for (unsigned i = 0; i < result.num_phases; i++)
    if (result.phases[i].busy[KN_DPE] > 0)
      p->least_vector_cycles = 0;
  return p->ok = true;
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
  // Corners: who has the most tiles, or units of a product, depends on how they are dealt out.
  unsigned rows = target->grid_rows, cols = target->grid_cols;
  bool ok = predict_at(p, kernel, target, 0, 0);
  if (ok && cols > 1)
    ok = predict_at(p, kernel, target, 0, cols - 1);
  if (ok && rows > 1 && p->text.products)
    ok = predict_at(p, kernel, target, rows - 1, cols - 1);
  if (!ok)
    kn_report(file, KN_DIAG_internal, kernel->range,
              "internal error in the compiler: the kernel is too long to be predicted");
  return ok;
}

void kn_prediction_free(struct kn_prediction *p) {
  if (p->ok)
    pg_free(&p->program);
}
