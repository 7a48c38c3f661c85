// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of vectors for one kind of host, all together.
#include "vec_kernel.h"

// dst = bit ? src : dst
#define BLEND(T, bools, word, vector)                                                              \
  static void blend_##T(uint8_t *dst, const uint8_t *src, const uint64_t *active, unsigned regs) { \
    for (unsigned reg = 0; reg < regs; reg++, dst += MTIA_VLENB, src += MTIA_VLENB) {              \
      word bits;                                                                                   \
      bools yes;                                                                                   \
      vector a, b;                                                                                 \
      memcpy(&bits, (const uint8_t *)active + reg * sizeof bits, sizeof bits);                     \
      memcpy(&yes, &bits, sizeof bits);                                                            \
      memcpy(&a, dst, MTIA_VLENB);                                                                 \
      memcpy(&b, src, MTIA_VLENB);                                                                 \
      vector mask = __builtin_convertvector(yes, vector);                                          \
      a = (a & (mask - 1)) | (b & -mask);                                                          \
      memcpy(dst, &a, MTIA_VLENB);                                                                 \
    }                                                                                              \
  }
BLEND(8, v_bool64, uint64_t, v_s8)
BLEND(16, v_bool32, uint32_t, v_s16)
BLEND(32, v_bool16, uint16_t, v_s32)
BLEND(64, v_bool8, uint8_t, v_s64)

static void blend(uint8_t *dst, const uint8_t *src, const uint64_t *active, unsigned regs,
                  unsigned shift) {
  static void (*const fn[])(uint8_t *, const uint8_t *, const uint64_t *,
                            unsigned) = {blend_8, blend_16, blend_32, blend_64};
  fn[shift](dst, src, active, regs);
}

extern const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS],
    V_NAME(mtia_vec_mask)[MTIA_NUM_VOPS], V_NAME(mtia_vec_permute)[MTIA_NUM_VOPS],
    V_NAME(mtia_vecfp)[MTIA_NUM_VOPS], V_NAME(mtia_vecfp_convert)[MTIA_NUM_VOPS],
    V_NAME(mtia_vecfp_int)[MTIA_NUM_VOPS];

static const struct mtia_vimpl *const tables[] = {
    V_NAME(mtia_vec_int),
    V_NAME(mtia_vec_mask),
    V_NAME(mtia_vec_permute),
    V_NAME(mtia_vecfp),
    V_NAME(mtia_vecfp_convert),
    V_NAME(mtia_vecfp_int),
    NULL,
};

const struct mtia_vec_host V_NAME(mtia_vec_host) = {tables, blend};
