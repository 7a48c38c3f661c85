// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first half of a gated MLP in F16 (gated_mlp.h says how).
#define GATED_TYPE MTIA_F16
#define MM_GATED 1
#define MM_GATED_TYPE MTIA_SE_F16
#define MM_IN_SIZE 2
#define MM_MML_TYPE MTIA_MML_F16
#define MM_MLU MTIA_MLU_16
#define MM_DRAIN(acc, cb, ti, tj, out) ((void)0)
#define GATED_FILE_F16(kernel, layout) GATED_VARIANT(kernel, layout)
#include "gated_mlp.h"

KN_STACK_LINES(6); // of the whole family
