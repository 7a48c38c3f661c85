//===-- MTIARedundantZero.cpp - Zeros that a branch has shown -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   bb.1:                            bb.1:
//     beqz a0, bb.3                    beqz a0, bb.3
//   bb.3: (from bb.1 only)     ->    bb.3: (a0 is live in)
//     a0 = copy zero                   ...
//
// Between register allocation and the expansion of copies.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-redundant-zero"
#define PASS_NAME "MTIA removal of redundant zeros"

STATISTIC(NumZeros, "Number of copies of zero removed");

namespace {
class MTIARedundantZero : public MachineFunctionPass {
  bool optimizeBlock(MachineBasicBlock &MBB, const MTIAInstrInfo &TII,
                     const TargetRegisterInfo &TRI, const MachineRegisterInfo &MRI);

public:
  static char ID;
  MTIARedundantZero() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  MachineFunctionProperties getRequiredProperties() const override {
    return MachineFunctionProperties().setNoVRegs();
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIARedundantZero::ID = 0;
INITIALIZE_PASS(MTIARedundantZero, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIARedundantZeroPass() { return new MTIARedundantZero(); }

// The register that is zero whenever control comes from Pred to MBB.
static Register getZeroOnEdge(MachineBasicBlock &Pred, const MachineBasicBlock &MBB,
                              const MTIAInstrInfo &TII) {
  MachineBasicBlock *TBB = nullptr, *FBB = nullptr;
  SmallVector<MachineOperand, 3> Cond;
  if (TII.analyzeBranch(Pred, TBB, FBB, Cond, /*AllowModify=*/false) || Cond.empty() || TBB == FBB)
    return Register();
  Register Reg;
  if (Cond[2].isReg() && Cond[2].getReg() == MTIA::X0)
    Reg = Cond[1].getReg();
  else if (Cond[1].isReg() && Cond[1].getReg() == MTIA::X0)
    Reg = Cond[2].getReg();
  else
    return Register();
  if (Cond[0].getImm() == MTIACC::COND_EQ && TBB == &MBB)
    return Reg;
  if (Cond[0].getImm() == MTIACC::COND_NE && TBB != &MBB)
    return Reg;
  return Register();
}

bool MTIARedundantZero::optimizeBlock(MachineBasicBlock &MBB, const MTIAInstrInfo &TII,
                                      const TargetRegisterInfo &TRI,
                                      const MachineRegisterInfo &MRI) {
  // Every way into the block must show the same register to be zero.
  Register Zero;
  for (MachineBasicBlock *Pred : MBB.predecessors()) {
    if (Pred->succ_size() != 2)
      return false;
    Register OnEdge = getZeroOnEdge(*Pred, MBB, TII);
    if (!OnEdge || (Zero && OnEdge != Zero))
      return false;
    Zero = OnEdge;
  }
  if (!Zero || Zero == MTIA::X0 || MRI.isReserved(Zero))
    return false;

  bool Changed = false;
  MachineBasicBlock::iterator LastChange = MBB.begin();
  for (MachineInstr &MI : make_early_inc_range(MBB)) {
    if (MI.isCopy() && MI.getOperand(0).getReg() == Zero && MI.getOperand(1).getReg() == MTIA::X0) {
      LastChange = std::next(MI.getIterator());
      MI.eraseFromParent();
      Changed = true;
      ++NumZeros;
      continue;
    }
    if (MI.modifiesRegister(Zero, &TRI))
      break;
  }
  if (!Changed)
    return false;

  // The register now lives from the branch to the end of the copy's range.
  for (MachineBasicBlock *Pred : MBB.predecessors())
    for (auto I = Pred->getFirstTerminator(); I != Pred->end(); ++I)
      I->clearRegisterKills(Zero, &TRI);
  if (!MBB.isLiveIn(Zero))
    MBB.addLiveIn(Zero);
  for (auto I = MBB.begin(); I != LastChange; ++I)
    I->clearRegisterKills(Zero, &TRI);
  return true;
}

bool MTIARedundantZero::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()))
    return false;
  const auto &ST = MF.getSubtarget<MTIASubtarget>();
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    Changed |= optimizeBlock(MBB, *ST.getInstrInfo(), *ST.getRegisterInfo(), MF.getRegInfo());
  return Changed;
}
