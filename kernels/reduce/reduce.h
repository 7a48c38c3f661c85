// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of this family share.
#ifndef MTIA_KERNELS_REDUCE_H
#define MTIA_KERNELS_REDUCE_H

#include "../launch.h"
#include "../rows.h"
#include "../se.h"
#include <mtia/mtia_simd.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum reduce_op { SUM, MEAN, MAX, MIN, PROD, ARGMAX, ARGMIN };

struct reduce_job {
  const struct mtia_tensor *x, *y;
  enum reduce_op op;
  enum mtia_se_type from, to;
};

static inline bool reduce_is_integer(const struct reduce_job *job) {
  return job->from <= MTIA_SE_I32;
}
static inline bool reduce_has_index(const struct reduce_job *job) { return job->op >= ARGMAX; }

// A number on its way: f32, or i32 of integers.
union reduce_value {
  float f;
  int32_t i;
};

// By masks: of a switch the compiler makes a table in DRAM, whose first use takes 400 cycles.
static inline union reduce_value reduce_identity(const struct reduce_job *job) {
  bool integer = reduce_is_integer(job);
  uint32_t op = 1u << job->op;
  if (op & (1u << MAX | 1u << ARGMAX))
    return (union reduce_value){.i = integer ? INT32_MIN : (int32_t)0xFF800000};
  if (op & (1u << MIN | 1u << ARGMIN))
    return (union reduce_value){.i = integer ? INT32_MAX : 0x7F800000};
  if (op & 1u << PROD)
    return (union reduce_value){.i = integer ? 1 : 0x3F800000};
  return (union reduce_value){.i = 0};
}

// An element of y.
static inline void reduce_store(const struct reduce_job *job, void *y, uint64_t n,
                                union reduce_value v, int32_t index) {
  if (reduce_has_index(job))
    *(int32_t *)y = index;
  else if (job->to == MTIA_SE_I32)
    *(int32_t *)y = v.i;
  else if (job->to == MTIA_SE_I8)
    *(int8_t *)y = (int8_t)v.i;
  else {
    if (job->op == MEAN)
      v.f *= 1.0f / (float)n;
    if (job->to == MTIA_SE_F32)
      *(float *)y = v.f;
    else if (job->to == MTIA_SE_F16)
      *(_Float16 *)y = (_Float16)v.f;
    else
      *(__bf16 *)y = (__bf16)v.f;
  }
}

#endif
