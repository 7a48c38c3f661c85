// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Permutations (16).
#include "vec_kernel.h"

//===-- Scalars -----------------------------------------------------------------===//

#define SCALAR_W(w, name)                                                                          \
  static void vmv_x_s_##w(struct mtia_vrun *r) {                                                   \
    r->result = (uint64_t)(int64_t)*(const S##w *)(const void *)r->vs2;                            \
  }                                                                                                \
  static void vmv_s_x_##w(struct mtia_vrun *r) { *(U##w *)(void *)r->out = (U##w)r->x; }
V_WIDTHS(SCALAR_W, )

//===-- Slides --------------------------------------------------------------------===//

// A value of a narrower format in an f register has ones above it; another one counts as NaN.
static inline uint64_t unbox_16(uint64_t x) { return x >> 16 == 0xffffffffffff ? x : 0x7e00; }
static inline uint64_t unbox_32(uint64_t x) { return x >> 32 == 0xffffffff ? x : 0x7fc00000; }
static inline uint64_t unbox_64(uint64_t x) { return x; }

#define SLIDE_W(w, name)                                                                           \
  static void vslideup_##w(struct mtia_vrun *r) {                                                  \
    const U##w *s = (const U##w *)(const void *)r->vs2;                                            \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    unsigned first = r->x > r->first ? r->x > r->vl ? r->vl : (unsigned)r->x : r->first;           \
    if (first == r->vl)                                                                            \
      return;                                                                                      \
    if (!r->active)                                                                                \
      memcpy(d + first, s + (first - (unsigned)r->x), (r->vl - first) * sizeof *d);                \
    else                                                                                           \
      for (unsigned e = first; e < r->vl; e++)                                                     \
        if (v_is_active(r, e))                                                                     \
          d[e] = s[e - r->x];                                                                      \
  }                                                                                                \
  static void vslidedown_##w(struct mtia_vrun *r) {                                                \
    const U##w *s = (const U##w *)(const void *)r->vs2;                                            \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    unsigned by = r->x < r->insn->vlmax ? (unsigned)r->x : r->insn->vlmax;                         \
    unsigned left = r->insn->vlmax - by, some = left < r->vl ? left : r->vl;                       \
    if (!r->active) {                                                                              \
      memmove(d, s + by, some * sizeof *d);                                                        \
      memset(d + some, 0, (r->vl - some) * sizeof *d);                                             \
    } else {                                                                                       \
      V_FOR_ACTIVE(r, e) d[e] = e < left ? s[e + by] : 0;                                          \
    }                                                                                              \
  }                                                                                                \
  static inline void slide1up_##w(struct mtia_vrun *r, U##w x) {                                   \
    const U##w *s = (const U##w *)(const void *)r->vs2;                                            \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    if (!r->active) {                                                                              \
      d[0] = x;                                                                                    \
      memcpy(d + 1, s, (r->vl - 1) * sizeof *d);                                                   \
    } else {                                                                                       \
      V_FOR_ACTIVE(r, e) d[e] = e ? s[e - 1] : x;                                                  \
    }                                                                                              \
  }                                                                                                \
  static inline void slide1down_##w(struct mtia_vrun *r, U##w x) {                                 \
    const U##w *s = (const U##w *)(const void *)r->vs2;                                            \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    if (!r->active) {                                                                              \
      memmove(d, s + 1, (r->vl - 1) * sizeof *d);                                                  \
      d[r->vl - 1] = x;                                                                            \
    } else {                                                                                       \
      V_FOR_ACTIVE(r, e) d[e] = e == r->vl - 1 ? x : s[e + 1];                                     \
    }                                                                                              \
  }                                                                                                \
  static void vslide1up_##w(struct mtia_vrun *r) { slide1up_##w(r, (U##w)r->x); }                  \
  static void vslide1down_##w(struct mtia_vrun *r) { slide1down_##w(r, (U##w)r->x); }
V_WIDTHS(SLIDE_W, )

#define FSLIDE_W(w)                                                                                \
  static void vfslide1up_##w(struct mtia_vrun *r) { slide1up_##w(r, (U##w)unbox_##w(r->x)); }      \
  static void vfslide1down_##w(struct mtia_vrun *r) { slide1down_##w(r, (U##w)unbox_##w(r->x)); }
FSLIDE_W(16)
FSLIDE_W(32)
FSLIDE_W(64)

//===-- Gather, compress, whole registers -------------------------------------------===//

#define AT(i) ((i) < vlmax ? all[i] : 0)
#define GATHER(fn, w, I, SCALAR)                                                                   \
  static void fn(struct mtia_vrun *r) {                                                            \
    const U##w *all = (const U##w *)(const void *)r->vs2;                                          \
    const I *index = (const I *)(const void *)r->vs1;                                              \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    const unsigned vlmax = r->insn->vlmax;                                                         \
    const U##w splat = AT(r->x);                                                                   \
    (void)index, (void)splat;                                                                      \
    for (unsigned e = 0; e < r->regs * (MTIA_VLEN / w); e++)                                       \
      d[e] = SCALAR ? splat : AT(index[e]);                                                        \
  }
#define GATHER_W(w, name)                                                                          \
  GATHER(vrgather_vv_##w, w, U##w, false)                                                          \
  GATHER(vrgather_vx_##w, w, U##w, true)                                                           \
  GATHER(vrgatherei16_##w, w, U16, false)                                                          \
  static void vcompress_##w(struct mtia_vrun *r) {                                                 \
    const U##w *s = (const U##w *)(const void *)r->vs2;                                            \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    for (unsigned e = 0; e < r->vl; e++)                                                           \
      if (v_bit(r->vs1, e))                                                                        \
        *d++ = s[e];                                                                               \
    r->result = (uint64_t)(d - (U##w *)(void *)r->out);                                            \
  }                                                                                                \
  static void vmv_regs_##w(struct mtia_vrun *r) {                                                  \
    size_t from = r->first * sizeof(U##w), all = r->insn->emul * MTIA_VLENB;                       \
    if (from < all)                                                                                \
      memmove(r->out + from, r->vs2 + from, all - from);                                           \
  }
V_WIDTHS(GATHER_W, )

// clang-format off
#define ROW_F(id, fn, flags) [MTIA_VOP_##id] = {{NULL, fn##_16, fn##_32, fn##_64}, flags},

extern const struct mtia_vimpl V_NAME(mtia_vec_permute)[MTIA_NUM_VOPS];
const struct mtia_vimpl V_NAME(mtia_vec_permute)[MTIA_NUM_VOPS] = {
  V_ROW(VMV_X_S, vmv_x_s, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS)
  V_ROW(VMV_S_X, vmv_s_x, MTIA_VF_ACTIVE)
  V_ROW(VSLIDEUP_VX, vslideup, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT)
  V_ROW(VSLIDEUP_VI, vslideup, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT)
  V_ROW(VSLIDEDOWN_VX, vslidedown, MTIA_VF_ACTIVE)
  V_ROW(VSLIDEDOWN_VI, vslidedown, MTIA_VF_ACTIVE)
  V_ROW(VSLIDE1UP_VX, vslide1up, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT)
  V_ROW(VSLIDE1DOWN_VX, vslide1down, MTIA_VF_ACTIVE)
  ROW_F(VFSLIDE1UP_VF, vfslide1up, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT | MTIA_VF_FP)
  ROW_F(VFSLIDE1DOWN_VF, vfslide1down, MTIA_VF_ACTIVE | MTIA_VF_FP)
  V_ROW(VRGATHER_VV, vrgather_vv, MTIA_VF_DISJOINT)
  V_ROW(VRGATHER_VX, vrgather_vx, MTIA_VF_DISJOINT)
  V_ROW(VRGATHER_VI, vrgather_vx, MTIA_VF_DISJOINT)
  V_ROW(VRGATHEREI16_VV, vrgatherei16, MTIA_VF_DISJOINT)
  V_ROW(VCOMPRESS_VM, vcompress, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT | MTIA_VF_ATOMIC)
  V_ROW(VMV1R_V, vmv_regs, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS)
  V_ROW(VMV2R_V, vmv_regs, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS)
  V_ROW(VMV4R_V, vmv_regs, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS)
  V_ROW(VMV8R_V, vmv_regs, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS)
};
