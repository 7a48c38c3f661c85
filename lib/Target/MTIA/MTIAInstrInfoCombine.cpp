//===-- MTIAInstrInfoCombine.cpp - Reassociation ----------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the machine combiner may reorder:  (a + b) + c + d  ->  (a + b) + (c + d)
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAInstrInfo.h"
#include "llvm/CodeGen/MachineInstr.h"

using namespace llvm;

// Subtraction is the inverse of addition: a - b + c is a - (b - c).
std::optional<unsigned> MTIAInstrInfo::getInverseOpcode(unsigned Opcode) const {
  switch (Opcode) {
  case MTIA::ADD:
    return MTIA::SUB;
  case MTIA::SUB:
    return MTIA::ADD;
  case MTIA::ADDW:
    return MTIA::SUBW;
  case MTIA::SUBW:
    return MTIA::ADDW;
  case MTIA::FADD_H:
    return MTIA::FSUB_H;
  case MTIA::FADD_S:
    return MTIA::FSUB_S;
  case MTIA::FADD_D:
    return MTIA::FSUB_D;
  case MTIA::FSUB_H:
    return MTIA::FADD_H;
  case MTIA::FSUB_S:
    return MTIA::FADD_S;
  case MTIA::FSUB_D:
    return MTIA::FADD_D;
  default:
    return std::nullopt;
  }
}

bool MTIAInstrInfo::isAssociativeAndCommutative(const MachineInstr &Inst, bool Invert) const {
  unsigned Opc = Inst.getOpcode();
  if (Invert) {
    std::optional<unsigned> Inverse = getInverseOpcode(Opc);
    if (!Inverse)
      return false;
    Opc = *Inverse;
  }
  switch (Opc) {
  case MTIA::FADD_H:
  case MTIA::FADD_S:
  case MTIA::FADD_D:
  case MTIA::FMUL_H:
  case MTIA::FMUL_S:
  case MTIA::FMUL_D:
    // Only as the source allows: other orders round differently.
    return Inst.getFlag(MachineInstr::FmReassoc) && Inst.getFlag(MachineInstr::FmNsz);
  case MTIA::ADD:
  case MTIA::ADDW:
  case MTIA::AND:
  case MTIA::OR:
  case MTIA::XOR:
  case MTIA::MUL:
  case MTIA::MULW:
  case MTIA::MIN:
  case MTIA::MINU:
  case MTIA::MAX:
  case MTIA::MAXU:
    return true;
  default:
    return false;
  }
}

// The rounding mode is an operand that both instructions must share, and it follows
// the two that are reassociated.
bool MTIAInstrInfo::hasReassociableSibling(const MachineInstr &Inst, bool &Commuted) const {
  if (!TargetInstrInfo::hasReassociableSibling(Inst, Commuted))
    return false;
  if (Inst.getNumExplicitOperands() < 4)
    return true;
  const MachineRegisterInfo &MRI = Inst.getMF()->getRegInfo();
  const MachineInstr *Sibling = MRI.getVRegDef(Inst.getOperand(Commuted ? 2 : 1).getReg());
  return Sibling && Sibling->getNumExplicitOperands() == 4 &&
         Inst.getOperand(3).isIdenticalTo(Sibling->getOperand(3));
}

// The new instructions have the rounding mode too.
void MTIAInstrInfo::finalizeInsInstrs(MachineInstr &Root, unsigned &Pattern,
                                      SmallVectorImpl<MachineInstr *> &InsInstrs) const {
  if (Root.getNumExplicitOperands() < 4)
    return;
  for (MachineInstr *New : InsInstrs)
    if (New->getNumExplicitOperands() == 3)
      New->addOperand(*New->getMF(), Root.getOperand(3));
}
