//===-- MTIARegisterInfo.cpp - Registers of a function -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIARegisterInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/RegisterScavenging.h"
#include "llvm/Support/ErrorHandling.h"

#define GET_REGINFO_TARGET_DESC
#include "MTIAGenRegisterInfo.inc"

using namespace llvm;

MTIARegisterInfo::MTIARegisterInfo(unsigned HwMode)
    : MTIAGenRegisterInfo(MTIA::X1, /*DwarfFlavour=*/0, /*EHFlavor=*/0, /*PC=*/0, HwMode) {}

const MCPhysReg *MTIARegisterInfo::getCalleeSavedRegs(const MachineFunction *MF) const {
  const Function &F = MF->getFunction();
  if (F.hasFnAttribute(Attribute::Naked) || F.getCallingConv() == CallingConv::GHC)
    return CSR_NoRegs_SaveList;
  const auto &STI = MF->getSubtarget<MTIASubtarget>();
  if (F.hasFnAttribute("interrupt"))
    return STI.hasStdExtD()   ? CSR_InterruptD_SaveList
           : STI.hasStdExtF() ? CSR_InterruptF_SaveList
                              : CSR_Interrupt_SaveList;
  bool MostRegs = F.getCallingConv() == CallingConv::PreserveMost;
  if (F.getCallingConv() == CallingConv::RISCV_VectorCall && STI.hasVInstructions())
    return STI.getTargetABI() == MTIAABI::ABI_LP64D   ? CSR_LP64DV_SaveList
           : STI.getTargetABI() == MTIAABI::ABI_LP64F ? CSR_LP64FV_SaveList
                                                      : CSR_LP64V_SaveList;
  switch (STI.getTargetABI()) {
  case MTIAABI::ABI_LP64F:
    return MostRegs ? CSR_MostRegsF_SaveList : CSR_LP64F_SaveList;
  case MTIAABI::ABI_LP64D:
    return MostRegs ? CSR_MostRegsD_SaveList : CSR_LP64D_SaveList;
  default:
    return MostRegs ? CSR_MostRegs_SaveList : CSR_LP64_SaveList;
  }
}

const uint32_t *MTIARegisterInfo::getCallPreservedMask(const MachineFunction &MF,
                                                       CallingConv::ID CC) const {
  if (CC == CallingConv::GHC)
    return CSR_NoRegs_RegMask;
  bool MostRegs = CC == CallingConv::PreserveMost;
  MTIAABI::ABI ABI = MF.getSubtarget<MTIASubtarget>().getTargetABI();
  if (CC == CallingConv::RISCV_VectorCall)
    return ABI == MTIAABI::ABI_LP64D   ? CSR_LP64DVGroups_RegMask
           : ABI == MTIAABI::ABI_LP64F ? CSR_LP64FVGroups_RegMask
                                       : CSR_LP64VGroups_RegMask;
  switch (ABI) {
  case MTIAABI::ABI_LP64F:
    return MostRegs ? CSR_MostRegsF_RegMask : CSR_LP64F_RegMask;
  case MTIAABI::ABI_LP64D:
    return MostRegs ? CSR_MostRegsD_RegMask : CSR_LP64D_RegMask;
  default:
    return MostRegs ? CSR_MostRegs_RegMask : CSR_LP64_RegMask;
  }
}

const uint32_t *MTIARegisterInfo::getNoPreservedMask() const { return CSR_NoRegs_RegMask; }

BitVector MTIARegisterInfo::getReservedRegs(const MachineFunction &MF) const {
  const MTIAFrameLowering *TFI = MF.getSubtarget<MTIASubtarget>().getFrameLowering();
  const auto &STI = MF.getSubtarget<MTIASubtarget>();
  BitVector Reserved(getNumRegs());
  for (MCRegister Reg : MTIA::GPRRegClass)
    if (STI.isRegisterReservedByUser(Reg))
      markSuperRegs(Reserved, Reg);
  markSuperRegs(Reserved, MTIA::X0); // zero
  markSuperRegs(Reserved, MTIA::X2); // sp
  markSuperRegs(Reserved, MTIA::X3); // gp
  markSuperRegs(Reserved, MTIA::X4); // tp
  markSuperRegs(Reserved, MTIA::FRM);
  markSuperRegs(Reserved, MTIA::FFLAGS);
  for (MCPhysReg Reg : {MTIA::VL, MTIA::VTYPE, MTIA::VXSAT, MTIA::VXRM, MTIA::VLENB})
    markSuperRegs(Reserved, Reg);
  if (TFI->hasFP(MF))
    markSuperRegs(Reserved, MTIA::X8); // fp
  if (TFI->hasBP(MF))
    markSuperRegs(Reserved, TFI->getBPReg());
  return Reserved;
}

bool MTIARegisterInfo::isAsmClobberable(const MachineFunction &MF, MCRegister PhysReg) const {
  return !getReservedRegs(MF).test(PhysReg.id());
}

const TargetRegisterClass *MTIARegisterInfo::getPointerRegClass(unsigned Kind) const {
  return &MTIA::GPRRegClass;
}

Register MTIARegisterInfo::getFrameRegister(const MachineFunction &MF) const {
  return MF.getSubtarget().getFrameLowering()->hasFP(MF) ? MTIA::X8 : MTIA::X2;
}

StringRef MTIARegisterInfo::getRegAsmName(MCRegister Reg) const { return StringRef(getName(Reg)); }

void MTIARegisterInfo::adjustReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator II,
                                 const DebugLoc &DL, Register DestReg, Register SrcReg,
                                 int64_t Offset, MachineInstr::MIFlag Flag) const {
  if (DestReg == SrcReg && Offset == 0)
    return;
  MachineFunction &MF = *MBB.getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  const MTIAInstrInfo *TII = MF.getSubtarget<MTIASubtarget>().getInstrInfo();

  if (isInt<12>(Offset)) {
    BuildMI(MBB, II, DL, TII->get(MTIA::ADDI), DestReg)
        .addReg(SrcReg)
        .addImm(Offset)
        .setMIFlag(Flag);
    return;
  }

  // Two additions reach -4096 to 4094; the first keeps the stack pointer aligned.
  const int64_t MaxPosStep = 2048 - 16;
  if (Offset >= -4096 && Offset <= 2 * MaxPosStep) {
    int64_t First = Offset < 0 ? -2048 : MaxPosStep;
    BuildMI(MBB, II, DL, TII->get(MTIA::ADDI), DestReg)
        .addReg(SrcReg)
        .addImm(First)
        .setMIFlag(Flag);
    BuildMI(MBB, II, DL, TII->get(MTIA::ADDI), DestReg)
        .addReg(DestReg, RegState::Kill)
        .addImm(Offset - First)
        .setMIFlag(Flag);
    return;
  }

  // A constant that is cheap when negated (a multiple of 4096, say) is subtracted.
  unsigned Opc = MTIA::ADD;
  if (Offset < 0 && Offset != std::numeric_limits<int64_t>::min()) {
    Offset = -Offset;
    Opc = MTIA::SUB;
  }
  Register ScratchReg = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  TII->movImm(MBB, II, DL, ScratchReg, Offset, Flag);
  BuildMI(MBB, II, DL, TII->get(Opc), DestReg)
      .addReg(SrcReg)
      .addReg(ScratchReg, RegState::Kill)
      .setMIFlag(Flag);
}

bool MTIARegisterInfo::eliminateFrameIndex(MachineBasicBlock::iterator II, int SPAdj,
                                           unsigned FIOperandNum, RegScavenger *RS) const {
  assert(SPAdj == 0 && "The call frame is set up around calls only with a frame pointer");
  MachineInstr &MI = *II;
  MachineBasicBlock &MBB = *MI.getParent();
  MachineFunction &MF = *MBB.getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  const MTIAFrameLowering *TFI = MF.getSubtarget<MTIASubtarget>().getFrameLowering();
  DebugLoc DL = MI.getDebugLoc();

  int FrameIndex = MI.getOperand(FIOperandNum).getIndex();
  Register FrameReg;
  int64_t Offset = TFI->getFrameIndexReference(MF, FrameIndex, FrameReg).getFixed();

  // Vector instructions have no offset.
  if (MTIAInstrInfo::isVectorInstr(MI)) {
    if (MI.getOpcode() == MTIA::PseudoVSPILL || MI.getOpcode() == MTIA::PseudoVRELOAD) {
      MF.getSubtarget<MTIASubtarget>().getInstrInfo()->expandVectorSpill(MI, FrameReg, Offset);
      MI.eraseFromParent();
      return true;
    }
    Register Base = FrameReg;
    if (Offset != 0) {
      Base = MRI.createVirtualRegister(&MTIA::GPRRegClass);
      adjustReg(MBB, II, DL, Base, FrameReg, Offset, MachineInstr::NoFlags);
    }
    MI.getOperand(FIOperandNum).ChangeToRegister(Base, false, false, Offset != 0);
    return false;
  }
  Offset += MI.getOperand(FIOperandNum + 1).getImm();

  if (isInt<12>(Offset)) {
    MI.getOperand(FIOperandNum).ChangeToRegister(FrameReg, false);
    MI.getOperand(FIOperandNum + 1).ChangeToImmediate(Offset);
    // An address of a slot at the register itself is a copy.
    return false;
  }

  if (MI.getOpcode() == MTIA::ADDI) {
    adjustReg(MBB, II, DL, MI.getOperand(0).getReg(), FrameReg, Offset, MachineInstr::NoFlags);
    MI.eraseFromParent();
    return true;
  }

  // The lower 12 bits stay in the instruction.
  int64_t Lo12 = SignExtend64<12>(Offset);
  Register DestReg = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  adjustReg(MBB, II, DL, DestReg, FrameReg, Offset - Lo12, MachineInstr::NoFlags);
  MI.getOperand(FIOperandNum).ChangeToRegister(DestReg, false, false, true);
  MI.getOperand(FIOperandNum + 1).ChangeToImmediate(Lo12);
  return false;
}

// Whether the operand pair (frame index, 12-bit offset) of an instruction can be
// rewritten to a base register.
static bool hasFrameOffsetOperands(const MachineInstr &MI) {
  if (MI.getOpcode() == MTIA::ADDI)
    return true;
  if (MTIAInstrInfo::isVectorInstr(MI))
    return false;
  return MI.getDesc().TSFlags && (MI.mayLoad() || MI.mayStore()) && !MI.isInlineAsm();
}

static unsigned findFrameIndexOperand(const MachineInstr &MI) {
  unsigned I = 0;
  while (!MI.getOperand(I).isFI())
    ++I;
  return I;
}

bool MTIARegisterInfo::needsFrameBaseReg(MachineInstr *MI, int64_t Offset) const {
  if (!hasFrameOffsetOperands(*MI) || (!MI->mayLoad() && !MI->mayStore()))
    return false;

  // The layout isn't known yet: guess that all callee-saved registers are saved,
  // and 128 bytes of spills.
  const MachineFunction &MF = *MI->getMF();
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  const MTIAFrameLowering *TFI = MF.getSubtarget<MTIASubtarget>().getFrameLowering();
  const int64_t CalleeSavedSize = 13 * 8;
  const int64_t SpillSize = 128;
  if (TFI->hasFP(MF) && !hasStackRealignment(MF))
    return !isFrameOffsetLegal(MI, MTIA::X8, Offset - CalleeSavedSize);
  int64_t MaxSPOffset = Offset + MFI.getLocalFrameSize() + CalleeSavedSize + SpillSize;
  return !isFrameOffsetLegal(MI, MTIA::X2, MaxSPOffset);
}

bool MTIARegisterInfo::isFrameOffsetLegal(const MachineInstr *MI, Register BaseReg,
                                          int64_t Offset) const {
  return isInt<12>(Offset + getFrameIndexInstrOffset(MI, findFrameIndexOperand(*MI)));
}

Register MTIARegisterInfo::materializeFrameBaseRegister(MachineBasicBlock *MBB, int FrameIdx,
                                                        int64_t Offset) const {
  MachineFunction &MF = *MBB->getParent();
  MachineRegisterInfo &MRI = MF.getRegInfo();
  const TargetInstrInfo *TII = MF.getSubtarget().getInstrInfo();
  MachineBasicBlock::iterator MBBI = MBB->begin();
  DebugLoc DL = MBBI != MBB->end() ? MBBI->getDebugLoc() : DebugLoc();
  Register BaseReg = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  BuildMI(*MBB, MBBI, DL, TII->get(MTIA::ADDI), BaseReg).addFrameIndex(FrameIdx).addImm(Offset);
  return BaseReg;
}

void MTIARegisterInfo::resolveFrameIndex(MachineInstr &MI, Register BaseReg, int64_t Offset) const {
  unsigned I = findFrameIndexOperand(MI);
  MI.getOperand(I + 1).ChangeToImmediate(Offset + getFrameIndexInstrOffset(&MI, I));
  MI.getOperand(I).ChangeToRegister(BaseReg, false);
}

int64_t MTIARegisterInfo::getFrameIndexInstrOffset(const MachineInstr *MI, int Idx) const {
  assert(hasFrameOffsetOperands(*MI) && "No offset beside the frame index");
  return MI->getOperand(Idx + 1).getImm();
}
