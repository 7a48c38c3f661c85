// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix products, I8 to I32, in all layouts (engine.h says how).
#define MM_IN MTIA_I8
#define MM_OUT MTIA_I32
#define MM_IN_SIZE 1
#define MM_OUT_SIZE 4
#define MM_MML_TYPE MTIA_MML_S8S8
#define MM_MLU MTIA_MLU_8
#define MM_DRAIN(acc, cb, ti, tj, out) __mtia_drain(acc, cb, ti, tj, MTIA_DRAIN_I32, 0)
#define MM_FILE_I8_I32(kernel, layout) MM_VARIANT(kernel, layout)
#include "matmul.h"
