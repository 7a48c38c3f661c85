//===-- MTIARegisterHints.cpp - Registers for short instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compressed instruction of two sources writes the first of them, and most name
// only x8 to x15. The allocator is told: these registers cost less (CostPerUse in
// MTIARegisterInfo.td), and where a result is in its operand's register, the
// instruction is two bytes shorter:
//
//   and a2, a0, a1  ->  c.and a0, a1
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIARegisterInfo.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/VirtRegMap.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<bool> EnableCompressedHints("mtia-enable-compressed-hints",
                                           cl::desc("Choose registers for compressed instructions"),
                                           cl::init(true), cl::Hidden);

unsigned MTIARegisterInfo::getRegisterCostTableIndex(const MachineFunction &MF) const {
  return EnableCompressedHints && MF.getSubtarget<MTIASubtarget>().hasCompressed() ? 1 : 0;
}

// Whether there is a compressed form if the destination is the first source;
// NeedGPRC: if all registers are among the eight.
static bool isTwoAddressCompressible(const MachineInstr &MI, bool &NeedGPRC) {
  NeedGPRC = false;
  switch (MI.getOpcode()) {
  default:
    return false;
  case MTIA::AND:
  case MTIA::OR:
  case MTIA::XOR:
  case MTIA::SUB:
  case MTIA::ADDW:
  case MTIA::SUBW:
    NeedGPRC = true;
    return true;
  case MTIA::ANDI:
    NeedGPRC = true;
    return MI.getOperand(2).isImm() && isInt<6>(MI.getOperand(2).getImm());
  case MTIA::SRAI:
  case MTIA::SRLI:
    NeedGPRC = true;
    return true;
  case MTIA::ADD:
  case MTIA::SLLI:
    return true;
  case MTIA::ADDI:
  case MTIA::ADDIW:
    return MI.getOperand(2).isImm() && isInt<6>(MI.getOperand(2).getImm());
  }
}

bool MTIARegisterInfo::getRegAllocationHints(Register VirtReg, ArrayRef<MCPhysReg> Order,
                                             SmallVectorImpl<MCPhysReg> &Hints,
                                             const MachineFunction &MF, const VirtRegMap *VRM,
                                             const LiveRegMatrix *Matrix) const {
  bool BaseResult =
      TargetRegisterInfo::getRegAllocationHints(VirtReg, Order, Hints, MF, VRM, Matrix);
  if (!VRM || !EnableCompressedHints || !MF.getSubtarget<MTIASubtarget>().hasCompressed())
    return BaseResult;

  const MachineRegisterInfo &MRI = MF.getRegInfo();
  SmallSet<Register, 4> Wanted;
  auto PhysOf = [&](const MachineOperand &MO) {
    Register Reg = MO.getReg();
    return Reg.isPhysical() ? Reg : Register(VRM->getPhys(Reg));
  };
  auto Add = [&](const MachineOperand &Self, const MachineOperand &Other, bool NeedGPRC) {
    Register Phys = PhysOf(Other);
    if (!Phys || (NeedGPRC && !MTIA::GPRCRegClass.contains(Phys)))
      return;
    assert(!Self.getSubReg() && !Other.getSubReg() && "Integer registers have no parts");
    if (!MRI.isReserved(Phys) && !is_contained(Hints, Phys))
      Wanted.insert(Phys);
  };
  // A constant or one of the eight.
  auto IsShort = [&](const MachineOperand &MO) {
    if (!MO.isReg())
      return true;
    Register Phys = PhysOf(MO);
    return Phys && MTIA::GPRCRegClass.contains(Phys);
  };

  for (const MachineOperand &MO : MRI.reg_nodbg_operands(VirtReg)) {
    const MachineInstr &MI = *MO.getParent();
    unsigned OpIdx = MO.getOperandNo();
    bool NeedGPRC;
    if (!isTwoAddressCompressible(MI, NeedGPRC))
      continue;
    const MachineOperand &Dst = MI.getOperand(0), &Src1 = MI.getOperand(1),
                         &Src2 = MI.getOperand(2);
    bool Commutable = MI.isCommutable() && Src2.isReg();
    if (OpIdx == 0 && Src1.isReg()) {
      if (!NeedGPRC || IsShort(Src2))
        Add(MO, Src1, NeedGPRC);
      if (Commutable && (!NeedGPRC || IsShort(Src1)))
        Add(MO, Src2, NeedGPRC);
    } else if (OpIdx == 1 && (!NeedGPRC || IsShort(Src2))) {
      Add(MO, Dst, NeedGPRC);
    } else if (OpIdx == 2 && Commutable && Src1.isReg() && (!NeedGPRC || IsShort(Src1))) {
      Add(MO, Dst, NeedGPRC);
    }
  }
  for (MCPhysReg Reg : Order)
    if (Wanted.count(Reg))
      Hints.push_back(Reg);
  return BaseResult;
}
