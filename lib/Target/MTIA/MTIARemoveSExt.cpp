//===-- MTIARemoveSExt.cpp - Redundant sign extensions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Selection works on one block; a value that comes from another one is extended again,
// to be sure. Here the function is in SSA form, and definitions can be followed through
// copies, phis and logic:
//
//   a = addw b, c              a = addw b, c
//   d = addiw a, 0      ->
//   use d                      use a
//
// So are zero extensions of what has no upper half: lengths of vectors.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASubtarget.h"
#include "MTIAWordInfo.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/IR/Module.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-remove-sext"
#define PASS_NAME "MTIA removal of redundant sign extensions"

STATISTIC(NumRemoved, "Number of sign extensions removed");
STATISTIC(NumMadeW, "Number of operations changed to their W form");

namespace {
class MTIARemoveSExt : public MachineFunctionPass {
  const MTIAInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;
  const MTIAMachineFunctionInfo *FuncInfo = nullptr;

  bool removeExtensions(MachineFunction &MF);
  bool hasAllNBitUsers(const MachineInstr &OrigMI, unsigned OrigBits) const;
  bool hasAllWUsers(const MachineInstr &MI) const { return hasAllNBitUsers(MI, 32); }
  bool stripWidths(MachineFunction &MF);
  bool isZeroExtended(Register Reg) const;
  bool removeZeroExtensions(MachineFunction &MF);
  bool isSignExtended(Register SrcReg, SmallPtrSetImpl<MachineInstr *> &FixableDefs) const;

public:
  static char ID;
  MTIARemoveSExt() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIARemoveSExt::ID = 0;
INITIALIZE_PASS(MTIARemoveSExt, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIARemoveSExtPass() { return new MTIARemoveSExt(); }

static bool isSExtW(const MachineInstr &MI) {
  return MI.getOpcode() == MTIA::ADDIW && MI.getOperand(2).isImm() &&
         MI.getOperand(2).getImm() == 0 && MI.getOperand(1).isReg();
}

// Whether nobody looks at the bits of the result above OrigBits.
bool MTIARemoveSExt::hasAllNBitUsers(const MachineInstr &OrigMI, unsigned OrigBits) const {
  SmallSet<std::pair<const MachineInstr *, unsigned>, 8> Visited;
  SmallVector<std::pair<const MachineInstr *, unsigned>, 8> Worklist;
  Worklist.push_back({&OrigMI, OrigBits});
  while (!Worklist.empty()) {
    auto [MI, Bits] = Worklist.pop_back_val();
    if (!Visited.insert({MI, Bits}).second)
      continue;
    if (Visited.size() > 64 || MI->getNumExplicitDefs() != 1)
      return false;
    Register Def = MI->getOperand(0).getReg();
    if (!Def.isVirtual())
      return false;
    for (const MachineOperand &Use : MRI->use_nodbg_operands(Def)) {
      const MachineInstr *User = Use.getParent();
      unsigned OpIdx = Use.getOperandNo();
      unsigned Opcode = User->getOpcode();
      if (Bits >= 32 && MTIA::readsOnlyWord(Opcode, OpIdx))
        continue;
      auto Imm = [&] { return User->getOperand(2).isImm() ? User->getOperand(2).getImm() : -1; };
      switch (Opcode) {
      default:
        return false;
      case MTIA::SEXT_B:
      case MTIA::SB:
        if (Bits >= 8 && (Opcode != MTIA::SB || OpIdx == 0))
          break;
        return false;
      case MTIA::SEXT_H:
      case MTIA::ZEXT_H:
      case MTIA::FMV_H_X:
        if (Bits >= 16)
          break;
        return false;
      case MTIA::SH:
        if (Bits >= 16 && OpIdx == 0)
          break;
        return false;
      case MTIA::SW:
        if (Bits >= 32 && OpIdx == 0)
          break;
        return false;
      case MTIA::SLL:
      case MTIA::SRL:
      case MTIA::SRA:
      case MTIA::ROL:
      case MTIA::ROR:
      case MTIA::BSET:
      case MTIA::BCLR:
      case MTIA::BINV:
        // The amount; or a value whose upper bits are not moved down.
        if (OpIdx == 2) {
          if (Bits >= 6)
            break;
          return false;
        }
        if (Opcode == MTIA::SRL || Opcode == MTIA::SRA || Opcode == MTIA::ROL ||
            Opcode == MTIA::ROR)
          return false;
        Worklist.push_back({User, Bits});
        break;
      case MTIA::BEXT:
        if (OpIdx == 2 && Bits >= 6)
          break;
        return false;
      case MTIA::BEXTI:
        if (Imm() >= 0 && Bits > (uint64_t)Imm())
          break;
        return false;
      case MTIA::SLLI:
      case MTIA::SLLIW: {
        unsigned Width = Opcode == MTIA::SLLI ? 64 : 32;
        if (Bits >= Width - Imm())
          break;
        if (Opcode == MTIA::SLLIW)
          return false;
        Worklist.push_back({User, Bits + Imm()});
        break;
      }
      case MTIA::SRLI:
        if (Bits <= (uint64_t)Imm())
          return false;
        Worklist.push_back({User, Bits - Imm()});
        break;
      case MTIA::ANDI:
        if (Imm() >= 0 && Bits >= (unsigned)llvm::bit_width<uint64_t>(Imm()))
          break;
        Worklist.push_back({User, Bits});
        break;
      case MTIA::ORI:
        if (User->getOperand(2).isImm() && Bits >= (unsigned)llvm::bit_width<uint64_t>(~Imm()))
          break;
        Worklist.push_back({User, Bits});
        break;
      case MTIA::SH1ADD:
      case MTIA::SH2ADD:
      case MTIA::SH3ADD:
      case MTIA::ADD:
      case MTIA::ADDI:
      case MTIA::SUB:
      case MTIA::MUL:
      case MTIA::AND:
      case MTIA::ANDN:
      case MTIA::OR:
      case MTIA::ORN:
      case MTIA::XOR:
      case MTIA::XNOR:
      case MTIA::XORI:
      case MTIA::BSETI:
      case MTIA::BCLRI:
      case MTIA::BINVI:
      case TargetOpcode::PHI:
      case TargetOpcode::COPY:
        Worklist.push_back({User, Bits});
        break;
      case MTIA::CZERO_EQZ:
      case MTIA::CZERO_NEZ:
        if (OpIdx != 1)
          return false;
        Worklist.push_back({User, Bits});
        break;
      }
    }
  }
  return true;
}

// Whether the instruction copies a call's result that the callee has sign-extended:
//   CALL @f; ADJCALLSTACKUP; %v = COPY $x10
static bool isSExtCallResult(const MachineInstr &Copy) {
  if (Copy.getOperand(1).getReg() != MTIA::X10)
    return false;
  const MachineBasicBlock *MBB = Copy.getParent();
  auto I = Copy.getIterator();
  if (I == MBB->begin() || (--I)->getOpcode() != MTIA::ADJCALLSTACKUP || I == MBB->begin())
    return false;
  --I;
  if (!I->isCall() || I->getNumOperands() == 0 || !I->getOperand(0).isGlobal())
    return false;
  const auto *Callee = dyn_cast<Function>(I->getOperand(0).getGlobal());
  if (!Callee)
    return false;
  const auto *Ty = dyn_cast<IntegerType>(Callee->getReturnType());
  if (!Ty)
    return false;
  const AttributeSet &Attrs = Callee->getAttributes().getRetAttrs();
  return (Ty->getBitWidth() <= 32 && Attrs.hasAttribute(Attribute::SExt)) ||
         (Ty->getBitWidth() < 32 && Attrs.hasAttribute(Attribute::ZExt));
}

// Whether the register holds a sign-extended word. Definitions that would, if they were
// W instructions, and may become one, are collected.
bool MTIARemoveSExt::isSignExtended(Register SrcReg,
                                    SmallPtrSetImpl<MachineInstr *> &FixableDefs) const {
  SmallPtrSet<const MachineInstr *, 8> Visited;
  SmallVector<Register, 8> Worklist;
  auto Add = [&](const MachineOperand &MO) {
    if (!MO.isReg())
      return false;
    Register Reg = MO.getReg();
    if (Reg == MTIA::X0)
      return true;
    if (!Reg.isVirtual() || MO.getSubReg())
      return false;
    Worklist.push_back(Reg);
    return true;
  };
  Worklist.push_back(SrcReg);
  while (!Worklist.empty()) {
    MachineInstr *MI = MRI->getVRegDef(Worklist.pop_back_val());
    if (!MI)
      return false;
    if (!Visited.insert(MI).second)
      continue;
    if (Visited.size() > 64)
      return false;
    if (MTIA::producesSExtWord(*MI))
      continue;
    switch (MI->getOpcode()) {
    case TargetOpcode::COPY:
      if (FuncInfo->isSExt32Register(MI->getOperand(0).getReg()) || isSExtCallResult(*MI))
        continue;
      if (!Add(MI->getOperand(1)))
        return false;
      continue;
    case TargetOpcode::PHI:
      for (unsigned I = 1, E = MI->getNumOperands(); I != E; I += 2)
        if (!Add(MI->getOperand(I)))
          return false;
      continue;
    case MTIA::AND:
    case MTIA::OR:
    case MTIA::XOR:
    case MTIA::ANDN:
    case MTIA::ORN:
    case MTIA::XNOR:
    case MTIA::MIN:
    case MTIA::MINU:
    case MTIA::MAX:
    case MTIA::MAXU:
    case MTIA::REM:
      if (!Add(MI->getOperand(1)) || !Add(MI->getOperand(2)))
        return false;
      continue;
    case MTIA::ANDI:
    case MTIA::ORI:
    case MTIA::XORI:
    case MTIA::SRAI:
      if (!MI->getOperand(2).isImm() || !Add(MI->getOperand(1)))
        return false;
      continue;
    case MTIA::CZERO_EQZ:
    case MTIA::CZERO_NEZ:
      if (!Add(MI->getOperand(1)))
        return false;
      continue;
    case MTIA::BCLRI:
    case MTIA::BINVI:
    case MTIA::BSETI:
      if (MI->getOperand(2).getImm() >= 31 || !Add(MI->getOperand(1)))
        return false;
      continue;
    case MTIA::LWU:
      if (!hasAllWUsers(*MI))
        return false;
      FixableDefs.insert(MI);
      continue;
    case MTIA::ADDI:
      if (!MI->getOperand(2).isImm() || !MI->getOperand(1).isReg())
        return false;
      [[fallthrough]];
    case MTIA::ADD:
    case MTIA::SUB:
    case MTIA::MUL:
      if (!hasAllWUsers(*MI))
        return false;
      FixableDefs.insert(MI);
      continue;
    case MTIA::SLLI:
      if (MI->getOperand(2).getImm() >= 32 || !hasAllWUsers(*MI))
        return false;
      FixableDefs.insert(MI);
      continue;
    default:
      return false;
    }
  }
  return true;
}

bool MTIARemoveSExt::removeExtensions(MachineFunction &MF) {
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF) {
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (!isSExtW(MI))
        continue;
      Register SrcReg = MI.getOperand(1).getReg();
      Register DstReg = MI.getOperand(0).getReg();
      if (!SrcReg.isVirtual() || !DstReg.isVirtual())
        continue;

      // Unless nobody needs the extension, the source must be extended already.
      SmallPtrSet<MachineInstr *, 4> FixableDefs;
      if (!hasAllWUsers(MI) && !isSignExtended(SrcReg, FixableDefs))
        continue;
      if (!MRI->constrainRegClass(SrcReg, MRI->getRegClass(DstReg)))
        continue;
      for (MachineInstr *Def : FixableDefs) {
        Def->setDesc(TII->get(MTIA::getOtherWidth(Def->getOpcode())));
        Def->clearFlag(MachineInstr::MIFlag::NoSWrap);
        Def->clearFlag(MachineInstr::MIFlag::NoUWrap);
        Def->clearFlag(MachineInstr::MIFlag::IsExact);
        ++NumMadeW;
      }
      MRI->replaceRegWith(DstReg, SrcReg);
      MRI->clearKillFlags(SrcReg);
      MI.eraseFromParent();
      ++NumRemoved;
      Changed = true;
    }
  }
  return Changed;
}

// Whether the upper half is certainly zero: of lengths of vectors, which are at most VLMAX, and
// of constants, also where they come through phis.
bool MTIARemoveSExt::isZeroExtended(Register Reg) const {
  SmallVector<Register, 4> Worklist{Reg};
  SmallPtrSet<const MachineInstr *, 4> Visited;
  while (!Worklist.empty()) {
    Register R = Worklist.pop_back_val();
    const MachineInstr *MI = R.isVirtual() ? MRI->getUniqueVRegDef(R) : nullptr;
    if (!MI || Visited.size() > 16)
      return false;
    if (!Visited.insert(MI).second)
      continue;
    switch (MI->getOpcode()) {
    case MTIA::PseudoVSETVLI:
    case MTIA::LWU:
    case MTIA::LHU:
    case MTIA::LBU:
      continue;
    case MTIA::ADDI:
      if (MI->getOperand(1).getReg() == MTIA::X0 && MI->getOperand(2).isImm() &&
          MI->getOperand(2).getImm() >= 0)
        continue;
      return false;
    case MTIA::ANDI:
      if (MI->getOperand(2).isImm() && MI->getOperand(2).getImm() >= 0)
        continue;
      return false;
    case TargetOpcode::PHI:
      for (unsigned I = 1; I < MI->getNumOperands(); I += 2)
        if (MI->getOperand(I).getSubReg())
          return false;
        else
          Worklist.push_back(MI->getOperand(I).getReg());
      continue;
    default:
      return false;
    }
  }
  return true;
}

bool MTIARemoveSExt::removeZeroExtensions(MachineFunction &MF) {
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      if (MI.getOpcode() != MTIA::ADD_UW || MI.getOperand(2).getReg() != MTIA::X0)
        continue;
      Register Src = MI.getOperand(1).getReg(), Dest = MI.getOperand(0).getReg();
      if (!Src.isVirtual() || !Dest.isVirtual() || !isZeroExtended(Src) ||
          !MRI->constrainRegClass(Src, MRI->getRegClass(Dest)))
        continue;
      MRI->replaceRegWith(Dest, Src);
      MRI->clearKillFlags(Src);
      MI.eraseFromParent();
      ++NumRemoved;
      Changed = true;
    }
  return Changed;
}

// With compressed instructions, the 64-bit forms are the shorter ones: C.ADD takes any
// registers where C.ADDW takes eight, and there is no C.SLLIW at all.
//   addw a, a, b  ->  add a, a, b      where nobody looks at the upper half
// So is lw for lwu.
bool MTIARemoveSExt::stripWidths(MachineFunction &MF) {
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB) {
      switch (MI.getOpcode()) {
      default:
        continue;
      case MTIA::ADDW:
      case MTIA::ADDIW:
      case MTIA::MULW:
      case MTIA::SLLIW:
      case MTIA::LWU:
        break;
      }
      if (!hasAllWUsers(MI))
        continue;
      MI.setDesc(TII->get(MTIA::getOtherWidth(MI.getOpcode())));
      Changed = true;
    }
  return Changed;
}

bool MTIARemoveSExt::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()))
    return false;
  TII = MF.getSubtarget<MTIASubtarget>().getInstrInfo();
  MRI = &MF.getRegInfo();
  FuncInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  bool Changed = removeExtensions(MF);
  Changed |= removeZeroExtensions(MF);
  if (MF.getSubtarget<MTIASubtarget>().hasCompressed())
    Changed |= stripWidths(MF);
  return Changed;
}
