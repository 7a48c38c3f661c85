// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fully connected layers; <mtia/kernels.h> says what is computed, fc_plan.h which PE computes what
// and what stays in local memory, fc.h what core 0 moves, fc_compute.h what core 1 does.
#include "fc.h"
#include "../launch.h"

#define FC_START fc_start_s8s8
#define FC_COMPUTE fc_compute_s8s8
#define FC_MML_TYPE MTIA_MML_S8S8
#define FC_FLOAT 0
#define FC_SE_TYPE MTIA_SE_I8
#include "fc_compute.h"

#define FC_START fc_start_u8s8
#define FC_COMPUTE fc_compute_u8s8
#define FC_MML_TYPE MTIA_MML_U8S8
#define FC_FLOAT 0
#define FC_SE_TYPE MTIA_SE_U8
#include "fc_compute.h"

#define FC_START fc_start_f16
#define FC_COMPUTE fc_compute_f16
#define FC_MML_TYPE MTIA_MML_F16
#define FC_FLOAT 1
#include "fc_compute.h"

#define FC_START fc_start_bf16
#define FC_COMPUTE fc_compute_bf16
#define FC_MML_TYPE MTIA_MML_BF16
#define FC_FLOAT 1
#include "fc_compute.h"

KN_STACK_LINES(1);

static bool aligned(const struct mtia_tensor *t) {
  return ((t->data | t->stride[0]) & (MTIA_DMA_ALIGN - 1)) == 0;
}

// What loads of x and w rely on; then the rest.
static inline enum mtia_status check_operands(const struct mtia_fc_args *a, uint32_t in_log2) {
  uint64_t m = a->x.dim[0], k = a->x.dim[1], n = a->w.dim[0];
  if (a->w.dim[1] != k)
    return MTIA_STATUS_SHAPE;
  if ((m | n | k << in_log2) >> 31)
    return MTIA_STATUS_LIMIT;
  return aligned(&a->x) && aligned(&a->w) ? MTIA_STATUS_OK : MTIA_STATUS_LAYOUT;
}

static inline enum mtia_status check_others(const struct mtia_fc_args *a,
                                            const struct mtia_tensor *next) {
  uint64_t m = a->x.dim[0], n = a->w.dim[0];
  if (a->y.dim[0] != m || a->y.dim[1] != n)
    return MTIA_STATUS_SHAPE;
  if (a->bias.dim[0] != 0 && a->bias.dim[0] != n)
    return MTIA_STATUS_SHAPE;
  return aligned(&a->y) && (!next || aligned(next)) ? MTIA_STATUS_OK : MTIA_STATUS_LAYOUT;
}

// The numbers of the SE's functions, by enum mtia_fc_function, four bits each. (A table would be in
// DRAM, and all cores would ask the same channel for it.) Quantised results have ReLU from the
// clamp.
#define FUNCTION(mine, number) ((uint32_t)(number) << 4 * (mine))
static const uint32_t functions =
    FUNCTION(MTIA_FC_RELU, MTIA_SE_RELU) | FUNCTION(MTIA_FC_GELU, MTIA_SE_GELU) |
    FUNCTION(MTIA_FC_SILU, MTIA_SE_SILU) | FUNCTION(MTIA_FC_SIGMOID, MTIA_SE_SIGMOID) |
    FUNCTION(MTIA_FC_TANH, MTIA_SE_TANH);

static bool within(int32_t value, int32_t low, int32_t high) {
  return value >= low && value <= high;
}

static uint64_t pair(uint32_t low, uint32_t high) { return low | (uint64_t)high << 32; }

// Integers: zero points, and how the sum becomes an element of y.
static enum mtia_status prepare_integers(const struct mtia_fc_args *a, struct fc_job *job,
                                         bool x_signed, uint32_t function) {
  bool narrow = job->type == MTIA_DRAIN_I8 || job->type == MTIA_DRAIN_U8;
  bool fixed = a->rounding == MTIA_ROUND_FIXED;
  int32_t low = job->type == MTIA_DRAIN_U8 ? 0 : -128, high = low + 255;
  uint64_t n = a->w.dim[0];
  if ((a->scales.dim[0] != 0 && a->scales.dim[0] != n) ||
      (a->fixed.dim[0] != 0 && a->fixed.dim[0] != 2 * n))
    return MTIA_STATUS_SHAPE;
  if (!within(a->zero_w, -128, 127) ||
      !within(a->zero_x, x_signed ? -128 : 0, x_signed ? 127 : 255))
    return MTIA_STATUS_VALUE;
  if (narrow && !within(a->zero_y, low, high))
    return MTIA_STATUS_VALUE;
  if (!within(a->rounding, 0, narrow ? 3 : 0) || (fixed && !within(a->shift, -31, 31)))
    return MTIA_STATUS_VALUE;
  if (function && (job->type == MTIA_DRAIN_I32 || (fixed && function != MTIA_SE_RELU)))
    return MTIA_STATUS_VALUE;

  job->zero_x = a->zero_x;
  job->zero_w = a->zero_w;
  if (narrow && function == MTIA_SE_RELU) {
    function = 0;
    low = a->zero_y;
  }
  job->qclamp = pair((uint32_t)low, (uint32_t)high);
  job->qscale = pair(fixed ? (uint32_t)a->multiplier : mtia_f32_bits(a->scale),
                     narrow ? (uint32_t)a->zero_y : 0);
  job->qout = pair(mtia_f32_bits(a->out_scale), (uint32_t)a->zero_y);
  job->qmode = mtia_qmode((enum mtia_round)a->rounding, function, fixed ? a->shift : 0);
  const struct mtia_tensor *scales = fixed ? &a->fixed : &a->scales;
  job->scales = scales->dim[0] && job->type != MTIA_DRAIN_I32 ? scales->data : 0;
  job->scale_bytes = fixed ? 8 : 4;
  return MTIA_STATUS_OK;
}

// What of the job does not say where and how much.
static enum mtia_status prepare(const struct mtia_fc_args *a, struct fc_job *job, bool integers,
                                bool x_signed) {
  enum mtia_status status = check_others(a, job->next);
  if (status != MTIA_STATUS_OK)
    return status;
  if (!within(a->function, MTIA_FC_NONE, MTIA_FC_TANH))
    return MTIA_STATUS_VALUE;
  uint32_t function = functions >> 4 * a->function & 15;
  if (integers)
    return prepare_integers(a, job, x_signed, function);
  job->zero_x = job->zero_w = 0;
  job->scales = job->qclamp = job->qout = 0;
  job->scale_bytes = 0;
  job->qscale = mtia_f32_bits(1);
  job->qmode = mtia_qmode(MTIA_ROUND_EVEN, function, 0);
  return MTIA_STATUS_OK;
}

static uint64_t bias_of(const struct mtia_fc_args *a) {
  return a->bias.dim[0] && a->bias.dim[0] == a->w.dim[0] ? a->bias.data : 0;
}

// What begins before all arguments are checked: what comes first is what the layer waits for.
struct begun {
  enum mtia_status status;
  bool at_once;
};

__attribute__((noinline)) static bool begin_at_once(const struct mtia_fc_args *a, uint64_t m,
                                                    uint64_t n, uint64_t k_bytes, uint32_t y_log2) {
  struct fc_job job; // what fc_begin_at_once takes of it
  job.x = &a->x;
  job.w = &a->w;
  job.bias = bias_of(a);
  struct fc_size size = {m, n, k_bytes, 1u << y_log2, .x_in_dram = false, .w_in_dram = false};
  return fc_begin_at_once(&job, &size);
}

__attribute__((noinline)) static struct begun begin(const struct mtia_fc_args *a, uint32_t in_log2,
                                                    uint32_t y_log2) {
  struct begun begun = {check_operands(a, in_log2), false};
  if (begun.status != MTIA_STATUS_OK || a->x.dim[0] == 0 || a->w.dim[0] == 0 || mtia_core() != 0)
    return begun;
  if ((a->x.data | a->w.data) < MTIA_DRAM_BASE)
    begun.at_once = begin_at_once(a, a->x.dim[0], a->w.dim[0], a->x.dim[1] << in_log2, y_log2);
  kn_make_stack(8); // for layer
  return begun;
}

// Integers are of one byte.
__attribute__((noinline)) static enum mtia_status
layer(struct begun begun, const struct mtia_fc_args *a, uint32_t types, bool x_signed,
      fc_start_fn *start, fc_compute_fn *compute, const struct mtia_tensor *next) {
  if (begun.status != MTIA_STATUS_OK)
    return begun.status;
  struct fc_job job; // set field by field: the compiler would clear it by a call
  job.x = &a->x;
  job.w = &a->w;
  job.y = &a->y;
  job.next = next;
  job.bias = bias_of(a);
  job.in_log2 = types & 15;
  job.y_log2 = types >> 4 & 15;
  job.type = (enum mtia_drain_type)(types >> 8);
  bool integers = job.in_log2 == 0;
  if (a->x.dim[0] == 0 || a->w.dim[0] == 0)
    return prepare(a, &job, integers, x_signed);
  struct fc_share share;
  enum mtia_status status = MTIA_STATUS_OK;
  if (mtia_core() == 0)
    fc_begin(&job, &share, begun.at_once);
  else {
    start(fc_receive_first());
    status = prepare(a, &job, integers, x_signed);
  }
  return fc_finish(&job, &share, compute, status);
}

// Of the types in the table.
enum { LOG2_I8 = 0, LOG2_U8 = 0, LOG2_F16 = 1, LOG2_BF16 = 1, LOG2_I32 = 2, LOG2_F32 = 2 };

#define LAUNCH_s8s8 LAUNCH_INTEGERS
#define LAUNCH_u8s8 LAUNCH_INTEGERS
#define LAUNCH_f16 LAUNCH_FLOATS
#define LAUNCH_bf16 LAUNCH_FLOATS
#define LAUNCH_INTEGERS(kernel, x_, bias_, y_)                                                     \
  KN_LAUNCH(kernel, struct mtia_fc_args, MTIA_IN(x, MTIA_##x_, "M", "K"),                          \
            MTIA_IN(w, MTIA_I8, "N", "K"), MTIA_IN(bias, MTIA_##bias_, "B"),                       \
            MTIA_SCALAR(scale, MTIA_F32), MTIA_SCALAR(multiplier, MTIA_I32),                       \
            MTIA_SCALAR(shift, MTIA_I32), MTIA_IN(scales, MTIA_F32, "S"),                          \
            MTIA_IN(fixed, MTIA_I32, "F"), MTIA_SCALAR(zero_x, MTIA_I32),                          \
            MTIA_SCALAR(zero_w, MTIA_I32), MTIA_SCALAR(zero_y, MTIA_I32),                          \
            MTIA_SCALAR(function, MTIA_I32), MTIA_SCALAR(rounding, MTIA_I32),                      \
            MTIA_SCALAR(out_scale, MTIA_F32), MTIA_OUT(y, MTIA_##y_, "M", "N"))
#define LAUNCH_FLOATS(kernel, x_, bias_, y_)                                                       \
  KN_LAUNCH(kernel, struct mtia_fc_args, MTIA_IN(x, MTIA_##x_, "M", "K"),                          \
            MTIA_IN(w, MTIA_##x_, "N", "K"), MTIA_IN(bias, MTIA_##bias_, "B"),                     \
            MTIA_SCALAR(function, MTIA_I32), MTIA_OUT(y, MTIA_##y_, "M", "N"))

#define LAYER(product, x_, y_, next)                                                               \
  layer(begin(args, LOG2_##x_, LOG2_##y_), args,                                                   \
        LOG2_##x_ | LOG2_##y_ << 4 | MTIA_DRAIN_##y_ << 8, MTIA_##x_ == MTIA_I8,                   \
        fc_start_##product, fc_compute_##product, next)
#define MTIA_VARIANT(kernel, types, units, product, x_, bias_, y_)                                 \
  enum mtia_status mtia_##kernel(const struct mtia_fc_args *args) {                                \
    return LAYER(product, x_, y_, NULL);                                                           \
  }                                                                                                \
  enum mtia_status mtia_##kernel##_prefetch(const struct mtia_fc_args *args,                       \
                                            const struct mtia_tensor *next) {                      \
    return LAYER(product, x_, y_, next);                                                           \
  }                                                                                                \
  LAUNCH_##product(kernel, x_, bias_, y_)
#include <mtia/kernels/fc.def>
