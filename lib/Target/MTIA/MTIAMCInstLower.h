//===-- MTIAMCInstLower.h - From machine instructions to MC -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAMCINSTLOWER_H
#define LLVM_LIB_TARGET_MTIA_MTIAMCINSTLOWER_H

namespace llvm {
class AsmPrinter;
class MachineInstr;
class MachineOperand;
class MCInst;
class MCOperand;

/// False for operands that aren't written, such as implicit registers.
bool lowerMTIAMachineOperand(const MachineOperand &MO, MCOperand &MCOp, const AsmPrinter &AP);
void lowerMTIAMachineInstr(const MachineInstr &MI, MCInst &OutMI, const AsmPrinter &AP);
} // namespace llvm

#endif
