//===-- MTIAISelLowering.h - From IR's operations to the target's -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAISELLOWERING_H
#define LLVM_LIB_TARGET_MTIA_MTIAISELLOWERING_H

#include "llvm/CodeGen/CallingConvLower.h"
#include "llvm/CodeGen/SelectionDAG.h"
#include "llvm/CodeGen/TargetLowering.h"

namespace llvm {
class MTIASubtarget;

class MTIATargetLowering : public TargetLowering {
  const MTIASubtarget &Subtarget;

public:
  MTIATargetLowering(const TargetMachine &TM, const MTIASubtarget &STI);

  // What is cheap, what is legal.
  bool isLegalAddressingMode(const DataLayout &DL, const AddrMode &AM, Type *Ty, unsigned AS,
                             Instruction *I = nullptr) const override;
  bool allowsMisalignedMemoryAccesses(EVT VT, unsigned AddrSpace, Align Alignment,
                                      MachineMemOperand::Flags Flags,
                                      unsigned *Fast) const override;
  bool isLegalICmpImmediate(int64_t Imm) const override;
  bool isLegalAddImmediate(int64_t Imm) const override;
  bool isTruncateFree(Type *SrcTy, Type *DstTy) const override;
  bool isTruncateFree(EVT SrcVT, EVT DstVT) const override;
  bool isTruncateFree(SDValue Val, EVT VT2) const override;
  bool isZExtFree(SDValue Val, EVT VT2) const override;
  bool isSExtCheaperThanZExt(EVT SrcVT, EVT DstVT) const override;
  bool signExtendConstant(const ConstantInt *CI) const override;
  bool isOffsetFoldingLegal(const GlobalAddressSDNode *GA) const override { return false; }
  bool decomposeMulByConstant(LLVMContext &Context, EVT VT, SDValue C) const override;
  bool isMulAddWithConstProfitable(SDValue AddNode, SDValue ConstNode) const override;
  bool isDesirableToCommuteWithShift(const SDNode *N, CombineLevel Level) const override;
  bool shouldExpandGetVectorLength(EVT CountVT, unsigned VF, bool IsScalable) const override;
  bool shouldConvertConstantLoadToIntImm(const APInt &Imm, Type *Ty) const override { return true; }
  bool convertSelectOfConstantsToMath(EVT VT) const override { return true; }
  bool preferZeroCompareBranch() const override { return true; }
  bool shouldSignExtendTypeInLibCall(Type *Ty, bool IsSigned) const override;
  bool shouldExtendTypeInLibCall(EVT Type) const override;
  bool hasInlineStackProbe(const MachineFunction &MF) const override { return false; }
  bool isIntDivCheap(EVT VT, AttributeList Attr) const override;

  /// Offsets of an aggregate that are out of reach share one base.
  bool shouldConsiderGEPOffsetSplit() const override { return true; }
  bool convertSetCCLogicToBitwiseLogic(EVT VT) const override { return VT.isScalarInteger(); }
  bool shouldNormalizeToSelectSequence(LLVMContext &Context, EVT VT) const override {
    return false;
  }
  bool isMultiStoresCheaperThanBitsMerge(EVT LTy, EVT HTy) const override {
    return LTy.isFloatingPoint() != HTy.isFloatingPoint();
  }
  bool shouldFormOverflowOp(unsigned Opcode, EVT VT, bool MathUsed) const override {
    return VT != MVT::i8 && VT != MVT::i16 &&
           TargetLowering::shouldFormOverflowOp(Opcode, VT, MathUsed);
  }
  ShiftLegalizationStrategy preferredShiftLegalizationStrategy(SelectionDAG &DAG, SDNode *N,
                                                               unsigned Factor) const override;
  unsigned combineRepeatedFPDivisors() const override { return 2; }

  // Zb* and Zicond: MTIAISelLoweringZb.cpp.
  bool shouldFoldSelectWithSingleBitTest(EVT VT, const APInt &AndMask) const override;
  bool isCtpopFast(EVT VT) const override;
  bool shouldTransformSignedTruncationCheck(EVT XVT, unsigned KeptBits) const override;
  bool isCheapToSpeculateCttz(Type *Ty) const override;
  bool isCheapToSpeculateCtlz(Type *Ty) const override;
  bool hasAndNotCompare(SDValue Y) const override;
  bool hasAndNot(SDValue Y) const override;
  bool hasBitTest(SDValue X, SDValue Y) const override;
  bool isMaskAndCmp0FoldingBeneficial(const Instruction &AndI) const override;
  bool shouldProduceAndByConstByHoistingConstFromShiftsLHSOfAnd(SDValue X, ConstantSDNode *XC,
                                                                ConstantSDNode *CC, SDValue Y,
                                                                unsigned OldShiftOpcode,
                                                                unsigned NewShiftOpcode,
                                                                SelectionDAG &DAG) const override;
  void computeKnownBitsForTargetNode(const SDValue Op, KnownBits &Known, const APInt &DemandedElts,
                                     const SelectionDAG &DAG, unsigned Depth) const override;
  bool targetShrinkDemandedConstant(SDValue Op, const APInt &DemandedBits,
                                    const APInt &DemandedElts,
                                    TargetLoweringOpt &TLO) const override;
  unsigned ComputeNumSignBitsForTargetNode(SDValue Op, const APInt &DemandedElts,
                                           const SelectionDAG &DAG, unsigned Depth) const override;
  EVT getSetCCResultType(const DataLayout &DL, LLVMContext &Context, EVT VT) const override;
  Register getExceptionPointerRegister(const Constant *PersonalityFn) const override;
  Register getExceptionSelectorRegister(const Constant *PersonalityFn) const override;
  unsigned getJumpTableEncoding() const override;
  const MCExpr *LowerCustomJumpTableEntry(const MachineJumpTableInfo *MJTI,
                                          const MachineBasicBlock *MBB, unsigned UId,
                                          MCContext &Ctx) const override;

  const MCPhysReg *getScratchRegisters(CallingConv::ID CC) const override;
  Value *getIRStackGuard(IRBuilderBase &IRB) const override;
  void insertSSPDeclarations(Module &M) const override;

  // Atomic operations: MTIAISelLoweringAtomics.cpp.
  ISD::NodeType getExtendForAtomicOps() const override { return ISD::SIGN_EXTEND; }
  ISD::NodeType getExtendForAtomicCmpSwapArg() const override { return ISD::SIGN_EXTEND; }
  bool shouldInsertFencesForAtomic(const Instruction *I) const override;
  bool shouldInsertTrailingSeqCstFenceForAtomicStore(const Instruction *I) const override;
  Instruction *emitLeadingFence(IRBuilderBase &Builder, Instruction *Inst,
                                AtomicOrdering Ord) const override;
  Instruction *emitTrailingFence(IRBuilderBase &Builder, Instruction *Inst,
                                 AtomicOrdering Ord) const override;
  AtomicExpansionKind shouldExpandAtomicRMWInIR(AtomicRMWInst *AI) const override;
  AtomicExpansionKind shouldExpandAtomicCmpXchgInIR(AtomicCmpXchgInst *CI) const override;
  Value *emitMaskedAtomicRMWIntrinsic(IRBuilderBase &Builder, AtomicRMWInst *AI, Value *AlignedAddr,
                                      Value *Incr, Value *Mask, Value *ShiftAmt,
                                      AtomicOrdering Ord) const override;
  Value *emitMaskedAtomicCmpXchgIntrinsic(IRBuilderBase &Builder, AtomicCmpXchgInst *CI,
                                          Value *AlignedAddr, Value *CmpVal, Value *NewVal,
                                          Value *Mask, AtomicOrdering Ord) const override;
  bool getTgtMemIntrinsic(IntrinsicInfo &Info, const CallBase &I, MachineFunction &MF,
                          unsigned Intrinsic) const override;

  // Floating point: MTIAISelLoweringFP.cpp.
  bool isFMAFasterThanFMulAndFAdd(const MachineFunction &MF, EVT VT) const override;
  bool isFPImmLegal(const APFloat &Imm, EVT VT, bool ForCodeSize) const override;
  bool softPromoteHalfType() const override { return true; }
  MVT getRegisterTypeForCallingConv(LLVMContext &Context, CallingConv::ID CC,
                                    EVT VT) const override;
  unsigned getNumRegistersForCallingConv(LLVMContext &Context, CallingConv::ID CC,
                                         EVT VT) const override;
  bool splitValueIntoRegisterParts(SelectionDAG &DAG, const SDLoc &DL, SDValue Val, SDValue *Parts,
                                   unsigned NumParts, MVT PartVT,
                                   std::optional<CallingConv::ID> CC) const override;
  SDValue joinRegisterPartsIntoValue(SelectionDAG &DAG, const SDLoc &DL, const SDValue *Parts,
                                     unsigned NumParts, MVT PartVT, EVT ValueVT,
                                     std::optional<CallingConv::ID> CC) const override;

  // Operations.
  SDValue LowerOperation(SDValue Op, SelectionDAG &DAG) const override;
  void ReplaceNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results,
                          SelectionDAG &DAG) const override;
  SDValue PerformDAGCombine(SDNode *N, DAGCombinerInfo &DCI) const override;
  MachineBasicBlock *EmitInstrWithCustomInserter(MachineInstr &MI,
                                                 MachineBasicBlock *BB) const override;

  // Inline assembly.
  ConstraintType getConstraintType(StringRef Constraint) const override;
  InlineAsm::ConstraintCode getInlineAsmMemConstraint(StringRef ConstraintCode) const override;
  std::pair<unsigned, const TargetRegisterClass *>
  getRegForInlineAsmConstraint(const TargetRegisterInfo *TRI, StringRef Constraint,
                               MVT VT) const override;
  void LowerAsmOperandForConstraint(SDValue Op, StringRef Constraint, std::vector<SDValue> &Ops,
                                    SelectionDAG &DAG) const override;
  Register getRegisterByName(const char *RegName, LLT VT, const MachineFunction &MF) const override;

  // Calls: MTIACallLowering.cpp.
  SDValue LowerFormalArguments(SDValue Chain, CallingConv::ID CallConv, bool IsVarArg,
                               const SmallVectorImpl<ISD::InputArg> &Ins, const SDLoc &DL,
                               SelectionDAG &DAG, SmallVectorImpl<SDValue> &InVals) const override;
  bool CanLowerReturn(CallingConv::ID CallConv, MachineFunction &MF, bool IsVarArg,
                      const SmallVectorImpl<ISD::OutputArg> &Outs, LLVMContext &Context,
                      const Type *RetTy) const override;
  SDValue LowerReturn(SDValue Chain, CallingConv::ID CallConv, bool IsVarArg,
                      const SmallVectorImpl<ISD::OutputArg> &Outs,
                      const SmallVectorImpl<SDValue> &OutVals, const SDLoc &DL,
                      SelectionDAG &DAG) const override;
  SDValue LowerCall(TargetLowering::CallLoweringInfo &CLI,
                    SmallVectorImpl<SDValue> &InVals) const override;
  bool isUsedByReturnOnly(SDNode *N, SDValue &Chain) const override;
  bool mayBeEmittedAsTailCall(const CallInst *CI) const override;

  // Vectors: MTIAISelLoweringV.cpp.
  bool isLegalVectorType(EVT VT) const;
  MVT getVPExplicitVectorLengthTy() const override { return MVT::i64; }
  void finalizeLowering(MachineFunction &MF) const override;

  bool shouldFoldSelectWithIdentityConstant(unsigned BinOpcode, EVT VT, unsigned Select, SDValue X,
                                            SDValue Y) const override;

  // Segment loads and stores: MTIAISelLoweringVInterleave.cpp.
  unsigned getMaxSupportedInterleaveFactor() const override { return 8; }
  bool lowerInterleavedLoad(Instruction *Load, Value *Mask, ArrayRef<ShuffleVectorInst *> Shuffles,
                            ArrayRef<unsigned> Indices, unsigned Factor,
                            const APInt &GapMask) const override;
  bool lowerInterleavedStore(Instruction *Store, Value *Mask, ShuffleVectorInst *Shuffle,
                             unsigned Factor, const APInt &GapMask) const override;
  bool lowerDeinterleaveIntrinsicToLoad(Instruction *Load, Value *Mask,
                                        IntrinsicInst *DI) const override;
  bool lowerInterleaveIntrinsicToStore(Instruction *Store, Value *Mask,
                                       ArrayRef<Value *> Values) const override;
  bool isShuffleMaskLegal(ArrayRef<int> Mask, EVT VT) const override;
  void AdjustInstrPostInstrSelection(MachineInstr &MI, SDNode *Node) const override;
  /// Hooks of lowering, in files of their own; what they return nothing for is expanded.
  SDValue lowerBuildVector(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorShuffle(SDValue Op, SelectionDAG &DAG) const;
  /// Everything else that moves elements: insertions, extractions, gathers, ...
  SDValue lowerVectorPermute(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerReduction(SDValue Op, SelectionDAG &DAG) const;

private:
  void addVectorRegisterClasses();
  void setVectorActions();
  void setMaskActions(MVT VT);
  void setIntVectorActions(MVT VT);
  void setFPVectorActions(MVT VT);
  /// Whether a vector, or what stands for its length, is among results and operands.
  static bool isVectorOperation(SDValue Op);
  // Tuples: MTIAISelLoweringVTuple.cpp.
  void addVectorTupleClasses();
  SDValue lowerTupleLoad(LoadSDNode *Load, SelectionDAG &DAG) const;
  SDValue lowerTupleStore(StoreSDNode *Store, SelectionDAG &DAG) const;
  // Inline assembly: MTIAISelLoweringVTuple.cpp.
  bool isOtherVectorType(EVT A, EVT B) const;
  SDValue changeVectorType(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue V) const;
  static bool isVectorConstraint(StringRef Constraint);
  std::pair<unsigned, const TargetRegisterClass *> getVectorRegForInlineAsm(StringRef Constraint,
                                                                            MVT VT) const;
  // llvm.riscv.v*: MTIAISelLoweringVIntrinsics.cpp.
  void setVectorIntrinsicActions();
  static bool isVectorIntrinsic(SDValue Op);
  SDValue lowerVectorIntrinsic(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorConfiguration(SDValue Op, SelectionDAG &DAG) const;
  bool replaceVectorIntrinsic(SDNode *N, SmallVectorImpl<SDValue> &Results,
                              SelectionDAG &DAG) const;
  void computeKnownBitsOfVectorIntrinsic(SDValue Op, KnownBits &Known) const;
  unsigned getSignBitsOfVectorIntrinsic(SDValue Op) const;
  bool getVectorIntrinsicMemory(IntrinsicInfo &Info, const CallBase &I, unsigned ID) const;
  // Combines: MTIAISelLoweringVCombine.cpp.
  void setVectorCombines();
  SDValue performVectorCombine(SDNode *N, DAGCombinerInfo &DCI) const;
  SDValue lowerMaskArithmetic(SDValue Op, SelectionDAG &DAG) const;
  bool mustSplit(SDValue Op) const;
  SDValue lowerVectorMinimum(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorFPClass(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorSign(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerPermutation(SDValue Op, SelectionDAG &DAG) const;
  bool replaceVectorResults(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const;
  SDValue lowerVectorOperation(SDValue Op, SelectionDAG &DAG) const;
  // Moves of elements: MTIAISelLoweringVParts.cpp says which file has which.
  void setVectorPartActions(MVT VT);
  SDValue lowerInsertElement(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerExtractElement(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerInsertSubvector(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerExtractSubvector(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerConcatVectors(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerScalarToVector(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorReverse(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorSplice(SDValue Op, SelectionDAG &DAG) const;
  EVT getPairType(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorInterleave(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorDeinterleave(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVectorCompress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerCountTrailingElements(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerExpandingLoad(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerCompressingStore(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerStridedLoad(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerStridedStore(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerGather(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerScatter(SDValue Op, SelectionDAG &DAG) const;

  void setAtomicActions();
  void setBitActions();

  SDValue lowerSelectZicond(SDValue Op, SelectionDAG &DAG) const;
  SDValue performSELECTCombine(SDNode *N, SelectionDAG &DAG) const;
  SDValue performLogicCombine(SDNode *N, DAGCombinerInfo &DCI, SelectionDAG &DAG) const;
  SDValue performCZEROCombine(SDNode *N, SelectionDAG &DAG) const;
  SDValue performBitTestCombine(SDNode *N, SelectionDAG &DAG) const;
  SDValue performMULCombine(SDNode *N, DAGCombinerInfo &DCI, SelectionDAG &DAG) const;
  bool replaceBitResults(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const;

  void addFPRegisterClasses();
  void setFPActions();
  void setFPActions(MVT VT);
  void setFPMoveActions(MVT VT);
  void setFPLibraryActions(MVT VT);
  SDValue lowerBITCAST(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFPToIntSat(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFRound(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFMinimumFMaximum(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFP16Conversion(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFPToBF16(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerRoundToBF16(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerIS_FPCLASS(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFPEnvironment(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFPOperation(SDValue Op, SelectionDAG &DAG) const;
  bool replaceFPNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) const;
  SDValue performFPCombine(SDNode *N, DAGCombinerInfo &DCI) const;
  MachineBasicBlock *emitFPPseudo(MachineInstr &MI, MachineBasicBlock *BB) const;
  bool isHalfRegisterType(MVT VT) const;
  const TargetRegisterClass *getFPRegClass(MVT VT) const;
  std::pair<unsigned, const TargetRegisterClass *> getFPRegByName(StringRef Name, MVT VT) const;

  SDValue lowerGlobalAddress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerGlobalTLSAddress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerBlockAddress(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerConstantPool(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerJumpTable(SDValue Op, SelectionDAG &DAG) const;
  /// The address of a function that may be out of a call's reach.
  SDValue getLargeCallee(SDValue Callee, const SDLoc &DL, SelectionDAG &DAG) const;
  SDValue lowerSELECT(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerBRCOND(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerVASTART(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerFRAMEADDR(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerRETURNADDR(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerShiftLeftParts(SDValue Op, SelectionDAG &DAG) const;
  SDValue lowerShiftRightParts(SDValue Op, SelectionDAG &DAG, bool IsSRA) const;
  SDValue lowerConstant(SDValue Op, SelectionDAG &DAG) const;

  template <class NodeTy>
  SDValue getAddr(NodeTy *N, SelectionDAG &DAG, bool IsLocal = true,
                  bool IsExternWeak = false) const;

  bool isEligibleForTailCallOptimization(CCState &CCInfo, CallLoweringInfo &CLI,
                                         MachineFunction &MF,
                                         const SmallVectorImpl<CCValAssign> &ArgLocs) const;
};
} // namespace llvm

#endif
