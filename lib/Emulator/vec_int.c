// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integer arithmetic of vectors (11): elements of one width.
#include "vec_kernel.h"

V_VV_VX(vadd, U, a + b)
V_COMPARE_VV_VX(vmseq, U, a == b)

extern const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS];
// clang-format off
const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS] = {
  V_ROW_VV_VX_VI(VADD, vadd, 0)
  V_ROW_VV_VX_VI(VMSEQ, vmseq, 0)
};
