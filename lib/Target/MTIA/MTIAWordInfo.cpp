//===-- MTIAWordInfo.cpp - What words do in 64-bit registers ----*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAWordInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAVectorPseudos.h"

using namespace llvm;

namespace llvm {
namespace MTIA {
#define GET_WordTable_IMPL
#include "MTIAGenSearchableTables.inc"
} // namespace MTIA
} // namespace llvm

bool MTIA::producesSExtWord(const MachineInstr &MI) {
  auto Imm = [&](unsigned I) { return MI.getOperand(I).isImm() ? MI.getOperand(I).getImm() : -1; };
  switch (MI.getOpcode()) {
  case MTIA::LUI:
    // %hi of a symbol may be anything.
    return MI.getOperand(1).isImm();
  case MTIA::ANDI:
    return Imm(2) >= 0;
  case MTIA::ORI:
    // All bits from the eleventh up.
    return MI.getOperand(2).isImm() && Imm(2) < 0;
  case MTIA::SRAI:
    return Imm(2) >= 32;
  case MTIA::SRLI:
    return Imm(2) > 32;
  case MTIA::ADDI:
    return MI.getOperand(1).isReg() && MI.getOperand(1).getReg() == MTIA::X0 &&
           MI.getOperand(2).isImm();
  case MTIA::BSETI:
    return MI.getOperand(1).getReg() == MTIA::X0 && Imm(2) < 31;
  case MTIA::PseudoVMV_X_S:
    // Extended from the element's width.
    return MTIAV::getSEW(MTIAV::getVTypeI(MI)) <= 32;
  case MTIA::PseudoVCPOP_M:
  case MTIA::PseudoVFIRST_M:
    return true;
  default:
    break;
  }
  const WordInfo *Info = getWordInfo(MI.getOpcode());
  return Info && Info->SExt;
}

bool MTIA::readsOnlyWord(unsigned Opcode, unsigned OpIdx) {
  switch (Opcode) {
  case MTIA::ADD_UW:
  case MTIA::SH1ADD_UW:
  case MTIA::SH2ADD_UW:
  case MTIA::SH3ADD_UW:
  case MTIA::SLLI_UW:
    return OpIdx == 1;
  default:
    break;
  }
  const WordInfo *Info = getWordInfo(Opcode);
  return Info && Info->Words && OpIdx > 0;
}

unsigned MTIA::getOtherWidth(unsigned Opcode) {
  const WordInfo *Info = getWordInfo(Opcode);
  return Info ? Info->Other : Opcode;
}
