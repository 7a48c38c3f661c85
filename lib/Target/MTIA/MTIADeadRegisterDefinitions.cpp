//===-- MTIADeadRegisterDefinitions.cpp - Unused results go to zero -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   dead %1 = AMOADD_W %2, %3      ->      x0 = AMOADD_W %2, %3
//
// An atomic operation or an access to a CSR is done for its effect; a result that nobody reads
// needs no register, and the hardware may make use of not having to return it. Before register
// allocation.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-dead-defs"
#define PASS_NAME "MTIA dead register definitions"

namespace {
class MTIADeadRegisterDefinitions : public MachineFunctionPass {
public:
  static char ID;
  MTIADeadRegisterDefinitions() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIADeadRegisterDefinitions::ID = 0;
INITIALIZE_PASS(MTIADeadRegisterDefinitions, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIADeadRegisterDefinitionsPass() {
  return new MTIADeadRegisterDefinitions();
}

static bool isDoneForItsEffect(const MachineInstr &MI, const MTIAInstrInfo &TII) {
  switch (MI.getOpcode()) {
  case MTIA::CSRRW:
  case MTIA::CSRRS:
  case MTIA::CSRRC:
  case MTIA::CSRRWI:
  case MTIA::CSRRSI:
  case MTIA::CSRRCI:
    return true;
  default:
    return MI.mayLoad() && MI.mayStore() && TII.getName(MI.getOpcode()).starts_with("AMO");
  }
}

bool MTIADeadRegisterDefinitions::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()))
    return false;
  const MTIAInstrInfo &TII = *MF.getSubtarget<MTIASubtarget>().getInstrInfo();
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  bool Modified = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB) {
      if (!isDoneForItsEffect(MI, TII))
        continue;
      MachineOperand &Def = MI.getOperand(0);
      if (!Def.isReg() || !Def.isDef() || !Def.getReg().isVirtual() ||
          !MRI.use_nodbg_empty(Def.getReg()))
        continue;
      Def.setReg(MTIA::X0);
      Def.setIsDead();
      Modified = true;
    }
  return Modified;
}
