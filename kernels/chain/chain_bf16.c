// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chains of two matrix products in BF16 (chain.h says how).
#define CHAIN_IN MTIA_BF16
#define CHAIN_OUT MTIA_BF16
#define CHAIN_OUT_SIZE 2
#define MM_IN_SIZE 2
#define MM_MML_TYPE MTIA_MML_BF16
#define MM_MLU MTIA_MLU_16
#define MM_DRAIN(acc, cb, ti, tj, out) __mtia_drainf(acc, cb, ti, tj, MTIA_DRAIN_BF16, 0)
#define CHAIN_FILE_BF16(kernel, layout) CHAIN_VARIANT(kernel, layout)
#include "chain.h"
