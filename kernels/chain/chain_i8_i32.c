// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chains of two matrix products in I8 to I32 (chain.h says how).
#define CHAIN_IN MTIA_I8
#define CHAIN_OUT MTIA_I32
#define CHAIN_OUT_SIZE 4
#define MM_IN_SIZE 1
#define MM_MML_TYPE MTIA_MML_S8S8
#define MM_MLU MTIA_MLU_8
#define MM_DRAIN(acc, cb, ti, tj, out)                                                             \
  do {                                                                                             \
    if ((out) == 1) /* t */                                                                        \
      __mtia_drain(acc, cb, ti, tj, MTIA_DRAIN_I8, 0);                                             \
    else                                                                                           \
      __mtia_drain(acc, cb, ti, tj, MTIA_DRAIN_I32, 0);                                            \
  } while (0)
#define CHAIN_FILE_I8_I32(kernel, layout) CHAIN_VARIANT(kernel, layout)
#include "chain.h"
