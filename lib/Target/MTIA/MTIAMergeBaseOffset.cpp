//===-- MTIAMergeBaseOffset.cpp - Offsets folded into addresses of globals -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Two rewrites of an address (hi is LUI with %hi or AUIPC with %pcrel_hi):
//
//   hi   a, sym                     hi   a, sym+16
//   addi b, a, lo(sym)       ->     addi b, a, lo(sym+16)
//   addi c, b, 16                   (c is b)
//
//   hi   a, sym                     hi   a, sym+8
//   addi b, a, lo(sym)       ->     lw   c, lo(sym+8)(a)
//   lw   c, 8(b)
//
// The second asks that all users of b are loads and stores with the same offset, or that
// they are in one object whose alignment keeps their parts in the same 4 KB.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/MC/MCContext.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-merge-base-offset"
#define PASS_NAME "MTIA merge base offset"

STATISTIC(NumOffsets, "Number of offsets folded into addresses");
STATISTIC(NumAccesses, "Number of addresses folded into loads and stores");

namespace {
class MTIAMergeBaseOffset : public MachineFunctionPass {
  MachineRegisterInfo *MRI = nullptr;

  bool detectAddress(MachineInstr &Hi, MachineInstr *&Lo);
  bool foldAdditions(MachineInstr &Hi, MachineInstr &Lo);
  bool foldIntoAccesses(MachineInstr &Hi, MachineInstr &Lo);
  std::optional<int64_t> getAddedConstant(const MachineInstr &User, Register Base,
                                          SmallVectorImpl<MachineInstr *> &Dead) const;
  void setOffset(MachineInstr &Hi, MachineInstr &Lo, int64_t Offset);

public:
  static char ID;
  MTIAMergeBaseOffset() : MachineFunctionPass(ID) {}

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

char MTIAMergeBaseOffset::ID = 0;
INITIALIZE_PASS(MTIAMergeBaseOffset, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAMergeBaseOffsetPass() { return new MTIAMergeBaseOffset(); }

static bool isFoldableSymbol(const MachineOperand &MO) {
  return MO.isGlobal() || MO.isCPI() || MO.isBlockAddress();
}

// Hi's only user is Lo, and the symbol has no offset yet.
bool MTIAMergeBaseOffset::detectAddress(MachineInstr &Hi, MachineInstr *&Lo) {
  unsigned HiFlag = MTIAII::MO_None;
  if (Hi.getOpcode() == MTIA::LUI)
    HiFlag = MTIAII::MO_HI;
  else if (Hi.getOpcode() == MTIA::AUIPC)
    HiFlag = MTIAII::MO_PCREL_HI;
  else
    return false;

  const MachineOperand &HiOp = Hi.getOperand(1);
  if (HiOp.getTargetFlags() != HiFlag || !isFoldableSymbol(HiOp) || HiOp.getOffset() != 0)
    return false;
  Register HiReg = Hi.getOperand(0).getReg();
  if (!HiReg.isVirtual() || !MRI->hasOneUse(HiReg))
    return false;
  Lo = &*MRI->use_instr_begin(HiReg);
  if (Lo->getOpcode() != MTIA::ADDI || !Lo->getOperand(0).getReg().isVirtual())
    return false;
  const MachineOperand &LoOp = Lo->getOperand(2);
  if (HiFlag == MTIAII::MO_HI)
    return LoOp.getTargetFlags() == MTIAII::MO_LO && isFoldableSymbol(LoOp) &&
           LoOp.getOffset() == 0;
  return LoOp.isMCSymbol() && LoOp.getTargetFlags() == MTIAII::MO_PCREL_LO;
}

void MTIAMergeBaseOffset::setOffset(MachineInstr &Hi, MachineInstr &Lo, int64_t Offset) {
  Hi.getOperand(1).setOffset(Offset);
  // %pcrel_lo refers to the AUIPC's label, whose symbol has the offset.
  if (Hi.getOpcode() == MTIA::LUI)
    Lo.getOperand(2).setOffset(Offset);
}

// The constant that User adds to Base: by ADDI, by two of them, or by ADD of a constant in
// a register. Dead are the instructions that end with User, in order.
std::optional<int64_t>
MTIAMergeBaseOffset::getAddedConstant(const MachineInstr &User, Register Base,
                                      SmallVectorImpl<MachineInstr *> &Dead) const {
  MachineInstr *UserMI = const_cast<MachineInstr *>(&User);
  if (User.getOpcode() == MTIA::ADDI && User.getOperand(2).isImm()) {
    int64_t Offset = User.getOperand(2).getImm();
    Dead.push_back(UserMI);
    // A second addition.
    Register Reg = User.getOperand(0).getReg();
    if (Reg.isVirtual() && MRI->hasOneUse(Reg)) {
      MachineInstr &Next = *MRI->use_instr_begin(Reg);
      if (Next.getOpcode() == MTIA::ADDI && Next.getOperand(2).isImm() &&
          Next.getOperand(1).isReg() && Next.getOperand(1).getReg() == Reg) {
        Offset += Next.getOperand(2).getImm();
        Dead.push_back(&Next);
      }
    }
    return Offset;
  }
  if (User.getOpcode() != MTIA::ADD)
    return std::nullopt;
  Register Other = User.getOperand(1).getReg() == Base ? User.getOperand(2).getReg()
                                                       : User.getOperand(1).getReg();
  if (Other == Base || !Other.isVirtual() || !MRI->hasOneUse(Other))
    return std::nullopt;
  MachineInstr *Def = MRI->getVRegDef(Other);
  if (!Def)
    return std::nullopt;
  int64_t Offset = 0;
  // ADDI(W) of LUI, or LUI alone.
  if ((Def->getOpcode() == MTIA::ADDI || Def->getOpcode() == MTIA::ADDIW) &&
      Def->getOperand(1).isReg() && Def->getOperand(2).isImm()) {
    Register Upper = Def->getOperand(1).getReg();
    Offset = Def->getOperand(2).getImm();
    if (Upper == MTIA::X0) {
      Dead.push_back(Def);
      Dead.push_back(UserMI);
      return Offset;
    }
    if (!Upper.isVirtual() || !MRI->hasOneUse(Upper))
      return std::nullopt;
    MachineInstr *UpperDef = MRI->getVRegDef(Upper);
    if (!UpperDef || UpperDef->getOpcode() != MTIA::LUI || !UpperDef->getOperand(1).isImm())
      return std::nullopt;
    bool IsW = Def->getOpcode() == MTIA::ADDIW;
    Offset += SignExtend64<32>(UpperDef->getOperand(1).getImm() << 12);
    if (IsW)
      Offset = SignExtend64<32>(Offset);
    Dead.push_back(UpperDef);
    Dead.push_back(Def);
    Dead.push_back(UserMI);
    return Offset;
  }
  if (Def->getOpcode() == MTIA::LUI && Def->getOperand(1).isImm()) {
    Offset = SignExtend64<32>(Def->getOperand(1).getImm() << 12);
    Dead.push_back(Def);
    Dead.push_back(UserMI);
    return Offset;
  }
  return std::nullopt;
}

bool MTIAMergeBaseOffset::foldAdditions(MachineInstr &Hi, MachineInstr &Lo) {
  Register Base = Lo.getOperand(0).getReg();
  if (!MRI->hasOneUse(Base))
    return false;
  MachineInstr &User = *MRI->use_instr_begin(Base);
  SmallVector<MachineInstr *, 4> Dead;
  std::optional<int64_t> Offset = getAddedConstant(User, Base, Dead);
  // The linker must be able to reach symbol + offset.
  if (!Offset || !isInt<32>(*Offset))
    return false;
  Register Result = Dead.back()->getOperand(0).getReg();
  if (!Result.isVirtual() || !MRI->constrainRegClass(Base, MRI->getRegClass(Result)))
    return false;
  setOffset(Hi, Lo, *Offset);
  MRI->replaceRegWith(Result, Base);
  for (MachineInstr *MI : reverse(Dead))
    MI->eraseFromParent();
  ++NumOffsets;
  return true;
}

static bool isPlainAccess(const MachineInstr &MI) {
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

bool MTIAMergeBaseOffset::foldIntoAccesses(MachineInstr &Hi, MachineInstr &Lo) {
  Register Base = Lo.getOperand(0).getReg();
  // All users must be loads and stores through the address, at the same offset.
  std::optional<int64_t> Common;
  for (const MachineInstr &User : MRI->use_nodbg_instructions(Base)) {
    if (!isPlainAccess(User))
      return false;
    if (!User.getOperand(1).isReg() || User.getOperand(1).getReg() != Base ||
        !User.getOperand(2).isImm())
      return false;
    // The address itself may be what is stored.
    if (User.getOperand(0).getReg() == Base)
      return false;
    int64_t Offset = User.getOperand(2).getImm();
    if (Common && *Common != Offset)
      return false;
    Common = Offset;
  }
  if (!Common)
    return false;
  int64_t NewOffset = Hi.getOperand(1).getOffset() + *Common;
  if (!isInt<32>(NewOffset))
    return false;

  setOffset(Hi, Lo, NewOffset);
  const MachineOperand LoOp = Lo.getOperand(2);
  Register HiReg = Hi.getOperand(0).getReg();
  for (MachineInstr &User : make_early_inc_range(MRI->use_nodbg_instructions(Base))) {
    MachineOperand &Offset = User.getOperand(2);
    if (LoOp.isMCSymbol())
      Offset.ChangeToMCSymbol(LoOp.getMCSymbol(), LoOp.getTargetFlags());
    else if (LoOp.isGlobal())
      Offset.ChangeToGA(LoOp.getGlobal(), LoOp.getOffset(), LoOp.getTargetFlags());
    else if (LoOp.isCPI())
      Offset.ChangeToCPI(LoOp.getIndex(), LoOp.getOffset(), LoOp.getTargetFlags());
    else
      Offset.ChangeToBA(LoOp.getBlockAddress(), LoOp.getOffset(), LoOp.getTargetFlags());
    User.getOperand(1).setReg(HiReg);
    User.getOperand(1).setIsKill(false);
    ++NumAccesses;
  }
  MRI->clearKillFlags(HiReg);
  for (MachineInstr &User : make_early_inc_range(MRI->use_instructions(Base)))
    if (User.isDebugValue())
      User.setDebugValueUndef();
  Lo.eraseFromParent();
  return true;
}

bool MTIAMergeBaseOffset::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()))
    return false;
  MRI = &MF.getRegInfo();
  bool Changed = false;
  // Erased instructions belong to the chains of later instructions: collect first.
  SmallVector<MachineInstr *, 16> Heads;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB)
      if ((MI.getOpcode() == MTIA::LUI || MI.getOpcode() == MTIA::AUIPC) &&
          !MI.getOperand(1).isImm())
        Heads.push_back(&MI);
  for (MachineInstr *Hi : Heads) {
    MachineInstr *Lo;
    if (!detectAddress(*Hi, Lo))
      continue;
    Changed |= foldAdditions(*Hi, *Lo);
    Changed |= foldIntoAccesses(*Hi, *Lo);
  }
  return Changed;
}
