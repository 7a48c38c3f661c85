//===-- MTIAFoldMemOffset.cpp - Additions into the offsets of accesses -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   %a = ADDI %p, 16                  (gone)
//   ...                         ->    ...
//   %b = LBU %a, 5                    %b = LBU %p, 21
//   SD %x, %a, 8                      SD %x, %p, 24
//
// Instruction selection sees one block at a time; an address that other blocks use, too,
// is still an addition of its own after it. On SSA form.
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

#define DEBUG_TYPE "mtia-fold-mem-offset"
#define PASS_NAME "MTIA additions into the offsets of memory accesses"

STATISTIC(NumFolded, "Number of additions folded");

namespace {
class MTIAFoldMemOffset : public MachineFunctionPass {
public:
  static char ID;
  MTIAFoldMemOffset() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  MachineFunctionProperties getRequiredProperties() const override {
    return MachineFunctionProperties().setIsSSA();
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIAFoldMemOffset::ID = 0;
INITIALIZE_PASS(MTIAFoldMemOffset, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAFoldMemOffsetPass() { return new MTIAFoldMemOffset(); }

// Loads and stores: value, base, offset.
static bool isAccess(const MachineInstr &MI) {
  switch (MI.getOpcode()) {
  case MTIA::LB:
  case MTIA::LBU:
  case MTIA::LH:
  case MTIA::LHU:
  case MTIA::LW:
  case MTIA::LWU:
  case MTIA::LD:
  case MTIA::FLH:
  case MTIA::FLW:
  case MTIA::FLD:
  case MTIA::SB:
  case MTIA::SH:
  case MTIA::SW:
  case MTIA::SD:
  case MTIA::FSH:
  case MTIA::FSW:
  case MTIA::FSD:
    return true;
  default:
    return false;
  }
}

bool MTIAFoldMemOffset::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()))
    return false;
  MachineRegisterInfo &MRI = MF.getRegInfo();
  const bool ForSize =
      MF.getFunction().hasOptSize() && MF.getSubtarget<MTIASubtarget>().hasCompressed();
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (MI.getOpcode() != MTIA::ADDI || !MI.getOperand(1).isReg() || !MI.getOperand(2).isImm())
        continue;
      Register Sum = MI.getOperand(0).getReg(), Base = MI.getOperand(1).getReg();
      int64_t Addend = MI.getOperand(2).getImm();
      if (!Sum.isVirtual() || !Base.isVirtual())
        continue;

      // What uses the sum: accesses, and additions whose sums only accesses use.
      SmallVector<std::pair<MachineInstr *, int64_t>, 8> Accesses;
      SmallVector<MachineOperand *, 4> Sums;
      unsigned Longer = 0; // accesses that no longer have a short form
      auto UsedByAccesses = [&](Register Reg, int64_t Delta, bool AllowSums, auto &Self) -> bool {
        for (MachineOperand &Use : MRI.use_nodbg_operands(Reg)) {
          MachineInstr &User = *Use.getParent();
          if (isAccess(User)) {
            if (Use.getOperandNo() != 1 || !User.getOperand(2).isImm() ||
                !isInt<12>(User.getOperand(2).getImm() + Delta))
              return false;
            // The short forms reach 31 of the access's elements, of words and doublewords.
            int64_t Offset = User.getOperand(2).getImm();
            auto IsShort = [](int64_t Offset) { return Offset >= 0 && Offset <= 248; };
            Longer += IsShort(Offset) && !IsShort(Offset + Delta);
            Accesses.push_back({&User, Delta});
            continue;
          }
          // The sum or, unscaled, the base of a scaled addition.
          bool IsSum = User.getOpcode() == MTIA::ADD;
          bool IsBase = (User.getOpcode() == MTIA::SH1ADD || User.getOpcode() == MTIA::SH2ADD ||
                         User.getOpcode() == MTIA::SH3ADD) &&
                        Use.getOperandNo() == 2;
          if (!AllowSums || (!IsSum && !IsBase) || !User.getOperand(0).getReg().isVirtual() ||
              User.getOperand(1).getReg() == User.getOperand(2).getReg() ||
              !Self(User.getOperand(0).getReg(), Delta, /*AllowSums=*/false, Self))
            return false;
          Sums.push_back(&Use);
        }
        return true;
      };
      // One addition is four bytes; an access, two more.
      if (!UsedByAccesses(Sum, Addend, /*AllowSums=*/true, UsedByAccesses) || Accesses.empty() ||
          (ForSize && Longer > 2))
        continue;
      if (!MRI.constrainRegClass(Base, &MTIA::GPRRegClass))
        continue;
      for (auto [Access, Delta] : Accesses) {
        if (Access->getOperand(1).getReg() == Sum)
          Access->getOperand(1).setReg(Base);
        Access->getOperand(2).setImm(Access->getOperand(2).getImm() + Delta);
      }
      for (MachineOperand *Operand : Sums) {
        MRI.markUsesInDebugValueAsUndef(Operand->getParent()->getOperand(0).getReg());
        Operand->setReg(Base);
      }
      MRI.clearKillFlags(Base);
      MRI.markUsesInDebugValueAsUndef(Sum);
      MI.eraseFromParent();
      ++NumFolded;
      Changed = true;
    }
  return Changed;
}
