// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The blocks of a PE, in the order of its plan (plan.h). Both cores walk over the same blocks; the
// sequence of loads that members of a multicast must agree on follows from it.
#ifndef MTIA_KERNELS_MATMUL_WALK_H
#define MTIA_KERNELS_MATMUL_WALK_H

#include "../util.h"
#include "plan.h"

// What is the same for all blocks of a PE.
struct mm_share {
  uint32_t team_row, team_col; // this PE's place in its team
  uint32_t row_at, col_at;     // the grid's row and column where the team begins
  uint64_t begin, end;         // units
  uint32_t strip_sets;         // in which this PE has a strip
  uint32_t block_sets;         // and a block
};

enum mm_side { MM_ALONE, MM_LEFT, MM_RIGHT };
struct mm_walk {
  uint64_t units; // of the team's that are left, this one included; 0: nothing is left
  uint64_t batch;
  uint32_t panel, strip_set, block_set;
  uint32_t left;       // blocks of this PE's in this unit, this one included
  bool new_x, new_w;   // the first block of a strip; a block of a panel for the first time
  bool last_x, last_w; // the last ones
  uint32_t row, rows;  // of y
  uint64_t column;     //
  uint32_t columns;    //
  enum mm_side side;   // which of a pair of blocks
  bool fresh;          // the unit is the team's first of this panel
};

static inline struct mm_share mm_my_share(const struct mm_shape *s, const struct mm_plan *p) {
  uint32_t row = mtia_row(), col = mtia_col();
  uint32_t down = (uint32_t)kn_div(row, p->team_rows), right = (uint32_t)kn_div(col, p->team_cols);
  struct mm_share share = {.row_at = down * p->team_rows, .col_at = right * p->team_cols};
  share.team_row = row - share.row_at;
  share.team_col = col - share.col_at;
  uint32_t across = (uint32_t)kn_div(s->cols, p->team_cols);
  uint64_t teams = kn_div(s->rows, p->team_rows) * across;
  struct kn_range mine =
      kn_share(s->batch * p->panels * p->strip_sets, down * across + right, teams);
  share.begin = mine.begin;
  share.end = mine.end;
  // The last sets may be ragged: not every PE has a strip or a block in them.
  share.strip_sets =
      p->strip_sets - ((p->strip_sets - 1) * p->team_rows + share.team_row >= p->strips);
  share.block_sets = p->block_sets;
  while (share.block_sets && mm_block(p, share.block_sets - 1, share.team_col) >= p->blocks)
    share.block_sets--;
  return share;
}

static inline void mm_next_unit(const struct mm_plan *p, struct mm_walk *w) {
  w->units--;
  w->fresh = ++w->strip_set == p->strip_sets;
  if (w->fresh) {
    w->strip_set = 0;
    if (++w->panel == p->panels) {
      w->panel = 0;
      w->batch++;
    }
  }
}

// Goes on to the first unit from here on in which this PE has blocks.
static inline void mm_seek(const struct mm_plan *p, const struct mm_share *s, struct mm_walk *w) {
  while (w->units) {
    uint32_t first = w->panel * p->panel;
    if (w->strip_set < s->strip_sets && first < s->block_sets) {
      w->block_set = first;
      w->left = (uint32_t)kn_min(p->panel, s->block_sets - first);
      w->new_x = true;
      w->new_w = w->fresh;
      w->last_w = w->units == 1 || w->strip_set + 1 == s->strip_sets;
      return;
    }
    mm_next_unit(p, w);
  }
}

static inline void mm_locate(const struct mm_shape *shape, const struct mm_plan *p,
                             const struct mm_share *s, struct mm_walk *w) {
  w->row = (w->strip_set * p->team_rows + s->team_row) * MM_BLOCK;
  w->rows = (uint32_t)kn_min(MM_BLOCK, shape->m - w->row);
  uint32_t block = mm_block(p, w->block_set, s->team_col);
  w->side = MM_ALONE;
  if (mm_paired(p, w->block_set) && (block | 1) < p->blocks)
    w->side = w->block_set & 1 ? MM_RIGHT : MM_LEFT;
  w->column = (uint64_t)block * shape->columns;
  w->columns = (uint32_t)kn_min(shape->columns, shape->n - w->column);
  w->last_x = w->left == 1;
}

static inline struct mm_walk mm_begin(const struct mm_shape *shape, const struct mm_plan *p,
                                      const struct mm_share *s) {
  struct mm_walk w = {.units = s->end - s->begin, .fresh = true};
  if (w.units == 0)
    return w;
  uint64_t per_product = (uint64_t)p->panels * p->strip_sets;
  w.batch = kn_div(s->begin, per_product);
  uint32_t at = (uint32_t)(s->begin - w.batch * per_product);
  w.panel = (uint32_t)kn_div(at, p->strip_sets);
  w.strip_set = at - w.panel * p->strip_sets;
  mm_seek(p, s, &w);
  if (w.units)
    mm_locate(shape, p, s, &w);
  return w;
}

static inline void mm_next(const struct mm_shape *shape, const struct mm_plan *p,
                           const struct mm_share *s, struct mm_walk *w) {
  if (--w->left) {
    w->block_set++;
    w->new_x = false;
  } else {
    mm_next_unit(p, w);
    mm_seek(p, s, w);
    if (w->units == 0)
      return;
  }
  mm_locate(shape, p, s, w);
}

// Grid columns of the team that have a block in this set: they read the same x.
static inline uint32_t mm_x_members(const struct mm_plan *p, const struct mm_share *s,
                                    const struct mm_walk *w) {
  uint32_t left = p->blocks - mm_block(p, w->block_set, 0);
  if (mm_paired(p, w->block_set))
    left = (left + 1) / 2;
  uint32_t count = (uint32_t)kn_min(p->team_cols, left);
  return count == 1 ? 0 : ((1u << count) - 1) << s->col_at;
}
// Grid rows of the team that have a strip in this set: they read the same w.
static inline uint32_t mm_w_members(const struct mm_plan *p, const struct mm_share *s,
                                    const struct mm_walk *w) {
  uint32_t count = (uint32_t)kn_min(p->team_rows, p->strips - w->strip_set * p->team_rows);
  return count == 1 ? 0 : ((1u << count) - 1) << s->row_at;
}

#endif
