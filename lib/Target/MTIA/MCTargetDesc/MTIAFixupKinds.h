//===-- MTIAFixupKinds.h - Fixups -------------------------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAFIXUPKINDS_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAFIXUPKINDS_H

#include "llvm/MC/MCFixup.h"

namespace llvm {
namespace MTIA {

// The order is the one of the table in MTIAAsmBackend.cpp.
enum Fixups {
  fixup_mtia_hi20 = FirstTargetFixupKind, // lui
  fixup_mtia_lo12_i,
  fixup_mtia_lo12_s,
  fixup_mtia_pcrel_hi20, // auipc
  fixup_mtia_pcrel_lo12_i,
  fixup_mtia_pcrel_lo12_s,
  fixup_mtia_got_hi20,
  fixup_mtia_tprel_hi20,
  fixup_mtia_tprel_lo12_i,
  fixup_mtia_tprel_lo12_s,
  fixup_mtia_tprel_add, // marks an add for the linker, changes nothing
  fixup_mtia_tls_got_hi20,
  fixup_mtia_tls_gd_hi20,
  fixup_mtia_branch,     // 13 bits
  fixup_mtia_jal,        // 21 bits
  fixup_mtia_rvc_branch, // c.beqz: 9 bits
  fixup_mtia_rvc_jump,   // c.j: 12 bits
  fixup_mtia_call_plt,   // auipc, jalr
  fixup_mtia_invalid,
  NumTargetFixupKinds = fixup_mtia_invalid - FirstTargetFixupKind
};

} // namespace MTIA
} // namespace llvm

#endif
