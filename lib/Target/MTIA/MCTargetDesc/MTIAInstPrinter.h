//===-- MTIAInstPrinter.h - Instructions as text ----------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAINSTPRINTER_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAINSTPRINTER_H

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/MC/MCInstPrinter.h"

namespace llvm {

class MTIAInstPrinter : public MCInstPrinter {
  // -M numeric: x10 instead of a0.
  bool NumericRegisters = false;

public:
  using MCInstPrinter::MCInstPrinter;

  bool applyTargetSpecificCLOption(StringRef Opt) override;
  void printInst(const MCInst *MI, uint64_t Address, StringRef Annot, const MCSubtargetInfo &STI,
                 raw_ostream &OS) override;
  void printRegName(raw_ostream &OS, MCRegister Reg) override;

  void printOperand(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI, raw_ostream &OS);
  void printBranchOperand(const MCInst *MI, uint64_t Address, unsigned OpNo,
                          const MCSubtargetInfo &STI, raw_ostream &OS);
  void printCSRSystemRegister(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                              raw_ostream &OS);
  void printFenceArg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI, raw_ostream &OS);
  void printFRMArg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI, raw_ostream &OS);
  void printVMaskReg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI, raw_ostream &OS);
  void printVTypeI(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI, raw_ostream &OS);
  void printFRMArgLegacy(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                         raw_ostream &OS);
  void printZeroOffsetMemOp(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                            raw_ostream &OS);

  // Generated.
  std::pair<const char *, uint64_t> getMnemonic(const MCInst &MI) const override;
  void printInstruction(const MCInst *MI, uint64_t Address, const MCSubtargetInfo &STI,
                        raw_ostream &OS);
  bool printAliasInstr(const MCInst *MI, uint64_t Address, const MCSubtargetInfo &STI,
                       raw_ostream &OS);
  void printCustomAliasOperand(const MCInst *MI, uint64_t Address, unsigned OpIdx,
                               unsigned PrintMethodIdx, const MCSubtargetInfo &STI,
                               raw_ostream &OS);
  static const char *getRegisterName(MCRegister Reg);
  static const char *getRegisterName(MCRegister Reg, unsigned AltIdx);
};

} // namespace llvm

#endif
