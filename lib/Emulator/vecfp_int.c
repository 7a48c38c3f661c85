// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors: fixed point (12), integer reductions (14.1, 14.2), Zvbb.
#include "vecfp_kernel.h"

// Whether what is shifted out of v by n bits adds one to the rest (RISC-V Unprivileged ISA, "Vector
// Fixed-Point Rounding Mode Register vxrm"). n is less than v's width.
#define ROUND(v, n, rm)                                                                            \
  ((n) == 0           ? 0                                                                          \
   : (rm) == VXRM_RNU ? ((v) >> ((n) - 1)) & 1                                                     \
   : (rm) == VXRM_RNE ? ((v) >> ((n) - 1)) & 1 &                                                   \
                            ((((v) & (((__typeof__(v))1 << ((n) - 1)) - 1)) != 0) | ((v) >> (n)))  \
   : (rm) == VXRM_RDN ? 0                                                                          \
                      : (~((v) >> (n))) & (((v) & (((__typeof__(v))1 << (n)) - 1)) != 0))

enum { VXRM_RNU, VXRM_RNE, VXRM_RDN, VXRM_ROD };

// a is of vs2, b of vs1 or the scalar. S: width, I, U: types, WI, WU: types of twice the width.
#define FIXED_ELEMENTS(S, I, U, WI, WU)                                                            \
  INLINE U vsaddu_##S(U a, U b, unsigned rm, unsigned *sat) {                                      \
    U r = (U)(a + b);                                                                              \
    *sat |= r < a;                                                                                 \
    return r < a ? (U) ~(U)0 : r;                                                                  \
  }                                                                                                \
  INLINE U vssubu_##S(U a, U b, unsigned rm, unsigned *sat) {                                      \
    *sat |= a < b;                                                                                 \
    return a < b ? 0 : (U)(a - b);                                                                 \
  }                                                                                                \
  INLINE U clamp_##S(U r, U a, bool over, unsigned *sat) { /* towards a's sign */                  \
    *sat |= over;                                                                                  \
    return over ? (U)((U)((U) ~(U)0 >> 1) + (a >> (S - 1))) : r;                                   \
  }                                                                                                \
  INLINE U vsadd_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    U r = (U)(a + b);                                                                              \
    return clamp_##S(r, a, (U)((a ^ r) & (b ^ r)) >> (S - 1), sat);                                \
  }                                                                                                \
  INLINE U vssub_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    U r = (U)(a - b);                                                                              \
    return clamp_##S(r, a, (U)((a ^ b) & (a ^ r)) >> (S - 1), sat);                                \
  }                                                                                                \
  INLINE U half_##S(WU sum, unsigned rm) { return (U)((sum >> 1) + (WU)ROUND(sum, 1, rm)); }       \
  INLINE U vaaddu_##S(U a, U b, unsigned rm, unsigned *sat) {                                      \
    return half_##S((WU)((WU)a + (WU)b), rm);                                                      \
  }                                                                                                \
  INLINE U vaadd_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    return half_##S((WU)((WI)(I)a + (WI)(I)b), rm);                                                \
  }                                                                                                \
  INLINE U vasubu_##S(U a, U b, unsigned rm, unsigned *sat) {                                      \
    return half_##S((WU)((WU)a - (WU)b), rm);                                                      \
  }                                                                                                \
  INLINE U vasub_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    return half_##S((WU)((WI)(I)a - (WI)(I)b), rm);                                                \
  }                                                                                                \
  INLINE U vsmul_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    const U min = (U)((U)1 << (S - 1));                                                            \
    WI p = (WI)((WI)(I)a * (WI)(I)b);                                                              \
    WU r = (WU)((WU)(p >> (S - 1)) + (WU)ROUND((WU)p, S - 1, rm));                                 \
    bool over = a == min && b == min;                                                              \
    *sat |= over;                                                                                  \
    return over ? (U)(min - 1) : (U)r;                                                             \
  }                                                                                                \
  INLINE U vssrl_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    unsigned n = b & (S - 1);                                                                      \
    return (U)((a >> n) + (U)ROUND(a, n, rm));                                                     \
  }                                                                                                \
  INLINE U vssra_##S(U a, U b, unsigned rm, unsigned *sat) {                                       \
    unsigned n = b & (S - 1);                                                                      \
    return (U)((U)((I)a >> n) + (U)ROUND(a, n, rm));                                               \
  }

// a is twice as wide as the rest.
#define NARROWING_ELEMENTS(S, I, U, WI, WU)                                                        \
  INLINE U vnclipu_##S(WU a, U b, unsigned rm, unsigned *sat) {                                    \
    unsigned n = b & (2 * S - 1);                                                                  \
    WU r = (WU)((a >> n) + (WU)ROUND(a, n, rm));                                                   \
    *sat |= r > (U) ~(U)0;                                                                         \
    return r > (U) ~(U)0 ? (U) ~(U)0 : (U)r;                                                       \
  }                                                                                                \
  INLINE U vnclip_##S(WU a, U b, unsigned rm, unsigned *sat) {                                     \
    unsigned n = b & (2 * S - 1);                                                                  \
    const WI max = (WI)((U) ~(U)0 >> 1), min = (WI)(-max - 1);                                     \
    WI r = (WI)(((WI)a >> n) + (WI)ROUND(a, n, rm));                                               \
    *sat |= r > max || r < min;                                                                    \
    return (U)(r > max ? max : r < min ? min : r);                                                 \
  }

// d[i] = EL(a[i], b[i] or the scalar) with the rounding mode as a constant.
#define FIXED_LOOP(EL, U, A, BI, MODE)                                                             \
  {                                                                                                \
    U *d = OUT;                                                                                    \
    const A *a = VS2;                                                                              \
    unsigned sat = 0;                                                                              \
    ALL(U, d[i] = EL(a[i], BI, MODE, &sat));                                                       \
  }
// The same for active elements only, because of vxsat.
#define SATURATING_LOOP(EL, U, A, BI, MODE)                                                        \
  {                                                                                                \
    U *d = OUT;                                                                                    \
    const A *a = VS2;                                                                              \
    unsigned sat = 0;                                                                              \
    ACTIVE(d[i] = EL(a[i], BI, MODE, &sat));                                                       \
    r->v->vxsat |= (uint8_t)(sat & 1);                                                             \
  }
#define MODES(LOOP, EL, U, A, BI)                                                                  \
  switch (r->v->vxrm) {                                                                            \
  case VXRM_RNU:                                                                                   \
    LOOP(EL, U, A, BI, VXRM_RNU) break;                                                            \
  case VXRM_RNE:                                                                                   \
    LOOP(EL, U, A, BI, VXRM_RNE) break;                                                            \
  case VXRM_RDN:                                                                                   \
    LOOP(EL, U, A, BI, VXRM_RDN) break;                                                            \
  default:                                                                                         \
    LOOP(EL, U, A, BI, VXRM_ROD) break;                                                            \
  }
#define FIXED_KERNEL(name, S, U, A, DO)                                                            \
  KERNEL(name##_v_##S) {                                                                           \
    const U *b = VS1;                                                                              \
    DO(name##_##S, U, A, b[i])                                                                     \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    const U x = (U)r->x;                                                                           \
    DO(name##_##S, U, A, x)                                                                        \
  }
#define FIXED_MODES(EL, U, A, BI) MODES(FIXED_LOOP, EL, U, A, BI)
#define SATURATING_MODES(EL, U, A, BI) MODES(SATURATING_LOOP, EL, U, A, BI)
#define SATURATING(EL, U, A, BI) SATURATING_LOOP(EL, U, A, BI, 0)
#define FIXED_KERNELS(S, I, U, WI, WU)                                                             \
  FIXED_ELEMENTS(S, I, U, WI, WU)                                                                  \
  FIXED_KERNEL(vsaddu, S, U, U, SATURATING)                                                        \
  FIXED_KERNEL(vsadd, S, U, U, SATURATING)                                                         \
  FIXED_KERNEL(vssubu, S, U, U, SATURATING)                                                        \
  FIXED_KERNEL(vssub, S, U, U, SATURATING)                                                         \
  FIXED_KERNEL(vaaddu, S, U, U, FIXED_MODES)                                                       \
  FIXED_KERNEL(vaadd, S, U, U, FIXED_MODES)                                                        \
  FIXED_KERNEL(vasubu, S, U, U, FIXED_MODES)                                                       \
  FIXED_KERNEL(vasub, S, U, U, FIXED_MODES)                                                        \
  FIXED_KERNEL(vsmul, S, U, U, SATURATING_MODES)                                                   \
  FIXED_KERNEL(vssrl, S, U, U, FIXED_MODES)                                                        \
  FIXED_KERNEL(vssra, S, U, U, FIXED_MODES)
#define NARROWING_KERNELS(S, I, U, WI, WU)                                                         \
  NARROWING_ELEMENTS(S, I, U, WI, WU)                                                              \
  FIXED_KERNEL(vnclipu, S, U, WU, SATURATING_MODES)                                                \
  FIXED_KERNEL(vnclip, S, U, WU, SATURATING_MODES)

FIXED_KERNELS(8, int8_t, uint8_t, int16_t, uint16_t)
FIXED_KERNELS(16, int16_t, uint16_t, int32_t, uint32_t)
FIXED_KERNELS(32, int32_t, uint32_t, int64_t, uint64_t)
FIXED_KERNELS(64, int64_t, uint64_t, __int128, unsigned __int128)
NARROWING_KERNELS(8, int8_t, uint8_t, int16_t, uint16_t)
NARROWING_KERNELS(16, int16_t, uint16_t, int32_t, uint32_t)
NARROWING_KERNELS(32, int32_t, uint32_t, int64_t, uint64_t)

//===-- Zvbb ------------------------------------------------------------------===//

#define BITS_ELEMENTS(S, U)                                                                        \
  INLINE U vbrev8_##S(U a) {                                                                       \
    a = (U)((a >> 4 & (U)UINT64_C(0x0f0f0f0f0f0f0f0f)) | (a & (U)UINT64_C(0x0f0f0f0f0f0f0f0f))     \
                                                             << 4);                                \
    a = (U)((a >> 2 & (U)UINT64_C(0x3333333333333333)) | (a & (U)UINT64_C(0x3333333333333333))     \
                                                             << 2);                                \
    return (U)((a >> 1 & (U)UINT64_C(0x5555555555555555)) | (a & (U)UINT64_C(0x5555555555555555))  \
                                                                << 1);                             \
  }                                                                                                \
  INLINE U vbrev_##S(U a) { return __builtin_bitreverse##S(a); }                                   \
  INLINE U vclz_##S(U a) { return (U)(a ? __builtin_clzll((uint64_t)a << (64 - S)) : S); }         \
  INLINE U vctz_##S(U a) { return (U)(a ? __builtin_ctzll(a) : S); }                               \
  INLINE U vcpop_##S(U a) { return (U)__builtin_popcountll(a); }                                   \
  INLINE U vandn_##S(U a, U b) { return (U)(a & ~b); }                                             \
  INLINE U vrol_##S(U a, U b) {                                                                    \
    unsigned n = b & (S - 1);                                                                      \
    return (U)(a << n | a >> (-n & (S - 1)));                                                      \
  }                                                                                                \
  INLINE U vror_##S(U a, U b) {                                                                    \
    unsigned n = b & (S - 1);                                                                      \
    return (U)(a >> n | a << (-n & (S - 1)));                                                      \
  }
#define KERNEL_1(name, S, U)                                                                       \
  KERNEL(name##_v_##S) {                                                                           \
    U *d = OUT;                                                                                    \
    const U *a = VS2;                                                                              \
    ALL(U, d[i] = name##_##S(a[i]));                                                               \
  }
#define KERNEL_2(name, S, U)                                                                       \
  KERNEL(name##_v_##S) {                                                                           \
    U *d = OUT;                                                                                    \
    const U *a = VS2, *b = VS1;                                                                    \
    ALL(U, d[i] = name##_##S(a[i], b[i]));                                                         \
  }                                                                                                \
  KERNEL(name##_x_##S) {                                                                           \
    U *d = OUT;                                                                                    \
    const U *a = VS2, x = (U)r->x;                                                                 \
    ALL(U, d[i] = name##_##S(a[i], x));                                                            \
  }
#define BITS_KERNELS(S, U)                                                                         \
  BITS_ELEMENTS(S, U)                                                                              \
  KERNEL_1(vbrev8, S, U)                                                                           \
  KERNEL_1(vbrev, S, U)                                                                            \
  KERNEL_1(vrev8, S, U)                                                                            \
  KERNEL_1(vclz, S, U)                                                                             \
  KERNEL_1(vctz, S, U)                                                                             \
  KERNEL_1(vcpop, S, U)                                                                            \
  KERNEL_2(vandn, S, U)                                                                            \
  KERNEL_2(vrol, S, U)                                                                             \
  KERNEL_2(vror, S, U)
INLINE uint8_t vrev8_8(uint8_t a) { return a; }
INLINE uint16_t vrev8_16(uint16_t a) { return __builtin_bswap16(a); }
INLINE uint32_t vrev8_32(uint32_t a) { return __builtin_bswap32(a); }
INLINE uint64_t vrev8_64(uint64_t a) { return __builtin_bswap64(a); }
BITS_KERNELS(8, uint8_t)
BITS_KERNELS(16, uint16_t)
BITS_KERNELS(32, uint32_t)
BITS_KERNELS(64, uint64_t)

#define WIDE_SHIFT(S, U, WU)                                                                       \
  KERNEL(vwsll_v_##S) {                                                                            \
    WU *d = OUT;                                                                                   \
    const U *a = VS2, *b = VS1;                                                                    \
    ALL(WU, d[i] = (WU)((WU)a[i] << (b[i] & (2 * S - 1))));                                        \
  }                                                                                                \
  KERNEL(vwsll_x_##S) {                                                                            \
    WU *d = OUT;                                                                                   \
    const U *a = VS2;                                                                              \
    const unsigned n = r->x & (2 * S - 1);                                                         \
    ALL(WU, d[i] = (WU)((WU)a[i] << n));                                                           \
  }
WIDE_SHIFT(8, uint8_t, uint16_t)
WIDE_SHIFT(16, uint16_t, uint32_t)
WIDE_SHIFT(32, uint32_t, uint64_t)

//===-- Integer reductions ----------------------------------------------------===//

// D: type of the sum, T: of the elements. The function isn't called if vl is 0.
#define REDUCTION(name, S, D, T, expr)                                                             \
  KERNEL(name##_##S) {                                                                             \
    const T *a = VS2;                                                                              \
    D s;                                                                                           \
    memcpy(&s, VS1, sizeof s);                                                                     \
    ACTIVE(D e = (D)a[i]; s = (D)(expr));                                                          \
    memcpy(OUT, &s, sizeof s);                                                                     \
  }
#define REDUCTIONS(S, I, U)                                                                        \
  REDUCTION(vredsum, S, U, U, s + e)                                                               \
  REDUCTION(vredand, S, U, U, s &e)                                                                \
  REDUCTION(vredor, S, U, U, s | e)                                                                \
  REDUCTION(vredxor, S, U, U, s ^ e)                                                               \
  REDUCTION(vredminu, S, U, U, e < s ? e : s)                                                      \
  REDUCTION(vredmin, S, I, I, e < s ? e : s)                                                       \
  REDUCTION(vredmaxu, S, U, U, e > s ? e : s)                                                      \
  REDUCTION(vredmax, S, I, I, e > s ? e : s)
#define WIDE_REDUCTIONS(S, I, U, WI, WU)                                                           \
  REDUCTION(vwredsumu, S, WU, U, s + e)                                                            \
  REDUCTION(vwredsum, S, WU, I, s + e)
REDUCTIONS(8, int8_t, uint8_t)
REDUCTIONS(16, int16_t, uint16_t)
REDUCTIONS(32, int32_t, uint32_t)
REDUCTIONS(64, int64_t, uint64_t)
WIDE_REDUCTIONS(8, int8_t, uint8_t, int16_t, uint16_t)
WIDE_REDUCTIONS(16, int16_t, uint16_t, int32_t, uint32_t)
WIDE_REDUCTIONS(32, int32_t, uint32_t, int64_t, uint64_t)

//===-- Tables ----------------------------------------------------------------===//

#define BOTH(ENTRY, ID, name, flags)                                                               \
  ENTRY(ID##_VV, name##_v, flags), ENTRY(ID##_VX, name##_x, flags)
#define THREE(ENTRY, ID, name, flags) BOTH(ENTRY, ID, name, flags), ENTRY(ID##_VI, name##_x, flags)
#define CLIP(ID, name)                                                                             \
  ENTRY_8_32(ID##_WV, name##_v, MTIA_VF_ACTIVE), ENTRY_8_32(ID##_WX, name##_x, MTIA_VF_ACTIVE),    \
      ENTRY_8_32(ID##_WI, name##_x, MTIA_VF_ACTIVE)
#define REDUCE (MTIA_VF_ACTIVE | MTIA_VF_ATOMIC)

const struct mtia_vimpl V_NAME(mtia_vecfp_int)[MTIA_NUM_VOPS] = {
    THREE(ENTRY_8_64, VSADDU, vsaddu, MTIA_VF_ACTIVE),
    THREE(ENTRY_8_64, VSADD, vsadd, MTIA_VF_ACTIVE),
    BOTH(ENTRY_8_64, VSSUBU, vssubu, MTIA_VF_ACTIVE),
    BOTH(ENTRY_8_64, VSSUB, vssub, MTIA_VF_ACTIVE),
    BOTH(ENTRY_8_64, VAADDU, vaaddu, 0),
    BOTH(ENTRY_8_64, VAADD, vaadd, 0),
    BOTH(ENTRY_8_64, VASUBU, vasubu, 0),
    BOTH(ENTRY_8_64, VASUB, vasub, 0),
    BOTH(ENTRY_8_64, VSMUL, vsmul, MTIA_VF_ACTIVE),
    THREE(ENTRY_8_64, VSSRL, vssrl, 0),
    THREE(ENTRY_8_64, VSSRA, vssra, 0),
    CLIP(VNCLIPU, vnclipu),
    CLIP(VNCLIP, vnclip),

    BOTH(ENTRY_8_64, VANDN, vandn, 0),
    BOTH(ENTRY_8_64, VROL, vrol, 0),
    THREE(ENTRY_8_64, VROR, vror, 0),
    THREE(ENTRY_8_32, VWSLL, vwsll, 0),
    ENTRY_8_64(VBREV8_V, vbrev8_v, 0),
    ENTRY_8_64(VBREV_V, vbrev_v, 0),
    ENTRY_8_64(VREV8_V, vrev8_v, 0),
    ENTRY_8_64(VCLZ_V, vclz_v, 0),
    ENTRY_8_64(VCTZ_V, vctz_v, 0),
    ENTRY_8_64(VCPOP_V, vcpop_v, 0),

    ENTRY_8_64(VREDSUM_VS, vredsum, REDUCE),
    ENTRY_8_64(VREDAND_VS, vredand, REDUCE),
    ENTRY_8_64(VREDOR_VS, vredor, REDUCE),
    ENTRY_8_64(VREDXOR_VS, vredxor, REDUCE),
    ENTRY_8_64(VREDMINU_VS, vredminu, REDUCE),
    ENTRY_8_64(VREDMIN_VS, vredmin, REDUCE),
    ENTRY_8_64(VREDMAXU_VS, vredmaxu, REDUCE),
    ENTRY_8_64(VREDMAX_VS, vredmax, REDUCE),
    ENTRY_8_32(VWREDSUMU_VS, vwredsumu, REDUCE),
    ENTRY_8_32(VWREDSUM_VS, vwredsum, REDUCE),
};
