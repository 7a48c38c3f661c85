// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix products, BF16 to F32, in all layouts (engine.h says how).
#define MM_IN MTIA_BF16
#define MM_OUT MTIA_F32
#define MM_IN_SIZE 2
#define MM_OUT_SIZE 4
#define MM_MML_TYPE MTIA_MML_BF16
#define MM_MLU MTIA_MLU_16
#define MM_DRAIN(acc, cb, ti, tj, out) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_F32, 0)
#define MM_FILE_BF16_F32(kernel, layout) MM_VARIANT(kernel, layout)
#include "matmul.h"
