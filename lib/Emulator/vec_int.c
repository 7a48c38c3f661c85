// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integer arithmetic of vectors (11), but for reductions and fixed point. Where products
// of promoted types could overflow an int, 1u makes them unsigned.
#include "vec_kernel.h"

//===-- One width ---------------------------------------------------------------===//

V_VV_VX(vadd, U, a + b)
V_VV_VX(vsub, U, a - b)
V_VV_VX(vrsub, U, b - a)
V_VV_VX(vand, U, a &b)
V_VV_VX(vor, U, a | b)
V_VV_VX(vxor, U, a ^ b)
V_VV_VX(vminu, U, a < b ? a : b)
V_VV_VX(vmin, S, a < b ? a : b)
V_VV_VX(vmaxu, U, a > b ? a : b)
V_VV_VX(vmax, S, a > b ? a : b)

#define BITS(x) (8 * sizeof(x) - 1) // of a shift amount
V_VV_VX(vsll, U, a << (b & BITS(a)))
V_VV_VX(vsrl, U, a >> (b & BITS(a)))
V_VV_VX(vsra, S, a >> (b & (S64)BITS(a)))

V_VV_VX(vmul, U, 1u * a * b)
V_VV_VX(vmacc, U, 1u * a * b + d)
V_VV_VX(vnmsac, U, d - 1u * a * b)
V_VV_VX(vmadd, U, 1u * b * d + a)
V_VV_VX(vnmsub, U, a - 1u * b * d)

// The upper half of a product.
#define HIGH_W(w, name, as, bs)                                                                    \
  V_FUNCTION(name##_vv_##w, V_T(U, w), V_T(as, w), V_T(bs, w), false,                              \
             (V_T2(U, w))((V_T2(as, w))a * (V_T2(as, w))b) >> w)                                   \
  V_FUNCTION(name##_vx_##w, V_T(U, w), V_T(as, w), V_T(bs, w), true,                               \
             (V_T2(U, w))((V_T2(as, w))a * (V_T2(as, w))b) >> w)
V_WIDTHS(HIGH_W, vmulhu, U, U)
V_WIDTHS(HIGH_W, vmulh, S, S)
V_WIDTHS(HIGH_W, vmulhsu, S, U)

// Division by zero gives ones and the dividend as the remainder; the one overflow gives the
// dividend, and 0.
V_VV_VX(vdivu, U, b ? a / b : -1)
V_VV_VX(vremu, U, b ? a % b : a)
V_VV_VX(vdiv, S, b == 0 ? -1 : b == -1 ? (WIDE)(0 - (U64)a) : a / b)
V_VV_VX(vrem, S, b == 0 ? a : b == -1 ? 0 : a % b)

V_VV_VX(vmv_v, U, b)

//===-- Comparisons, carries ------------------------------------------------------===//

V_COMPARE_VV_VX(vmseq, U, a == b)
V_COMPARE_VV_VX(vmsne, U, a != b)
V_COMPARE_VV_VX(vmsltu, U, a < b)
V_COMPARE_VV_VX(vmslt, S, a < b)
V_COMPARE_VV_VX(vmsleu, U, a <= b)
V_COMPARE_VV_VX(vmsle, S, a <= b)
#define COMPARE_VX_W(w, name, sign, ...) V_COMPARE(name##_vx_##w, V_T(sign, w), true, __VA_ARGS__)
V_WIDTHS(COMPARE_VX_W, vmsgtu, U, a > b)
V_WIDTHS(COMPARE_VX_W, vmsgt, S, a > b)

#define CARRY_W(w, name, ...)                                                                      \
  V_FUNCTION_C(name##_vv_##w, V_T(U, w), V_T(U, w), V_T(U, w), false, true, __VA_ARGS__)           \
  V_FUNCTION_C(name##_vx_##w, V_T(U, w), V_T(U, w), V_T(U, w), true, true, __VA_ARGS__)
V_WIDTHS(CARRY_W, vadc, a + b + c)
V_WIDTHS(CARRY_W, vsbc, a - b - c)
V_WIDTHS(CARRY_W, vmerge, c ? b : a)

#define CARRY_OUT_W(w, name, ...)                                                                  \
  V_COMPARE_C(name##_vv_##w, V_T(U, w), false, false, __VA_ARGS__)                                 \
  V_COMPARE_C(name##_vx_##w, V_T(U, w), true, false, __VA_ARGS__)                                  \
  V_COMPARE_C(name##_vvm_##w, V_T(U, w), false, true, __VA_ARGS__)                                 \
  V_COMPARE_C(name##_vxm_##w, V_T(U, w), true, true, __VA_ARGS__)
V_WIDTHS(CARRY_OUT_W, vmadc, c ? (WIDE)(a + b + 1) <= a : (WIDE)(a + b) < a)
V_WIDTHS(CARRY_OUT_W, vmsbc, c ? a <= b : a < b)

//===-- Two widths ----------------------------------------------------------------===//

V_WIDEN(vwaddu, U, U, U, (WIDE)a + (WIDE)b)
V_WIDEN(vwsubu, U, U, U, (WIDE)a - (WIDE)b)
V_WIDEN(vwadd, U, S, S, (WIDE)a + (WIDE)b)
V_WIDEN(vwsub, U, S, S, (WIDE)a - (WIDE)b)
V_WIDEN_WV(vwaddu, U, U, a + (WIDE)b)
V_WIDEN_WV(vwsubu, U, U, a - (WIDE)b)
V_WIDEN_WV(vwadd, U, S, a + (WIDE)b)
V_WIDEN_WV(vwsub, U, S, a - (WIDE)b)

V_WIDEN(vwmulu, U, U, U, 1u * (WIDE)a * (WIDE)b)
V_WIDEN(vwmul, U, S, S, 1u * (WIDE)a * (WIDE)b)
V_WIDEN(vwmulsu, U, S, U, 1u * (WIDE)a * (WIDE)b)
V_WIDEN(vwmaccu, U, U, U, 1u * (WIDE)a * (WIDE)b + d)
V_WIDEN(vwmacc, U, S, S, 1u * (WIDE)a * (WIDE)b + d)
V_WIDEN(vwmaccsu, U, U, S, 1u * (WIDE)a * (WIDE)b + d) // vs1 signed, vs2 not
V_WIDEN(vwmaccus, U, S, U, 1u * (WIDE)a * (WIDE)b + d)

V_NARROW(vnsrl, U, U, U, a >> (b & BITS(a)))
V_NARROW(vnsra, U, S, U, a >> (b & BITS(a)))

#define EXTEND(to, from, part)                                                                     \
  V_FUNCTION(vzext_vf##part##_##to, U##to, U##from, U##from, true, a)                              \
  V_FUNCTION(vsext_vf##part##_##to, U##to, S##from, S##from, true, a)
EXTEND(16, 8, 2)
EXTEND(32, 16, 2)
EXTEND(64, 32, 2)
EXTEND(32, 8, 4)
EXTEND(64, 16, 4)
EXTEND(64, 8, 8)

//===-- Table ---------------------------------------------------------------------===//

// clang-format off
#define ROW_VVM_VXM_VIM(id, fn, suffix)                                                            \
  V_ROW(id##_VVM, fn##_vv##suffix, 0) V_ROW(id##_VXM, fn##_vx##suffix, 0)
#define ROW_EXTEND(id, fn)                                                                         \
  [MTIA_VOP_##id##_VF2] = {{NULL, fn##_vf2_16, fn##_vf2_32, fn##_vf2_64}, 0},                      \
  [MTIA_VOP_##id##_VF4] = {{NULL, NULL, fn##_vf4_32, fn##_vf4_64}, 0},                             \
  [MTIA_VOP_##id##_VF8] = {{NULL, NULL, NULL, fn##_vf8_64}, 0},

extern const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS];
const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS] = {
  V_ROW_VV_VX_VI(VADD, vadd, 0)
  V_ROW_VV_VX(VSUB, vsub, 0)
  V_ROW_VX_VI(VRSUB, vrsub, 0)
  V_ROW_VV_VX_VI(VAND, vand, 0)
  V_ROW_VV_VX_VI(VOR, vor, 0)
  V_ROW_VV_VX_VI(VXOR, vxor, 0)
  V_ROW_VV_VX(VMINU, vminu, 0)
  V_ROW_VV_VX(VMIN, vmin, 0)
  V_ROW_VV_VX(VMAXU, vmaxu, 0)
  V_ROW_VV_VX(VMAX, vmax, 0)
  V_ROW_VV_VX_VI(VSLL, vsll, 0)
  V_ROW_VV_VX_VI(VSRL, vsrl, 0)
  V_ROW_VV_VX_VI(VSRA, vsra, 0)
  V_ROW_VV_VX(VMUL, vmul, 0)
  V_ROW_VV_VX(VMULHU, vmulhu, 0)
  V_ROW_VV_VX(VMULH, vmulh, 0)
  V_ROW_VV_VX(VMULHSU, vmulhsu, 0)
  V_ROW_VV_VX(VMACC, vmacc, 0)
  V_ROW_VV_VX(VNMSAC, vnmsac, 0)
  V_ROW_VV_VX(VMADD, vmadd, 0)
  V_ROW_VV_VX(VNMSUB, vnmsub, 0)
  V_ROW_VV_VX(VDIVU, vdivu, 0)
  V_ROW_VV_VX(VDIV, vdiv, 0)
  V_ROW_VV_VX(VREMU, vremu, 0)
  V_ROW_VV_VX(VREM, vrem, 0)
  V_ROW(VMV_V_V, vmv_v_vv, 0)
  V_ROW(VMV_V_X, vmv_v_vx, 0)
  V_ROW(VMV_V_I, vmv_v_vx, 0)

  V_ROW_VV_VX_VI(VMSEQ, vmseq, 0)
  V_ROW_VV_VX_VI(VMSNE, vmsne, 0)
  V_ROW_VV_VX(VMSLTU, vmsltu, 0)
  V_ROW_VV_VX(VMSLT, vmslt, 0)
  V_ROW_VV_VX_VI(VMSLEU, vmsleu, 0)
  V_ROW_VV_VX_VI(VMSLE, vmsle, 0)
  V_ROW_VX_VI(VMSGTU, vmsgtu, 0)
  V_ROW_VX_VI(VMSGT, vmsgt, 0)

  ROW_VVM_VXM_VIM(VADC, vadc,)
  V_ROW(VADC_VIM, vadc_vx, 0)
  ROW_VVM_VXM_VIM(VSBC, vsbc,)
  ROW_VVM_VXM_VIM(VMERGE, vmerge,)
  V_ROW(VMERGE_VIM, vmerge_vx, 0)
  ROW_VVM_VXM_VIM(VMADC, vmadc, m)
  V_ROW(VMADC_VIM, vmadc_vxm, 0)
  V_ROW_VV_VX_VI(VMADC, vmadc, 0)
  ROW_VVM_VXM_VIM(VMSBC, vmsbc, m)
  V_ROW_VV_VX(VMSBC, vmsbc, 0)

  V_ROW_WIDEN(VWADDU, vwaddu, 0)
  V_ROW_WIDEN(VWSUBU, vwsubu, 0)
  V_ROW_WIDEN(VWADD, vwadd, 0)
  V_ROW_WIDEN(VWSUB, vwsub, 0)
  V_ROW_WIDEN_WV(VWADDU, vwaddu, 0)
  V_ROW_WIDEN_WV(VWSUBU, vwsubu, 0)
  V_ROW_WIDEN_WV(VWADD, vwadd, 0)
  V_ROW_WIDEN_WV(VWSUB, vwsub, 0)
  V_ROW_WIDEN(VWMULU, vwmulu, 0)
  V_ROW_WIDEN(VWMUL, vwmul, 0)
  V_ROW_WIDEN(VWMULSU, vwmulsu, 0)
  V_ROW_WIDEN(VWMACCU, vwmaccu, 0)
  V_ROW_WIDEN(VWMACC, vwmacc, 0)
  V_ROW_WIDEN(VWMACCSU, vwmaccsu, 0)
  V_ROW_3(VWMACCUS_VX, vwmaccus_vx, 0)
  V_ROW_NARROW(VNSRL, vnsrl, 0)
  V_ROW_NARROW(VNSRA, vnsra, 0)
  ROW_EXTEND(VZEXT, vzext)
  ROW_EXTEND(VSEXT, vsext)
};
