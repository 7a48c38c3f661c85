//===-- MTIATargetTransformInfo.cpp - What optimisers ask about costs -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIATargetTransformInfo.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Intrinsics.h"

using namespace llvm;

InstructionCost MTIATTIImpl::getIntImmCost(const APInt &Imm, Type *Ty,
                                           TTI::TargetCostKind CostKind) const {
  assert(Ty->isIntegerTy() && "Integers only");
  if (Ty->getIntegerBitWidth() == 0)
    return ~0U;
  if (Imm == 0)
    return TTI::TCC_Free; // x0
  InstructionCost Cost = 0;
  for (unsigned Bit = 0; Bit < Ty->getIntegerBitWidth(); Bit += 64) {
    unsigned Width = std::min(64u, Ty->getIntegerBitWidth() - Bit);
    Cost += MTIAMatInt::getIntMatCost(Imm.extractBits(Width, Bit).getSExtValue(), *ST);
  }
  return Cost;
}

// Where an instruction takes the constant as an immediate, hoisting it would only cost
// a register.
InstructionCost MTIATTIImpl::getIntImmCostInst(unsigned Opcode, unsigned Idx, const APInt &Imm,
                                               Type *Ty, TTI::TargetCostKind CostKind,
                                               Instruction *Inst) const {
  assert(Ty->isIntegerTy() && "Integers only");
  if (Ty->getIntegerBitWidth() == 0)
    return ~0U;

  bool Takes12BitImm = false;
  unsigned ImmArgIdx = ~0U;
  switch (Opcode) {
  case Instruction::GetElementPtr:
    // The base's constants are not address parts; CodeGenPrepare splits the others.
    return TTI::TCC_Free;
  case Instruction::Store:
    if (Idx == 1 || Imm == 0)
      return TTI::TCC_Free;
    break;
  case Instruction::Load:
    return TTI::TCC_Free;
  case Instruction::And:
    if (Idx == 1 && ST->hasStdExtZbs() && (~Imm).isPowerOf2())
      return TTI::TCC_Free; // BCLRI
    // Masks that are two shifts.
    if (Idx == 1 &&
        (Imm == 0xffff || Imm == UINT64_C(0xffffffff) || Imm.isMask() || Imm.isNegatedPowerOf2()))
      return TTI::TCC_Free;
    [[fallthrough]];
  case Instruction::Add:
    Takes12BitImm = true;
    break;
  case Instruction::Or:
  case Instruction::Xor:
    if (ST->hasStdExtZbs() && Imm.isPowerOf2())
      return TTI::TCC_Free; // BSETI, BINVI
    Takes12BitImm = true;
    break;
  case Instruction::Mul:
    // Shifts and additions, where the constant is a power of two or next to one.
    if (Imm.isPowerOf2() || Imm.isNegatedPowerOf2() || (Imm + 1).isPowerOf2() ||
        (Imm - 1).isPowerOf2())
      return TTI::TCC_Free;
    Takes12BitImm = true;
    break;
  case Instruction::Sub:
    // x - c is x + -c.
    if (Idx == 1 && (-Imm).isSignedIntN(12))
      return TTI::TCC_Free;
    break;
  case Instruction::Shl:
  case Instruction::LShr:
  case Instruction::AShr:
    Takes12BitImm = true;
    ImmArgIdx = 1;
    break;
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
    // Must stay constants, to become multiplications.
    if (Idx == 1)
      return TTI::TCC_Free;
    break;
  default:
    // Where a constant is an operand of a comparison, a select, a phi or a call, it is made
    // there; what is loop-invariant moves out later.
    return TTI::TCC_Free;
  }

  if (Takes12BitImm && (Instruction::isCommutative(Opcode) || Idx == ImmArgIdx)) {
    if (Imm.getSignificantBits() <= 64 && isInt<12>(Imm.getSExtValue()))
      return TTI::TCC_Free;
  }
  return getIntImmCost(Imm, Ty, CostKind);
}

InstructionCost MTIATTIImpl::getIntImmCostIntrin(Intrinsic::ID IID, unsigned Idx, const APInt &Imm,
                                                 Type *Ty, TTI::TargetCostKind CostKind) const {
  return TTI::TCC_Free; // before their expansion nothing can be said
}

TTI::PopcntSupportKind MTIATTIImpl::getPopcntSupport(unsigned TyWidth) const {
  return ST->hasStdExtZbb() ? TTI::PSK_FastHardware : TTI::PSK_Software;
}

void MTIATTIImpl::getUnrollingPreferences(Loop *L, ScalarEvolution &SE,
                                          TTI::UnrollingPreferences &UP,
                                          OptimizationRemarkEmitter *ORE) const {
  // Loops whose trip count isn't known are left as they are, but at -O3: a taken branch
  // costs two cycles, and the instruction cache is small.
  if (TM->getOptLevel() != CodeGenOptLevel::Aggressive)
    return BaseT::getUnrollingPreferences(L, SE, UP, ORE);
  UP.UpperBound = true;
  UP.OptSizeThreshold = 0;
  UP.PartialOptSizeThreshold = 0;
  if (L->getHeader()->getParent()->hasOptSize())
    return;
  if (L->getNumBlocks() > 4 || isVectorLoop(L))
    return;
  InstructionCost Cost = 0;
  for (BasicBlock *BB : L->getBlocks()) {
    for (Instruction &I : *BB) {
      if (isa<CallInst>(I) || isa<InvokeInst>(I)) {
        if (const Function *F = cast<CallBase>(I).getCalledFunction())
          if (!isLoweredToCall(F))
            continue;
        return;
      }
      SmallVector<const Value *> Operands(I.operand_values());
      Cost += getInstructionCost(&I, Operands, TargetTransformInfo::TCK_SizeAndLatency);
    }
  }
  UP.Partial = true;
  UP.Runtime = true;
  UP.UnrollRemainder = true;
  UP.UnrollAndJam = true;
  UP.UnrollAndJamInnerLoopThreshold = 60;
  // Unrolled regardless of the trip count where it is this small.
  if (Cost < 12)
    UP.Force = true;
}

void MTIATTIImpl::getPeelingPreferences(Loop *L, ScalarEvolution &SE,
                                        TTI::PeelingPreferences &PP) const {
  BaseT::getPeelingPreferences(L, SE, PP);
}

bool MTIATTIImpl::isLSRCostLess(const TTI::LSRCost &C1, const TTI::LSRCost &C2) const {
  // Registers are many: the number of instructions in the loop comes first.
  // A sum of base registers needs one more, at least for a moment.
  unsigned NumRegs1 = C1.NumRegs + (C1.NumBaseAdds != 0);
  unsigned NumRegs2 = C2.NumRegs + (C2.NumBaseAdds != 0);
  return std::tie(C1.Insns, NumRegs1, C1.AddRecCost, C1.NumIVMuls, C1.NumBaseAdds, C1.ScaleCost,
                  C1.ImmCost, C1.SetupCost) < std::tie(C2.Insns, NumRegs2, C2.AddRecCost,
                                                       C2.NumIVMuls, C2.NumBaseAdds, C2.ScaleCost,
                                                       C2.ImmCost, C2.SetupCost);
}
