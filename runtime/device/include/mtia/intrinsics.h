// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The instructions of Xmtia as C functions. mtia_intrinsics.h is generated from
// lib/Target/MTIA/MTIAInstrInfoXmtia.td; docs/isa/xmtia.md says what they do.
#ifndef MTIA_INTRINSICS_H
#define MTIA_INTRINSICS_H

#include <mtia/mtia_intrinsics.h>

#endif
