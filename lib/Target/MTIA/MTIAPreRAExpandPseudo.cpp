//===-- MTIAPreRAExpandPseudo.cpp - Addresses as pairs of instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   PseudoAddrPCRel rd, sym        .Lpcrel_hi0: auipc rd, %pcrel_hi(sym)
//                                               addi  rd, rd, %pcrel_lo(.Lpcrel_hi0)
//   PseudoAddrGOT rd, sym          .Lpcrel_hi1: auipc rd, %got_pcrel_hi(sym)
//                                               ld    rd, %pcrel_lo(.Lpcrel_hi1)(rd)
//   PseudoAddrTLSIE rd, sym        the same with %tls_ie_pcrel_hi
//   PseudoAddrTLSGD rd, sym        as the first, with %tls_gd_pcrel_hi
//
// Before register allocation, so that the two are scheduled apart and the second is
// folded into its users.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/MC/MCContext.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-prera-expand-pseudo"
#define PASS_NAME "MTIA pre-RA pseudo-instruction expansion"

namespace {
class MTIAPreRAExpandPseudo : public MachineFunctionPass {
  const MTIAInstrInfo *TII = nullptr;

  bool expandMI(MachineBasicBlock &MBB, MachineInstr &MI);
  bool expandPair(MachineBasicBlock &MBB, MachineInstr &MI, unsigned FlagsHi,
                  unsigned SecondOpcode);

public:
  static char ID;
  MTIAPreRAExpandPseudo() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIAPreRAExpandPseudo::ID = 0;
INITIALIZE_PASS(MTIAPreRAExpandPseudo, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAPreRAExpandPseudoPass() { return new MTIAPreRAExpandPseudo(); }

bool MTIAPreRAExpandPseudo::runOnMachineFunction(MachineFunction &MF) {
  TII = MF.getSubtarget<MTIASubtarget>().getInstrInfo();
  bool Modified = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB))
      Modified |= expandMI(MBB, MI);
  return Modified;
}

bool MTIAPreRAExpandPseudo::expandMI(MachineBasicBlock &MBB, MachineInstr &MI) {
  switch (MI.getOpcode()) {
  case MTIA::PseudoAddrPCRel:
    return expandPair(MBB, MI, MTIAII::MO_PCREL_HI, MTIA::ADDI);
  case MTIA::PseudoAddrGOT:
    return expandPair(MBB, MI, MTIAII::MO_GOT_HI, MTIA::LD);
  case MTIA::PseudoAddrTLSIE:
    return expandPair(MBB, MI, MTIAII::MO_TLS_GOT_HI, MTIA::LD);
  case MTIA::PseudoAddrTLSGD:
    return expandPair(MBB, MI, MTIAII::MO_TLS_GD_HI, MTIA::ADDI);
  default:
    return false;
  }
}

bool MTIAPreRAExpandPseudo::expandPair(MachineBasicBlock &MBB, MachineInstr &MI, unsigned FlagsHi,
                                       unsigned SecondOpcode) {
  MachineFunction *MF = MBB.getParent();
  DebugLoc DL = MI.getDebugLoc();
  Register DestReg = MI.getOperand(0).getReg();
  Register HiReg = MF->getRegInfo().createVirtualRegister(&MTIA::GPRRegClass);

  MachineOperand &Symbol = MI.getOperand(1);
  Symbol.setTargetFlags(FlagsHi);
  MCSymbol *Label = MF->getContext().createNamedTempSymbol("pcrel_hi");

  MachineInstr *Hi = BuildMI(MBB, MI, DL, TII->get(MTIA::AUIPC), HiReg).add(Symbol);
  Hi->setPreInstrSymbol(*MF, Label);
  MachineInstr *Second = BuildMI(MBB, MI, DL, TII->get(SecondOpcode), DestReg)
                             .addReg(HiReg)
                             .addSym(Label, MTIAII::MO_PCREL_LO);
  if (MI.hasOneMemOperand())
    Second->addMemOperand(*MF, *MI.memoperands_begin());
  MI.eraseFromParent();
  return true;
}
