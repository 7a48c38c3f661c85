// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two products of attention in F16 (attention.h says how).
#define ATTENTION_TYPE MTIA_F16
#define MM_IN_SIZE 2
#define MM_MML_TYPE MTIA_MML_F16
#define MM_MLU MTIA_MLU_16
#define MM_DRAIN(acc, cb, ti, tj, out) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_F16, 0)
#define ATTENTION_FILE_F16(kernel, step) ATTENTION_VARIANT(kernel, step)
#include "attention.h"

KN_STACK_LINES(6); // of the whole family
