//===-- MTIATargetTransformInfo.h - What optimisers ask about costs -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIATARGETTRANSFORMINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIATARGETTRANSFORMINFO_H

#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/CodeGen/BasicTTIImpl.h"

namespace llvm {
class MTIATTIImpl final : public BasicTTIImplBase<MTIATTIImpl> {
  using BaseT = BasicTTIImplBase<MTIATTIImpl>;
  using TTI = TargetTransformInfo;
  friend BaseT;

  const MTIATargetMachine *TM;
  const MTIASubtarget *ST;
  const MTIATargetLowering *TLI;

  const MTIASubtarget *getST() const { return ST; }
  const MTIATargetLowering *getTLI() const { return TLI; }

public:
  explicit MTIATTIImpl(const MTIATargetMachine *TM, const Function &F)
      : BaseT(TM, F.getDataLayout()), TM(TM), ST(TM->getSubtargetImpl(F)),
        TLI(ST->getTargetLowering()) {}

  InstructionCost getIntImmCost(const APInt &Imm, Type *Ty,
                                TTI::TargetCostKind CostKind) const override;
  InstructionCost getIntImmCostInst(unsigned Opcode, unsigned Idx, const APInt &Imm, Type *Ty,
                                    TTI::TargetCostKind CostKind,
                                    Instruction *Inst = nullptr) const override;
  InstructionCost getIntImmCostIntrin(Intrinsic::ID IID, unsigned Idx, const APInt &Imm, Type *Ty,
                                      TTI::TargetCostKind CostKind) const override;

  TTI::PopcntSupportKind getPopcntSupport(unsigned TyWidth) const override;
  unsigned getNumberOfRegisters(unsigned ClassID) const override;
  TypeSize getRegisterBitWidth(TargetTransformInfo::RegisterKind K) const override;

  void getUnrollingPreferences(Loop *L, ScalarEvolution &SE, TTI::UnrollingPreferences &UP,
                               OptimizationRemarkEmitter *ORE) const override;
  void getPeelingPreferences(Loop *L, ScalarEvolution &SE,
                             TTI::PeelingPreferences &PP) const override;
  bool isLSRCostLess(const TTI::LSRCost &C1, const TTI::LSRCost &C2) const override;
  unsigned getMaxInterleaveFactor(ElementCount VF) const override { return 1; }
  bool enableSelectOptimize() const override { return false; }
};
} // namespace llvm

#endif
