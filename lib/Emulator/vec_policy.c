// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Agnostic elements (3.4.3). The manual lets them keep their value or become ones; usually
// they keep it here. To find code that relies on that, they can all be made ones behind
// every instruction: elements behind vl where vta says so, of masks always; elements that
// the mask excludes where vma says so; behind a load that a fault has cut short what is
// behind the new vl.
#include "vec.h"

#include <string.h>

enum { DEST_NONE, DEST_GROUP, DEST_MASK, DEST_ELEMENT, DEST_MASK_BYTES };

#define VD_GROUP(kind)                                                                             \
  ((kind) == MTIA_VK_SEW || (kind) == MTIA_VK_2SEW   ? DEST_GROUP                                  \
   : (kind) == MTIA_VK_MASK                          ? DEST_MASK                                   \
   : (kind) == MTIA_VK_ELT || (kind) == MTIA_VK_2ELT ? DEST_ELEMENT                                \
                                                     : DEST_NONE)
#define LOADS(store, mode)                                                                         \
  ((store) || (mode) == MTIA_VMODE_WHOLE ? DEST_NONE                                               \
   : (mode) == MTIA_VMODE_MASK           ? DEST_MASK_BYTES                                         \
                                         : DEST_GROUP)

static const struct {
  uint8_t dest, fields;
} facts[MTIA_NUM_VOPS] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, vd, vs2, vs1, masking, reads_vd, unit)          \
  [MTIA_VOP_##id] = {VD_GROUP(vd), 1},
#define MTIA_VMEM(id, mnemonic, match, mask, store, mode, eew, nf, masking, unit)                  \
  [MTIA_VOP_##id] = {LOADS(store, mode), nf},
#include "mtia/mtia_vinsn.inc"
};

static void ones(uint8_t *group, unsigned from, unsigned to, unsigned shift) {
  if (from < to)
    memset(group + ((size_t)from << shift), 0xff, (size_t)(to - from) << shift);
}

static bool bit(const uint64_t *words, unsigned e) { return words[e / 64] >> e % 64 & 1; }

static void mask_ones(struct mtia_vector *v, const struct mtia_vinsn *i, const uint64_t *active,
                      unsigned first, unsigned vl, bool vma) {
  uint64_t *d = (uint64_t *)(void *)mtia_vreg(v, i->vd);
  for (unsigned e = first; e < MTIA_VLEN; e++)
    if (e >= vl || (vma && i->masked && !bit(active, e)))
      d[e / 64] |= UINT64_C(1) << e % 64;
}

void mtia_vec_agnostic(struct mtia_vector *v, const struct mtia_vinsn *i, const uint64_t *active,
                       unsigned first, unsigned vl) {
  bool vta = v->vtype >> 6 & 1, vma = v->vtype >> 7 & 1;
  uint8_t *d = mtia_vreg(v, i->vd);
  unsigned dest = facts[i->op].dest, all = (i->emul * MTIA_VLENB) >> i->shift;
  if (dest == DEST_NONE || first >= vl)
    return;
  if (dest == DEST_MASK) {
    mask_ones(v, i, active, first, vl, vma);
  } else if (dest == DEST_MASK_BYTES) {
    ones(d, (vl + 7) / 8, MTIA_VLENB, 0);
  } else if (dest == DEST_ELEMENT) {
    if (vta)
      ones(d, 1, MTIA_VLENB >> i->shift, i->shift);
  } else {
    unsigned tail = v->vl < vl ? v->vl : vl;
    if (i->op == MTIA_VOP_VCOMPRESS_VM) // what is behind the packed elements
      tail = (unsigned)v->run.result;
    // Below the offset of a slide elements belong to vd's old value.
    if ((i->op == MTIA_VOP_VSLIDEUP_VX || i->op == MTIA_VOP_VSLIDEUP_VI) && v->run.x > first)
      first = v->run.x > vl ? vl : (unsigned)v->run.x;
    for (unsigned f = 0; f < facts[i->op].fields; f++, d += i->emul * MTIA_VLENB) {
      if (vta)
        ones(d, tail, all, i->shift);
      for (unsigned e = first; vma && i->masked && e < tail; e++)
        if (!bit(active, e))
          ones(d, e, e + 1, i->shift);
    }
  }
}
