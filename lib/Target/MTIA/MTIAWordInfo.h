//===-- MTIAWordInfo.h - What words do in 64-bit registers ------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// The table of MTIAInstrInfoW.td, which says what each column means.
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAWORDINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIAWORDINFO_H

#include "llvm/CodeGen/MachineInstr.h"

namespace llvm {
namespace MTIA {

struct WordInfo {
  unsigned Inst;
  bool SExt;
  bool Words;
  unsigned Other;
};

#define GET_WordTable_DECL
#include "MTIAGenSearchableTables.inc"

/// Whether the instruction's result is a sign-extended word whatever its operands are.
bool producesSExtWord(const MachineInstr &MI);

/// Whether the instruction looks at nothing above the lower half of operand OpIdx, the
/// definition (if there is one) being number 0.
bool readsOnlyWord(unsigned Opcode, unsigned OpIdx);

/// The W form of a 64-bit instruction, or the other way round: equal in the lower half
/// of the result. The opcode itself if there is none.
unsigned getOtherWidth(unsigned Opcode);

} // namespace MTIA
} // namespace llvm

#endif
