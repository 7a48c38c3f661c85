// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of floating point: fcsr, mstatus.FS.
#include "core.h"

void mtia_core_fp_update(struct mtia_core *c) {
  bool dirty = (c->csr.mstatus & MSTATUS_FS) == MSTATUS_FS;
  bool inexact = c->fp.flags & MTIA_FP_NX;
  for (unsigned rm = 0; rm < 8; rm++) {
    unsigned mode = rm == MTIA_FP_DYN ? c->frm : rm;
    unsigned quick = 0;
    if (dirty && mode <= MTIA_FP_RMM)
      quick = MTIA_FP_QUICK_LEGAL | (mode == MTIA_FP_RNE ? MTIA_FP_QUICK_RNE : 0) |
              (inexact && mode == MTIA_FP_RNE ? MTIA_FP_QUICK_NEAREST : 0) |
              (inexact && mode == MTIA_FP_RTZ ? MTIA_FP_QUICK_TO_ZERO : 0);
    c->fp_quick[rm] = (uint8_t)quick;
  }
}

void mtia_core_fp_changed(struct mtia_core *c) {
  c->csr.mstatus |= MSTATUS_FS;
  mtia_core_fp_update(c);
}

bool mtia_core_fp_enable(struct mtia_core *c, unsigned rm) {
  if (!(c->csr.mstatus & MSTATUS_FS) || (rm == MTIA_FP_DYN ? c->frm : rm) > MTIA_FP_RMM)
    return false;
  mtia_core_fp_changed(c);
  return true;
}
