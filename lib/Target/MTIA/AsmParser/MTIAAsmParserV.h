//===-- MTIAAsmParserV.h - Vector instructions as text ---------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_ASMPARSER_MTIAASMPARSERV_H
#define LLVM_LIB_TARGET_MTIA_ASMPARSER_MTIAASMPARSERV_H

#include "AsmParser/MTIAOperand.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"

namespace llvm {
class MCInstrDesc;
class MCRegisterInfo;

namespace MTIAVector {
/// A vtype in words, "e8, m1, ta, ma": each may be missing, the order is fixed. What is
/// missing is e8, m1, tu and mu. NoMatch if the first word is none of these.
ParseStatus parseVType(MCAsmParser &Parser, const MCSubtargetInfo &STI, OperandVector &Operands);

/// The group of a register class that begins with the register V0 to V31, or no register
/// where none begins.
MCRegister getGroup(MCRegister Reg, unsigned ClassID, const MCRegisterInfo &MRI);

/// What is wrong with the destination, or nullptr: it may not overlap some sources. Only the
/// first register of a group is looked at, since LMUL isn't known.
const char *checkDestination(const MCInst &Inst, const MCInstrDesc &Desc);

/// Whether the temporary register of "vmsge.vx vd, va, x, v0.t, vt" is its destination.
bool isTemporaryDestination(const MCInst &Inst);

/// Passes the instructions that a comparison pseudo-instruction stands for to Emit. False if
/// it is none.
bool expandCompare(const MCInst &Inst, function_ref<void(const MCInst &)> Emit);
} // namespace MTIAVector
} // namespace llvm

#endif
