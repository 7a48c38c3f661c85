// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dot interaction of DLRM; <mtia/kernels.h> says what is computed.
//
// Samples are dealt out evenly; a PE takes groups of up to 8 of its own. Core 0 loads a sample as
// one matrix of F rows. Core 1 multiplies it by itself (both operands of mml are the same rows),
// tiles of 32 x 32 on and below the diagonal only, drains them into CB_Z, and has the MLU take row
// i of the triangle out of all samples of the group with one command: F commands per group.
//
// f32, and samples of which two don't fit: parts.h.
#include "parts.h"

KN_STACK_LINES(3);

enum { CB_X, CB_Z, CB_Y };
enum { TILE = 32, STEP = 32, GROUP = 8 };

struct cut {
  uint32_t size;                   // bytes of an element
  uint32_t features, columns;      // F, D
  uint32_t x_row, z_row, y_row;    // bytes, padded
  uint32_t x_bytes, z_bytes;       // of a sample
  uint32_t group;                  // samples, at most
  bool ahead;                      // a group is multiplied before the one in front is collected
  uint32_t x_size, z_size, y_size; // of CBs
  struct kn_range mine;
};

static enum mtia_status check(const struct mtia_interaction_args *a) {
  uint64_t samples = a->dense.dim[0], features = a->sparse.dim[1] + 1, columns = a->dense.dim[1];
  if (a->sparse.dim[0] != samples || a->sparse.dim[2] != columns || a->y.dim[0] != samples ||
      a->y.dim[1] != columns + features * (features - 1) / 2)
    return MTIA_STATUS_SHAPE;
  return MTIA_STATUS_OK;
}

// Whether two samples fit.
static bool cut(const struct mtia_interaction_args *a, enum mtia_dtype kind, struct cut *c) {
  uint64_t samples = a->dense.dim[0], features = a->sparse.dim[1] + 1, columns = a->dense.dim[1];
  if (features > MTIA_LOCAL_SIZE || columns > MTIA_LOCAL_SIZE)
    return false;
  c->size = kind == MTIA_I8 ? 1 : 2;
  c->features = (uint32_t)features;
  c->columns = (uint32_t)columns;
  c->x_row = kn_pad(columns * c->size);
  c->z_row = kn_pad(features * c->size);
  uint64_t y_row = mtia_align_up(a->y.dim[1] * c->size);
  uint64_t x_bytes = features * c->x_row, z_bytes = features * c->z_row;
  c->mine = kn_share(samples, mtia_pe(), kn_pes());
  // Room for two groups, and for a third one's samples that come meanwhile.
  uint64_t two = 2 * (x_bytes + z_bytes + y_row);
  uint64_t group = kn_div(MTIA_LOCAL_SIZE, kn_max(two + x_bytes, 1));
  c->ahead = group > 0;
  if (!c->ahead)
    group = two <= MTIA_LOCAL_SIZE;
  if (group == 0)
    return false;
  c->y_row = (uint32_t)y_row;
  c->x_bytes = (uint32_t)x_bytes;
  c->z_bytes = (uint32_t)z_bytes;
  // Two groups at least: what follows a group's last load is not hidden behind another's.
  uint64_t fair = kn_max((c->mine.end - c->mine.begin + 1) / 2, 1);
  c->group = (uint32_t)kn_min(kn_min(group, GROUP), fair);
  c->y_size = 2 * c->group * c->y_row;
  c->z_size = 2 * c->group * c->z_bytes;
  c->x_size = MTIA_LOCAL_SIZE - c->y_size - c->z_size;
  return true;
}

static void load(const struct mtia_interaction_args *a, const struct cut *c) {
  if (c->x_row == 0)
    return;
  __mtia_cr_w2(MTIA_CR_DMA_IN, c->columns * c->size, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->sparse.stride[1]);
  for (uint64_t b = c->mine.begin; b < c->mine.end; b++) {
    __mtia_dma_in(CB_X, a->dense.data + b * a->dense.stride[0], 1, MTIA_MC_NONE);
    if (c->features > 1)
      __mtia_dma_in(CB_X, a->sparse.data + b * a->sparse.stride[0], c->features - 1, MTIA_MC_NONE);
  }
}

// One tile of products, rows from x_i and x_j behind the head of CB_X on, in accumulator `acc`.
#define TILE_ON(acc)                                                                               \
  do {                                                                                             \
    if (c->x_row == 0)                                                                             \
      __mtia_acc_zero(acc);                                                                        \
    else if (kind == MTIA_I8)                                                                      \
      KN_MULTIPLY(acc, CB_X, x_i, CB_X, x_j, 0, 0, c->x_row, STEP, true, MTIA_MML_S8S8);           \
    else if (kind == MTIA_F16)                                                                     \
      KN_MULTIPLY(acc, CB_X, x_i, CB_X, x_j, 0, 0, c->x_row, STEP, true, MTIA_MML_F16);            \
    else                                                                                           \
      KN_MULTIPLY(acc, CB_X, x_i, CB_X, x_j, 0, 0, c->x_row, STEP, true, MTIA_MML_BF16);           \
    if (kind == MTIA_I8)                                                                           \
      __mtia_drain(acc, CB_Z, 0, 0, MTIA_DRAIN_I8, 0);                                             \
    else if (kind == MTIA_F16)                                                                     \
      __mtia_drainf(acc, CB_Z, 0, 0, MTIA_DRAIN_F16, 0);                                           \
    else                                                                                           \
      __mtia_drainf(acc, CB_Z, 0, 0, MTIA_DRAIN_BF16, 0);                                          \
  } while (0)

// The products of sample s of a group, behind `before` samples in CB_X; `turn` counts tiles, so
// that accumulators take turns.
static inline uint32_t multiply(const struct cut *c, enum mtia_dtype kind, uint32_t before,
                                uint32_t s, uint32_t turn) {
  for (uint32_t i = 0; i < c->features; i += TILE) {
    uint32_t rows = (uint32_t)kn_min(TILE, c->features - i);
    for (uint32_t j = 0; j <= i; j += TILE, turn++) {
      uint32_t x = (before + s) * c->x_bytes, x_i = x + i * c->x_row, x_j = x + j * c->x_row;
      __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(rows, (uint32_t)kn_min(TILE, c->features - j)));
      __mtia_cr_w2(MTIA_CR_OUT, s * c->z_bytes + i * c->z_row + j * c->size, c->z_row);
      switch (turn % 4) {
      case 0:
        TILE_ON(0);
        break;
      case 1:
        TILE_ON(1);
        break;
      case 2:
        TILE_ON(2);
        break;
      default:
        TILE_ON(3);
      }
    }
  }
  return turn;
}

// The next elements of each of the group's rows of y.
#define CONCAT(cb)                                                                                 \
  do {                                                                                             \
    if (kind == MTIA_I8)                                                                           \
      __mtia_mlu_concat(CB_Y, cb, MTIA_MLU_8, MTIA_MLU_MEMORY);                                    \
    else                                                                                           \
      __mtia_mlu_concat(CB_Y, cb, MTIA_MLU_16, MTIA_MLU_MEMORY);                                   \
  } while (0)

// What a group's products are put into y's rows with: `b` is its first sample.
static inline void collect(const struct mtia_interaction_args *a, const struct cut *c,
                           enum mtia_dtype kind, uint64_t b, uint32_t group) {
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, c->y_row);
  if (kind == MTIA_I8 && c->columns) {
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(a->dense_scale), (uint32_t)a->zero);
    for (uint32_t s = 0; s < group; s++) {
      __mtia_cr_w2(MTIA_CR_SE_LEN, c->columns, s * c->y_row);
      __mtia_cr_w2(MTIA_CR_SE_SRC, s * c->x_bytes, 0);
      __mtia_se_un(CB_Y, CB_X, MTIA_SE_QUANTISE);
    }
    __mtia_cr_w2(MTIA_CR_MLU_DST, c->columns, c->y_row);
  } else if (c->columns) {
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, group, c->columns);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, c->x_bytes);
    CONCAT(CB_X);
  }
  // As few instructions as there can be: they bind where groups are small.
  uint64_t shape = group;
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, c->z_bytes);
#pragma clang loop unroll_count(4)
  for (uint32_t i = 1; i < c->features; i++) {
    shape += UINT64_C(1) << 32; // a column more
    __mtia_cr_w(MTIA_CR_MLU_SHAPE, shape);
    __mtia_cr_add(MTIA_CR_MLU_SRC, c->z_row);
    CONCAT(CB_Z);
  }
  if (c->x_row)
    __mtia_cb_pop(CB_X, group * c->x_bytes);
  if (c->features > 1)
    __mtia_cb_pop(CB_Z, group * c->z_bytes);
  __mtia_cb_push(CB_Y, group * c->y_row);
  __mtia_dma_out(CB_Y, a->y.data + b * a->y.stride[0], group);
}

static inline void compute(const struct mtia_interaction_args *a, const struct cut *c,
                           enum mtia_dtype kind) {
  uint32_t turn = 0;
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_EVEN, 0, 0));
  __mtia_cr_w2(MTIA_CR_MML_INC, STEP, STEP);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_I8, 0, MTIA_SE_I8, MTIA_SE_EACH));
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.stride[0]);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, a->y.dim[1] * c->size, 0);
  // A group's commands for the MLU are more than its queue takes, so the next group's products are
  // issued before them.
  uint32_t group = 0; // of the samples from b on, multiplied already
  for (uint64_t b = c->mine.begin; b < c->mine.end;) {
    uint32_t next = (uint32_t)kn_min(c->group, c->mine.end - b - group);
    if (next && c->features > 1 && (c->ahead || group == 0)) {
      if (kind == MTIA_I8)
        __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(a->scale), (uint32_t)a->zero);
      else
        __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(1), 0);
      for (uint32_t s = 0; s < next; s++)
        turn = multiply(c, kind, group, s, turn);
      __mtia_cb_push(CB_Z, next * c->z_bytes);
    }
    if (group)
      collect(a, c, kind, b, group);
    b += group;
    group = c->ahead || group == 0 ? next : 0;
  }
}

static enum mtia_status interact(const struct mtia_interaction_args *a, enum mtia_dtype kind) {
  enum mtia_status status = check(a);
  if (status != MTIA_STATUS_OK || a->y.dim[0] == 0 || a->y.dim[1] == 0)
    return status;
  struct cut c;
  if (kind == MTIA_F32 || !cut(a, kind, &c)) {
    interact_by_parts(a, kind, kind == MTIA_F32 ? 4 : kind == MTIA_I8 ? 1 : 2);
    kn_leave();
    return MTIA_STATUS_OK;
  }
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, c.x_size);
    __mtia_cb_init(CB_Z, MTIA_LOCAL_BASE + c.x_size, c.z_size);
    __mtia_cb_init(CB_Y, MTIA_LOCAL_BASE + c.x_size + c.z_size, c.y_size);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(a, &c);
  else
    compute(a, &c, kind);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define LAUNCH(kernel, T, ...)                                                                     \
  KN_LAUNCH(kernel, struct mtia_interaction_args, MTIA_IN(dense, MTIA_##T, "B", "D"),              \
            MTIA_IN(sparse, MTIA_##T, "B", "S", "D"), MTIA_OUT(y, MTIA_##T, "B", "N"),             \
            ##__VA_ARGS__)
#define LAUNCH_FLOAT(kernel, T) LAUNCH(kernel, T)
#define LAUNCH_QUANTISED(kernel, T)                                                                \
  LAUNCH(kernel, T, MTIA_SCALAR(scale, MTIA_F32), MTIA_SCALAR(dense_scale, MTIA_F32),              \
         MTIA_SCALAR(zero, MTIA_I32))

#define MTIA_VARIANT(kernel, types, units, form, type)                                             \
  enum mtia_status mtia_##kernel(const struct mtia_interaction_args *args) {                       \
    return interact(args, MTIA_##type);                                                            \
  }                                                                                                \
  LAUNCH_##form(kernel, type)
#include <mtia/kernels/interaction.def>
