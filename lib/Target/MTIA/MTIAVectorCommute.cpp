//===-- MTIAVectorCommute.cpp - Other orders of multiply-adds -------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A multiply-add overwrites the addend (vfmacc) or a factor (vfmadd). Selection takes the
// first form, which is right for sums. In a step of a polynomial, p * x + constant, the
// addend lives on and p does not:
//   vmv.v.v v9, v8; vfmacc.vv v9, v1, v2   becomes   vfmadd.vv v1, v2, v8
// The two-address pass and the coalescer ask for that here.
//
//===----------------------------------------------------------------------===//

#include "MTIAInstrInfo.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/MachineFunction.h"

using namespace llvm;

namespace {
/// The two forms of one function, each of vectors only and with a scalar factor.
struct MulAdd {
  unsigned OnAddend, OnFactor;
  bool Scalar;
};

// Operands of a form: the destination's old value and two sources.
enum { Tied = 1, First = 2, Second = 3 };
} // end anonymous namespace

static const MulAdd MulAdds[] = {
    {MTIA::PseudoVFMACC_VV, MTIA::PseudoVFMADD_VV, false},
    {MTIA::PseudoVFMACC_VF, MTIA::PseudoVFMADD_VF, true},
    {MTIA::PseudoVFMSAC_VV, MTIA::PseudoVFMSUB_VV, false},
    {MTIA::PseudoVFMSAC_VF, MTIA::PseudoVFMSUB_VF, true},
    {MTIA::PseudoVFNMACC_VV, MTIA::PseudoVFNMADD_VV, false},
    {MTIA::PseudoVFNMACC_VF, MTIA::PseudoVFNMADD_VF, true},
    {MTIA::PseudoVFNMSAC_VV, MTIA::PseudoVFNMSUB_VV, false},
    {MTIA::PseudoVFNMSAC_VF, MTIA::PseudoVFNMSUB_VF, true},
    {MTIA::PseudoVMACC_VV, MTIA::PseudoVMADD_VV, false},
    {MTIA::PseudoVMACC_VX, MTIA::PseudoVMADD_VX, true},
    {MTIA::PseudoVNMSAC_VV, MTIA::PseudoVNMSUB_VV, false},
    {MTIA::PseudoVNMSAC_VX, MTIA::PseudoVNMSUB_VX, true},
};

static const MulAdd *getMulAdd(const MachineInstr &MI) {
  for (const MulAdd &Entry : MulAdds)
    if (MI.getOpcode() == Entry.OnAddend || MI.getOpcode() == Entry.OnFactor)
      return &Entry;
  return nullptr;
}

// What is kept of the tied operand, behind vl or under a mask, must not change.
static bool keepsTiedOperand(const MachineInstr &MI) {
  return MI.getOperand(MTIAV::getVMIdx(MI.getDesc())).getReg() ||
         !(MTIAV::getVTypeI(MI) & MTIAVType::TailAgnostic);
}

bool MTIAInstrInfo::findCommutedOpIndices(const MachineInstr &MI, unsigned &Index1,
                                          unsigned &Index2) const {
  const MulAdd *Entry = getMulAdd(MI);
  if (!Entry)
    return TargetInstrInfo::findCommutedOpIndices(MI, Index1, Index2);
  if (keepsTiedOperand(MI))
    return false;
  // The coalescer asks with one index, and an accumulator is what it looks for. With none,
  // commuting twice would have to give the first order.
  if (Index1 == CommuteAnyOperandIndex && Index2 == CommuteAnyOperandIndex)
    return false;
  if (Index1 == CommuteAnyOperandIndex)
    std::swap(Index1, Index2);
  if (Index2 == CommuteAnyOperandIndex)
    Index2 = Index1 == Tied ? Second : Tied;
  auto IsPair = [&](unsigned A, unsigned B) {
    return (Index1 == A && Index2 == B) || (Index1 == B && Index2 == A);
  };
  return IsPair(Tied, Second) || (!Entry->Scalar && IsPair(Tied, First));
}

MachineInstr *MTIAInstrInfo::commuteInstructionImpl(MachineInstr &MI, bool NewMI, unsigned Index1,
                                                    unsigned Index2) const {
  const MulAdd *Entry = getMulAdd(MI);
  if (!Entry)
    return TargetInstrInfo::commuteInstructionImpl(MI, NewMI, Index1, Index2);
  MachineInstr *Result = TargetInstrInfo::commuteInstructionImpl(MI, NewMI, Index1, Index2);
  if (!Result)
    return nullptr;
  // vd, tied, first, second:  tied + first * second,  or  tied * first + second.
  bool OnAddend = MI.getOpcode() == Entry->OnAddend;
  bool WithSecond = Index1 == Second || Index2 == Second;
  if (!OnAddend && !WithSecond)
    return Result; // two factors
  Result->setDesc(get(OnAddend ? Entry->OnFactor : Entry->OnAddend));
  if (WithSecond)
    return Result;
  // The first factor is tied now and the addend in its place: it belongs into the second.
  MachineOperand &A = Result->getOperand(First), &B = Result->getOperand(Second);
  MachineOperand OldA = A;
  auto Take = [](MachineOperand &To, const MachineOperand &From) {
    To.setReg(From.getReg());
    To.setSubReg(From.getSubReg());
    To.setIsKill(From.isKill());
    To.setIsUndef(From.isUndef());
  };
  Take(A, B);
  Take(B, OldA);
  return Result;
}
