//===-- MTIAInsertVSETVLI.cpp - Configure the vector unit -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Writes vl and vtype, the rounding modes where an instruction names one, before every vector
// instruction that depends on them, and makes the dependence known by implicit operands.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-insert-vsetvli"
#define PASS_NAME "MTIA vector configuration"

// CSR numbers: RISC-V unprivileged manual.
static constexpr unsigned CSR_FRM = 0x002, CSR_VXRM = 0x00A, CSR_VL = 0xC20;

namespace {
class MTIAInsertVSETVLI : public MachineFunctionPass {
  const MTIAInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;

  void configure(MachineBasicBlock &MBB, MachineInstr &MI);

public:
  static char ID;
  MTIAInsertVSETVLI() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIAInsertVSETVLI::ID = 0;
INITIALIZE_PASS(MTIAInsertVSETVLI, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAInsertVSETVLIPass() { return new MTIAInsertVSETVLI(); }

void MTIAInsertVSETVLI::configure(MachineBasicBlock &MBB, MachineInstr &MI) {
  const MCInstrDesc &D = MI.getDesc();
  const DebugLoc &DL = MI.getDebugLoc();
  unsigned VType = MI.getOperand(MTIAV::getVTypeIdx(D)).getImm();
  const MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(D));
  auto Set = [&](Register Rd, Register Rs) {
    BuildMI(MBB, MI, DL, TII->get(MTIA::VSETVLI))
        .addReg(Rd, RegState::Define | RegState::Dead)
        .addReg(Rs)
        .addImm(VType);
  };
  if (AVL.isReg()) {
    Set(MTIA::X0, AVL.getReg());
  } else if (AVL.getImm() == -1) {
    Set(MRI->createVirtualRegister(&MTIA::GPRNoX0RegClass), MTIA::X0);
  } else if (isUInt<5>(AVL.getImm())) {
    BuildMI(MBB, MI, DL, TII->get(MTIA::VSETIVLI))
        .addReg(MTIA::X0, RegState::Define | RegState::Dead)
        .addImm(AVL.getImm())
        .addImm(VType);
  } else {
    Register Count = MRI->createVirtualRegister(&MTIA::GPRNoX0RegClass);
    BuildMI(MBB, MI, DL, TII->get(MTIA::ADDI), Count).addReg(MTIA::X0).addImm(AVL.getImm());
    Set(MTIA::X0, Count);
  }
  MI.addOperand(MachineOperand::CreateReg(MTIA::VL, /*isDef=*/false, /*isImp=*/true));
  MI.addOperand(MachineOperand::CreateReg(MTIA::VTYPE, /*isDef=*/false, /*isImp=*/true));

  auto After = std::next(MachineBasicBlock::iterator(MI));
  if (MTIAV::hasVXRM(D))
    BuildMI(MBB, MI, DL, TII->get(MTIA::CSRRWI))
        .addReg(MTIA::X0, RegState::Define | RegState::Dead)
        .addImm(CSR_VXRM)
        .addImm(MI.getOperand(MTIAV::getRoundIdx(D)).getImm());
  if (MTIAV::hasFRM(D)) {
    unsigned Mode = MI.getOperand(MTIAV::getRoundIdx(D)).getImm();
    if (Mode != MTIAFPRndMode::DYN) {
      Register Old = MRI->createVirtualRegister(&MTIA::GPRRegClass);
      BuildMI(MBB, MI, DL, TII->get(MTIA::CSRRWI), Old).addImm(CSR_FRM).addImm(Mode);
      BuildMI(MBB, After, DL, TII->get(MTIA::CSRRW))
          .addReg(MTIA::X0, RegState::Define | RegState::Dead)
          .addImm(CSR_FRM)
          .addReg(Old);
    }
  }
  if (MTIAV::isFaultFirst(D))
    BuildMI(MBB, After, DL, TII->get(MTIA::CSRRS), MI.getOperand(1).getReg())
        .addImm(CSR_VL)
        .addReg(MTIA::X0);
}

bool MTIAInsertVSETVLI::runOnMachineFunction(MachineFunction &MF) {
  const auto &STI = MF.getSubtarget<MTIASubtarget>();
  if (!STI.hasVInstructions())
    return false;
  TII = STI.getInstrInfo();
  MRI = &MF.getRegInfo();
  bool Modified = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (!MTIAV::isPseudo(MI))
        continue;
      configure(MBB, MI);
      // No register at all isn't an operand that can be tied later.
      if (int I = MTIAV::getPassthruIdx(MI.getDesc()); I >= 0 && !MI.getOperand(I).getReg()) {
        Register Vd = MI.getOperand(0).getReg();
        if (MF.getTarget().getOptLevel() != CodeGenOptLevel::None) {
          MI.getOperand(I).setReg(Vd);
          MI.getOperand(I).setIsUndef();
        } else {
          // The fast allocator wants a value.
          Register Any = MRI->createVirtualRegister(MRI->getRegClass(Vd));
          BuildMI(MBB, MI, MI.getDebugLoc(), TII->get(TargetOpcode::IMPLICIT_DEF), Any);
          MI.getOperand(I).setReg(Any);
        }
      }
      Modified = true;
    }
  return Modified;
}
