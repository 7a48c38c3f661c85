// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choice between two tensors; <mtia/kernels.h> says what is computed.
//
// Pieces are parts of one row, or, where no tensor has gaps between its rows, of all of them as
// one; every PE has as many as the others, to one. Core 0 loads what the operands have of a piece,
// each into a place of its own of the buffer, so that none wraps; core 1 chooses with vectors (the
// SE has no such operation), 64 elements at a time, and stores.
#include "../launch.h"
#include <mtia/mtia_simd.h>

enum { CB_IF, CB_A, CB_B, CB_Y };
enum {
  MOST = 1024, // elements of a piece
  LEAST = 64,
  PIECES = 8, // per PE, if there is enough to do
  PLACES = 4, // of a buffer
  IF_SIZE = PLACES * MOST,
  SIZE = PLACES * MOST * 4,
};

struct job {
  const struct mtia_where_args *a;
  uint32_t log2; // bytes of an element
  uint64_t rows, columns;
  uint32_t piece; // elements
  uint64_t across;
  uint64_t begin, end; // pieces of this PE
};

struct piece {
  uint64_t row, column;
  uint32_t n;
};

static struct piece piece_at(const struct job *j, uint64_t number) {
  uint64_t row = kn_div(number, j->across);
  struct piece p = {.row = row, .column = (number - row * j->across) * j->piece};
  p.n = (uint32_t)kn_min(j->piece, j->columns - p.column);
  return p;
}

static uint64_t address(const struct mtia_tensor *t, const struct piece *p, uint32_t log2) {
  return t->data + p->row * t->stride[0] + (p->column << log2);
}

static void load(const struct job *j) {
  uint32_t place = MOST << j->log2;
  for (uint64_t i = j->begin; i < j->end; i++) {
    struct piece p = piece_at(j, i);
    __mtia_cr_w2(MTIA_CR_DMA_IN, p.n, MOST);
    __mtia_dma_in(CB_IF, address(&j->a->condition, &p, 0), 1, MTIA_MC_NONE);
    __mtia_cr_w2(MTIA_CR_DMA_IN, p.n << j->log2, place);
    __mtia_dma_in(CB_A, address(&j->a->a, &p, j->log2), 1, MTIA_MC_NONE);
    __mtia_dma_in(CB_B, address(&j->a->b, &p, j->log2), 1, MTIA_MC_NONE);
  }
}

// A store waits for its data, and loads behind it wait for the store: where a vector is one
// register, four go side by side.
MTIA_VECTOR static uint32_t choose_four(int8_t *y, const uint8_t *condition, const int8_t *a,
                                        const int8_t *b, uint32_t n) {
  mtia_u8x64 none = mtia_splat_u8x64(0);
  uint32_t i = 0;
  for (; i + 256 <= n; i += 256) {
    mtia_u8x64 given[4];
    mtia_i8x64 first[4], second[4];
    for (int k = 0; k < 4; k++) {
      given[k] = mtia_load_u8x64(condition + i + 64 * k);
      first[k] = mtia_load_i8x64(a + i + 64 * k);
      second[k] = mtia_load_i8x64(b + i + 64 * k);
    }
    for (int k = 0; k < 4; k++)
      first[k] = mtia_select_i8x64(mtia_equal_u8x64(given[k], none), second[k], first[k]);
    for (int k = 0; k < 4; k++)
      mtia_store_i8x64(y + i + 64 * k, first[k]);
  }
  return i;
}

#define CHOOSE(T, bits)                                                                            \
  MTIA_VECTOR static void choose_##bits(T *y, const uint8_t *condition, const T *a, const T *b,    \
                                        uint32_t n) {                                              \
    for (uint32_t i = 0; i < n; i += 64) {                                                         \
      mtia_u8x64 given = mtia_load_first_u8x64(condition + i, n - i);                              \
      mtia_i##bits##x64 first = mtia_load_first_i##bits##x64(a + i, n - i);                        \
      mtia_i##bits##x64 second = mtia_load_first_i##bits##x64(b + i, n - i);                       \
      mtia_maskx64 other = mtia_equal_u8x64(given, mtia_splat_u8x64(0));                           \
      mtia_store_first_i##bits##x64(y + i, n - i, mtia_select_i##bits##x64(other, second, first)); \
    }                                                                                              \
  }
CHOOSE(int8_t, 8)
CHOOSE(int16_t, 16)
CHOOSE(int32_t, 32)

static void choose(const struct job *j) {
  uint32_t place = MOST << j->log2;
  for (uint64_t i = j->begin; i < j->end; i++) {
    struct piece p = piece_at(j, i);
    __mtia_cb_waitd(CB_IF, MOST);
    __mtia_cb_waitd(CB_A, place);
    __mtia_cb_waitd(CB_B, place);
    __mtia_cb_waits(CB_Y, place);
    const uint8_t *condition = (const uint8_t *)(uintptr_t)__mtia_cb_head(CB_IF, 0);
    const void *a = (const void *)(uintptr_t)__mtia_cb_head(CB_A, 0);
    const void *b = (const void *)(uintptr_t)__mtia_cb_head(CB_B, 0);
    void *y = (void *)(uintptr_t)__mtia_cb_tail(CB_Y, 0);
    KN_FENCE();
    if (j->log2 == 0) {
      uint32_t done = choose_four(y, condition, a, b, p.n);
      choose_8((int8_t *)y + done, condition + done, (const int8_t *)a + done,
               (const int8_t *)b + done, p.n - done);
    } else if (j->log2 == 1) {
      choose_16(y, condition, a, b, p.n);
    } else {
      choose_32(y, condition, a, b, p.n);
    }
    KN_FENCE();
    __mtia_cb_pop(CB_IF, MOST);
    __mtia_cb_pop(CB_A, place);
    __mtia_cb_pop(CB_B, place);
    __mtia_cb_push(CB_Y, place);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, p.n << j->log2, place);
    __mtia_dma_out(CB_Y, address(&j->a->y, &p, j->log2), 1);
  }
}

static enum mtia_status run(const struct mtia_where_args *a, uint32_t log2) {
  const struct mtia_tensor *const in[] = {&a->condition, &a->a, &a->b};
  struct job j = {.a = a, .log2 = log2, .rows = a->y.dim[0], .columns = a->y.dim[1]};
  bool dense = a->y.stride[0] == j.columns << log2;
  for (int i = 0; i < 3; i++) {
    if (in[i]->dim[0] != j.rows || in[i]->dim[1] != j.columns)
      return MTIA_STATUS_SHAPE;
    dense &= in[i]->stride[0] == j.columns << (i ? log2 : 0);
  }
  uint64_t total = j.rows * j.columns;
  if (total == 0)
    return MTIA_STATUS_OK;
  if (dense) {
    j.columns = total;
    j.rows = 1;
  }
  uint64_t fair = kn_div(total, PIECES * kn_pes());
  for (j.piece = LEAST; j.piece * 2 <= fair && j.piece < MOST;)
    j.piece *= 2;
  j.across = kn_ceil_div(j.columns, j.piece);
  struct kn_range mine = kn_share(j.rows * j.across, mtia_pe(), kn_pes());
  j.begin = mine.begin;
  j.end = mine.end;
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IF, MTIA_LOCAL_BASE, IF_SIZE);
    __mtia_cb_init(CB_A, MTIA_LOCAL_BASE + IF_SIZE, SIZE);
    __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + IF_SIZE + SIZE, SIZE);
    __mtia_cb_init(CB_Y, MTIA_LOCAL_BASE + IF_SIZE + 2 * SIZE, SIZE);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(&j);
  else
    choose(&j);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, T, log2)                                                \
  enum mtia_status mtia_##kernel(const struct mtia_where_args *args) { return run(args, log2); }   \
  KN_LAUNCH(kernel, struct mtia_where_args, MTIA_IN(condition, MTIA_BOOL, "M", "N"),               \
            MTIA_IN(a, MTIA_##T, "M", "N"), MTIA_IN(b, MTIA_##T, "M", "N"),                        \
            MTIA_OUT(y, MTIA_##T, "M", "N"))
#include <mtia/kernels/where.def>
