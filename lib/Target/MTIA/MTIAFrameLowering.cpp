//===-- MTIAFrameLowering.cpp - Stack frames -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAFrameLowering.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/CFIInstBuilder.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/RegisterScavenging.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"

using namespace llvm;

bool MTIAFrameLowering::hasFPImpl(const MachineFunction &MF) const {
  const TargetRegisterInfo *RegInfo = MF.getSubtarget().getRegisterInfo();
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  return MF.getTarget().Options.DisableFramePointerElim(MF) || RegInfo->hasStackRealignment(MF) ||
         MFI.hasVarSizedObjects() || MFI.isFrameAddressTaken();
}

bool MTIAFrameLowering::hasBP(const MachineFunction &MF) const {
  return MF.getFrameInfo().hasVarSizedObjects() && STI.getRegisterInfo()->hasStackRealignment(MF) &&
         !MF.getFunction().hasFnAttribute(Attribute::Naked);
}

Register MTIAFrameLowering::getBPReg() const { return MTIA::X9; }

bool MTIAFrameLowering::hasReservedCallFrame(const MachineFunction &MF) const {
  return !MF.getFrameInfo().hasVarSizedObjects();
}

// The library's restoring function returns for its caller: the epilogue must be at the end.
bool MTIAFrameLowering::enableShrinkWrapping(const MachineFunction &MF) const {
  return !MF.getFunction().hasFnAttribute("interrupt") && !STI.enableSaveRestore();
}

//===----------------------------------------------------------------------===//
// -msave-restore: __riscv_save_N stores ra, s0 to s(N-1) at the top of the frame and
// allocates the space, a multiple of 16 bytes, for it; __riscv_restore_N undoes that and
// returns to the caller's caller.
//===----------------------------------------------------------------------===//

static const MCPhysReg LibCallRegs[] = {MTIA::X1,  MTIA::X8,  MTIA::X9,  MTIA::X18, MTIA::X19,
                                        MTIA::X20, MTIA::X21, MTIA::X22, MTIA::X23, MTIA::X24,
                                        MTIA::X25, MTIA::X26, MTIA::X27};

static int getLibCallIndex(MCRegister Reg) {
  const MCPhysReg *It = find(LibCallRegs, Reg);
  return It == std::end(LibCallRegs) ? -1 : It - std::begin(LibCallRegs);
}

// Whether the function's frame is one that the library can set up. The call's return address
// is in t0.
static bool usesSaveRestore(const MachineFunction &MF) {
  return MF.getSubtarget<MTIASubtarget>().enableSaveRestore() &&
         MF.getInfo<MTIAMachineFunctionInfo>()->getVarArgsSaveSize() == 0 &&
         !MF.getFrameInfo().hasTailCall() &&
         !MF.getFunction().hasFnAttribute(Attribute::ShadowCallStack) &&
         !MF.getFunction().hasFnAttribute("interrupt") &&
         MF.getFunction().getCallingConv() != CallingConv::PreserveMost;
}

// N of __riscv_save_N; -1 if the library isn't used.
static int getLibCallNumber(const MachineFunction &MF, ArrayRef<CalleeSavedInfo> CSI) {
  int Number = -1;
  if (usesSaveRestore(MF))
    for (const CalleeSavedInfo &CS : CSI)
      Number = std::max(Number, getLibCallIndex(CS.getReg()));
  return Number;
}

static uint64_t getLibCallStackSize(const MachineFunction &MF) {
  int Number = getLibCallNumber(MF, MF.getFrameInfo().getCalleeSavedInfo());
  return Number < 0 ? 0 : alignTo((Number + 1) * 8, 16);
}

static const char *getLibCallName(MachineFunction &MF, bool IsSave, int Number) {
  return MF.createExternalSymbolName(
      ((IsSave ? "__riscv_save_" : "__riscv_restore_") + Twine(Number)).str());
}

// The callee-saved registers that the prologue stores itself.
static unsigned getNumStored(const MachineFunction &MF) {
  const auto &CSI = MF.getFrameInfo().getCalleeSavedInfo();
  if (getLibCallNumber(MF, CSI) < 0)
    return CSI.size();
  return count_if(CSI, [](const CalleeSavedInfo &CS) { return getLibCallIndex(CS.getReg()) < 0; });
}

bool MTIAFrameLowering::assignCalleeSavedSpillSlots(MachineFunction &MF,
                                                    const TargetRegisterInfo *TRI,
                                                    std::vector<CalleeSavedInfo> &CSI) const {
  int Number = getLibCallNumber(MF, CSI);
  if (Number < 0)
    return false;
  MachineFrameInfo &MFI = MF.getFrameInfo();
  for (CalleeSavedInfo &CS : CSI) {
    const TargetRegisterClass *RC = TRI->getMinimalPhysRegClass(CS.getReg());
    unsigned Size = TRI->getSpillSize(*RC);
    int Index = getLibCallIndex(CS.getReg());
    if (Index >= 0) {
      CS.setFrameIdx(MFI.CreateFixedSpillStackObject(Size, -8 * (Index + 1)));
      continue;
    }
    // Laid out with the others by the generic code.
    int FrameIdx = MFI.CreateStackObject(Size, TRI->getSpillAlign(*RC), true);
    MFI.setIsCalleeSavedObjectIndex(FrameIdx, true);
    CS.setFrameIdx(FrameIdx);
  }
  // Nothing else goes where the library stores, or leaves a gap.
  int64_t Size = alignTo((Number + 1) * 8, 16);
  MFI.CreateFixedObject(Size, -Size, /*IsImmutable=*/true);
  return true;
}

bool MTIAFrameLowering::restoreCalleeSavedRegisters(MachineBasicBlock &MBB,
                                                    MachineBasicBlock::iterator MI,
                                                    MutableArrayRef<CalleeSavedInfo> CSI,
                                                    const TargetRegisterInfo *TRI) const {
  MachineFunction &MF = *MBB.getParent();
  int Number = getLibCallNumber(MF, CSI);
  if (Number < 0)
    return false;
  const MTIAInstrInfo &TII = *STI.getInstrInfo();
  DebugLoc DL = MI != MBB.end() ? MI->getDebugLoc() : DebugLoc();
  for (const CalleeSavedInfo &CS : reverse(CSI))
    if (getLibCallIndex(CS.getReg()) < 0)
      TII.loadRegFromStackSlot(MBB, MI, CS.getReg(), CS.getFrameIdx(),
                               TRI->getMinimalPhysRegClass(CS.getReg()), Register(),
                               /*SubReg=*/0, MachineInstr::FrameDestroy);
  MachineInstr *Tail =
      BuildMI(MBB, MI, DL, TII.get(MTIA::PseudoTAIL))
          .addExternalSymbol(getLibCallName(MF, /*IsSave=*/false, Number), MTIAII::MO_CALL)
          .setMIFlag(MachineInstr::FrameDestroy);
  // In the place of the return.
  if (MI != MBB.end() && MI->getOpcode() == MTIA::PseudoRET) {
    Tail->copyImplicitOps(MF, *MI);
    MI->eraseFromParent();
  }
  return true;
}

void MTIAFrameLowering::determineFrameLayout(MachineFunction &MF) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  MFI.setStackSize(alignTo(MFI.getStackSize(), getStackAlign()));
}

// A large frame is set up in two steps, so that the callee-saved registers are
// stored at offsets that fit their instructions.
uint64_t MTIAFrameLowering::getFirstSPAdjustAmount(const MachineFunction &MF) const {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  uint64_t StackSize = MFI.getStackSize() - getLibCallStackSize(MF);
  if (isInt<12>(StackSize) || getNumStored(MF) == 0)
    return 0;
  const uint64_t MaxStep = 2048 - getStackAlign().value();
  const uint64_t SavedArea = MF.getInfo<MTIAMachineFunctionInfo>()->getCalleeSavedStackSize() +
                             MF.getInfo<MTIAMachineFunctionInfo>()->getVarArgsSaveSize();
  // The second step is one addition if it can be.
  if (StackSize <= 2 * MaxStep && StackSize - MaxStep <= 2048)
    return MaxStep;
  // Leave a remainder that needs only LUI where the frame allows.
  uint64_t Rest = StackSize % 4096;
  if (Rest <= MaxStep && Rest >= alignTo(SavedArea, 16) && isInt<32>(StackSize))
    return Rest;
  return MaxStep;
}

// -fsanitize=shadow-call-stack: the return address is kept on a second stack too, which gp
// points to and grows upwards; the function returns to what is there.
static bool usesShadowCallStack(const MachineFunction &MF) {
  return MF.getFunction().hasFnAttribute(Attribute::ShadowCallStack) &&
         any_of(MF.getFrameInfo().getCalleeSavedInfo(),
                [](const CalleeSavedInfo &CS) { return CS.getReg() == MTIA::X1; });
}

static void emitShadowPush(MachineFunction &MF, MachineBasicBlock &MBB,
                           MachineBasicBlock::iterator MBBI, const MTIAInstrInfo &TII) {
  DebugLoc DL;
  BuildMI(MBB, MBBI, DL, TII.get(MTIA::ADDI), MTIA::X3)
      .addReg(MTIA::X3)
      .addImm(8)
      .setMIFlag(MachineInstr::FrameSetup);
  BuildMI(MBB, MBBI, DL, TII.get(MTIA::SD))
      .addReg(MTIA::X1)
      .addReg(MTIA::X3)
      .addImm(-8)
      .setMIFlag(MachineInstr::FrameSetup);
  if (MF.needsFrameMoves()) {
    // DW_CFA_val_expression gp, { DW_OP_breg3 -8 }: the caller's gp is 8 less.
    static const char Escape[] = {0x16, 3, 2, 0x73, 0x78};
    CFIInstBuilder CFI(MBB, MBBI, MachineInstr::FrameSetup);
    CFI.buildEscape(StringRef(Escape, sizeof(Escape)));
  }
}

static void emitShadowPop(MachineFunction &MF, MachineBasicBlock &MBB,
                          MachineBasicBlock::iterator MBBI, const DebugLoc &DL,
                          const MTIAInstrInfo &TII) {
  BuildMI(MBB, MBBI, DL, TII.get(MTIA::LD), MTIA::X1)
      .addReg(MTIA::X3)
      .addImm(-8)
      .setMIFlag(MachineInstr::FrameDestroy);
  BuildMI(MBB, MBBI, DL, TII.get(MTIA::ADDI), MTIA::X3)
      .addReg(MTIA::X3)
      .addImm(-8)
      .setMIFlag(MachineInstr::FrameDestroy);
  if (MF.needsFrameMoves()) {
    CFIInstBuilder CFI(MBB, MBBI, MachineInstr::FrameDestroy);
    CFI.buildRestore(MTIA::X3);
  }
}

// Moves sp by Amount. If the CFA is at sp + CFAOffset now and EmitCFI is set, the unwind table
// follows each instruction: two additions are described one by one.
static void adjustSP(const MTIARegisterInfo &RI, MachineBasicBlock &MBB,
                     MachineBasicBlock::iterator MBBI, const DebugLoc &DL, int64_t Amount,
                     uint64_t CFAOffset, bool EmitCFI, MachineInstr::MIFlag Flag) {
  CFIInstBuilder CFI(MBB, MBBI, Flag);
  const int64_t MaxPosStep = 2048 - 16;
  while (Amount != 0) {
    int64_t Step = Amount;
    if (!isInt<12>(Amount) && Amount >= -4096 && Amount <= 2 * MaxPosStep)
      Step = Amount < 0 ? -2048 : MaxPosStep;
    RI.adjustReg(MBB, MBBI, DL, MTIA::X2, MTIA::X2, Step, Flag);
    CFAOffset -= Step;
    Amount -= Step;
    if (EmitCFI)
      CFI.buildDefCFAOffset(CFAOffset);
  }
}

static void refuseReservedRegister(const MachineFunction &MF, MCRegister Reg, StringRef Use) {
  const auto &STI = MF.getSubtarget<MTIASubtarget>();
  if (STI.isRegisterReservedByUser(Reg))
    MF.getFunction().getContext().diagnose(DiagnosticInfoUnsupported(
        MF.getFunction(), Use + " register " + STI.getRegisterInfo()->getRegAsmName(Reg).lower() +
                              " is required, but has been reserved"));
}

void MTIAFrameLowering::emitPrologue(MachineFunction &MF, MachineBasicBlock &MBB) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  auto *MFInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  const MTIARegisterInfo *RI = STI.getRegisterInfo();
  const MTIAInstrInfo *TII = STI.getInstrInfo();
  MachineBasicBlock::iterator MBBI = MBB.begin();

  if (MF.getFunction().hasFnAttribute(Attribute::Naked) ||
      MF.getFunction().getCallingConv() == CallingConv::GHC)
    return;

  // Stores of callee-saved registers are already there; their location is not
  // part of the body.
  DebugLoc DL;

  determineFrameLayout(MF);
  uint64_t StackSize = MFI.getStackSize();
  if (StackSize == 0 && !MFI.adjustsStack())
    return;
  refuseReservedRegister(MF, MTIA::X2, "stack pointer");
  if (hasFP(MF))
    refuseReservedRegister(MF, MTIA::X8, "frame pointer");
  if (hasBP(MF))
    refuseReservedRegister(MF, getBPReg(), "base pointer");

  const bool EmitCFI = MF.needsFrameMoves();
  CFIInstBuilder CFI(MBB, MBBI, MachineInstr::FrameSetup);

  if (usesShadowCallStack(MF))
    emitShadowPush(MF, MBB, MBBI, *TII);

  // The library's part of the frame is there after its call.
  uint64_t LibCallSize = getLibCallStackSize(MF);
  if (LibCallSize) {
    ++MBBI;
    if (EmitCFI) {
      CFI.setInsertPoint(MBBI);
      CFI.buildDefCFAOffset(LibCallSize);
      for (const CalleeSavedInfo &Entry : MFI.getCalleeSavedInfo())
        if (getLibCallIndex(Entry.getReg()) >= 0)
          CFI.buildOffset(Entry.getReg(), MFI.getObjectOffset(Entry.getFrameIdx()));
    }
  }

  uint64_t FirstSPAdjust = getFirstSPAdjustAmount(MF);
  uint64_t FirstStep = FirstSPAdjust ? FirstSPAdjust : StackSize - LibCallSize;
  adjustSP(*RI, MBB, MBBI, DL, -(int64_t)FirstStep, LibCallSize, EmitCFI, MachineInstr::FrameSetup);
  // From here on: how far sp is below its value at the entry.
  FirstStep += LibCallSize;

  const auto &CSI = MFI.getCalleeSavedInfo();
  std::advance(MBBI, getNumStored(MF));
  if (EmitCFI) {
    CFI.setInsertPoint(MBBI);
    for (const CalleeSavedInfo &Entry : CSI)
      if (LibCallSize == 0 || getLibCallIndex(Entry.getReg()) < 0)
        CFI.buildOffset(Entry.getReg(), MFI.getObjectOffset(Entry.getFrameIdx()));
  }

  if (hasFP(MF)) {
    RI->adjustReg(MBB, MBBI, DL, MTIA::X8, MTIA::X2,
                  (int64_t)FirstStep - MFInfo->getVarArgsSaveSize(), MachineInstr::FrameSetup);
    if (EmitCFI) {
      CFI.setInsertPoint(MBBI);
      CFI.buildDefCFA(MTIA::X8, MFInfo->getVarArgsSaveSize());
    }
  }

  if (FirstSPAdjust)
    adjustSP(*RI, MBB, MBBI, DL, -(int64_t)(StackSize - FirstStep), FirstStep,
             EmitCFI && !hasFP(MF), MachineInstr::FrameSetup);

  if (hasFP(MF) && RI->hasStackRealignment(MF)) {
    Align MaxAlign = MFI.getMaxAlign();
    if (isInt<12>(-(int64_t)MaxAlign.value())) {
      BuildMI(MBB, MBBI, DL, TII->get(MTIA::ANDI), MTIA::X2)
          .addReg(MTIA::X2)
          .addImm(-(int64_t)MaxAlign.value())
          .setMIFlag(MachineInstr::FrameSetup);
    } else {
      unsigned Shift = Log2(MaxAlign);
      Register Tmp = MF.getRegInfo().createVirtualRegister(&MTIA::GPRRegClass);
      BuildMI(MBB, MBBI, DL, TII->get(MTIA::SRLI), Tmp)
          .addReg(MTIA::X2)
          .addImm(Shift)
          .setMIFlag(MachineInstr::FrameSetup);
      BuildMI(MBB, MBBI, DL, TII->get(MTIA::SLLI), MTIA::X2)
          .addReg(Tmp, RegState::Kill)
          .addImm(Shift)
          .setMIFlag(MachineInstr::FrameSetup);
    }
    if (hasBP(MF))
      BuildMI(MBB, MBBI, DL, TII->get(MTIA::ADDI), getBPReg())
          .addReg(MTIA::X2)
          .addImm(0)
          .setMIFlag(MachineInstr::FrameSetup);
  }
}

void MTIAFrameLowering::emitEpilogue(MachineFunction &MF, MachineBasicBlock &MBB) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  auto *MFInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  const MTIARegisterInfo *RI = STI.getRegisterInfo();

  if (MF.getFunction().hasFnAttribute(Attribute::Naked) ||
      MF.getFunction().getCallingConv() == CallingConv::GHC)
    return;

  MachineBasicBlock::iterator MBBI = MBB.getFirstTerminator();
  DebugLoc DL;
  if (MBBI != MBB.end())
    DL = MBBI->getDebugLoc();

  uint64_t StackSize = MFI.getStackSize();
  if (StackSize == 0 && !MFI.adjustsStack())
    return;

  const bool EmitCFI = MF.needsFrameMoves();
  CFIInstBuilder CFI(MBB, MBBI, MachineInstr::FrameDestroy);

  // The loads of callee-saved registers stand before the terminator; what undoes
  // the second step of the set-up stands before them.
  const auto &CSI = MFI.getCalleeSavedInfo();
  MachineBasicBlock::iterator LastFrameDestroy = std::prev(MBBI, getNumStored(MF));

  uint64_t LibCallSize = getLibCallStackSize(MF);
  uint64_t FirstSPAdjust = getFirstSPAdjustAmount(MF);
  // How far sp is below its value at the entry while registers are restored.
  uint64_t FirstStep = FirstSPAdjust ? FirstSPAdjust + LibCallSize : StackSize;

  if (RI->hasStackRealignment(MF) || MFI.hasVarSizedObjects()) {
    assert(hasFP(MF) && "The frame pointer must be there to restore sp");
    RI->adjustReg(MBB, LastFrameDestroy, DL, MTIA::X2, MTIA::X8,
                  -((int64_t)FirstStep - MFInfo->getVarArgsSaveSize()), MachineInstr::FrameDestroy);
  } else if (FirstSPAdjust) {
    adjustSP(*RI, MBB, LastFrameDestroy, DL, StackSize - FirstStep, StackSize,
             EmitCFI && !hasFP(MF), MachineInstr::FrameDestroy);
  }
  if (EmitCFI && hasFP(MF)) {
    CFI.setInsertPoint(LastFrameDestroy);
    CFI.buildDefCFA(MTIA::X2, FirstStep);
  }

  if (EmitCFI) {
    CFI.setInsertPoint(MBBI);
    for (const CalleeSavedInfo &Entry : CSI)
      if (LibCallSize == 0 || getLibCallIndex(Entry.getReg()) < 0)
        CFI.buildRestore(Entry.getReg());
  }

  adjustSP(*RI, MBB, MBBI, DL, FirstStep - LibCallSize, FirstStep, EmitCFI,
           MachineInstr::FrameDestroy);
  if (usesShadowCallStack(MF))
    emitShadowPop(MF, MBB, MBBI, DL, *STI.getInstrInfo());
}

StackOffset MTIAFrameLowering::getFrameIndexReference(const MachineFunction &MF, int FI,
                                                      Register &FrameReg) const {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  const TargetRegisterInfo *RI = MF.getSubtarget().getRegisterInfo();
  const auto *MFInfo = MF.getInfo<MTIAMachineFunctionInfo>();

  int64_t Offset = MFI.getObjectOffset(FI) + MFI.getOffsetAdjustment();

  // Callee-saved registers are stored and loaded between the two steps.
  if (any_of(MFI.getCalleeSavedInfo(),
             [FI](const CalleeSavedInfo &CS) { return CS.getFrameIdx() == FI; })) {
    FrameReg = MTIA::X2;
    uint64_t FirstSPAdjust = getFirstSPAdjustAmount(MF);
    return StackOffset::getFixed(
        Offset + (FirstSPAdjust ? FirstSPAdjust + getLibCallStackSize(MF) : MFI.getStackSize()));
  }

  if (RI->hasStackRealignment(MF) && !MFI.isFixedObjectIndex(FI)) {
    // The distance to the frame pointer isn't known.
    FrameReg = hasBP(MF) ? getBPReg() : Register(MTIA::X2);
    return StackOffset::getFixed(Offset + MFI.getStackSize());
  }

  if (hasFP(MF)) {
    int64_t FromFP = Offset + MFInfo->getVarArgsSaveSize();
    int64_t FromSP = Offset + MFI.getStackSize();
    // sp is as good where it doesn't move, and may be nearer.
    if (!RI->hasStackRealignment(MF) && !MFI.hasVarSizedObjects() && !isInt<12>(FromFP) &&
        isInt<12>(FromSP)) {
      FrameReg = MTIA::X2;
      return StackOffset::getFixed(FromSP);
    }
    FrameReg = MTIA::X8;
    return StackOffset::getFixed(FromFP);
  }

  FrameReg = MTIA::X2;
  return StackOffset::getFixed(Offset + MFI.getStackSize());
}

void MTIAFrameLowering::determineCalleeSaves(MachineFunction &MF, BitVector &SavedRegs,
                                             RegScavenger *RS) const {
  TargetFrameLowering::determineCalleeSaves(MF, SavedRegs, RS);
  if (MF.getFunction().hasFnAttribute(Attribute::Naked))
    return;

  // A frame record is ra and s0.
  if (hasFP(MF)) {
    SavedRegs.set(MTIA::X1);
    SavedRegs.set(MTIA::X8);
  }
  if (hasBP(MF))
    SavedRegs.set(getBPReg());

  // An interrupt handler that calls must save what the callee may write.
  if (MF.getFunction().hasFnAttribute("interrupt") && MF.getFrameInfo().hasCalls()) {
    const MCPhysReg *CSRegs = MF.getRegInfo().getCalleeSavedRegs();
    const uint32_t *Preserved = STI.getRegisterInfo()->getCallPreservedMask(MF, CallingConv::C);
    for (unsigned I = 0; CSRegs[I]; ++I)
      if (MachineOperand::clobbersPhysReg(Preserved, CSRegs[I]))
        SavedRegs.set(CSRegs[I]);
  }
}

// A callee-saved register that the function also reads as an argument (ra, for
// __builtin_return_address) isn't dead after its store.
bool MTIAFrameLowering::spillCalleeSavedRegisters(MachineBasicBlock &MBB,
                                                  MachineBasicBlock::iterator MI,
                                                  ArrayRef<CalleeSavedInfo> CSI,
                                                  const TargetRegisterInfo *TRI) const {
  MachineFunction &MF = *MBB.getParent();
  const MTIAInstrInfo &TII = *STI.getInstrInfo();
  int LibCallNumber = getLibCallNumber(MF, CSI);
  if (LibCallNumber >= 0)
    BuildMI(MBB, MI, DebugLoc(), TII.get(MTIA::PseudoCALLReg), MTIA::X5)
        .addExternalSymbol(getLibCallName(MF, /*IsSave=*/true, LibCallNumber), MTIAII::MO_CALL)
        .setMIFlag(MachineInstr::FrameSetup);
  for (const CalleeSavedInfo &CS : CSI) {
    MCRegister Reg = CS.getReg();
    if (LibCallNumber >= 0 && getLibCallIndex(Reg) >= 0)
      continue;
    bool IsKill = !MF.getRegInfo().isLiveIn(Reg) && !MBB.isLiveIn(Reg);
    TII.storeRegToStackSlot(MBB, MI, Reg, IsKill, CS.getFrameIdx(),
                            TRI->getMinimalPhysRegClass(Reg), Register(), MachineInstr::FrameSetup);
  }
  return true;
}

// The size of the function as branch relaxation will see it, roughly from above.
static uint64_t estimateFunctionSize(const MachineFunction &MF, const MTIAInstrInfo &TII) {
  uint64_t Size = 0;
  for (const MachineBasicBlock &MBB : MF) {
    for (const MachineInstr &MI : MBB) {
      // A conditional branch that does not reach takes an inverted branch and a jump.
      Size += MI.isConditionalBranch() ? 8 : TII.getInstSizeInBytes(MI);
    }
  }
  return Size;
}

// Vector instructions have no offsets at all.
static bool hasVectorFrameAccess(const MachineFunction &MF) {
  if (!MF.getSubtarget<MTIASubtarget>().hasVInstructions())
    return false;
  for (const MachineBasicBlock &MBB : MF)
    for (const MachineInstr &MI : MBB)
      if (MI.mayLoadOrStore() && MTIAInstrInfo::isVectorInstr(MI) &&
          llvm::any_of(MI.operands(), [](const MachineOperand &MO) { return MO.isFI(); }))
        return true;
  return false;
}

void MTIAFrameLowering::processFunctionBeforeFrameFinalized(MachineFunction &MF,
                                                            RegScavenger *RS) const {
  const MTIARegisterInfo *RI = STI.getRegisterInfo();
  MachineFrameInfo &MFI = MF.getFrameInfo();
  auto *MFInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  const TargetRegisterClass *RC = &MTIA::GPRRegClass;
  unsigned Size = RI->getSpillSize(*RC);
  Align Alignment = RI->getSpillAlign(*RC);

  // A frame whose offsets may not fit an instruction needs a register to build
  // addresses in; half of the range is left for what isn't laid out yet.
  if (!isInt<11>(MFI.estimateStackSize(MF)) || hasVectorFrameAccess(MF)) {
    int FI = MFI.CreateSpillStackObject(Size, Alignment);
    RS->addScavengingFrameIndex(FI);
  }

  // JAL reaches 1 MB. A jump further than that goes through a register, for which
  // a slot must be ready where none is free; leave some room for growth.
  if (estimateFunctionSize(MF, *STI.getInstrInfo()) > (1u << 20) - (1u << 16)) {
    int FI = MFI.CreateSpillStackObject(Size, Alignment);
    RS->addScavengingFrameIndex(FI);
    MFInfo->setBranchRelaxationScratchFrameIndex(FI);
  }

  unsigned CSSize = 0;
  for (const CalleeSavedInfo &Info : MFI.getCalleeSavedInfo()) {
    int FI = Info.getFrameIdx();
    if (MFI.getStackID(FI) == TargetStackID::Default)
      CSSize += MFI.getObjectSize(FI);
  }
  MFInfo->setCalleeSavedStackSize(CSSize);
}

MachineBasicBlock::iterator
MTIAFrameLowering::eliminateCallFramePseudoInstr(MachineFunction &MF, MachineBasicBlock &MBB,
                                                 MachineBasicBlock::iterator MI) const {
  if (!hasReservedCallFrame(MF)) {
    int64_t Amount = MI->getOperand(0).getImm();
    if (Amount != 0) {
      Amount = alignSPAdjust(Amount);
      if (MI->getOpcode() == MTIA::ADJCALLSTACKDOWN)
        Amount = -Amount;
      STI.getRegisterInfo()->adjustReg(MBB, MI, MI->getDebugLoc(), MTIA::X2, MTIA::X2, Amount,
                                       MachineInstr::NoFlags);
    }
  }
  return MBB.erase(MI);
}
