//===-- MTIAVectorPeephole.cpp - Simpler vector instructions ---*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs on SSA form. See the functions for what it does, each with assembly before and after.
//
// The last of its runs also ties what can be anything: a passthru that is $noreg becomes the
// destination, undefined.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-vector-peephole"
#define PASS_NAME "MTIA vector peephole"

namespace {
class MTIAVectorPeephole : public MachineFunctionPass {
public:
  static char ID;
  explicit MTIAVectorPeephole(bool Optimize = true, bool TieAll = false)
      : MachineFunctionPass(ID), Optimize(Optimize), TieAll(TieAll) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  bool dropPassthru(MachineInstr &MI) const;
  bool tieSource(MachineInstr &MI) const;
  bool tie(MachineInstr &MI) const;
  bool initSources(MachineInstr &MI) const;

  bool Optimize;
  bool TieAll;
  const MTIAInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;
};
} // namespace

char MTIAVectorPeephole::ID = 0;
INITIALIZE_PASS(MTIAVectorPeephole, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAVectorPeepholePass(bool Optimize, bool TieAll) {
  return new MTIAVectorPeephole(Optimize, TieAll);
}

// A passthru that is undefined isn't one.
bool MTIAVectorPeephole::dropPassthru(MachineInstr &MI) const {
  int I = MTIAV::getPassthruIdx(MI.getDesc());
  if (I < 0 || MTIAV::readsVd(MI.getDesc()))
    return false;
  MachineOperand &MO = MI.getOperand(I);
  if (!MO.getReg().isVirtual())
    return false;
  const MachineInstr *Def = MRI->getVRegDef(MO.getReg());
  if (!Def || !Def->isImplicitDef())
    return false;
  MO.setReg(Register());
  MO.setIsKill(false);
  return true;
}

// A wide source that ends here becomes the destination, which as another register could not be
// allocated to it.
//   vmv4r.v v16, v8; vwadd.wv v8, v16, v12  ->  vwadd.wv v8, v8, v12
bool MTIAVectorPeephole::tieSource(MachineInstr &MI) const {
  unsigned Tied = MTIAV::getTiedOpcode(MI.getOpcode());
  if (!Tied)
    return false;
  int Vs2 = MTIAV::getVs2Idx(MI.getDesc()), PassthruIdx = MTIAV::getPassthruIdx(MI.getDesc());
  Register Source = MI.getOperand(Vs2).getReg(), Passthru = MI.getOperand(PassthruIdx).getReg();
  if (!Source.isVirtual() || MI.getOperand(Vs2).getSubReg())
    return false;
  if (!Passthru) {
    if (!MRI->hasOneNonDBGUse(Source) || MRI->getVRegDef(Source)->getParent() != MI.getParent())
      return false;
    // Elements that are masked off or behind vl were undefined.
    MachineOperand &VType = MI.getOperand(MTIAV::getVTypeIdx(MI.getDesc()));
    VType.setImm(VType.getImm() | MTIAVType::TailAgnostic | MTIAVType::MaskAgnostic);
  } else if (Passthru != Source || MI.getOperand(PassthruIdx).getSubReg()) {
    return false;
  }
  MI.removeOperand(PassthruIdx);
  MI.setDesc(TII->get(Tied));
  MI.tieOperands(0, PassthruIdx);
  return true;
}

bool MTIAVectorPeephole::tie(MachineInstr &MI) const {
  int I = MTIAV::getPassthruIdx(MI.getDesc());
  if (I < 0 || MI.getOperand(I).getReg())
    return false;
  Register Dest = MI.getOperand(0).getReg();
  if (!Optimize) {
    // The fast allocator gives an undefined operand any register.
    Dest = MRI->createVirtualRegister(MRI->getRegClass(Dest));
    BuildMI(*MI.getParent(), MI, MI.getDebugLoc(), TII->get(TargetOpcode::IMPLICIT_DEF), Dest);
  }
  MI.getOperand(I).setReg(Dest);
  MI.getOperand(I).setIsUndef(Optimize);
  return true;
}

// A source that is undefined, if only by way of copies, would get any register, also that of a
// result which must be another.
bool MTIAVectorPeephole::initSources(MachineInstr &MI) const {
  if (!MI.getOperand(0).isReg() || !MI.getOperand(0).isDef() || !MI.getOperand(0).isEarlyClobber())
    return false;
  bool Changed = false;
  for (MachineOperand &MO : MI.explicit_uses()) {
    if (!MO.isReg() || !MO.getReg().isVirtual() || MO.isTied() || MO.getSubReg())
      continue;
    const MachineInstr *Def = MRI->getVRegDef(MO.getReg());
    while (Def && Def->isCopy() && Def->getOperand(1).getReg().isVirtual())
      Def = MRI->getVRegDef(Def->getOperand(1).getReg());
    if (!Def || !Def->isImplicitDef())
      continue;
    Register New = MRI->createVirtualRegister(MRI->getRegClass(MO.getReg()));
    BuildMI(*MI.getParent(), MI, MI.getDebugLoc(), TII->get(TargetOpcode::INIT_UNDEF), New);
    MO.setReg(New);
    MO.setIsKill();
    Changed = true;
  }
  return Changed;
}

bool MTIAVectorPeephole::runOnMachineFunction(MachineFunction &MF) {
  const auto &ST = MF.getSubtarget<MTIASubtarget>();
  if (!ST.hasVInstructions())
    return false;
  TII = ST.getInstrInfo();
  MRI = &MF.getRegInfo();
  bool Changed = false;
  // Before an undefined passthru counts as a use.
  if (TieAll && Optimize)
    for (MachineBasicBlock &MBB : MF)
      for (MachineInstr &MI : MBB)
        Changed |= tieSource(MI);
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (!MTIAV::isPseudo(MI))
        continue;
      if (Optimize)
        Changed |= dropPassthru(MI);
      if (TieAll)
        Changed |= tie(MI);
      if (TieAll && Optimize)
        Changed |= initSources(MI);
    }
  return Changed;
}
