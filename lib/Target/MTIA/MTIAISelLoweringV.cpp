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

void MTIATargetLowering::setVectorActions() {
  if (!Subtarget.hasVInstructions())
    return;
  setBooleanVectorContents(ZeroOrOneBooleanContent);
  setOperationAction(ISD::VSCALE, MVT::i64, Custom);

  for (MVT VT : MVT::vector_valuetypes()) {
    if (!isLegalVectorType(VT))
      continue;
    // What isn't named below is expanded.
    for (unsigned Op = 0; Op != ISD::BUILTIN_OP_END; ++Op)
      setOperationAction(Op, VT, Expand);
    for (MVT Other : MVT::vector_valuetypes()) {
      setTruncStoreAction(VT, Other, Expand);
      setLoadExtAction({ISD::EXTLOAD, ISD::SEXTLOAD, ISD::ZEXTLOAD}, VT, Other, Expand);
    }
    setOperationAction({ISD::UNDEF, ISD::POISON, ISD::FREEZE, ISD::BITCAST, ISD::CopyFromReg,
                        ISD::CopyToReg, ISD::LOAD, ISD::STORE, ISD::SPLAT_VECTOR},
                       VT, Legal);
    setOperationAction(ISD::BITCAST, VT, Custom);
    setOperationAction(ISD::BUILD_VECTOR, VT, Custom);
    if (VT.getVectorElementType() == MVT::i1) {
      setOperationAction({ISD::SPLAT_VECTOR, ISD::STORE}, VT, Custom);
      setMaskActions(VT);
    } else if (VT.isInteger()) {
      setIntVectorActions(VT);
    } else {
      setFPVectorActions(VT);
    }
  }
}

void MTIATargetLowering::setMaskActions(MVT VT) {}

void MTIATargetLowering::setIntVectorActions(MVT VT) {
  setOperationAction({ISD::ADD, ISD::SUB, ISD::AND, ISD::OR, ISD::XOR, ISD::MUL}, VT, Legal);
}

void MTIATargetLowering::setFPVectorActions(MVT VT) {}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::lowerBuildVector(SDValue Op, SelectionDAG &DAG) const {
  if (SDValue Scalar = cast<BuildVectorSDNode>(Op)->getSplatValue())
    return DAG.getNode(ISD::SPLAT_VECTOR, SDLoc(Op), Op.getValueType(), Scalar);
  return SDValue();
}

SDValue MTIATargetLowering::lowerVectorOperation(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  MVT VT = Op.getSimpleValueType();
  switch (Op.getOpcode()) {
  default:
    return SDValue();
  case ISD::VSCALE:
    return DAG.getConstant(Op.getConstantOperandAPInt(0) * MTIAVType::VScale, DL, VT);
  case ISD::BUILD_VECTOR:
    return lowerBuildVector(Op, DAG);
  case ISD::BITCAST:
    // Between vectors nothing changes; between a vector and a scalar the legaliser uses memory.
    if (VT.isVector() && Op.getOperand(0).getValueType().isVector())
      return Op;
    return SDValue();
  case ISD::SPLAT_VECTOR: {
    // A mask of a variable.
    if (isa<ConstantSDNode>(Op.getOperand(0)))
      return Op;
    EVT Bytes = EVT::getVectorVT(*DAG.getContext(), MVT::i8, VT.getVectorElementCount());
    SDValue Bit =
        DAG.getNode(ISD::AND, DL, MVT::i64, Op.getOperand(0), DAG.getConstant(1, DL, MVT::i64));
    SDValue V = MTIAV::getSplat(DAG, DL, Bytes, Bit);
    return MTIAV::getOp(DAG, DL, VT, MTIA::PseudoVMSNE_VI,
                        {MTIAV::getUndef(DAG, VT), V, MTIAV::getImm(DAG, DL, 0)});
  }
  case ISD::STORE:
    return Op;
  }
}

bool MTIATargetLowering::isVectorOperation(SDValue Op) {
  if (Op.getOpcode() == ISD::VSCALE || Op.getValueType().isVector())
    return true;
  return llvm::any_of(Op->op_values(), [](SDValue V) { return V.getValueType().isVector(); });
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
