// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layer: what the types have in common. fc_plan.h deals the layer out; here is one
// PE's share, and core 0, which moves x, w and what belongs to columns into circular buffers,
// chunk by chunk, in the order in which they are used. Core 1 (fc_compute.h) multiplies, reduces
// and drains. The cores meet twice at the start, and at the end; everything else is the circular
// buffers' checks.
//
// What a layer waits for comes first: core 0 finds out no more than the first loads need, and
// tells core 1 what the first products are; the rest of its share, and core 1's look at the other
// arguments, come while these are on their way.
#ifndef MTIA_KERNELS_FC_H
#define MTIA_KERNELS_FC_H

#include "../util.h"
#define FC_MAKE_STACK() kn_make_stack(6)
#include "fc_plan.h"

#include <mtia/kernels.h>

enum {
  CB_X,
  CB_W,
  CB_BIAS,
  CB_SCALES, // per channel
  CB_Y,
  CB_X_SUMS,    // of the rows of a chunk of x,
  CB_X_TERMS,   // times -zero_w
  CB_W_SUMS,    // and of w,
  CB_W_TERMS,   // times -zero_x
  CB_CONSTANTS, // -zero_w, -zero_x; from FC_CONSTANT_ROWS on 32 times what belongs to both
};
enum { FC_CONSTANT_ROWS = 64 };

// A layer, without what only launched kernels have.
struct fc_job {
  const struct mtia_tensor *x, *w, *y;
  uint64_t bias;   // address, 0: none
  uint64_t scales; // address of one scale, or multiplier and shift, for each column; 0: none
  uint32_t scale_bytes;
  uint32_t in_log2, y_log2; // of the bytes of an element
  enum mtia_drain_type type;
  int32_t zero_x, zero_w;
  uint64_t qscale, qout, qmode, qclamp; // the command registers
  const struct mtia_tensor *next;       // w of a later layer, to be brought into the SRAM; NULL
};

// What this PE does of the plan.
struct fc_share {
  _Alignas(8) struct fc_plan plan;
  uint32_t m, n;             // of the layer
  uint32_t row, col;         // first row of x, first row of w
  uint32_t strips, panels;   // how many
  uint32_t k_begin, k_bytes; // slice of every row
  uint32_t k_padded;         // k_bytes rounded up to a step
  bool first, last;          // of the chain along the row
  bool x_down;               // x is shared along the column, not along the row
  bool unused;
  uint32_t row_members;     // columns that share this PE's x, if all have work
  uint32_t row_group;       // n group of this row's first column, or of this column's first row
  uint32_t row_group_count; // groups of a row
  uint32_t column_at;       // first row of those that share this PE's w
  uint32_t full_m, rest_m;  // groups with my_m tiles, and the tiles of the one behind them
  uint32_t full_n, rest_n;
};

static inline uint32_t fc_dealt(uint32_t tiles, uint32_t first, uint32_t most) {
  return first < tiles ? fc_min(tiles - first, most) : 0;
}

// Of groups with `mine` tiles each: how many have all of them, and what the one behind has.
static inline void fc_full(uint32_t tiles, uint32_t mine, uint32_t groups, uint32_t *full,
                           uint32_t *rest) {
  *full = groups;
  *rest = 0;
  if (tiles != mine * groups) {
    *full = tiles / mine;
    *rest = tiles - *full * mine;
  }
}

// Every 2^log2-th of up to 16 columns, log2 up to 3: a byte of a constant, twice.
static inline uint32_t fc_every(uint32_t log2) {
  uint32_t columns = 0x011155ffu >> 8 * log2 & 0xff;
  return columns | columns << 8;
}

static inline struct fc_size fc_size(const struct fc_job *j) {
  return (struct fc_size){.m = j->x->dim[0],
                          .n = j->w->dim[0],
                          .k_bytes = j->x->dim[1] << j->in_log2,
                          .y_size = 1u << j->y_log2,
                          .x_in_dram = j->x->data >= MTIA_DRAM_BASE,
                          .w_in_dram = j->w->data >= MTIA_DRAM_BASE};
}

// What the first loads need of a share, from the plan.
static inline __attribute__((always_inline)) void fc_place(struct fc_share *s,
                                                           const struct fc_size *size) {
  const struct fc_plan *p = &s->plan;
  uint32_t rows = mtia_rows(), cols = mtia_cols(), row = mtia_row(), col = mtia_col();
  s->m = (uint32_t)size->m;
  s->n = (uint32_t)size->n;
  uint32_t parts = 1u << p->k_log2, part = col & (parts - 1);
  uint32_t rn = (uint32_t)kn_div(row, p->row_groups);
  uint32_t rm = row - rn * p->row_groups;
  s->row_group_count = cols >> p->k_log2;
  s->row_group = rn * s->row_group_count;
  uint32_t group = s->row_group + (col >> p->k_log2);
  s->x_down = fc_x_down(p, rows, cols);
  s->unused = false;
  if (s->x_down)
    s->row_group = col >> p->k_log2;
  s->row = rm * p->my_m * FC_TILE;
  s->col = group * p->my_n * FC_TILE;
  s->k_begin = part * p->my_steps * FC_TILE;
  s->k_bytes = fc_min((uint32_t)size->k_bytes - s->k_begin, p->my_steps * FC_TILE);
  s->column_at = rn * p->row_groups;
  s->row_members = (fc_every(p->k_log2) << part) & ((1u << cols) - 1);
}

// The rest.
static inline __attribute__((always_inline)) void fc_complete(struct fc_share *s,
                                                              const struct fc_size *size) {
  const struct fc_plan *p = &s->plan;
  s->last = s->k_begin + s->k_bytes == (uint32_t)size->k_bytes;
  s->strips = fc_blocks(fc_dealt(p->m_tiles, s->row / FC_TILE, p->my_m));
  s->panels = fc_blocks(fc_dealt(p->n_tiles, s->col / FC_TILE, p->my_n));
  s->k_padded = kn_pad(s->k_bytes);
}

// Rows of strip i, columns of panel j.
static inline uint32_t fc_strip_rows(const struct fc_share *s, uint32_t i) {
  uint32_t tiles = fc_min(s->plan.my_m - 2 * i, 2);
  return fc_min(tiles * FC_TILE, s->m - s->row - i * FC_BLOCK);
}
static inline uint32_t fc_panel_cols(const struct fc_share *s, uint32_t j) {
  uint32_t tiles = fc_min(s->plan.my_n - 2 * j, 2);
  return fc_min(tiles * FC_TILE, s->n - s->col - j * FC_BLOCK);
}

// Who shares the first loads.
struct fc_members {
  uint32_t x, w;
};

// Who has a panel j and the same slice of k: columns of this row, or rows of this column.
static inline __attribute__((always_inline)) uint32_t fc_x_members(const struct fc_share *s,
                                                                   uint32_t j) {
  uint32_t groups = s->full_n + (s->rest_n > 2 * j) - s->row_group;
  if (s->x_down)
    return (1u << kn_ceil_div(groups, s->row_group_count)) - 1;
  if (groups >= s->row_group_count)
    return s->row_members;
  return s->row_members & ((1u << (groups << s->plan.k_log2)) - 1);
}

// Rows of this column that have a strip i and the same panels.
static inline __attribute__((always_inline)) uint32_t fc_w_members(const struct fc_share *s,
                                                                   uint32_t i) {
  uint32_t rows = s->full_m + (s->rest_m > 2 * i);
  return ((1u << fc_min(rows, s->plan.row_groups)) - 1) << s->column_at;
}

// The next block: strips or panels outside.
struct fc_walk {
  uint32_t i, j;
};
static struct fc_walk fc_next(const struct fc_share *s, struct fc_walk at) {
  if (s->plan.w_outside) {
    if (++at.i == s->strips)
      at = (struct fc_walk){0, at.j + 1};
  } else if (++at.j == s->panels)
    at = (struct fc_walk){at.i + 1, 0};
  return at;
}
static bool fc_more(const struct fc_share *s, struct fc_walk at) {
  return at.i < s->strips && at.j < s->panels;
}

static uint32_t fc_chunk(const struct fc_share *s, uint32_t at) {
  return fc_min(at < FC_SHORT ? FC_FIRST : FC_CHUNK, s->k_padded - at);
}

//===----------------------------------------------------------------------===//
// Core 0: data in
//===----------------------------------------------------------------------===//

static bool fc_alone(uint32_t members) { return (members & (members - 1)) == 0; }

// Where x is shared along the column, w is shared with nobody.
static inline void fc_set_members(const struct fc_share *s, uint32_t x_mask, uint32_t w_mask) {
  __mtia_cr_w(MTIA_CR_MCAST, s->x_down ? x_mask << 16 : x_mask | w_mask << 16);
}

static inline __attribute__((always_inline)) void fc_load_x(const struct fc_share *s,
                                                            uint64_t address, uint64_t pitch,
                                                            uint32_t width, uint32_t rows,
                                                            bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_NONE);
  else if (s->x_down)
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_COL);
  else
    __mtia_dma_in(CB_X, address, rows, MTIA_MC_ROW);
}

static inline __attribute__((always_inline)) void
fc_load_w(uint64_t address, uint64_t pitch, uint32_t width, uint32_t rows, bool alone) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
  if (alone)
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_W, address, rows, MTIA_MC_COL);
}

// Bias for the first PE of a chain, scales for the last one; those that share w share them.
static inline __attribute__((always_inline)) void fc_load_bias(const struct fc_job *job,
                                                               const struct fc_share *s, uint32_t j,
                                                               uint32_t cols, bool alone) {
  if (s->first && job->bias) {
    uint64_t from = job->bias + (s->col + j * FC_BLOCK) * UINT64_C(4);
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * 4, 0);
    if (alone)
      __mtia_dma_in(CB_BIAS, from, 1, MTIA_MC_NONE);
    else
      __mtia_dma_in(CB_BIAS, from, 1, MTIA_MC_COL);
  }
}

static inline void fc_load_scales(const struct fc_job *job, const struct fc_share *s, uint32_t j,
                                  uint32_t cols, bool alone) {
  if (s->last && job->scales) {
    uint64_t from = job->scales + (s->col + j * FC_BLOCK) * (uint64_t)job->scale_bytes;
    __mtia_cr_w2(MTIA_CR_DMA_IN, cols * job->scale_bytes, 0);
    if (alone)
      __mtia_dma_in(CB_SCALES, from, 1, MTIA_MC_NONE);
    else
      __mtia_dma_in(CB_SCALES, from, 1, MTIA_MC_COL);
  }
}

// The first chunks' x and w, before anything else: what core 1 waits for, of the first one tile by
// tile in the order in which it needs them. First the two tiles of the first accumulator,
static inline __attribute__((always_inline)) void fc_load_tiles(const struct fc_job *job,
                                                                const struct fc_share *s,
                                                                struct fc_members members,
                                                                uint32_t rows, uint32_t cols) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  uint64_t x = job->x->data + s->row * x_pitch + s->k_begin;
  uint64_t w = job->w->data + s->col * w_pitch + s->k_begin;
  uint32_t width = fc_min(FC_FIRST, s->k_bytes);
  fc_set_members(s, members.x, members.w);
  if (width == 0)
    return;
  fc_load_x(s, x, x_pitch, width, rows, fc_alone(members.x));
  fc_load_w(w, w_pitch, width, cols, fc_alone(members.w));
}

// then the bias, the others, and the next chunks.
static inline __attribute__((always_inline)) void
fc_load_others(const struct fc_job *job, const struct fc_share *s, struct fc_members members) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  uint64_t x = job->x->data + s->row * x_pitch + s->k_begin;
  uint64_t w = job->w->data + s->col * w_pitch + s->k_begin;
  uint32_t rows = fc_strip_rows(s, 0), cols = fc_panel_cols(s, 0);
  bool x_alone = fc_alone(members.x), w_alone = fc_alone(members.w);
  uint32_t width = fc_min(FC_FIRST, s->k_bytes);
  fc_load_bias(job, s, 0, cols, w_alone);
  if (width == 0)
    return;
  if (cols > FC_TILE)
    fc_load_w(w + FC_TILE * w_pitch, w_pitch, width, cols - FC_TILE, w_alone);
  if (rows > FC_TILE)
    fc_load_x(s, x + FC_TILE * x_pitch, x_pitch, width, rows - FC_TILE, x_alone);
  for (uint32_t at = FC_FIRST; at < fc_min(FC_LOADED, s->k_bytes); at += FC_FIRST) {
    width = fc_min(FC_FIRST, s->k_bytes - at);
    fc_load_x(s, x + at, x_pitch, width, rows, x_alone);
    fc_load_w(w + at, w_pitch, width, cols, w_alone);
  }
}

// What this PE brings of a later layer's w into the SRAM that caches DRAM: rows, as many behind
// each chunk as not quite half of DRAM's bandwidth gives a PE of the whole grid while the chunk is
// multiplied. Loads wait behind requests that DRAM makes wait: two layers of 512 x 1024 x 1024,
// the second one's w in DRAM, take 22700 cycles, with 1.25 bytes per cycle 21400, with 2.5 23100
// (test/kernels/fc_prefetch.test). Rows that are left over are the later layer's.
struct fc_ahead {
  uint64_t address, pitch;
  uint32_t rows, width, credit; // credit: bytes
};

static inline struct fc_ahead fc_ahead(const struct fc_job *job) {
  const struct mtia_tensor *next = job->next;
  struct fc_ahead a = {.rows = 0};
  if (!next || next->data < MTIA_DRAM_BASE || next->dim[1] == 0)
    return a;
  struct kn_range mine = kn_share(next->dim[0], mtia_pe(), kn_pes());
  a.pitch = next->stride[0];
  a.address = next->data + mine.begin * a.pitch;
  a.rows = (uint32_t)(mine.end - mine.begin);
  a.width = kn_pad(next->dim[1] << job->in_log2);
  return a;
}

static inline void fc_bring(struct fc_ahead *a, uint32_t most) {
  uint32_t rows = fc_min(a->rows, most);
  if (rows == 0)
    return;
  __mtia_cr_w2(MTIA_CR_PREFETCH, a->width, a->pitch);
  __mtia_dma_prefetch(a->address, rows);
  a->address += rows * a->pitch;
  a->rows -= rows;
}

// Behind a chunk of so many bytes of k, for a block of so many rows and columns.
static inline void fc_bring_some(struct fc_ahead *a, uint32_t rows, uint32_t cols, uint32_t chunk) {
  if (a->rows == 0)
    return;
  uint32_t cycles = fc_ceil_shift(rows, 5) * fc_ceil_shift(cols, 5) * chunk;
  a->credit += cycles * 5 / 4;
  if (a->credit < a->width)
    return;
  uint32_t some = a->credit / a->width;
  a->credit -= some * a->width;
  fc_bring(a, some);
}

// Everything else.
static __attribute__((noinline)) void fc_move(const struct fc_job *job, const struct fc_share *s) {
  uint64_t x_pitch = job->x->stride[0], w_pitch = job->w->stride[0];
  uint32_t first_mask = fc_w_members(s, 0);
  fc_set_members(s, fc_x_members(s, 0), first_mask);
  fc_load_scales(job, s, 0, fc_panel_cols(s, 0), fc_alone(first_mask));
  struct fc_ahead ahead = fc_ahead(job);
  for (struct fc_walk b = {0, 0}; fc_more(s, b); b = fc_next(s, b)) {
    uint32_t rows = fc_strip_rows(s, b.i), cols = fc_panel_cols(s, b.j);
    uint64_t x = job->x->data + (s->row + b.i * FC_BLOCK) * x_pitch + s->k_begin;
    uint64_t w = job->w->data + (s->col + b.j * FC_BLOCK) * w_pitch + s->k_begin;
    uint32_t x_mask = fc_x_members(s, b.j), w_mask = fc_w_members(s, b.i);
    bool with_x = b.j == 0 || !s->plan.keep_x, with_w = b.i == 0 || !s->plan.keep_w;
    bool x_alone = fc_alone(x_mask), w_alone = fc_alone(w_mask);
    fc_set_members(s, x_mask, w_mask);
    uint32_t at = 0;
    if (b.i == 0 && b.j == 0)
      at = FC_LOADED;
    else {
      fc_load_bias(job, s, b.j, cols, w_alone);
      fc_load_scales(job, s, b.j, cols, w_alone);
    }
    while (at < s->k_bytes) {
      uint32_t chunk = fc_chunk(s, at), width = fc_min(chunk, s->k_bytes - at);
      if (with_x)
        fc_load_x(s, x + at, x_pitch, width, rows, x_alone);
      if (with_w)
        fc_load_w(w + at, w_pitch, width, cols, w_alone);
      at += chunk;
      fc_bring_some(&ahead, rows, cols, chunk);
    }
  }
}

//===----------------------------------------------------------------------===//
// Both cores
//===----------------------------------------------------------------------===//

// What core 1 begins with: rows and columns of the first block, bytes of k below FC_BEGUN, whether
// there is a bias. All zeros: nothing to do.
struct fc_first {
  uint16_t rows, cols, width, bias;
};

// Core 1: the first products, and everything behind them.
typedef void fc_start_fn(struct fc_first first);
typedef void fc_compute_fn(const struct fc_job *job, struct fc_share *s);

// Nothing to do: behind the last row or column of the layer.
static inline bool fc_idle(const struct fc_share *s) { return s->row >= s->m || s->col >= s->n; }

// Core 1, behind the first products: the buffers whose places don't depend on the plan, but that of
// the bias.
static inline void fc_set_up(const struct fc_job *job) {
  uint32_t y_room = fc_y_room(1u << job->y_log2);
  uint64_t at = MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_SMALL_SIZE;
  __mtia_cb_init(CB_Y, at - y_room, y_room);
  __mtia_cb_init(CB_SCALES, at += FC_CB_BIAS_SIZE, FC_CB_SCALES_SIZE);
  __mtia_cb_init(CB_X_SUMS, at += FC_CB_SCALES_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_X_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_W_SUMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_W_TERMS, at += FC_CB_SUM_SIZE, FC_CB_SUM_SIZE);
  __mtia_cb_init(CB_CONSTANTS, at += FC_CB_SUM_SIZE, FC_CONSTANTS_SIZE);
}

// And the registers, but those that the first products need.
static inline void fc_set_registers(const struct fc_job *job) {
  __mtia_cr_w(MTIA_CR_QSCALE, job->qscale);
  __mtia_cr_w(MTIA_CR_QOUT, job->qout);
  __mtia_cr_w(MTIA_CR_QMODE, job->qmode);
  __mtia_cr_w(MTIA_CR_QCLAMP, job->qclamp);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, job->y->stride[0]);
}

// At the end of local memory: what each core tells the other one.
struct fc_exchange {
  struct fc_first first;
  uint64_t share[(sizeof(struct fc_share) + 7) / 8];
  uint64_t scales;
  uint32_t scale_bytes, status;
};
_Static_assert(sizeof(struct fc_exchange) <= FC_EXCHANGE_SIZE, "FC_EXCHANGE_SIZE");

static inline struct fc_exchange *fc_exchange(void) {
  return (struct fc_exchange *)(uintptr_t)(MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_EXCHANGE_SIZE);
}

// Eight words at a time: loads from local memory take long, but don't wait for each other.
static inline void fc_copy(uint64_t *to, const uint64_t *from) {
  enum { WORDS = sizeof(struct fc_share) / 8 };
#pragma unroll
  for (uint32_t i = 0; i < WORDS; i += 8) {
    uint64_t word[8];
#pragma unroll
    for (uint32_t j = 0; j < 8; ++j)
      word[j] = i + j < WORDS ? from[i + j] : 0;
    __asm__ volatile(""
                     : "+r"(word[0]), "+r"(word[1]), "+r"(word[2]), "+r"(word[3]), "+r"(word[4]),
                       "+r"(word[5]), "+r"(word[6]), "+r"(word[7]));
#pragma unroll
    for (uint32_t j = 0; j < 8; ++j)
      if (i + j < WORDS)
        to[i + j] = word[j];
  }
}
_Static_assert(sizeof(struct fc_share) % 8 == 0, "copied in words of 8 bytes");

static inline void fc_init(const struct fc_plan *p) {
  __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, p->x_room);
  __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + p->x_room, p->w_room);
  __mtia_cb_init(CB_BIAS, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - FC_SMALL_SIZE, FC_CB_BIAS_SIZE);
}

// The cores meet; what one has told the other is there.
static inline void fc_meet(void) {
  KN_FENCE();
  __mtia_bar(MTIA_BAR_PE);
  KN_FENCE();
}

// Core 0, with a plan: the first loads, of so many rows of x and w (0: nothing to do); core 1
// learns of its first products as soon as it can begin.
static inline __attribute__((always_inline)) void
fc_first_loads(const struct fc_job *job, struct fc_share *s, const struct fc_size *size,
               struct fc_members members, uint32_t rows, uint32_t cols) {
  fc_init(&s->plan);
  struct fc_first first = {.rows = 0};
  if (rows)
    fc_load_tiles(job, s, members, rows, cols);
  s->first = s->k_begin == 0;
  if (rows) {
    first.rows = (uint16_t)fc_strip_rows(s, 0);
    first.cols = (uint16_t)fc_panel_cols(s, 0);
    first.width = (uint16_t)kn_pad(fc_min(FC_BEGUN, s->k_bytes));
    first.bias = s->first && job->bias;
  }
  fc_exchange()->first = first;
  fc_meet();
  if (rows)
    fc_load_others(job, s, members);
  fc_complete(s, size);
}

// Core 0 begins, with what a layer is waited for: if everything is in SRAM and the plan is an easy
// one, by which all PEs have whole blocks. Of the job it takes the tensors x and w and the bias; at
// least one row and one column. False: fc_begin does it. What is in registers here has no place in
// memory, which would have to be made.
static inline __attribute__((always_inline)) bool fc_begin_at_once(const struct fc_job *job,
                                                                   const struct fc_size *size) {
  struct fc_share s;
  struct fc_plan *p = &s.plan;
  uint32_t rows = mtia_rows();
  if (!fc_choose_at_once(p, size, rows, mtia_cols()))
    return false;
  fc_place(&s, size);
  s.full_m = p->row_groups;
  s.full_n = p->n_groups;
  s.rest_m = s.rest_n = 0;
  struct fc_members all = {.x = s.x_down ? (1u << rows) - 1 : s.row_members,
                           .w = ((1u << p->row_groups) - 1) << s.column_at};
  fc_first_loads(job, &s, size, all, FC_TILE, FC_TILE);
  __builtin_memcpy(fc_exchange()->share, &s, sizeof s);
  return true;
}

// And goes on, until core 1 knows the share, and what it knows of the job can be read.
static inline __attribute__((always_inline)) void fc_begin(const struct fc_job *job,
                                                           struct fc_share *s, bool begun) {
  if (!begun) {
    if ((job->x->data | job->w->data) >= MTIA_DRAM_BASE)
      kn_make_stack(3); // for fc_guess_dram
    struct fc_size size = fc_size(job);
    fc_choose(&s->plan, &size, mtia_rows(), mtia_cols());
    fc_place(s, &size);
    fc_full(s->plan.m_tiles, s->plan.my_m, s->plan.row_groups, &s->full_m, &s->rest_m);
    fc_full(s->plan.n_tiles, s->plan.my_n, s->plan.n_groups, &s->full_n, &s->rest_n);
    struct fc_members members = {fc_x_members(s, 0), fc_w_members(s, 0)};
    bool idle = fc_idle(s);
    fc_first_loads(job, s, &size, members, idle ? 0 : fc_min(fc_strip_rows(s, 0), FC_TILE),
                   idle ? 0 : fc_min(fc_panel_cols(s, 0), FC_TILE));
    fc_copy(fc_exchange()->share, (const uint64_t *)s);
  } else
    fc_copy((uint64_t *)s, fc_exchange()->share);
  fc_meet();
}

// Core 1, at first, and when it has nothing left to do without its share.
static inline struct fc_first fc_receive_first(void) {
  fc_meet();
  return fc_exchange()->first;
}

static inline void fc_receive(struct fc_share *s) {
  fc_meet();
  fc_copy((uint64_t *)s, fc_exchange()->share);
}

// The layer: core 0 knows the share and has begun to load, core 1 knows the job and its status. If
// that is not MTIA_STATUS_OK, what has begun ends.
static inline __attribute__((always_inline)) enum mtia_status
fc_finish(struct fc_job *job, struct fc_share *s, fc_compute_fn *compute, enum mtia_status status) {
  struct fc_exchange *e = fc_exchange();
  if (mtia_core() == 0) {
    job->scales = e->scales;
    job->scale_bytes = e->scale_bytes;
    status = (enum mtia_status)e->status;
    if (status != MTIA_STATUS_OK) {
      __mtia_sync();
      fc_init(&s->plan);
    } else if (!fc_idle(s)) {
      kn_make_stack(3);
      fc_move(job, s);
    } else {
      struct fc_ahead ahead = fc_ahead(job);
      fc_bring(&ahead, ahead.rows);
    }
  } else {
    fc_set_up(job);
    fc_set_registers(job);
    e->scales = job->scales;
    e->scale_bytes = job->scale_bytes;
    e->status = (uint32_t)status;
    KN_FENCE();
    if (status == MTIA_STATUS_OK)
      compute(job, s);
    else {
      __mtia_sync();
      fc_meet();
    }
  }
  kn_leave();
  return status;
}

#endif
