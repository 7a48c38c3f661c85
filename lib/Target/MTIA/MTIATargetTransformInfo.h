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
  bool enableSelectOptimize() const override { return false; }

  // Vectors: MTIATargetTransformInfoV.cpp.
  unsigned getMinVectorRegisterBitWidth() const override;
  unsigned getRegUsageForType(Type *Ty) const override;
  unsigned getNumberOfParts(Type *Ty) const override;
  unsigned getMaxInterleaveFactor(ElementCount VF) const override;
  unsigned getMaximumVF(unsigned ElemWidth, unsigned Opcode) const override;
  std::optional<unsigned> getMaxVScale() const override;
  std::optional<unsigned> getVScaleForTuning() const override { return getMaxVScale(); }
  bool isVScaleKnownToBeAPowerOfTwo() const override { return true; }
  bool supportsScalableVectors() const override { return ST->hasVInstructions(); }
  bool enableScalableVectorization() const override { return ST->hasVInstructions(); }
  bool hasActiveVectorLength() const override { return ST->hasVInstructions(); }
  bool shouldConsiderVectorizationRegPressure() const override { return true; }
  bool preferPredicateOverEpilogue(TailFoldingInfo *TFI) const override;
  TailFoldingStyle getPreferredTailFoldingStyle(bool IVUpdateMayOverflow) const override;
  unsigned getMinTripCountTailFoldingThreshold() const override { return 5; }
  bool enableOrderedReductions() const override { return true; }
  bool enableInterleavedAccessVectorization() const override { return true; }
  bool enableMaskedInterleavedAccessVectorization() const override {
    return ST->hasVInstructions();
  }
  bool isElementTypeLegalForScalableVector(Type *Ty) const override;
  // The type legaliser makes no scalars of these.
  static bool isOneElement(Type *Ty) {
    auto *Vector = dyn_cast<FixedVectorType>(Ty);
    return Vector && Vector->getNumElements() == 1;
  }
  // To a power of two it widens these as if all elements had their own places in memory.
  static bool isOddCount(Type *Ty) {
    auto *Vector = dyn_cast<FixedVectorType>(Ty);
    return Vector && (!isPowerOf2_32(Vector->getNumElements()) || isOneElement(Ty));
  }
  bool isLegalMaskedLoad(Type *Ty, Align Alignment, unsigned, TTI::MaskKind) const override {
    return !isOneElement(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalMaskedStore(Type *Ty, Align Alignment, unsigned, TTI::MaskKind) const override {
    return !isOneElement(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalMaskedGather(Type *Ty, Align Alignment) const override {
    return !isOneElement(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalMaskedScatter(Type *Ty, Align Alignment) const override {
    return !isOneElement(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalStridedLoadStore(Type *Ty, Align Alignment) const override {
    return isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalMaskedExpandLoad(Type *Ty, Align Alignment) const override {
    return !isOddCount(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalMaskedCompressStore(Type *Ty, Align Alignment) const override {
    return !isOddCount(Ty) && isLegalVectorAccess(Ty, Alignment);
  }
  bool isLegalInterleavedAccessType(VectorType *VTy, unsigned Factor, Align Alignment,
                                    unsigned AddrSpace) const override;
  bool isLegalToVectorizeReduction(const RecurrenceDescriptor &RdxDesc,
                                   ElementCount VF) const override;
  bool shouldExpandReduction(const IntrinsicInst *II) const override;
  TTI::VPLegalization getVPLegalizationStrategy(const VPIntrinsic &PI) const override;
  bool isProfitableToSinkOperands(Instruction *I, SmallVectorImpl<Use *> &Ops) const override;

  InstructionCost
  getArithmeticInstrCost(unsigned Opcode, Type *Ty, TTI::TargetCostKind CostKind,
                         TTI::OperandValueInfo Op1Info = {TTI::OK_AnyValue, TTI::OP_None},
                         TTI::OperandValueInfo Op2Info = {TTI::OK_AnyValue, TTI::OP_None},
                         ArrayRef<const Value *> Args = {},
                         const Instruction *CxtI = nullptr) const override;
  InstructionCost getCastInstrCost(unsigned Opcode, Type *Dst, Type *Src, TTI::CastContextHint CCH,
                                   TTI::TargetCostKind CostKind,
                                   const Instruction *I = nullptr) const override;
  InstructionCost
  getCmpSelInstrCost(unsigned Opcode, Type *ValTy, Type *CondTy, CmpInst::Predicate VecPred,
                     TTI::TargetCostKind CostKind,
                     TTI::OperandValueInfo Op1Info = {TTI::OK_AnyValue, TTI::OP_None},
                     TTI::OperandValueInfo Op2Info = {TTI::OK_AnyValue, TTI::OP_None},
                     const Instruction *I = nullptr) const override;
  InstructionCost getMemoryOpCost(unsigned Opcode, Type *Src, Align Alignment,
                                  unsigned AddressSpace, TTI::TargetCostKind CostKind,
                                  TTI::OperandValueInfo OpInfo = {TTI::OK_AnyValue, TTI::OP_None},
                                  const Instruction *I = nullptr) const override;
  InstructionCost getMemIntrinsicInstrCost(const MemIntrinsicCostAttributes &MICA,
                                           TTI::TargetCostKind CostKind) const override;
  InstructionCost getInterleavedMemoryOpCost(unsigned Opcode, Type *VecTy, unsigned Factor,
                                             ArrayRef<unsigned> Indices, Align Alignment,
                                             unsigned AddressSpace, TTI::TargetCostKind CostKind,
                                             bool UseMaskForCond = false,
                                             bool UseMaskForGaps = false) const override;
  InstructionCost getAddressComputationCost(Type *PtrTy, ScalarEvolution *SE, const SCEV *Ptr,
                                            TTI::TargetCostKind CostKind) const override;
  using BaseT::getVectorInstrCost;
  InstructionCost getVectorInstrCost(unsigned Opcode, Type *Val, TTI::TargetCostKind CostKind,
                                     unsigned Index, const Value *Op0,
                                     const Value *Op1) const override;
  InstructionCost getIndexedVectorInstrCostFromEnd(unsigned Opcode, Type *Val,
                                                   TTI::TargetCostKind CostKind,
                                                   unsigned Index) const override;
  using BaseT::getScalarizationOverhead;
  InstructionCost getScalarizationOverhead(VectorType *Ty, const APInt &DemandedElts, bool Insert,
                                           bool Extract, TTI::TargetCostKind CostKind,
                                           bool ForPoisonSrc = true,
                                           ArrayRef<Value *> VL = {}) const override;
  InstructionCost getShuffleCost(TTI::ShuffleKind Kind, VectorType *DstTy, VectorType *SrcTy,
                                 ArrayRef<int> Mask, TTI::TargetCostKind CostKind, int Index,
                                 VectorType *SubTp, ArrayRef<const Value *> Args = {},
                                 const Instruction *CxtI = nullptr) const override;
  InstructionCost getArithmeticReductionCost(unsigned Opcode, VectorType *Ty,
                                             std::optional<FastMathFlags> FMF,
                                             TTI::TargetCostKind CostKind) const override;
  InstructionCost getMinMaxReductionCost(Intrinsic::ID IID, VectorType *Ty, FastMathFlags FMF,
                                         TTI::TargetCostKind CostKind) const override;
  InstructionCost getExtendedReductionCost(unsigned Opcode, bool IsUnsigned, Type *ResTy,
                                           VectorType *Ty, std::optional<FastMathFlags> FMF,
                                           TTI::TargetCostKind CostKind) const override;
  InstructionCost getIntrinsicInstrCost(const IntrinsicCostAttributes &ICA,
                                        TTI::TargetCostKind CostKind) const override;

private:
  // A vector type in registers: as many of 64 bytes, in groups of eight at most, which
  // are as many operations.
  struct VectorShape {
    unsigned Elements, ElementBits, Registers, Parts;
  };
  std::optional<VectorShape> getVectorShape(Type *Ty) const;
  bool isVectorElement(Type *Ty) const;
  bool isLegalVectorAccess(Type *Ty, Align Alignment) const;
  bool isVectorLoop(const Loop *L) const;
};
} // namespace llvm

#endif
