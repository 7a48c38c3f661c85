// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a schedule says about a product of a row program: which of its plans are left.
#include "decide.h"
#include "internal.h"
#include "rows.h"

#include <mtia/knyfe_plan.h>

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

static bool refuse(struct rows *r) {
  r->failed = true;
  return false;
}

// The decision about a product's result: by the name of the sums or of what leaves with them.
static struct kn_decision *about_result(struct rows *r, const struct line *l,
                                        enum kn_decision_key key) {
  struct kn_decision *d = kn_decide(r->kernel, key, l->target);
  return d ? d : kn_decide(r->kernel, key, l->stmt->target);
}

//===----------------------------------------------------------------------===//
// Single decisions
//===----------------------------------------------------------------------===//

// A tile is what a team of PEs computes at a time.
static bool decide_tile(struct rows *r, struct line *l, const struct kp_shape *s) {
  struct kn_decision *d = about_result(r, l, KN_TILE);
  struct kn_contraction *c = &l->contraction;
  if (!d)
    return true;
  unsigned rank = l->target->rank;
  if (d->num_values == rank + 1) {
    kn_disobey(r->file, d, NULL, "this product takes %d bytes of the summed dimension at a time",
               KP_CHUNK);
    return refuse(r);
  }
  if (d->num_values != rank) {
    kn_disobey(r->file, d, NULL, "'%s' takes one size for each of its %u dimensions", d->name,
               rank);
    return refuse(r);
  }
  int64_t near[KN_MAX_RANK];
  bool same = true;
  for (unsigned i = 0; i < rank; i++) {
    uint32_t side = (int)i == c->row ? s->rows : s->columns;
    int64_t blocks = d->values[i] / KP_BLOCK;
    near[i] = 1;
    if ((int)i == c->row || (int)i == c->column)
      near[i] = KP_BLOCK * (int64_t)kp_part(side, blocks < 1      ? 1
                                                  : blocks > side ? side
                                                                  : (uint32_t)blocks);
    same = same && near[i] == d->values[i];
  }
  if (!same) {
    const char *text = T("tile(%s) =", d->name);
    for (unsigned i = 0; i < rank; i++)
      text = T("%s%s %" PRId64, text, i ? " x" : "", near[i]);
    kn_disobey(r->file, d, text,
               "a team of PEs computes it together, a block of %d x %d each; teams divide the %u x "
               "%u PEs",
               KP_BLOCK, KP_BLOCK, s->rows, s->columns);
    return refuse(r);
  }
  c->limits.team_rows = c->row < 0 ? 1 : (uint32_t)(near[c->row] / KP_BLOCK);
  c->limits.team_columns = (uint32_t)(near[c->column] / KP_BLOCK);
  kn_obey(kn_decide(r->kernel, KN_TILE, l->target));
  kn_obey(kn_decide(r->kernel, KN_TILE, l->stmt->target));
  return true;
}

static bool decide_split(struct rows *r, struct line *l, const struct kp_shape *s) {
  struct kn_contraction *c = &l->contraction;
  struct kn_decision *d = kn_decide_split(r->kernel, c->k->name);
  if (!d)
    return true;
  int64_t possible = 1;
  while (possible * 2 <= d->values[0] &&
         (kp_can_split(s, (uint32_t)possible * 2, false) ||
          kp_can_split(s, (uint32_t)possible * 2, true)) &&
         (possible * 2 - 1) *
                 (int64_t)(kp_ceil_div(s->k / KP_STEP, (uint64_t)possible * 2) * KP_STEP) <
             (int64_t)s->k)
    possible *= 2;
  if (possible != d->values[0]) {
    kn_disobey(r->file, d, T("split(%s) = %" PRId64, d->name, possible),
               s->splits
                   ? "the parts are added up along the %u PEs of a row or the %u of a column, each "
                     "takes %u bytes or more"
                   : "two summed dimensions that do not lie side by side are not divided (%u x %u "
                     "PEs, %u bytes)",
               s->columns, s->rows, (unsigned)KP_STEP);
    return refuse(r);
  }
  c->limits.parts = (uint32_t)possible;
  kn_obey(d);
  return true;
}

static bool decide_place(struct rows *r, const struct kn_tensor *t, int *keep) {
  struct kn_decision *d = kn_decide(r->kernel, KN_RESIDENT, t);
  bool local = kn_decided_place(r->kernel, t) == KN_PLACE_LOCAL;
  if (!d)
    return true;
  if (!keep && local) {
    kn_disobey(r->file, d, T("resident(%s) = sram, or dram", d->name),
               "only an operand of a product can stay in local memory");
    return refuse(r);
  }
  if (keep)
    *keep = local ? 1 : -1;
  kn_obey(d);
  return true;
}

// What leaves with the sums is done by the SIMD engine; the sums themselves: kn_find_contractions.
static void decide_unit(struct rows *r, const struct line *l) {
  if (l->target->id != l->stmt->target->id && kn_decided_unit(r->kernel, l->target) == KN_UNIT_SE)
    kn_obey(kn_decide(r->kernel, KN_UNIT, l->target));
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

static bool allows(const struct kn_product_limits *m, const struct kp_plan *p) {
  return (!m->keep_x || p->keep_x == (m->keep_x > 0)) &&
         (!m->keep_w || p->keep_w == (m->keep_w > 0));
}

struct kp_plan kn_product_plan(const struct kp_shape *s, const struct kn_product_limits *m) {
  struct kp_plan best = {.cycles = UINT64_MAX};
  if (!m->parts && !m->team_rows && !m->team_columns && !m->keep_x && !m->keep_w)
    return kp_search(s);
  for (uint32_t i = 0; i < KP_CHAINS; i++) {
    const struct kp_plan chains = kp_chains(i);
    if (!kp_can_split(s, chains.parts, chains.down) || (m->parts && chains.parts != m->parts))
      continue;
    const uint32_t high = kp_chain_rows(s, &chains), wide = kp_chain_columns(s, &chains);
    for (uint32_t rows = 1; rows <= high; rows++)
      for (uint32_t columns = 1; columns <= wide; columns++) {
        struct kp_plan p = {.cycles = UINT64_MAX};
        if ((m->team_rows && rows != m->team_rows) ||
            (m->team_columns && columns != m->team_columns) || high % rows || wide % columns ||
            !kp_try(s, chains.parts, chains.down, rows, columns, &p))
          continue;
        if (allows(m, &p) && p.cycles < best.cycles)
          best = p;
      }
  }
  return best;
}

// Sizes that only the launch knows: it plans, too.
static bool left_to_launch(struct rows *r, const struct line *l) {
  const struct kn_contraction *c = &l->contraction;
  struct kn_decision *about[] = {about_result(r, l, KN_TILE),
                                 kn_decide_split(r->kernel, c->k->name),
                                 kn_decide(r->kernel, KN_RESIDENT, c->x.tensor),
                                 kn_decide(r->kernel, KN_RESIDENT, c->w.tensor)};
  bool ok = true;
  for (size_t i = 0; i < sizeof about / sizeof *about; i++)
    if (about[i]) {
      kn_disobey(r->file, about[i], "give the sizes with --shape, or leave it out",
                 "without sizes a product is planned at the launch");
      ok = refuse(r);
    }
  return ok;
}

bool kn_decide_product(struct rows *r, struct line *l) {
  struct kn_contraction *c = &l->contraction;
  decide_unit(r, l);
  if (!rows_all_known(r))
    return left_to_launch(r, l);
  const struct kp_shape s = kn_product_shape(r, l);
  c->limits = (struct kn_product_limits){0};
  if (!decide_tile(r, l, &s) || !decide_split(r, l, &s) ||
      !decide_place(r, c->x.tensor, &c->limits.keep_x) ||
      !decide_place(r, c->w.tensor, &c->limits.keep_w) ||
      (c->bias && !decide_place(r, c->bias, NULL)) || !decide_place(r, l->target, NULL))
    return false;
  if (!s.batch || !s.m || !s.n || kn_product_plan(&s, &c->limits).cycles != UINT64_MAX)
    return true;
  struct kn_decision *d = c->limits.keep_x   ? kn_decide(r->kernel, KN_RESIDENT, c->x.tensor)
                          : c->limits.keep_w ? kn_decide(r->kernel, KN_RESIDENT, c->w.tensor)
                          : about_result(r, l, KN_TILE) ? about_result(r, l, KN_TILE)
                                                        : kn_decide_split(r->kernel, c->k->name);
  bool local = d->key == KN_RESIDENT && kn_decided_place(r->kernel, d->tensor) == KN_PLACE_LOCAL;
  if (local && KP_BLOCK * (uint64_t)s.k / (c->limits.parts ? c->limits.parts : 1) >
                   MTIA_LOCAL_SIZE - s.aside - 2 * KP_STREAM) {
    const struct kn_need needs[] = {
        {d->name, (int64_t)(KP_BLOCK * s.k / (c->limits.parts ? c->limits.parts : 1))},
        {"what streams", 2 * KP_STREAM},
        {"results and bias", s.aside}};
    kn_needs_local(r->file, d->range, kn_decision_text(r->file, d), needs, 3,
                   "divide the sum over more PEs with split, or leave it out: then it streams");
  } else
    kn_disobey(r->file, d, "leave it out, or decide less beside it",
               "no plan for %u x %u PEs does so with a product of this shape", s.rows, s.columns);
  return refuse(r);
}
