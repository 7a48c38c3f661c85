//===-- MTIAMatInt.h - Sequences for integer constants ----------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Which instructions make a 64-bit constant. The first one's source is x0, every
// further one's the result of the one before:
//
//   LUI  rd, Imm          Imm is the upper part, 0 to 0xfffff
//   ADDI/ADDIW/XORI/SLLI/SRLI rd, rs, Imm
//   BSETI/BCLRI/RORI/SLLI_UW rd, rs, Imm
//   SH1ADD/SH2ADD/SH3ADD rd, rs, rs
//   ADD_UW rd, rs, x0
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMATINT_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMATINT_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCRegister.h"
#include <cstdint>

namespace llvm {
class MCSubtargetInfo;
namespace MTIAMatInt {

// The operands beside rd.
enum Operands { Imm, RegImm, RegReg, RegX0 };

struct Inst {
  unsigned Opcode;
  int64_t Imm;

  Operands getOperands() const;
};
using InstSeq = SmallVector<Inst, 8>;

// The shortest sequence that the search finds, at most eight instructions.
InstSeq generateInstSeq(int64_t Val, const MCSubtargetInfo &STI);

// The instruction that writes Dest; Source is what the one before has written.
MCInst getMCInst(const Inst &I, MCRegister Dest, MCRegister Source);

// For a constant x + (x << Shift) of a repeating pattern: the sequence for x, and
// which addition puts the two together (AddOpc x, x << Shift). Empty if it is none.
InstSeq generateTwoRegSeq(int64_t Val, const MCSubtargetInfo &STI, unsigned &Shift,
                          unsigned &AddOpc);

// Number of instructions of that sequence.
unsigned getIntMatCost(int64_t Val, const MCSubtargetInfo &STI);

} // namespace MTIAMatInt
} // namespace llvm

#endif
