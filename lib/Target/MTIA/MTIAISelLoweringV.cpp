//===-- MTIAISelLoweringV.cpp - Vector operations -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Which vector types and operations are legal, and the lowering of those that aren't
// instructions. Permutations and reductions: MTIAISelLoweringVShuffle.cpp and the like.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLoweringV.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAISelLoweringVParts.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "llvm/CodeGen/MachineFrameInfo.h"

using namespace llvm;

//===----------------------------------------------------------------------===//
// Machine nodes
//===----------------------------------------------------------------------===//

SDValue MTIAV::getUndef(SelectionDAG &DAG, EVT VT) { return DAG.getRegister(Register(), VT); }

SDValue MTIAV::getImplicitDef(SelectionDAG &DAG, const SDLoc &DL, EVT VT) {
  return SDValue(DAG.getMachineNode(TargetOpcode::IMPLICIT_DEF, DL, VT), 0);
}

SDValue MTIAV::getImm(SelectionDAG &DAG, const SDLoc &DL, int64_t Value) {
  return DAG.getSignedTargetConstant(Value, DL, MVT::i64);
}

SDValue MTIAV::getVLMaxOrCount(SelectionDAG &DAG, const SDLoc &DL, EVT VT) {
  return getImm(DAG, DL, MTIAVType::get(VT).getAVL());
}

SDValue MTIAV::getAVL(SelectionDAG &DAG, const SDLoc &DL, SDValue Count, const MTIAVType &T) {
  auto *C = dyn_cast<ConstantSDNode>(Count);
  if (!C)
    return Count;
  uint64_t N = C->getZExtValue();
  return getImm(DAG, DL, N > T.getVLMax() ? -1 : (int64_t)N);
}

EVT MTIAV::getMaskType(SelectionDAG &DAG, EVT VT) {
  return EVT::getVectorVT(*DAG.getContext(), MVT::i1, VT.getVectorElementCount());
}

bool MTIAV::isAllOnesMask(SDValue Mask) {
  if (Mask.isMachineOpcode())
    return Mask.getMachineOpcode() == MTIA::PseudoVMSET_M;
  return ISD::isConstantSplatVectorAllOnes(Mask.getNode());
}

SDValue MTIAV::getSplatScalar(SDValue V) {
  if (V.getOpcode() == ISD::SPLAT_VECTOR)
    return V.getOperand(0);
  return SDValue();
}

std::optional<int64_t> MTIAV::getSplatConstant(SDValue V) {
  SDValue Scalar = getSplatScalar(V);
  if (!Scalar || !V.getValueType().isInteger())
    return std::nullopt;
  auto *C = dyn_cast<ConstantSDNode>(Scalar);
  if (!C)
    return std::nullopt;
  return C->getAPIntValue().trunc(V.getScalarValueSizeInBits()).getSExtValue();
}

static bool isUndefPassthru(SDValue V) {
  if (auto *R = dyn_cast<RegisterSDNode>(V))
    return !R->getReg();
  return V.isUndef() || (V.isMachineOpcode() && V.getMachineOpcode() == TargetOpcode::IMPLICIT_DEF);
}

// Elements as wide as an access of another width has them, in the same registers.
static MTIAVType getMemType(EVT VT, unsigned EEW) {
  MTIAVType T = MTIAVType::get(VT);
  if (T.SEW == EEW || T.IsMask)
    return T;
  unsigned Bytes = T.NumElts * T.SEW / 8;
  MTIAVType M;
  M = T.withSEW(EEW);
  M.NumElts = Bytes * 8 / EEW;
  return M.withSEW(EEW);
}

// The type that vtype is of: that of the operand whose elements have SEW bits.
static MTIAVType getOpType(const MCInstrDesc &D, ArrayRef<EVT> VTs, ArrayRef<SDValue> Ops) {
  using namespace MTIAV;
  unsigned NumDefs = D.getNumDefs();
  if (MemMode Mode = getMemMode(D)) {
    EVT Data = NumDefs ? VTs[0] : Ops[0].getValueType();
    return Mode == MemIndexed || Mode == MemMask ? MTIAVType::get(Data)
                                                 : getMemType(Data, getMemEEW(D));
  }
  auto SourceType = [&](int Idx) { return Ops[Idx - NumDefs].getValueType(); };
  if (getDestKind(D) == KindSEW)
    return MTIAVType::get(VTs[0]);
  if (getVs2Kind(D) == KindSEW)
    return MTIAVType::get(SourceType(getVs2Idx(D)));
  if (getVs1Kind(D) == KindSEW)
    return MTIAVType::get(SourceType(getVs1Idx(D)));
  if (getDestKind(D) == Kind2SEW) {
    MTIAVType T = MTIAVType::get(VTs[0]);
    return T.withSEW(T.SEW / 2);
  }
  if (VTs[0].isVector())
    return MTIAVType::get(VTs[0]);
  return MTIAVType::get(SourceType(getVs2Idx(D)));
}

// The operands behind the sources, and the glue of the mask's copy to v0.
static void addControlOperands(SelectionDAG &DAG, const SDLoc &DL, const MCInstrDesc &D,
                               const MTIAVType &T, const MTIAV::OpInfo &Info,
                               SmallVectorImpl<SDValue> &Ops, SDValue &Glue) {
  using namespace MTIAV;
  bool KeepsOld = hasPassthru(D) && !isUndefPassthru(Ops[0]);
  if (hasPassthru(D) && !KeepsOld)
    Ops[0] = getUndef(DAG, Ops[0].getValueType());
  if (hasFRM(D))
    Ops.push_back(getImm(DAG, DL, Info.Round < 0 ? (int)MTIAFPRndMode::DYN : Info.Round));
  else if (hasVXRM(D))
    Ops.push_back(getImm(DAG, DL, std::max(Info.Round, 0)));

  bool Masked = Info.Mask && (isCarry(D) || !isAllOnesMask(Info.Mask));
  if (hasVM(D)) {
    if (Masked) {
      SDValue Copy = DAG.getCopyToReg(DAG.getEntryNode(), DL, MTIA::V0, Info.Mask, SDValue());
      Glue = Copy.getValue(1);
      Ops.push_back(DAG.getRegister(MTIA::V0, Info.Mask.getValueType()));
    } else {
      Ops.push_back(DAG.getRegister(Register(), MVT::nxv1i1));
    }
  }
  Ops.push_back(Info.AVL ? getAVL(DAG, DL, Info.AVL, T) : getImm(DAG, DL, T.getAVL()));
  int Policy = Info.Policy;
  if (Policy < 0) {
    Policy = MTIAVType::TailAgnostic | MTIAVType::MaskAgnostic;
    if (KeepsOld && Info.AVL)
      Policy &= ~MTIAVType::TailAgnostic;
    if (KeepsOld && Masked && !isCarry(D))
      Policy &= ~MTIAVType::MaskAgnostic;
  }
  Ops.push_back(getImm(DAG, DL, T.getVTypeI(Policy)));
}

SDValue MTIAV::getOp(SelectionDAG &DAG, const SDLoc &DL, EVT VT, unsigned Opc,
                     ArrayRef<SDValue> Ops, const OpInfo &Info) {
  const MCInstrDesc &D = DAG.getSubtarget().getInstrInfo()->get(Opc);
  assert(isPseudo(D) && "Not an instruction of MTIAInstrInfoVPseudos.td");
  MTIAVType T = Info.Type ? *Info.Type : getOpType(D, VT, Ops);
  SmallVector<SDValue, 8> AllOps(Ops);
  SDValue Glue;
  addControlOperands(DAG, DL, D, T, Info, AllOps, Glue);
  if (Glue)
    AllOps.push_back(Glue);
  MachineSDNode *N = DAG.getMachineNode(Opc, DL, VT, AllOps);
  if (Info.NoFPExcept && D.mayRaiseFPException()) {
    SDNodeFlags Flags = N->getFlags();
    Flags.setNoFPExcept(true);
    N->setFlags(Flags);
  }
  return SDValue(N, 0);
}

MachineSDNode *MTIAV::getChainedOp(SelectionDAG &DAG, const SDLoc &DL, ArrayRef<EVT> VTs,
                                   unsigned Opc, SDValue Chain, ArrayRef<SDValue> Ops,
                                   const OpInfo &Info, MachineMemOperand *MMO) {
  const MCInstrDesc &D = DAG.getSubtarget().getInstrInfo()->get(Opc);
  assert(isPseudo(D) && "Not an instruction of MTIAInstrInfoVPseudos.td");
  MTIAVType T = Info.Type ? *Info.Type : getOpType(D, VTs, Ops);
  SmallVector<SDValue, 8> AllOps(Ops);
  SDValue Glue;
  addControlOperands(DAG, DL, D, T, Info, AllOps, Glue);
  AllOps.push_back(Chain);
  if (Glue)
    AllOps.push_back(Glue);
  SmallVector<EVT, 3> Results(VTs);
  Results.push_back(MVT::Other);
  MachineSDNode *N = DAG.getMachineNode(Opc, DL, DAG.getVTList(Results), AllOps);
  if (MMO)
    DAG.setNodeMemRefs(N, {MMO});
  if (Info.NoFPExcept && D.mayRaiseFPException()) {
    SDNodeFlags Flags = N->getFlags();
    Flags.setNoFPExcept(true);
    N->setFlags(Flags);
  }
  return N;
}

SDValue MTIAV::getSplat(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue Scalar, SDValue AVL) {
  SDValue Undef = getUndef(DAG, VT);
  if (Scalar.getValueType().isFloatingPoint()) {
    auto *C = dyn_cast<ConstantFPSDNode>(Scalar);
    if (C && C->getValueAPF().isPosZero())
      return getOp(DAG, DL, VT, MTIA::PseudoVMV_V_I, {Undef, getImm(DAG, DL, 0)}, SDValue(), AVL);
    return getOp(DAG, DL, VT, MTIA::PseudoVFMV_V_F, {Undef, Scalar}, SDValue(), AVL);
  }
  if (auto *C = dyn_cast<ConstantSDNode>(Scalar)) {
    unsigned Bits = std::min<unsigned>(VT.getScalarSizeInBits(), 64);
    int64_t Value = C->getAPIntValue().trunc(Bits).getSExtValue();
    if (isInt<5>(Value))
      return getOp(DAG, DL, VT, MTIA::PseudoVMV_V_I, {Undef, getImm(DAG, DL, Value)}, SDValue(),
                   AVL);
  }
  return getOp(DAG, DL, VT, MTIA::PseudoVMV_V_X, {Undef, Scalar}, SDValue(), AVL);
}

SDValue MTIAV::getSplat(SelectionDAG &DAG, const SDLoc &DL, EVT VT, int64_t Value, SDValue AVL) {
  return getSplat(DAG, DL, VT, DAG.getSignedConstant(Value, DL, MVT::i64), AVL);
}

SDValue MTIAV::getAllOnesMask(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT) {
  return getOp(DAG, DL, MaskVT, MTIA::PseudoVMSET_M, {});
}

//===----------------------------------------------------------------------===//
// Legal types
//===----------------------------------------------------------------------===//

static bool isLegalElement(const MTIASubtarget &STI, MVT Elt) {
  switch (Elt.SimpleTy) {
  case MVT::i1:
  case MVT::i8:
  case MVT::i16:
  case MVT::i32:
    return true;
  case MVT::i64:
    return STI.hasVInstructionsI64();
  case MVT::f16:
    return STI.hasVInstructionsF16Minimal();
  case MVT::bf16:
    return STI.hasVInstructionsBF16Minimal();
  case MVT::f32:
    return STI.hasVInstructionsF32();
  case MVT::f64:
    return STI.hasVInstructionsF64();
  default:
    return false;
  }
}

bool MTIATargetLowering::isLegalVectorType(EVT VT) const {
  return VT.isSimple() && VT.isVector() && Subtarget.hasVInstructions() &&
         isLegalElement(Subtarget, VT.getSimpleVT().getVectorElementType()) && MTIAVType::fits(VT);
}

void MTIATargetLowering::addVectorRegisterClasses() {
  if (!Subtarget.hasVInstructions())
    return;
  for (MVT VT : MVT::vector_valuetypes())
    if (isLegalVectorType(VT))
      addRegisterClass(
          VT, Subtarget.getRegisterInfo()->getRegClass(MTIAVType::get(VT).getRegClassID()));
}

//===----------------------------------------------------------------------===//
// Legal operations
//===----------------------------------------------------------------------===//

// Operations with a mask and a length that selection has for integers, ...
static const unsigned IntVPOps[] = {
    ISD::VP_ADD,        ISD::VP_SUB,         ISD::VP_MUL,        ISD::VP_SDIV,
    ISD::VP_UDIV,       ISD::VP_SREM,        ISD::VP_UREM,       ISD::VP_AND,
    ISD::VP_OR,         ISD::VP_XOR,         ISD::VP_SHL,        ISD::VP_SRL,
    ISD::VP_SRA,        ISD::VP_SMIN,        ISD::VP_SMAX,       ISD::VP_UMIN,
    ISD::VP_UMAX,       ISD::VP_ABS,         ISD::VP_SADDSAT,    ISD::VP_UADDSAT,
    ISD::VP_SSUBSAT,    ISD::VP_USUBSAT,     ISD::VP_SETCC,      ISD::VP_SELECT,
    ISD::VP_MERGE,      ISD::VP_SIGN_EXTEND, ISD::VP_TRUNCATE,   ISD::VP_ZERO_EXTEND,
    ISD::VP_LRINT,      ISD::VP_FP_TO_SINT,  ISD::VP_FP_TO_UINT, ISD::VP_LLRINT,
    ISD::VP_SINT_TO_FP, ISD::VP_UINT_TO_FP};
// ... for masks, ...
static const unsigned MaskVPOps[] = {ISD::VP_AND,        ISD::VP_OR,         ISD::VP_XOR,
                                     ISD::VP_SELECT,     ISD::VP_SETCC,      ISD::VP_TRUNCATE,
                                     ISD::VP_FP_TO_SINT, ISD::VP_FP_TO_UINT, ISD::VP_SINT_TO_FP,
                                     ISD::VP_UINT_TO_FP};
// ... for floating-point numbers of any kind, ...
static const unsigned MoveVPOps[] = {ISD::VP_SELECT,     ISD::VP_MERGE,      ISD::VP_FP_EXTEND,
                                     ISD::VP_FP_ROUND,   ISD::VP_SINT_TO_FP, ISD::VP_UINT_TO_FP,
                                     ISD::VP_FP_TO_SINT, ISD::VP_FP_TO_UINT, ISD::VP_LRINT,
                                     ISD::VP_LLRINT};
// ... and for those that have arithmetic.
static const unsigned FPVPOps[] = {
    ISD::VP_FADD,    ISD::VP_FSUB,  ISD::VP_FMUL,         ISD::VP_FDIV,      ISD::VP_FNEG,
    ISD::VP_FABS,    ISD::VP_SQRT,  ISD::VP_FMA,          ISD::VP_FCOPYSIGN, ISD::VP_FMINNUM,
    ISD::VP_FMAXNUM, ISD::VP_FCEIL, ISD::VP_FFLOOR,       ISD::VP_FROUND,    ISD::VP_FROUNDEVEN,
    ISD::VP_FRINT,   ISD::VP_SETCC, ISD::VP_FROUNDTOZERO, ISD::VP_FNEARBYINT};

// What moves elements, and how they are made: lowered in the files of permutations.
static const unsigned PermuteOps[] = {ISD::BUILD_VECTOR,
                                      ISD::VECTOR_SHUFFLE,
                                      ISD::INSERT_VECTOR_ELT,
                                      ISD::CONCAT_VECTORS,
                                      ISD::EXTRACT_VECTOR_ELT,
                                      ISD::INSERT_SUBVECTOR,
                                      ISD::VECTOR_REVERSE,
                                      ISD::EXTRACT_SUBVECTOR,
                                      ISD::VECTOR_SPLICE_LEFT,
                                      ISD::VECTOR_COMPRESS,
                                      ISD::VECTOR_INTERLEAVE,
                                      ISD::VECTOR_DEINTERLEAVE,
                                      ISD::MGATHER,
                                      ISD::MSCATTER,
                                      ISD::STEP_VECTOR,
                                      ISD::VECTOR_SPLICE_RIGHT};
static const unsigned ReductionOps[] = {
    ISD::VECREDUCE_ADD,      ISD::VECREDUCE_MUL,      ISD::VECREDUCE_AND,
    ISD::VECREDUCE_OR,       ISD::VECREDUCE_XOR,      ISD::VECREDUCE_SMAX,
    ISD::VECREDUCE_SMIN,     ISD::VECREDUCE_UMAX,     ISD::VECREDUCE_UMIN,
    ISD::VECREDUCE_FADD,     ISD::VECREDUCE_FMUL,     ISD::VECREDUCE_FMAX,
    ISD::VECREDUCE_FMIN,     ISD::VECREDUCE_FMAXIMUM, ISD::VECREDUCE_FMINIMUM,
    ISD::VECREDUCE_SEQ_FADD, ISD::VECREDUCE_SEQ_FMUL};

void MTIATargetLowering::setVectorActions() {
  if (!Subtarget.hasVInstructions())
    return;
  setVectorCombines();
  setBooleanVectorContents(ZeroOrOneBooleanContent);
  setOperationAction(ISD::VSCALE, MVT::i64, Custom);
  setTargetDAGCombine(ISD::SPLAT_VECTOR);
  // Between vectors and scalars that aren't legal: in the type legaliser.
  setOperationAction(ISD::BITCAST, {MVT::i8, MVT::i16, MVT::i32}, Custom);
  for (MVT Half : {MVT::bf16, MVT::f16})
    if (!isTypeLegal(Half))
      setOperationAction({ISD::BUILD_VECTOR, ISD::SPLAT_VECTOR, ISD::INSERT_VECTOR_ELT}, Half,
                         Custom);

  for (MVT VT : MVT::vector_valuetypes()) {
    if (!isLegalVectorType(VT))
      continue;
    // What isn't named below is expanded.
    for (unsigned Op = 0; Op != ISD::BUILTIN_OP_END; ++Op)
      setOperationAction(Op, VT, Expand);
    // An operation with a mask and a length is done on all elements where selection has no
    // better idea: lowerVectorOperation.
    for (unsigned Op = 0; Op != ISD::BUILTIN_OP_END; ++Op)
      if (ISD::isVPOpcode(Op))
        setOperationAction(Op, VT, Custom);
    for (MVT Other : MVT::vector_valuetypes()) {
      setTruncStoreAction(VT, Other, Expand);
      setLoadExtAction({ISD::EXTLOAD, ISD::SEXTLOAD, ISD::ZEXTLOAD}, VT, Other, Expand);
    }
    setOperationAction({ISD::UNDEF, ISD::POISON, ISD::FREEZE, ISD::BITCAST, ISD::CopyFromReg,
                        ISD::CopyToReg, ISD::LOAD, ISD::STORE, ISD::SPLAT_VECTOR, ISD::VSELECT,
                        ISD::MERGE_VALUES},
                       VT, Legal);
    setOperationAction(ISD::SELECT, VT, Custom);
    setOperationAction({ISD::MLOAD, ISD::MSTORE, ISD::VP_LOAD, ISD::VP_STORE}, VT, Custom);
    setOperationAction(PermuteOps, VT, Custom);
    setOperationAction(ReductionOps, VT, Custom);
    // Conversions are asked about the one or the other type.
    setOperationAction({ISD::SINT_TO_FP, ISD::UINT_TO_FP, ISD::FP_TO_SINT, ISD::FP_TO_UINT}, VT,
                       Custom);
    setOperationAction({ISD::STRICT_SINT_TO_FP, ISD::STRICT_UINT_TO_FP, ISD::STRICT_FP_TO_SINT,
                        ISD::STRICT_FP_TO_UINT},
                       VT, Legal);
    if (VT.getVectorElementType() == MVT::i1)
      setMaskActions(VT);
    else if (VT.isInteger())
      setIntVectorActions(VT);
    else
      setFPVectorActions(VT);
    setVectorPartActions(VT);
    setOperationAction({ISD::VP_SINT_TO_FP, ISD::VP_UINT_TO_FP, ISD::VP_FP_TO_SINT,
                        ISD::VP_FP_TO_UINT, ISD::VP_LRINT, ISD::VP_LLRINT},
                       VT, Custom);
  }
}

void MTIATargetLowering::setMaskActions(MVT VT) {
  setOperationAction({ISD::AND, ISD::OR, ISD::XOR, ISD::SETCC, ISD::TRUNCATE}, VT, Legal);
  setOperationAction({ISD::ADD, ISD::SUB, ISD::MUL, ISD::SMIN, ISD::SMAX, ISD::UMIN, ISD::UMAX,
                      ISD::SADDSAT, ISD::UADDSAT, ISD::SSUBSAT, ISD::USUBSAT, ISD::SPLAT_VECTOR},
                     VT, Custom);
  setOperationAction(MaskVPOps, VT, Legal);
}

void MTIATargetLowering::setIntVectorActions(MVT VT) {
  setOperationAction({ISD::ADD,         ISD::SUB,        ISD::AND,       ISD::OR,
                      ISD::XOR,         ISD::MUL,        ISD::SDIV,      ISD::UDIV,
                      ISD::SREM,        ISD::UREM,       ISD::SHL,       ISD::SRL,
                      ISD::SRA,         ISD::SMIN,       ISD::SMAX,      ISD::UMIN,
                      ISD::UMAX,        ISD::SADDSAT,    ISD::UADDSAT,   ISD::SSUBSAT,
                      ISD::USUBSAT,     ISD::AVGFLOORS,  ISD::AVGFLOORU, ISD::AVGCEILS,
                      ISD::AVGCEILU,    ISD::ABS,        ISD::SETCC,     ISD::SIGN_EXTEND,
                      ISD::ZERO_EXTEND, ISD::ANY_EXTEND, ISD::TRUNCATE},
                     VT, Legal);
  if (VT.getScalarSizeInBits() < 64 || Subtarget.hasVInstructionsFullMultiply())
    setOperationAction({ISD::MULHS, ISD::MULHU}, VT, Legal);
  if (Subtarget.hasStdExtZvkb()) {
    setOperationAction({ISD::ROTL, ISD::ROTR}, VT, Legal);
    if (VT.getScalarSizeInBits() > 8)
      setOperationAction(ISD::BSWAP, VT, Legal);
  }
  if (Subtarget.hasStdExtZvbb())
    setOperationAction({ISD::BITREVERSE, ISD::CTPOP, ISD::CTLZ, ISD::CTLZ_ZERO_UNDEF, ISD::CTTZ,
                        ISD::CTTZ_ZERO_UNDEF},
                       VT, Legal);
  if (Subtarget.hasStdExtZvkb() && VT.getScalarSizeInBits() > 8)
    setOperationAction(ISD::VP_BSWAP, VT, Legal);
  if (Subtarget.hasStdExtZvbb())
    setOperationAction({ISD::VP_BITREVERSE, ISD::VP_CTPOP, ISD::VP_CTLZ, ISD::VP_CTLZ_ZERO_UNDEF,
                        ISD::VP_CTTZ, ISD::VP_CTTZ_ZERO_UNDEF},
                       VT, Legal);
  setOperationAction({ISD::LRINT, ISD::LLRINT, ISD::LROUND, ISD::LLROUND}, VT, Legal);
  setOperationAction({ISD::FP_TO_SINT_SAT, ISD::FP_TO_UINT_SAT}, VT, Custom);
  setOperationAction(IntVPOps, VT, Legal);
}

void MTIATargetLowering::setFPVectorActions(MVT VT) {
  MVT Elt = VT.getVectorElementType();
  setOperationAction({ISD::FP_EXTEND, ISD::FP_ROUND, ISD::STRICT_FP_EXTEND, ISD::STRICT_FP_ROUND},
                     VT, Legal);
  setOperationAction({ISD::LRINT, ISD::LLRINT, ISD::LROUND, ISD::LLROUND}, VT, Legal);
  setOperationAction(MoveVPOps, VT, Legal);
  static const unsigned Arithmetic[] = {
      ISD::FADD,         ISD::FSUB,         ISD::FMUL,    ISD::FDIV,        ISD::FSQRT,
      ISD::FMA,          ISD::FMINNUM,      ISD::FMAXNUM, ISD::FMINIMUMNUM, ISD::FMAXIMUMNUM,
      ISD::FMINNUM_IEEE, ISD::FMAXNUM_IEEE, ISD::FTRUNC,  ISD::FRINT,       ISD::FNEARBYINT,
      ISD::FCEIL,        ISD::FFLOOR,       ISD::FROUND,  ISD::FROUNDEVEN,  ISD::SETCC};
  if (Elt == MVT::bf16 || (Elt == MVT::f16 && !Subtarget.hasVInstructionsF16())) {
    // Only conversions: arithmetic is that of singles.
    if (!Subtarget.hasVInstructionsF16())
      setOperationAction(ISD::SPLAT_VECTOR, VT, Custom);
    setOperationAction({ISD::FNEG, ISD::FABS, ISD::FCOPYSIGN}, VT, Custom);
    MVT Single = MVT::getVectorVT(MVT::f32, VT.getVectorElementCount());
    if (!isLegalVectorType(Single)) {
      setOperationAction(Arithmetic, VT, Custom);
      setOperationAction({ISD::FMINIMUM, ISD::FMAXIMUM}, VT, Custom);
      return;
    }
    for (unsigned Op : Arithmetic)
      setOperationPromotedToType(Op, VT, Single);
    setOperationPromotedToType(ISD::FMINIMUM, VT, Single);
    setOperationPromotedToType(ISD::FMAXIMUM, VT, Single);
    return;
  }
  setOperationAction(Arithmetic, VT, Legal);
  // To an integer and back is two instructions; as a truncation, which is right for all numbers,
  // it would be six. What isn't called legal isn't made of them.
  setOperationAction(ISD::FTRUNC, VT, Custom);
  setOperationAction(
      {ISD::FNEG,           ISD::FABS,           ISD::FCOPYSIGN,        ISD::STRICT_FADD,
       ISD::STRICT_FSUB,    ISD::STRICT_FMUL,    ISD::STRICT_FDIV,      ISD::STRICT_FSQRT,
       ISD::STRICT_FMA,     ISD::STRICT_FMINNUM, ISD::STRICT_FMAXNUM,   ISD::STRICT_FSETCC,
       ISD::STRICT_FSETCCS, ISD::STRICT_LRINT,   ISD::STRICT_LLRINT,    ISD::STRICT_LROUND,
       ISD::STRICT_LLROUND, ISD::STRICT_FTRUNC,  ISD::STRICT_FRINT,     ISD::STRICT_FCEIL,
       ISD::STRICT_FFLOOR,  ISD::STRICT_FROUND,  ISD::STRICT_FROUNDEVEN},
      VT, Legal);
  setOperationAction({ISD::FMINIMUM, ISD::FMAXIMUM, ISD::IS_FPCLASS}, VT, Custom);
  setOperationAction(FPVPOps, VT, Legal);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

// Elements of masks are bytes while they are moved.
static SDValue lowerMaskPermute(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  LLVMContext &Context = *DAG.getContext();
  SmallVector<SDValue, 8> Ops;
  for (SDValue V : Op->op_values()) {
    EVT From = V.getValueType();
    if (From.isVector() && From.getVectorElementType() == MVT::i1)
      V = DAG.getNode(ISD::ZERO_EXTEND, DL, From.changeVectorElementType(Context, MVT::i8), V);
    Ops.push_back(V);
  }
  if (Op.getOpcode() == ISD::EXTRACT_VECTOR_ELT)
    return DAG.getNode(Op.getOpcode(), DL, VT, Ops);
  if (Op->getNumValues() != 1)
    return SDValue();
  // Of a scalar, the lowest bit counts.
  if (Op.getOpcode() == ISD::BUILD_VECTOR || Op.getOpcode() == ISD::INSERT_VECTOR_ELT) {
    bool All = Op.getOpcode() == ISD::BUILD_VECTOR;
    for (unsigned I = All ? 0 : 1, E = All ? Ops.size() : 2; I != E; ++I)
      if (!Ops[I].isUndef())
        Ops[I] = DAG.getNode(ISD::AND, DL, Ops[I].getValueType(), Ops[I],
                             DAG.getConstant(1, DL, Ops[I].getValueType()));
  }
  EVT Bytes = VT.changeVectorElementType(Context, MVT::i8);
  SDValue R;
  if (auto *SV = dyn_cast<ShuffleVectorSDNode>(Op))
    R = DAG.getVectorShuffle(Bytes, DL, Ops[0], Ops[1], SV->getMask());
  else
    R = DAG.getNode(Op.getOpcode(), DL, Bytes, Ops);
  return MTIAV::getMaskOfBytes(DAG, DL, VT, R);
}

// A masked access whose elements may not be aligned, as one of bytes.
static SDValue lowerUnalignedAccess(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  auto *Mem = cast<LSBaseSDNode>(Op);
  bool IsLoad = isa<MaskedLoadSDNode>(Mem) || isa<VPLoadSDNode>(Mem);
  SDValue Value = IsLoad ? SDValue() : Op.getOperand(1);
  EVT VT = IsLoad ? Op.getValueType() : Value.getValueType();
  unsigned Size = VT.getScalarSizeInBits() / 8;
  EVT Bytes = EVT::getVectorVT(*DAG.getContext(), MVT::i8, VT.getVectorElementCount() * Size);
  EVT ByteMask = MTIAV::getMaskType(DAG, Bytes);
  auto *VP = dyn_cast<VPBaseLoadStoreSDNode>(Mem);
  SDValue Mask = VP ? VP->getMask() : cast<MaskedLoadStoreSDNode>(Mem)->getMask();
  MTIAV::OpInfo Info;
  if (!MTIAV::isAllOnesMask(Mask)) {
    // Of each element all bytes.
    SDValue Wide = DAG.getNode(ISD::SIGN_EXTEND, DL, VT.changeVectorElementTypeToInteger(), Mask);
    Info.Mask = MTIAV::getMaskOfBytes(DAG, DL, ByteMask, DAG.getBitcast(Bytes, Wide));
  }
  if (VP)
    Info.AVL = DAG.getNode(ISD::MUL, DL, MVT::i64, VP->getVectorLength(),
                           DAG.getConstant(Size, DL, MVT::i64));
  if (IsLoad) {
    SDValue Passthru = MTIAV::getUndef(DAG, Bytes);
    if (auto *M = dyn_cast<MaskedLoadSDNode>(Mem); M && !M->getPassThru().isUndef())
      Passthru = DAG.getBitcast(Bytes, M->getPassThru());
    MachineSDNode *N =
        MTIAV::getChainedOp(DAG, DL, Bytes, MTIA::PseudoVLE8_V, Mem->getChain(),
                            {Passthru, Mem->getBasePtr()}, Info, Mem->getMemOperand());
    return DAG.getMergeValues({DAG.getBitcast(VT, SDValue(N, 0)), SDValue(N, 1)}, DL);
  }
  return SDValue(MTIAV::getChainedOp(DAG, DL, {}, MTIA::PseudoVSE8_V, Mem->getChain(),
                                     {DAG.getBitcast(Bytes, Value), Mem->getBasePtr()}, Info,
                                     Mem->getMemOperand()),
                 0);
}

// Elements that have no registers as scalars are moved as integers.
static SDValue lowerAsIntegers(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  auto ToInt = [&](SDValue V) {
    EVT From = V.getValueType();
    return From.getScalarType().isFloatingPoint() ? DAG.getBitcast(From.changeTypeToInteger(), V)
                                                  : V;
  };
  SmallVector<SDValue, 8> Ops;
  for (SDValue V : Op->op_values())
    Ops.push_back(ToInt(V));
  return DAG.getBitcast(VT, DAG.getNode(Op.getOpcode(), DL, VT.changeTypeToInteger(), Ops));
}

// The elements from a point of the first vector on, as many as its length leaves, and the second's
// behind them.
static SDValue lowerVPSplice(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType(), Wide = VT;
  SDValue A = Op.getOperand(0), B = Op.getOperand(1);
  bool OfMasks = VT.getVectorElementType() == MVT::i1;
  if (OfMasks) {
    Wide = VT.changeVectorElementType(*DAG.getContext(), MVT::i8);
    A = DAG.getNode(ISD::ZERO_EXTEND, DL, Wide, A);
    B = DAG.getNode(ISD::ZERO_EXTEND, DL, Wide, B);
  }
  int64_t Offset = cast<ConstantSDNode>(Op.getOperand(2))->getSExtValue();
  SDValue LengthA = Op.getOperand(4), LengthB = Op.getOperand(5);
  auto Constant = [&](int64_t C) { return DAG.getSignedConstant(C, DL, MVT::i64); };
  SDValue Down = Offset >= 0 ? Constant(Offset)
                             : DAG.getNode(ISD::ADD, DL, MVT::i64, LengthA, Constant(Offset));
  SDValue Up = Offset >= 0 ? DAG.getNode(ISD::SUB, DL, MVT::i64, LengthA, Constant(Offset))
                           : Constant(-Offset);
  // Of the first vector no more than the result's elements are needed. If these fill a register or
  // two, one length for both is cheaper than two.
  bool OneLength = MTIAVType::get(Wide).getNumRegs() <= 2;
  SDValue R = MTIAV::slideDown(DAG, DL, A, Down, SDValue(), OneLength ? LengthB : Up);
  MTIAV::OpInfo Info;
  Info.AVL = LengthB;
  Info.Policy = MTIAVType::TailAgnostic;
  bool IsImm = Offset < 0 && isUInt<5>(-Offset);
  R = MTIAV::getOp(DAG, DL, Wide, IsImm ? MTIA::PseudoVSLIDEUP_VI : MTIA::PseudoVSLIDEUP_VX,
                   {R, B, IsImm ? MTIAV::getImm(DAG, DL, -Offset) : Up}, Info);
  return OfMasks ? MTIAV::getMaskOfBytes(DAG, DL, VT, R) : R;
}

// The other way round, as many as the length says: all of them, and from the length's place on.
static SDValue lowerVPReverse(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType(), Wide = VT;
  SDValue V = Op.getOperand(0), Length = Op.getOperand(2);
  bool OfMasks = VT.getVectorElementType() == MVT::i1;
  if (OfMasks) {
    Wide = VT.changeVectorElementType(*DAG.getContext(), MVT::i8);
    V = DAG.getNode(ISD::ZERO_EXTEND, DL, Wide, V);
  }
  unsigned Count = MTIAVType::getNumElts(Wide);
  SDValue R;
  // Of one register or two: element i is that of number Length - 1 - i. Of more, whose indices and
  // gathers would take the square of them, each by itself.
  EVT IndexVT = Wide.changeVectorElementTypeToInteger();
  unsigned Bits = IndexVT.getScalarSizeInBits();
  if (MTIAVType::get(Wide).getNumRegs() <= 2 && (Bits > 8 || Count <= 256)) {
    SDValue Last = DAG.getNode(ISD::SUB, DL, MVT::i64, Length, DAG.getConstant(1, DL, MVT::i64));
    SDValue Index =
        MTIAV::getOp(DAG, DL, IndexVT, MTIA::PseudoVID_V, {MTIAV::getUndef(DAG, IndexVT)});
    Index = MTIAV::getOp(DAG, DL, IndexVT, MTIA::PseudoVRSUB_VX,
                         {MTIAV::getUndef(DAG, IndexVT), Index, Last}, SDValue(), Length);
    R = MTIAV::getOp(DAG, DL, Wide, MTIA::PseudoVRGATHER_VV, {MTIAV::getUndef(DAG, Wide), V, Index},
                     SDValue(), Length);
    return OfMasks ? MTIAV::getMaskOfBytes(DAG, DL, VT, R) : R;
  }
  if (VT.isScalableVector()) {
    R = DAG.getNode(ISD::VECTOR_REVERSE, DL, Wide, V);
  } else {
    SmallVector<int, 64> Indices;
    for (unsigned I = 0; I != Count; ++I)
      Indices.push_back(Count - 1 - I);
    R = DAG.getVectorShuffle(Wide, DL, V, DAG.getUNDEF(Wide), Indices);
  }
  SDValue Start = DAG.getNode(ISD::SUB, DL, MVT::i64, DAG.getConstant(Count, DL, MVT::i64), Length);
  R = MTIAV::getOp(DAG, DL, Wide, MTIA::PseudoVSLIDEDOWN_VX, {MTIAV::getUndef(DAG, Wide), R, Start},
                   SDValue(), Length);
  return OfMasks ? MTIAV::getMaskOfBytes(DAG, DL, VT, R) : R;
}

SDValue MTIATargetLowering::lowerMaskArithmetic(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  SDValue A = Op.getOperand(0), B = Op.getOperand(1);
  switch (Op.getOpcode()) {
  case ISD::ADD:
  case ISD::SUB:
    return DAG.getNode(ISD::XOR, DL, VT, A, B);
  case ISD::MUL:
  case ISD::UMIN:
  case ISD::SMAX: // true is -1
    return DAG.getNode(ISD::AND, DL, VT, A, B);
  case ISD::UMAX:
  case ISD::SMIN:
  case ISD::UADDSAT:
  case ISD::SADDSAT:
    return DAG.getNode(ISD::OR, DL, VT, A, B);
  default: // subtraction stops at 0
    return DAG.getNode(ISD::AND, DL, VT, A, DAG.getNOT(DL, B, VT));
  }
}

// In halves what needs wider elements than a group of registers has.
static SDValue splitOperation(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  EVT VT = Op.getValueType();
  auto [LowVT, HighVT] = DAG.GetSplitDestVTs(VT);
  SmallVector<SDValue, 4> Low, High;
  for (SDValue V : Op->op_values()) {
    auto [L, H] = V.getValueType().isVector() ? DAG.SplitVector(V, DL) : std::pair(V, V);
    Low.push_back(L);
    High.push_back(H);
  }
  return DAG.getNode(ISD::CONCAT_VECTORS, DL, VT,
                     DAG.getNode(Op.getOpcode(), DL, LowVT, Low, Op->getFlags()),
                     DAG.getNode(Op.getOpcode(), DL, HighVT, High, Op->getFlags()));
}

// Whether an operation on elements that have only conversions, by way of singles, has no
// registers for these.
bool MTIATargetLowering::mustSplit(SDValue Op) const {
  if (Op->getNumValues() != 1 || !Op.getValueType().isVector())
    return false;
  auto NeedsSingles = [&](EVT VT) {
    if (!VT.isVector())
      return false;
    EVT Elt = VT.getVectorElementType();
    return (Elt == MVT::bf16 || (Elt == MVT::f16 && !Subtarget.hasVInstructionsF16())) &&
           !isLegalVectorType(MVT::getVectorVT(MVT::f32, VT.getVectorElementCount()));
  };
  switch (Op.getOpcode()) {
  case ISD::SINT_TO_FP:
  case ISD::UINT_TO_FP:
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
  case ISD::VP_SINT_TO_FP:
  case ISD::VP_UINT_TO_FP:
  case ISD::VP_FP_TO_SINT:
  case ISD::VP_FP_TO_UINT:
  case ISD::VP_LRINT:
  case ISD::VP_LLRINT:
  case ISD::SETCC:
  case ISD::FADD:
  case ISD::FSUB:
  case ISD::FMUL:
  case ISD::FDIV:
  case ISD::FSQRT:
  case ISD::FMA:
  case ISD::FMINNUM:
  case ISD::FMAXNUM:
  case ISD::FMINIMUM:
  case ISD::FMAXIMUM:
  case ISD::FMINIMUMNUM:
  case ISD::FMAXIMUMNUM:
  case ISD::FMINNUM_IEEE:
  case ISD::FMAXNUM_IEEE:
  case ISD::FTRUNC:
  case ISD::FRINT:
  case ISD::FNEARBYINT:
  case ISD::FCEIL:
  case ISD::FFLOOR:
  case ISD::FROUND:
  case ISD::FROUNDEVEN:
  case ISD::LRINT:
  case ISD::LLRINT:
  case ISD::LROUND:
  case ISD::LLROUND:
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    return NeedsSingles(Op.getValueType()) || NeedsSingles(Op.getOperand(0).getValueType());
  default:
    return false;
  }
}

// NaN if one is: what the instruction sees is the NaN twice.
SDValue MTIATargetLowering::lowerVectorMinimum(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType(), MaskVT = MTIAV::getMaskType(DAG, VT);
  SDValue A = Op.getOperand(0), B = Op.getOperand(1);
  SDValue NewA = A, NewB = B;
  if (!Op->getFlags().hasNoNaNs()) {
    if (!DAG.isKnownNeverNaN(B)) {
      SDValue Number = DAG.getSetCC(DL, MaskVT, B, B, ISD::SETOEQ);
      NewA = DAG.getNode(ISD::VSELECT, DL, VT, Number, A, B);
    }
    if (!DAG.isKnownNeverNaN(A)) {
      SDValue Number = DAG.getSetCC(DL, MaskVT, A, A, ISD::SETOEQ);
      NewB = DAG.getNode(ISD::VSELECT, DL, VT, Number, B, A);
    }
  }
  unsigned Opc = Op.getOpcode() == ISD::FMINIMUM ? ISD::FMINNUM : ISD::FMAXNUM;
  return DAG.getNode(Opc, DL, VT, NewA, NewB);
}

// The instruction's classes, in the order of its bits: negative infinity, normal, subnormal,
// zero, and the positive ones the other way round, signaling and quiet NaN.
SDValue MTIATargetLowering::lowerVectorFPClass(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  static const FPClassTest Classes[] = {fcNegInf,  fcNegNormal,    fcNegSubnormal, fcNegZero,
                                        fcPosZero, fcPosSubnormal, fcPosNormal,    fcPosInf,
                                        fcSNan,    fcQNan};
  unsigned Test = Op.getConstantOperandVal(1), Bits = 0;
  for (unsigned I = 0; I != std::size(Classes); ++I)
    if (Test & Classes[I])
      Bits |= 1u << I;
  SDValue V = Op.getOperand(0);
  EVT IntVT = V.getValueType().changeVectorElementTypeToInteger();
  SDValue Class =
      MTIAV::getOp(DAG, DL, IntVT, MTIA::PseudoVFCLASS_V, {MTIAV::getUndef(DAG, IntVT), V});
  SDValue Masked = DAG.getNode(ISD::AND, DL, IntVT, Class, DAG.getConstant(Bits, DL, IntVT));
  return DAG.getSetCC(DL, Op.getValueType(), Masked, DAG.getConstant(0, DL, IntVT), ISD::SETNE);
}

// Sign operations on the bits.
SDValue MTIATargetLowering::lowerVectorSign(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  EVT VT = Op.getValueType(), IntVT = VT.changeVectorElementTypeToInteger();
  unsigned Bits = VT.getScalarSizeInBits();
  SDValue X = DAG.getBitcast(IntVT, Op.getOperand(0));
  SDValue Sign = DAG.getConstant(APInt::getSignMask(Bits), DL, IntVT);
  SDValue Rest = DAG.getConstant(APInt::getSignedMaxValue(Bits), DL, IntVT);
  SDValue R;
  if (Op.getOpcode() == ISD::FNEG)
    R = DAG.getNode(ISD::XOR, DL, IntVT, X, Sign);
  else
    R = DAG.getNode(ISD::AND, DL, IntVT, X, Rest);
  if (Op.getOpcode() == ISD::FCOPYSIGN) {
    if (Op.getOperand(1).getValueType() != VT)
      return SDValue();
    SDValue Y = DAG.getBitcast(IntVT, Op.getOperand(1));
    R = DAG.getNode(ISD::OR, DL, IntVT, R, DAG.getNode(ISD::AND, DL, IntVT, Y, Sign));
  }
  return DAG.getBitcast(VT, R);
}

SDValue MTIATargetLowering::lowerVectorOperation(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  MVT VT = Op.getSimpleValueType();
  if (mustSplit(Op) && !ISD::isVPOpcode(Op.getOpcode()))
    return splitOperation(Op, DAG);
  switch (Op.getOpcode()) {
  default:
    break;
  case ISD::SINT_TO_FP:
  case ISD::UINT_TO_FP:
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
    return Op;
  case ISD::VP_SINT_TO_FP:
  case ISD::VP_UINT_TO_FP:
  case ISD::VP_FP_TO_SINT:
  case ISD::VP_FP_TO_UINT:
  case ISD::VP_LRINT:
  case ISD::VP_LLRINT:
    if (mustSplit(Op))
      break;
    return Op;
  case ISD::VP_CTTZ_ZERO_UNDEF:
  case ISD::VP_CTLZ_ZERO_UNDEF:
    return DAG.getNode(Op.getOpcode() == ISD::VP_CTTZ_ZERO_UNDEF ? ISD::CTTZ_ZERO_UNDEF
                                                                 : ISD::CTLZ_ZERO_UNDEF,
                       DL, VT, Op.getOperand(0));
  case ISD::VSCALE:
    return DAG.getConstant(Op.getConstantOperandAPInt(0) * MTIAVType::VScale, DL, VT);
  case ISD::BITCAST: {
    // From a scalar that isn't legal: its bits in a register.
    SDValue V = Op.getOperand(0);
    if (!VT.isVector() || !V.getValueType().isScalarInteger() || isTypeLegal(V.getValueType()))
      return Op;
    MVT Elt = V.getSimpleValueType();
    MTIAV::OpInfo Info;
    MTIAVType T;
    T.NumElts = 1;
    Info.Type = T.withSEW(Elt.getSizeInBits());
    return MTIAV::getOp(DAG, DL, VT, MTIA::PseudoVMV_S_X,
                        {MTIAV::getUndef(DAG, VT), DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, V)},
                        Info);
  }
  case ISD::MLOAD:
  case ISD::MSTORE:
  case ISD::VP_LOAD:
  case ISD::VP_STORE: {
    auto *Mem = cast<MemSDNode>(Op);
    if (auto *M = dyn_cast<MaskedLoadSDNode>(Op); M && M->isExpandingLoad())
      break;
    if (auto *M = dyn_cast<MaskedStoreSDNode>(Op); M && M->isCompressingStore())
      break;
    if (Mem->getAlign().value() * 8 < Mem->getMemoryVT().getScalarSizeInBits() &&
        !Subtarget.enableUnalignedVectorMem())
      return lowerUnalignedAccess(Op, DAG);
    return Op;
  }
  case ISD::FTRUNC:
    return Op;
  case ISD::EXPERIMENTAL_VP_SPLICE:
    return lowerVPSplice(Op, DAG);
  case ISD::EXPERIMENTAL_VP_REVERSE:
    return lowerVPReverse(Op, DAG);
  case ISD::VP_MERGE: {
    // Of masks: behind a length, elements of masks can't be kept, those of bytes can.
    if (VT.getVectorElementType() != MVT::i1)
      return Op;
    MVT Bytes = VT.changeVectorElementType(MVT::i8);
    SDValue T = DAG.getNode(ISD::ZERO_EXTEND, DL, Bytes, Op.getOperand(1));
    SDValue F = DAG.getNode(ISD::ZERO_EXTEND, DL, Bytes, Op.getOperand(2));
    SDValue R = DAG.getNode(ISD::VP_MERGE, DL, Bytes, Op.getOperand(0), T, F, Op.getOperand(3));
    return MTIAV::getMaskOfBytes(DAG, DL, VT, R);
  }
  case ISD::SELECT: {
    // One condition for all elements.
    EVT MaskVT = MTIAV::getMaskType(DAG, VT);
    SDValue Cond = DAG.getNode(ISD::SPLAT_VECTOR, DL, MaskVT, Op.getOperand(0));
    return DAG.getNode(ISD::VSELECT, DL, VT, Cond, Op.getOperand(1), Op.getOperand(2));
  }
  case ISD::ADD:
  case ISD::SUB:
  case ISD::MUL:
  case ISD::SMIN:
  case ISD::SMAX:
  case ISD::UMIN:
  case ISD::UMAX:
  case ISD::SADDSAT:
  case ISD::UADDSAT:
  case ISD::SSUBSAT:
  case ISD::USUBSAT:
    return lowerMaskArithmetic(Op, DAG);
  case ISD::FMINIMUM:
  case ISD::FMAXIMUM:
    return lowerVectorMinimum(Op, DAG);
  case ISD::IS_FPCLASS:
    return lowerVectorFPClass(Op, DAG);
  case ISD::FNEG:
  case ISD::FABS:
  case ISD::FCOPYSIGN:
    return lowerVectorSign(Op, DAG);
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    // Saturation at another width than the result's isn't the instructions'.
    return cast<VTSDNode>(Op.getOperand(1))->getVT() == VT.getVectorElementType() ? Op : SDValue();
  case ISD::SPLAT_VECTOR: {
    EVT Element = VT.getVectorElementType();
    if (Element.isFloatingPoint() && isTypeLegal(Element)) {
      // Of halves without arithmetic: vfmv.v.f belongs to it.
      SDValue Bits;
      if (auto *C = dyn_cast<ConstantFPSDNode>(Op.getOperand(0)))
        Bits = DAG.getConstant(C->getValueAPF().bitcastToAPInt().zext(64), DL, MVT::i64);
      else
        Bits = SDValue(DAG.getMachineNode(MTIA::FMV_X_H, DL, MVT::i64, Op.getOperand(0)), 0);
      return MTIAV::asType(
          DAG, DL, VT,
          DAG.getNode(ISD::SPLAT_VECTOR, DL, VT.changeVectorElementTypeToInteger(), Bits));
    }
    if (Element != MVT::i1)
      break;
    // A mask of a variable.
    if (isa<ConstantSDNode>(Op.getOperand(0)))
      return Op;
    EVT Bytes = EVT::getVectorVT(*DAG.getContext(), MVT::i8, VT.getVectorElementCount());
    SDValue Bit =
        DAG.getNode(ISD::AND, DL, MVT::i64, Op.getOperand(0), DAG.getConstant(1, DL, MVT::i64));
    SDValue V = DAG.getNode(ISD::SPLAT_VECTOR, DL, Bytes, Bit);
    return DAG.getSetCC(DL, VT, V, DAG.getConstant(0, DL, Bytes), ISD::SETNE);
  }
  case ISD::STEP_VECTOR: {
    // 0, 1, 2 and so on times a constant.
    SDValue Index = MTIAV::getOp(DAG, DL, VT, MTIA::PseudoVID_V, {MTIAV::getUndef(DAG, VT)});
    APInt Step = Op.getConstantOperandAPInt(0).sextOrTrunc(VT.getScalarSizeInBits());
    if (Step.isOne())
      return Index;
    if (Step.isPowerOf2())
      return DAG.getNode(ISD::SHL, DL, VT, Index, DAG.getConstant(Step.logBase2(), DL, VT));
    return DAG.getNode(ISD::MUL, DL, VT, Index, DAG.getConstant(Step, DL, VT));
  }
  }
  if (llvm::is_contained(ReductionOps, Op.getOpcode()))
    return lowerReduction(Op, DAG);
  // The elements that a vp operation leaves out are poison.
  if (ISD::isVPOpcode(Op.getOpcode()) && !ISD::isVPReduction(Op.getOpcode()) &&
      Op->getNumValues() == 1 && VT != MVT::Other) {
    std::optional<unsigned> Base = Op.getOpcode() == ISD::VP_SETCC
                                       ? unsigned(ISD::SETCC)
                                       : ISD::getBaseOpcodeForVP(Op.getOpcode(), false);
    if (Base) {
      std::optional<unsigned> MaskIdx = ISD::getVPMaskIdx(Op.getOpcode());
      std::optional<unsigned> EVLIdx = ISD::getVPExplicitVectorLengthIdx(Op.getOpcode());
      SmallVector<SDValue, 4> Ops;
      for (unsigned I = 0, E = Op->getNumOperands(); I != E; ++I)
        if (I != MaskIdx && I != EVLIdx)
          Ops.push_back(Op.getOperand(I));
      return DAG.getNode(*Base, DL, VT, Ops, Op->getFlags());
    }
  }
  // Halves that aren't legal as scalars.
  EVT Elt = VT.getScalarType();
  if (VT.isVector() && Elt.isFloatingPoint() && !isTypeLegal(Elt) &&
      (Op.getOpcode() == ISD::BUILD_VECTOR || Op.getOpcode() == ISD::SPLAT_VECTOR ||
       Op.getOpcode() == ISD::INSERT_VECTOR_ELT))
    return lowerAsIntegers(Op, DAG);
  return lowerPermutation(Op, DAG);
}

// What moves and makes elements.
SDValue MTIATargetLowering::lowerPermutation(SDValue Op, SelectionDAG &DAG) const {
  if (Op.getOpcode() == ISD::BUILD_VECTOR)
    if (SDValue Scalar = cast<BuildVectorSDNode>(Op)->getSplatValue())
      return DAG.getNode(ISD::SPLAT_VECTOR, SDLoc(Op), Op.getValueType(), Scalar);
  SDValue R;
  switch (Op.getOpcode()) {
  case ISD::BUILD_VECTOR:
    R = lowerBuildVector(Op, DAG);
    break;
  case ISD::VECTOR_SHUFFLE:
    R = lowerVectorShuffle(Op, DAG);
    break;
  default:
    R = lowerVectorPermute(Op, DAG);
    break;
  }
  if (R)
    return R;
  // Elements of masks have no place in memory by which the legaliser could move them.
  if (!llvm::is_contained(PermuteOps, Op.getOpcode()))
    return SDValue();
  bool OfMasks = Op.getValueType().isVector()
                     ? Op.getValueType().getVectorElementType() == MVT::i1
                     : Op.getOpcode() == ISD::EXTRACT_VECTOR_ELT &&
                           Op.getOperand(0).getValueType().getVectorElementType() == MVT::i1;
  return OfMasks ? lowerMaskPermute(Op, DAG) : SDValue();
}

bool MTIATargetLowering::isVectorOperation(SDValue Op) {
  if (Op.getOpcode() == ISD::VSCALE)
    return true;
  for (unsigned I = 0, E = Op->getNumValues(); I != E; ++I)
    if (Op->getValueType(I).isVector())
      return true;
  return llvm::any_of(Op->op_values(), [](SDValue V) { return V.getValueType().isVector(); });
}

// Vectors in scalars that aren't legal.
bool MTIATargetLowering::replaceVectorResults(SDNode *N, SmallVectorImpl<SDValue> &Results,
                                              SelectionDAG &DAG) const {
  if (!isVectorOperation(SDValue(N, 0)))
    return false;
  SDLoc DL(N);
  EVT VT = N->getValueType(0);
  if (N->getOpcode() == ISD::BITCAST && VT.isScalarInteger() &&
      isLegalVectorType(N->getOperand(0).getValueType())) {
    MTIAV::OpInfo Info;
    MTIAVType T;
    T.NumElts = 1;
    Info.Type = T.withSEW(VT.getSizeInBits());
    SDValue R = MTIAV::getOp(DAG, DL, MVT::i64, MTIA::PseudoVMV_X_S, {N->getOperand(0)}, Info);
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, VT, R));
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Frame
//===----------------------------------------------------------------------===//

// The sizes of scalable objects are counted in units of vscale so far, which is known.
void MTIATargetLowering::finalizeLowering(MachineFunction &MF) const {
  MachineFrameInfo &MFI = MF.getFrameInfo();
  for (int FI = MFI.getObjectIndexBegin(), E = MFI.getObjectIndexEnd(); FI != E; ++FI)
    if (MFI.getStackID(FI) == TargetStackID::ScalableVector) {
      MFI.setObjectSize(FI, MFI.getObjectSize(FI) * MTIAVType::VScale);
      MFI.setStackID(FI, TargetStackID::Default);
    }
  TargetLowering::finalizeLowering(MF);
}

void MTIATargetLowering::AdjustInstrPostInstrSelection(MachineInstr &MI, SDNode *) const {
  Subtarget.getInstrInfo()->adjustVectorInstr(MI);
}
