// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix products, F16 to F16, in all layouts (engine.h says how).
#define MM_IN MTIA_F16
#define MM_OUT MTIA_F16
#define MM_IN_SIZE 2
#define MM_OUT_SIZE 2
#define MM_MML_TYPE MTIA_MML_F16
#define MM_MLU MTIA_MLU_16
#define MM_WIDEN MTIA_SE_F16
#define MM_DRAIN(acc, cb, ti, tj, out) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_F16, 0)
#define MM_FILE_F16(kernel, layout) MM_VARIANT(kernel, layout)
#include "matmul.h"

KN_STACK_LINES(6); // of the whole family
