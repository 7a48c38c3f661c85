// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Masks (15).
#include "vec_kernel.h"

static inline uint64_t word(const uint8_t *mask, unsigned w) {
  uint64_t value;
  memcpy(&value, mask + 8 * w, 8);
  return value;
}

#define LOGIC(name, ...)                                                                           \
  static void name(struct mtia_vrun *r) {                                                          \
    for (unsigned w = 0; 64 * w < r->vl; w++) {                                                    \
      const uint64_t a = word(r->vs2, w), b = word(r->vs1, w), d = (__VA_ARGS__);                  \
      memcpy(r->out + 8 * w, &d, 8);                                                               \
    }                                                                                              \
  }
LOGIC(vmand, a &b)
LOGIC(vmnand, ~(a &b))
LOGIC(vmandn, a & ~b)
LOGIC(vmxor, a ^ b)
LOGIC(vmor, a | b)
LOGIC(vmnor, ~(a | b))
LOGIC(vmorn, a | ~b)
LOGIC(vmxnor, ~(a ^ b))

static void vcpop(struct mtia_vrun *r) {
  r->result = 0;
  for (unsigned w = 0; 64 * w < r->vl; w++)
    r->result += (uint64_t)__builtin_popcountll(word(r->vs2, w) & v_active_word(r, w));
}

// The first element that is active and set; ~0 if there is none.
static uint64_t first_set(const struct mtia_vrun *r) {
  for (unsigned w = 0; 64 * w < r->vl; w++) {
    uint64_t bits = word(r->vs2, w) & v_active_word(r, w);
    if (bits)
      return 64 * w + (unsigned)__builtin_ctzll(bits);
  }
  return ~UINT64_C(0);
}

static void vfirst(struct mtia_vrun *r) { r->result = first_set(r); }

// Ones at elements below `end`.
static inline uint64_t below(uint64_t end, unsigned w) {
  return end <= 64 * w ? 0 : end - 64 * w >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << end % 64) - 1;
}

// Before, including, only the first one.
#define SET_FIRST(name, ...)                                                                       \
  static void name(struct mtia_vrun *r) {                                                          \
    const uint64_t first = first_set(r), behind = first == ~UINT64_C(0) ? first : first + 1;       \
    (void)behind;                                                                                  \
    for (unsigned w = 0; 64 * w < r->vl; w++) {                                                    \
      const uint64_t d = (__VA_ARGS__);                                                            \
      memcpy(r->out + 8 * w, &d, 8);                                                               \
    }                                                                                              \
  }
SET_FIRST(vmsbf, below(first, w))
SET_FIRST(vmsif, below(behind, w))
SET_FIRST(vmsof, below(behind, w) & ~below(first, w))

#define IOTA_W(w, name)                                                                            \
  static void viota_##w(struct mtia_vrun *r) {                                                     \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    U##w count = 0;                                                                                \
    V_FOR_ACTIVE(r, e) {                                                                           \
      d[e] = count;                                                                                \
      count = (U##w)(count + v_bit(r->vs2, e));                                                    \
    }                                                                                              \
  }                                                                                                \
  static void vid_##w(struct mtia_vrun *r) {                                                       \
    U##w *d = (U##w *)(void *)r->out;                                                              \
    for (unsigned e = 0; e < r->regs * (MTIA_VLEN / w); e++)                                       \
      d[e] = (U##w)e;                                                                              \
  }
V_WIDTHS(IOTA_W, )

// clang-format off
extern const struct mtia_vimpl V_NAME(mtia_vec_mask)[MTIA_NUM_VOPS];
const struct mtia_vimpl V_NAME(mtia_vec_mask)[MTIA_NUM_VOPS] = {
  V_ROW_ANY(VMAND_MM, vmand, 0)
  V_ROW_ANY(VMNAND_MM, vmnand, 0)
  V_ROW_ANY(VMANDN_MM, vmandn, 0)
  V_ROW_ANY(VMXOR_MM, vmxor, 0)
  V_ROW_ANY(VMOR_MM, vmor, 0)
  V_ROW_ANY(VMNOR_MM, vmnor, 0)
  V_ROW_ANY(VMORN_MM, vmorn, 0)
  V_ROW_ANY(VMXNOR_MM, vmxnor, 0)
  V_ROW_ANY(VCPOP_M, vcpop, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS | MTIA_VF_ATOMIC)
  V_ROW_ANY(VFIRST_M, vfirst, MTIA_VF_ACTIVE | MTIA_VF_ALWAYS | MTIA_VF_ATOMIC)
  V_ROW_ANY(VMSBF_M, vmsbf, MTIA_VF_DISJOINT | MTIA_VF_ATOMIC)
  V_ROW_ANY(VMSIF_M, vmsif, MTIA_VF_DISJOINT | MTIA_VF_ATOMIC)
  V_ROW_ANY(VMSOF_M, vmsof, MTIA_VF_DISJOINT | MTIA_VF_ATOMIC)
  V_ROW(VIOTA_M, viota, MTIA_VF_ACTIVE | MTIA_VF_DISJOINT | MTIA_VF_ATOMIC)
  V_ROW(VID_V, vid, 0)
};
