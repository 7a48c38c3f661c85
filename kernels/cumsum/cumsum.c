// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cumulative sums of rows; <mtia/kernels.h> says what is computed.
//
// A PE has as many rows as the others, to one. Core 0 loads them, blocks of short ones or chunks of
// 8 KB of long ones, core 1 adds with vectors and stores:
//   short rows (up to 128 elements): a lane is a row. Segment loads bring 8 (of i64 4) elements of
//   16 (8) rows, a register per column, so the columns are added one after the other longer rows: a
//   lane is 8 (4) consecutive elements of a tile of 128 (32). They are added in order; the lanes'
//   sums by doubling steps (slides by 1, 2, 4, 8); then what is in front of each lane, and of the
//   tile, is added to all its elements. The sum so far goes on in a register.
// A segment takes the memory pipeline a cycle, so 16 elements of f32 4 cycles there and back; the
// SRAM takes 8.
//
// If there are at most half as many rows as PEs, a long row is cut into parts on several PEs: each
// adds up its part, stores the sum into the local memories of the PEs behind it (two barriers), and
// begins its own sums with those of the parts in front.
#include "../launch.h"
#include "../rows.h"
#include <riscv_vector.h>

KN_STACK_LINES(5);

enum { CB_IN, CB_OUT };
enum {
  PIECE = 8 * 1024,
  SHORT = 128, // elements
  LONG = 4096, // elements from which on a row is worth cutting
  IN_ROOM = 56 * 1024,
  OUT_ROOM = 56 * 1024,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_ROOM,
  SUMS_AT = OUT_AT + OUT_ROOM,
  OUT_PIECE = PIECE + 32, // and the total
};

enum type { F32, I32, I64 };

struct job {
  const struct mtia_tensor *x, *y;
  enum type type;
  uint32_t size;
  bool exclusive, total; // total: y has one more column
};

// A number of any of the types.
union sum {
  float f32;
  int32_t i32;
  int64_t i64;
};

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

#define ALWAYS_INLINE static inline __attribute__((always_inline))
// Fields of a segment: X(field), and X(field, the one before) for all but the first.
#define EACH_8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define EACH_4(X) X(0) X(1) X(2) X(3)
#define BEHIND_8(X) X(1, 0) X(2, 1) X(3, 2) X(4, 3) X(5, 4) X(6, 5) X(7, 6)
#define BEHIND_4(X) X(1, 0) X(2, 1) X(3, 2)
// The same sums in three steps (two) instead of seven (three) that wait for each other.
#define TREE_8(X)                                                                                  \
  X(1, 0) X(3, 2) X(5, 4) X(7, 6) X(2, 1) X(3, 1) X(6, 5) X(7, 5) X(4, 3) X(5, 3) X(6, 3) X(7, 3)
#define TREE_4(X) X(1, 0) X(3, 2) X(2, 1) X(3, 1)
#define ALL_8 v0, v1, v2, v3, v4, v5, v6, v7
#define ALL_4 v0, v1, v2, v3
#define SHIFTED_8(first) first, v0, v1, v2, v3, v4, v5, v6
#define SHIFTED_4(first) first, v0, v1, v2

#define NAME(name) name##_f32
#define ELEMENT float
#define VECTOR vfloat32m1_t
#define TUPLE vfloat32m1x8_t
#define FIELDS 8
#define LANES 16
#define LOAD __riscv_vle32_v_f32m1
#define LOAD_SEGMENTS __riscv_vlseg8e32_v_f32m1x8
#define LOAD_STRIDED __riscv_vlsseg8e32_v_f32m1x8
#define STORE_SEGMENTS __riscv_vsseg8e32_v_f32m1x8
#define STORE_STRIDED __riscv_vssseg8e32_v_f32m1x8
#define STORE_COLUMN __riscv_vsse32_v_f32m1
#define GET(tuple, k) __riscv_vget_v_f32m1x8_f32m1(tuple, k)
#define CREATE(...) __riscv_vcreate_v_f32m1x8(__VA_ARGS__)
#define ADD __riscv_vfadd_vv_f32m1
#define ADD_ONTO(sum, x, vl) __riscv_vfadd_vv_f32m1_tu(sum, sum, x, vl)
#define SPLAT __riscv_vfmv_v_f_f32m1
#define FIRST __riscv_vfmv_f_s_f32m1_f32
#define EACH EACH_8
#define BEHIND BEHIND_8
#define TREE TREE_8
#define ALL ALL_8
#define SHIFTED SHIFTED_8
#define LAST v7
#include "scan.inc"

#define NAME(name) name##_i32
#define ELEMENT int32_t
#define VECTOR vint32m1_t
#define TUPLE vint32m1x8_t
#define FIELDS 8
#define LANES 16
#define LOAD __riscv_vle32_v_i32m1
#define LOAD_SEGMENTS __riscv_vlseg8e32_v_i32m1x8
#define LOAD_STRIDED __riscv_vlsseg8e32_v_i32m1x8
#define STORE_SEGMENTS __riscv_vsseg8e32_v_i32m1x8
#define STORE_STRIDED __riscv_vssseg8e32_v_i32m1x8
#define STORE_COLUMN __riscv_vsse32_v_i32m1
#define GET(tuple, k) __riscv_vget_v_i32m1x8_i32m1(tuple, k)
#define CREATE(...) __riscv_vcreate_v_i32m1x8(__VA_ARGS__)
#define ADD __riscv_vadd_vv_i32m1
#define ADD_ONTO(sum, x, vl) __riscv_vadd_vv_i32m1_tu(sum, sum, x, vl)
#define SPLAT __riscv_vmv_v_x_i32m1
#define FIRST __riscv_vmv_x_s_i32m1_i32
#define EACH EACH_8
#define BEHIND BEHIND_8
#define TREE TREE_8
#define ALL ALL_8
#define SHIFTED SHIFTED_8
#define LAST v7
#include "scan.inc"

#define NAME(name) name##_i64
#define ELEMENT int64_t
#define VECTOR vint64m1_t
#define TUPLE vint64m1x4_t
#define FIELDS 4
#define LANES 8
#define LOAD __riscv_vle64_v_i64m1
#define LOAD_SEGMENTS __riscv_vlseg4e64_v_i64m1x4
#define LOAD_STRIDED __riscv_vlsseg4e64_v_i64m1x4
#define STORE_SEGMENTS __riscv_vsseg4e64_v_i64m1x4
#define STORE_STRIDED __riscv_vssseg4e64_v_i64m1x4
#define STORE_COLUMN __riscv_vsse64_v_i64m1
#define GET(tuple, k) __riscv_vget_v_i64m1x4_i64m1(tuple, k)
#define CREATE(...) __riscv_vcreate_v_i64m1x4(__VA_ARGS__)
#define ADD __riscv_vadd_vv_i64m1
#define ADD_ONTO(sum, x, vl) __riscv_vadd_vv_i64m1_tu(sum, sum, x, vl)
#define SPLAT __riscv_vmv_v_x_i64m1
#define FIRST __riscv_vmv_x_s_i64m1_i64
#define EACH EACH_4
#define BEHIND BEHIND_4
#define TREE TREE_4
#define ALL ALL_4
#define SHIFTED SHIFTED_4
#define LAST v3
#include "scan.inc"

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

static void load_short(const struct kn_rows *r) {
  for (uint64_t row = r->begin; row < r->end; row += r->block)
    KN_ROWS_LOAD(r, CB_IN, row, (uint32_t)kn_min(r->block, r->end - row));
}

static void compute_short(const struct job *job, const struct kn_rows *r, uint32_t out_stride) {
  uint32_t width = (uint32_t)job->y->dim[1] * job->size;
  bool one = job->y->stride[0] == width;
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, job->y->stride[0]);
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    uint32_t rows = (uint32_t)kn_min(r->block, r->end - row);
    __mtia_cb_waitd(CB_IN, rows * r->stride);
    __mtia_cb_waits(CB_OUT, rows * out_stride);
    char *y = (char *)__mtia_cb_tail(CB_OUT, 0);
    const char *x = (const char *)__mtia_cb_head(CB_IN, 0);
    if (job->type == F32)
      short_rows_f32(job, y, x, r->stride, out_stride, rows);
    else if (job->type == I32)
      short_rows_i32(job, y, x, r->stride, out_stride, rows);
    else
      short_rows_i64(job, y, x, r->stride, out_stride, rows);
    __mtia_cb_pop(CB_IN, rows * r->stride);
    __mtia_cb_push(CB_OUT, rows * out_stride);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, one ? width * rows : width, 0);
    __mtia_dma_out(CB_OUT, job->y->data + row * job->y->stride[0], one ? 1 : rows);
  }
}

static void load_long(const struct job *job, uint64_t row, uint64_t begin, uint64_t end) {
  uint32_t most = PIECE / job->size;
  for (uint64_t at = begin; at < end; at += most) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)kn_min(most, end - at) * job->size, PIECE);
    __mtia_dma_in(CB_IN, job->x->data + row * job->x->stride[0] + at * job->size, 1, MTIA_MC_NONE);
  }
}

static void compute_long(const struct job *job, uint64_t row, uint64_t begin, uint64_t end,
                         union sum first) {
  if (job->type == F32)
    long_row_f32(job, row, begin, end, first.f32);
  else if (job->type == I32)
    long_row_i32(job, row, begin, end, first.i32);
  else
    long_row_i64(job, row, begin, end, first.i64);
}

static void whole_rows(const struct job *job) {
  struct kn_range mine = kn_share(job->x->dim[0], mtia_pe(), kn_pes());
  for (uint64_t row = mine.begin; row < mine.end; row++)
    if (mtia_core() == 0)
      load_long(job, row, 0, job->x->dim[1]);
    else
      compute_long(job, row, 0, job->x->dim[1], (union sum){.i64 = 0});
}

static union sum add_up(const struct job *job, uint64_t count) {
  if (job->type == F32)
    return (union sum){.f32 = add_up_f32(count)};
  if (job->type == I32)
    return (union sum){.i32 = add_up_i32(count)};
  return (union sum){.i64 = add_up_i64(count)};
}

static union sum add(const struct job *job, union sum a, union sum b) {
  if (job->type == F32)
    return (union sum){.f32 = a.f32 + b.f32};
  if (job->type == I32)
    return (union sum){.i32 = (int32_t)((uint32_t)a.i32 + (uint32_t)b.i32)};
  return (union sum){.i64 = (int64_t)((uint64_t)a.i64 + (uint64_t)b.i64)};
}

static void cut_rows(const struct job *job) {
  struct kn_part part = kn_part(job->x->dim[0], job->x->dim[1], 64);
  bool idle = part.row == job->x->dim[0];
  if (mtia_core() == 0) {
    load_long(job, part.row, part.begin, part.end);
    load_long(job, part.row, part.begin, part.end);
    return;
  }
  union sum mine = {.i64 = 0};
  if (!idle)
    mine = add_up(job, part.end - part.begin);
  // Until all have come here, somebody may still use its local memory for what was before.
  __mtia_bar(MTIA_BAR_CORE);
  if (!idle) {
    for (uint32_t k = part.part + 1; k < part.parts; k++) {
      union sum *to = kn_remote(mtia_pe() - part.part + k, SUMS_AT - MTIA_LOCAL_BASE);
      to[part.part] = mine;
    }
  }
  __mtia_bar(MTIA_BAR_CORE);
  if (idle)
    return;
  const union sum *sums = (const union sum *)(uintptr_t)SUMS_AT;
  union sum before = {.i64 = 0};
  for (uint32_t k = 0; k < part.part; k++)
    before = add(job, before, sums[k]);
  compute_long(job, part.row, part.begin, part.end, before);
}

// N = 0: y has a column of zeros.
static void store_zeros(const struct job *job) {
  struct kn_range mine = kn_share(job->x->dim[0], mtia_pe(), kn_pes());
  if (mtia_core() == 0)
    return;
  for (uint64_t row = mine.begin; row < mine.end; row++) {
    __mtia_cb_waits(CB_OUT, OUT_PIECE);
    *(int64_t *)__mtia_cb_tail(CB_OUT, 0) = 0;
    __mtia_cb_push(CB_OUT, OUT_PIECE);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, job->size, OUT_PIECE);
    __mtia_dma_out(CB_OUT, job->y->data + row * job->y->stride[0], 1);
  }
}

static enum mtia_status cumsum(const struct mtia_cumsum_args *args, enum type type, uint32_t size) {
  uint64_t rows = args->x.dim[0], n = args->x.dim[1];
  struct job job = {&args->x, &args->y, type, size, args->exclusive != 0, args->y.dim[1] == n + 1};
  if (args->y.dim[0] != rows || (args->y.dim[1] != n && !job.total))
    return MTIA_STATUS_SHAPE;
  if (args->exclusive != 0 && args->exclusive != 1)
    return MTIA_STATUS_VALUE;
  if (job.total && !job.exclusive)
    return MTIA_STATUS_SHAPE;
  if (rows == 0 || args->y.dim[1] == 0)
    return MTIA_STATUS_OK;
  bool is_short = n <= SHORT && n > 0 && rows > 1;
  struct kn_rows r = {0};
  if (is_short)
    r = kn_rows(job.x, job.y, size, PIECE, PIECE / 32);
  uint32_t out_stride = kn_pad(args->y.dim[1] * size);
  uint32_t in_piece = is_short ? r.block * r.stride : PIECE;
  uint32_t out_piece = is_short ? r.block * out_stride : OUT_PIECE;
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IN, IN_AT, IN_ROOM / in_piece * in_piece);
    __mtia_cb_init(CB_OUT, OUT_AT, OUT_ROOM / out_piece * out_piece);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (n == 0)
    store_zeros(&job);
  else if (is_short && mtia_core() == 0)
    load_short(&r);
  else if (is_short)
    compute_short(&job, &r, out_stride);
  else if (2 * rows <= kn_pes() && n >= LONG)
    cut_rows(&job);
  else
    whole_rows(&job);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, type, size)                                             \
  enum mtia_status mtia_##kernel(const struct mtia_cumsum_args *args) {                            \
    return cumsum(args, type, size);                                                               \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_cumsum_args, MTIA_IN(x, MTIA_##type, "M", "N"),                    \
            MTIA_SCALAR(exclusive, MTIA_I32), MTIA_OUT(y, MTIA_##type, "M", "P"))
#include <mtia/kernels/cumsum.def>
