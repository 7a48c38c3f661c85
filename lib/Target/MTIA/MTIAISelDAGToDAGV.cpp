//===-- MTIAISelDAGToDAGV.cpp - Selection of vector instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// By a table, not by patterns: a row says which instructions an operation has, and holds for
// all types, fixed and scalable, with and without a mask and a vector length.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelDAGToDAG.h"
#include "MTIAISelLoweringV.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"

using namespace llvm;

namespace {
enum Element : uint8_t { Int, FP, Mask, NumElementKinds };
enum ImmKind : uint8_t { NoImm, SImm5, UImm5, UImm6 };

// Two sources. R forms have them the other way round.
struct BinaryRow {
  uint16_t Node;
  Element Elt;
  bool Commutative;
  ImmKind Imm;
  uint16_t VV, VX, VI, RX, RI;
};
} // namespace

#define OPC(Name) MTIA::PseudoV##Name
static const BinaryRow BinaryRows[] = {
    {ISD::ADD, Int, true, SImm5, OPC(ADD_VV), OPC(ADD_VX), OPC(ADD_VI), 0, 0},
    {ISD::SUB, Int, false, SImm5, OPC(SUB_VV), OPC(SUB_VX), 0, OPC(RSUB_VX), OPC(RSUB_VI)},
    {ISD::AND, Int, true, SImm5, OPC(AND_VV), OPC(AND_VX), OPC(AND_VI), 0, 0},
    {ISD::OR, Int, true, SImm5, OPC(OR_VV), OPC(OR_VX), OPC(OR_VI), 0, 0},
    {ISD::XOR, Int, true, SImm5, OPC(XOR_VV), OPC(XOR_VX), OPC(XOR_VI), 0, 0},
    {ISD::MUL, Int, true, NoImm, OPC(MUL_VV), OPC(MUL_VX), 0, 0, 0},
};
#undef OPC

static Element getElement(EVT VT) {
  MVT Elt = VT.getVectorElementType().getSimpleVT();
  return Elt == MVT::i1 ? Mask : Elt.isFloatingPoint() ? FP : Int;
}

template <typename Row, size_t N>
static const Row *lookup(const Row (&Rows)[N], unsigned Node, Element Elt) {
  // Nodes are looked up once or twice each: by number.
  static const std::vector<uint8_t> Index = [&Rows] {
    static_assert(N < 255);
    std::vector<uint8_t> I(ISD::BUILTIN_OP_END * NumElementKinds);
    for (size_t R = 0; R != N; ++R)
      I[Rows[R].Node * NumElementKinds + Rows[R].Elt] = R + 1;
    return I;
  }();
  if (Node >= ISD::BUILTIN_OP_END)
    return nullptr;
  uint8_t I = Index[Node * NumElementKinds + Elt];
  return I ? &Rows[I - 1] : nullptr;
}

static bool isImm(ImmKind Kind, int64_t Value) {
  switch (Kind) {
  case NoImm:
    return false;
  case SImm5:
    return isInt<5>(Value);
  case UImm5:
    return isUInt<5>(Value);
  case UImm6:
    return isUInt<6>(Value);
  }
  llvm_unreachable("No other kind");
}

//===----------------------------------------------------------------------===//
// Two sources
//===----------------------------------------------------------------------===//

// The operation of N, with a passthru and a mask that may have come from elsewhere.
SDValue MTIADAGToDAGISel::selectVBinary(SDNode *N, SDValue Passthru, SDValue VMask, SDValue EVL) {
  EVT VT = N->getValueType(0);
  const BinaryRow *Row = lookup(BinaryRows, N->getOpcode(), getElement(VT));
  if (!Row)
    return SDValue();
  SDLoc DL(N);
  SDValue A = N->getOperand(0), B = N->getOperand(1);
  MTIAV::OpInfo Info;
  Info.Mask = VMask;
  Info.AVL = EVL;
  auto Make = [&](unsigned Opc, SDValue X, SDValue Y) {
    return MTIAV::getOp(*CurDAG, DL, VT, Opc, {Passthru, X, Y}, Info);
  };
  auto WithScalar = [&](SDValue V, SDValue S, unsigned VX, unsigned VI) {
    if (VI)
      if (std::optional<int64_t> C = MTIAV::getSplatConstant(S); C && isImm(Row->Imm, *C))
        return Make(VI, V, MTIAV::getImm(*CurDAG, DL, *C));
    if (VX)
      if (SDValue Scalar = MTIAV::getSplatScalar(S))
        return Make(VX, V, Scalar);
    return SDValue();
  };
  if (SDValue R = WithScalar(A, B, Row->VX, Row->VI))
    return R;
  if (SDValue R = Row->Commutative ? WithScalar(B, A, Row->VX, Row->VI)
                                   : WithScalar(B, A, Row->RX, Row->RI))
    return R;
  return Make(Row->VV, A, B);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

SDValue MTIADAGToDAGISel::getVAddress(SDValue Address) {
  if (auto *FI = dyn_cast<FrameIndexSDNode>(Address))
    return CurDAG->getTargetFrameIndex(FI->getIndex(), MVT::i64);
  return Address;
}

// Elements that aren't aligned are moved as bytes, unless the core does it.
static bool needsBytes(const MTIASubtarget &STI, EVT VT, Align Alignment) {
  return Alignment.value() * 8 < VT.getScalarSizeInBits() && !STI.enableUnalignedVectorMem();
}

static unsigned getUnitLoad(unsigned EEW) {
  switch (EEW) {
  case 8:
    return MTIA::PseudoVLE8_V;
  case 16:
    return MTIA::PseudoVLE16_V;
  case 32:
    return MTIA::PseudoVLE32_V;
  default:
    return MTIA::PseudoVLE64_V;
  }
}

static unsigned getUnitStore(unsigned EEW) {
  switch (EEW) {
  case 8:
    return MTIA::PseudoVSE8_V;
  case 16:
    return MTIA::PseudoVSE16_V;
  case 32:
    return MTIA::PseudoVSE32_V;
  default:
    return MTIA::PseudoVSE64_V;
  }
}

bool MTIADAGToDAGISel::selectVLoad(SDNode *N) {
  auto *LD = cast<LoadSDNode>(N);
  EVT VT = N->getValueType(0);
  if (!LD->isUnindexed() || LD->getExtensionType() != ISD::NON_EXTLOAD)
    return false;
  SDLoc DL(N);
  SDValue Undef = MTIAV::getUndef(*CurDAG, VT), Address = getVAddress(LD->getBasePtr());
  MTIAV::OpInfo Info;
  unsigned Opc;
  if (getElement(VT) == Mask) {
    Opc = MTIA::PseudoVLM_V;
  } else {
    unsigned EEW = VT.getScalarSizeInBits();
    Opc = getUnitLoad(needsBytes(*Subtarget, VT, LD->getAlign()) ? 8 : EEW);
  }
  ReplaceNode(N, MTIAV::getChainedOp(*CurDAG, DL, VT, Opc, LD->getChain(), {Undef, Address}, Info,
                                     LD->getMemOperand()));
  return true;
}

bool MTIADAGToDAGISel::selectVStore(SDNode *N) {
  auto *ST = cast<StoreSDNode>(N);
  SDValue Value = ST->getValue();
  EVT VT = Value.getValueType();
  if (!ST->isUnindexed() || ST->isTruncatingStore())
    return false;
  SDLoc DL(N);
  SDValue Address = getVAddress(ST->getBasePtr());
  MTIAV::OpInfo Info;
  unsigned Opc;
  if (getElement(VT) == Mask) {
    Opc = MTIA::PseudoVSM_V;
    MTIAVType T = MTIAVType::get(VT);
    if (T.NumElts < 8) {
      // The bits of the byte that the type doesn't have must be zero in memory.
      SDValue Ones = MTIAV::getOp(
          *CurDAG, DL, MVT::v8i8, MTIA::PseudoVMV_V_I,
          {MTIAV::getUndef(*CurDAG, MVT::v8i8), MTIAV::getImm(*CurDAG, DL, (1 << T.NumElts) - 1)},
          SDValue(), MTIAV::getImm(*CurDAG, DL, 1));
      Value = MTIAV::getOp(*CurDAG, DL, MVT::v8i1, MTIA::PseudoVMAND_MM, {Value, Ones});
      Info.Type = MTIAVType::get(MVT::v8i1);
    }
  } else {
    unsigned EEW = VT.getScalarSizeInBits();
    Opc = getUnitStore(needsBytes(*Subtarget, VT, ST->getAlign()) ? 8 : EEW);
  }
  ReplaceNode(N, MTIAV::getChainedOp(*CurDAG, DL, {}, Opc, ST->getChain(), {Value, Address}, Info,
                                     ST->getMemOperand()));
  return true;
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

bool MTIADAGToDAGISel::selectVector(SDNode *N) {
  EVT VT = N->getValueType(0);
  bool MakesVector = VT.isVector();
  if (!MakesVector &&
      llvm::none_of(N->op_values(), [](SDValue V) { return V.getValueType().isVector(); }))
    return false;
  SDLoc DL(N);
  switch (N->getOpcode()) {
  case ISD::LOAD:
    return selectVLoad(N);
  case ISD::STORE:
    return selectVStore(N);
  case ISD::BITCAST:
    // The same bits in the same registers.
    if (!MakesVector || !N->getOperand(0).getValueType().isVector())
      return false;
    ReplaceUses(SDValue(N, 0), N->getOperand(0));
    CurDAG->RemoveDeadNode(N);
    return true;
  case ISD::SPLAT_VECTOR: {
    SDValue Scalar = N->getOperand(0);
    SDValue R;
    if (getElement(VT) != Mask)
      R = MTIAV::getSplat(*CurDAG, DL, VT, Scalar);
    else
      R = MTIAV::getOp(*CurDAG, DL, VT,
                       Scalar->getAsZExtVal() & 1 ? MTIA::PseudoVMSET_M : MTIA::PseudoVMCLR_M, {});
    ReplaceNode(N, R.getNode());
    return true;
  }
  default:
    break;
  }
  if (!MakesVector)
    return false;
  if (SDValue R = selectVBinary(N, MTIAV::getUndef(*CurDAG, VT), SDValue(), SDValue())) {
    ReplaceNode(N, R.getNode());
    return true;
  }
  return false;
}
