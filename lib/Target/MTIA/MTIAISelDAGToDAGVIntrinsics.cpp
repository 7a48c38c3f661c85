//===-- MTIAISelDAGToDAGVIntrinsics.cpp - Selection of llvm.riscv.v* -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the intrinsics of <riscv_vector.h> to the pseudo-instructions of
// MTIAInstrInfoVPseudos.td. The table of MTIAVIntrinsics.cpp says which instruction and
// which operands; what the operands are follows from the instruction. Below it is what
// has no instruction of its own.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelDAGToDAG.h"
#include "MTIAISelLoweringV.h"
#include "MTIAVIntrinsics.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "MTIAVectorTypes.h"
#include "llvm/IR/IntrinsicsRISCV.h"

using namespace llvm;

namespace {

// The policy operand of intrinsics has vtype's two bits, moved down.
constexpr unsigned AllAgnostic = MTIAVType::TailAgnostic | MTIAVType::MaskAgnostic;

// One intrinsic's operands, told apart.
struct Operands {
  SmallVector<SDValue, 4> Sources;
  SDValue Passthru, Mask, Rounding, VL;
  unsigned Policy = AllAgnostic;
  bool HasPolicy = false;
  unsigned Log2SEW = 0;
};

bool isUndef(SDValue V) { return !V || V.isUndef(); }

// The fields of a tuple have a byte type's length; the width of their elements is stated apart.
int getTupleLog2LMUL(MVT VT) {
  unsigned BytesPerField =
      VT.getSizeInBits().getKnownMinValue() / 8 / VT.getRISCVVectorTupleNumFields();
  return (int)Log2_32(BytesPerField) - 3;
}

} // namespace

//===----------------------------------------------------------------------===//
// Pieces of a pseudo-instruction
//===----------------------------------------------------------------------===//

// The operand avl: lengths from VLMAX on are VLMAX, as the hardware takes them.
static SDValue getAVL(SelectionDAG &DAG, const SDLoc &DL, SDValue VL, unsigned VLMax) {
  auto *C = dyn_cast<ConstantSDNode>(VL);
  if (!C)
    return VL;
  if (C->getZExtValue() >= VLMax)
    return DAG.getSignedTargetConstant(-1, DL, MVT::i64);
  return DAG.getTargetConstant(C->getZExtValue(), DL, MVT::i64);
}

// Makes the instruction: the mask goes to v0 right before it. `Chain` is null where there is none.
static MachineSDNode *makePseudo(SelectionDAG &DAG, const SDLoc &DL, unsigned Opcode, SDVTList VTs,
                                 SDValue Passthru, ArrayRef<SDValue> Sources, SDValue Rounding,
                                 SDValue Mask, SDValue AVL, unsigned VTypeI, SDValue Chain) {
  const MCInstrDesc &Desc = DAG.getSubtarget().getInstrInfo()->get(Opcode);
  SmallVector<SDValue, 10> Ops;
  if (MTIAV::hasPassthru(Desc)) {
    Ops.push_back(isUndef(Passthru) ? MTIAV::getUndef(DAG, VTs.VTs[0]) : Passthru);
  }
  Ops.append(Sources.begin(), Sources.end());
  if (MTIAV::hasFRM(Desc) || MTIAV::hasVXRM(Desc))
    Ops.push_back(Rounding);
  SDValue Glue;
  if (MTIAV::hasVM(Desc)) {
    if (Mask) {
      SDValue Copy =
          DAG.getCopyToReg(Chain ? Chain : DAG.getEntryNode(), DL, MTIA::V0, Mask, SDValue());
      if (Chain)
        Chain = Copy;
      Glue = Copy.getValue(1);
      Ops.push_back(DAG.getRegister(MTIA::V0, Mask.getValueType()));
    } else {
      Ops.push_back(DAG.getRegister(Register(), MVT::nxv1i1));
    }
  }
  Ops.push_back(AVL);
  Ops.push_back(DAG.getTargetConstant(VTypeI, DL, MVT::i64));
  if (Chain)
    Ops.push_back(Chain);
  if (Glue)
    Ops.push_back(Glue);
  return DAG.getMachineNode(Opcode, DL, VTs, Ops);
}

// SEW and LMUL, from the operand whose elements have SEW bits.
static MTIAVType getConfiguration(const SDNode *N, const MCInstrDesc &Desc, const Operands &O) {
  auto TypeOf = [](SDValue V) { return MTIAVType::get(V.getValueType()); };
  MTIAV::Kind D = MTIAV::getDestKind(Desc), S2 = MTIAV::getVs2Kind(Desc);
  // A memory access is configured for its data, which a store has first.
  if (MTIAV::getMemMode(Desc) != MTIAV::MemNone) {
    EVT VT = Desc.mayStore() ? O.Sources[0].getValueType() : N->getValueType(0);
    if (!VT.isRISCVVectorTuple())
      return MTIAVType::get(VT);
    MTIAVType T;
    T.SEW = 1u << O.Log2SEW;
    T.Log2LMUL = getTupleLog2LMUL(VT.getSimpleVT());
    return T;
  }
  if (D == MTIAV::KindSEW)
    return MTIAVType::get(N->getValueType(0));
  // Multiply-adds have vs2 last, the others first.
  SDValue Vs2 = MTIAV::readsVd(Desc) ? O.Sources.back() : O.Sources.front();
  if (S2 == MTIAV::KindSEW || S2 == MTIAV::KindElt || S2 == MTIAV::KindMask)
    return TypeOf(Vs2);
  // Moves of a scalar to element 0, and wide operations whose first source is wide too.
  MTIAVType Result = MTIAVType::get(N->getValueType(0));
  return D == MTIAV::Kind2SEW ? Result.withSEW(Result.SEW / 2) : Result;
}

//===----------------------------------------------------------------------===//
// By the table
//===----------------------------------------------------------------------===//

// Whether the scalar source is a constant of the .vi form, and its value there. Elements of fewer
// bits than the register see its lower bits only.
static std::optional<int64_t> getImmediate(MTIAVIntrinsics::Imm Kind, SDValue Scalar,
                                           unsigned SEW) {
  auto *C = dyn_cast<ConstantSDNode>(Scalar);
  if (!C)
    return std::nullopt;
  switch (Kind) {
  case MTIAVIntrinsics::NoImm:
    return std::nullopt;
  case MTIAVIntrinsics::SImm5: {
    int64_t V = SignExtend64(C->getZExtValue(), SEW);
    return isInt<5>(V) ? std::optional(V) : std::nullopt;
  }
  case MTIAVIntrinsics::UImm5:
    return isUInt<5>(C->getZExtValue()) ? std::optional<int64_t>(C->getZExtValue()) : std::nullopt;
  case MTIAVIntrinsics::UImm6:
    return C->getZExtValue() & 63;
  }
  llvm_unreachable("every kind of constant is above");
}

static unsigned chooseOpcode(const MTIAVIntrinsics::Row &Row, const SDNode *N, Operands &O,
                             SelectionDAG &DAG) {
  auto WidthIndex = [](unsigned Bits) { return Log2_32(Bits) - 3; };
  switch (Row.By) {
  case MTIAVIntrinsics::ByDataWidth: {
    EVT VT = Row.Flags & MTIAVIntrinsics::Store ? O.Sources[0].getValueType() : N->getValueType(0);
    return Row.Opcodes[WidthIndex(VT.getScalarSizeInBits())];
  }
  case MTIAVIntrinsics::ByIndexWidth:
    return Row.Opcodes[WidthIndex(O.Sources.back().getValueType().getScalarSizeInBits())];
  case MTIAVIntrinsics::BySEWOperand:
    return Row.Opcodes[O.Log2SEW - 3];
  case MTIAVIntrinsics::ByRatio:
    return Row.Opcodes[Log2_32(N->getValueType(0).getScalarSizeInBits() /
                               O.Sources[0].getValueType().getScalarSizeInBits()) -
                       1];
  case MTIAVIntrinsics::ByForm: {
    if (!Row.Opcodes[1] && !Row.Opcodes[2])
      return Row.Opcodes[0];
    SDValue &Scalar = O.Sources[Row.ScalarSrc];
    if (Scalar.getValueType().isVector())
      return Row.Opcodes[0];
    // Only single-width operations have a form whose range depends on SEW; their other source has
    // the elements, or the result if there is none.
    EVT VT = Row.ScalarSrc ? O.Sources[0].getValueType() : N->getValueType(0);
    if (Row.Opcodes[2])
      if (auto V = getImmediate(Row.Constants, Scalar, VT.getScalarSizeInBits())) {
        Scalar = DAG.getSignedTargetConstant(*V, SDLoc(N), MVT::i64);
        return Row.Opcodes[2];
      }
    return Row.Opcodes[1];
  }
  }
  llvm_unreachable("every choice is above");
}

// Another intrinsic's row and operands that say the same with a constant; null if there is none.
static const MTIAVIntrinsics::Row *useConstant(const MTIAVIntrinsics::Row &Row, const SDNode *N,
                                               Operands &O, SelectionDAG &DAG) {
  SDLoc DL(N);
  if (O.Sources.empty() || Row.By != MTIAVIntrinsics::ByForm)
    return nullptr;
  SDValue &Scalar = O.Sources[Row.ScalarSrc];
  auto *C = dyn_cast<ConstantSDNode>(Scalar);
  auto *FP = dyn_cast<ConstantFPSDNode>(Scalar);
  unsigned SEW = N->getValueType(0).getScalarSizeInBits();
  switch (Row.ID) {
  case Intrinsic::riscv_vsub: { // x + -c
    if (!C)
      return nullptr;
    int64_t Negative = SignExtend64(-C->getZExtValue(), SEW);
    if (!isInt<5>(Negative))
      return nullptr;
    Scalar = DAG.getSignedConstant(Negative, DL, MVT::i64);
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vadd);
  }
  case Intrinsic::riscv_vrol: // to the right by what is missing to a full turn
    if (!C)
      return nullptr;
    Scalar = DAG.getConstant(-C->getZExtValue() & (SEW - 1), DL, MVT::i64);
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vror);
  // +0.0 is the integer 0.
  case Intrinsic::riscv_vfmv_v_f:
  case Intrinsic::riscv_vfmv_s_f:
  case Intrinsic::riscv_vfmerge:
    if (!FP || !FP->isExactlyValue(+0.0))
      return nullptr;
    // A constant is for the .vi forms, which the other two have.
    Scalar = Row.ID == Intrinsic::riscv_vfmv_s_f ? DAG.getRegister(MTIA::X0, MVT::i64)
                                                 : DAG.getConstant(0, DL, MVT::i64);
    return MTIAVIntrinsics::lookup(Row.ID == Intrinsic::riscv_vfmv_v_f   ? Intrinsic::riscv_vmv_v_x
                                   : Row.ID == Intrinsic::riscv_vfmv_s_f ? Intrinsic::riscv_vmv_s_x
                                                                         : Intrinsic::riscv_vmerge);
  default:
    return nullptr;
  }
}

// Conversions to integers that round towards zero have instructions that say so.
static const MTIAVIntrinsics::Row *useRoundToZero(const MTIAVIntrinsics::Row &Row, Operands &O) {
  if (!O.Rounding || cast<ConstantSDNode>(O.Rounding)->getZExtValue() != MTIAFPRndMode::RTZ)
    return nullptr;
  switch (Row.ID) {
  case Intrinsic::riscv_vfcvt_xu_f_v:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfcvt_rtz_xu_f_v);
  case Intrinsic::riscv_vfcvt_x_f_v:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfcvt_rtz_x_f_v);
  case Intrinsic::riscv_vfwcvt_xu_f_v:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfwcvt_rtz_xu_f_v);
  case Intrinsic::riscv_vfwcvt_x_f_v:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfwcvt_rtz_x_f_v);
  case Intrinsic::riscv_vfncvt_xu_f_w:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfncvt_rtz_xu_f_w);
  case Intrinsic::riscv_vfncvt_x_f_w:
    return MTIAVIntrinsics::lookup(Intrinsic::riscv_vfncvt_rtz_x_f_w);
  default:
    return nullptr;
  }
}

// Operands of the node behind the intrinsic's number.
static Operands takeApart(const MTIAVIntrinsics::Row &Row, bool Masked, ArrayRef<SDValue> Ops,
                          unsigned FirstOpcode, const TargetInstrInfo &TII) {
  using namespace MTIAVIntrinsics;
  Operands O;
  // All opcodes of a row agree about which operands there are.
  const MCInstrDesc &Desc = TII.get(FirstOpcode);
  auto Pop = [&] {
    SDValue Last = Ops.back();
    Ops = Ops.drop_back();
    return Last;
  };
  auto IsSegment = [&] { return MTIAV::getMemNF(Desc) > 1; };
  if (IsSegment())
    O.Log2SEW = cast<ConstantSDNode>(Pop())->getZExtValue();
  if (Row.Flags & PolicyAlways || (Masked && !(Row.Flags & NoPolicy))) {
    O.Policy = cast<ConstantSDNode>(Pop())->getZExtValue() << 6;
    O.HasPolicy = true;
  }
  if (!(Row.Flags & NoVL))
    O.VL = Pop();
  if (MTIAV::hasFRM(Desc) || MTIAV::hasVXRM(Desc))
    O.Rounding = Pop();
  if (Masked || Row.Flags & Carry)
    O.Mask = Pop();
  if (MTIAV::hasPassthru(Desc) && (Masked || !(Row.Flags & NoPassthru))) {
    O.Passthru = Ops.front();
    Ops = Ops.drop_front();
  }
  O.Sources.assign(Ops.begin(), Ops.end());
  return O;
}

// What tail and masked-off elements become, where no operand says it: what passthru holds, if it
// holds anything. A mask's tail is always agnostic.
static unsigned getImpliedPolicy(const Operands &O, const MCInstrDesc &Desc) {
  if (isUndef(O.Passthru))
    return AllAgnostic;
  if (MTIAV::getDestKind(Desc) == MTIAV::KindMask)
    return MTIAVType::TailAgnostic;
  return MTIAVType::MaskAgnostic;
}

// __riscv_vlenb(): a constant here.
bool MTIADAGToDAGISel::selectVectorLength(SDNode *N) {
  const auto *Name = cast<MDString>(cast<MDNodeSDNode>(N->getOperand(1))->getMD()->getOperand(0));
  if (Name->getString() != "vlenb")
    return false;
  ReplaceUses(SDValue(N, 1), N->getOperand(0));
  ReplaceUses(SDValue(N, 0), SDValue(selectImm(SDLoc(N), MTIAVType::VLen / 8), 0));
  CurDAG->RemoveDeadNode(N);
  return true;
}

bool MTIADAGToDAGISel::selectVectorIntrinsic(SDNode *N) {
  if (N->getOpcode() == ISD::READ_REGISTER)
    return selectVectorLength(N);
  if (N->getOpcode() != ISD::INTRINSIC_WO_CHAIN && N->getOpcode() != ISD::INTRINSIC_W_CHAIN &&
      N->getOpcode() != ISD::INTRINSIC_VOID)
    return false;
  bool HasChain = N->getOpcode() != ISD::INTRINSIC_WO_CHAIN;
  unsigned ID = N->getConstantOperandVal(HasChain ? 1 : 0);
  if (selectVectorConfiguration(N, ID) || selectVectorConstantMask(N, ID) ||
      selectVectorTuple(N, ID) || selectVectorCompare(N, ID))
    return true;
  const MTIAVIntrinsics::Row *Row = MTIAVIntrinsics::lookup(ID);
  if (!Row)
    return false;

  // A move of which only the moved elements matter.
  if (ID == Intrinsic::riscv_vmv_v_v && N->getOperand(1).isUndef()) {
    ReplaceUses(SDValue(N, 0), N->getOperand(2));
    CurDAG->RemoveDeadNode(N);
    return true;
  }

  SDLoc DL(N);
  const TargetInstrInfo &TII = *Subtarget->getInstrInfo();
  SmallVector<SDValue, 10> Ops(drop_begin(N->op_values(), HasChain ? 2 : 1));
  unsigned Any = *find_if(Row->Opcodes, [](unsigned Opc) { return Opc != 0; });
  Operands O = takeApart(*Row, ID == Row->MaskedID, Ops, Any, TII);
  if (const auto *Other = useConstant(*Row, N, O, *CurDAG))
    Row = Other;
  if (const auto *Other = useRoundToZero(*Row, O))
    Row = Other;
  unsigned Opcode = chooseOpcode(*Row, N, O, *CurDAG);
  if (!Opcode)
    return false;
  const MCInstrDesc &Desc = TII.get(Opcode);
  unsigned Policy = O.HasPolicy ? O.Policy : getImpliedPolicy(O, Desc);
  MTIAVType Type = getConfiguration(N, Desc, O);
  if (Row->Flags & (MTIAVIntrinsics::Load | MTIAVIntrinsics::Store)) {
    SDValue &Address = O.Sources[Row->Flags & MTIAVIntrinsics::Store ? 1 : 0];
    Address = getVAddress(Address);
  }
  unsigned VTypeI = Type.encode(Type.SEW, Type.Log2LMUL, Policy);
  SDValue AVL = O.VL ? getAVL(*CurDAG, DL, O.VL, MTIAV::getVLMax(VTypeI))
                     : CurDAG->getTargetConstant(0, DL, MVT::i64);
  MachineSDNode *Result =
      makePseudo(*CurDAG, DL, Opcode, N->getVTList(), O.Passthru, O.Sources, O.Rounding, O.Mask,
                 AVL, VTypeI, HasChain ? N->getOperand(0) : SDValue());
  if (auto *Mem = dyn_cast<MemSDNode>(N))
    CurDAG->setNodeMemRefs(Result, {Mem->getMemOperand()});
  ReplaceNode(N, Result);
  return true;
}

//===----------------------------------------------------------------------===//
// Configuration
//===----------------------------------------------------------------------===//

// vsetvli with a length that isn't known; see MTIATargetLowering::lowerVectorIntrinsic for others.
bool MTIADAGToDAGISel::selectVectorConfiguration(SDNode *N, unsigned ID) {
  if (ID != Intrinsic::riscv_vsetvli)
    return false;
  SDLoc DL(N);
  unsigned VTypeI = AllAgnostic | N->getConstantOperandVal(2) << 3 | N->getConstantOperandVal(3);
  ReplaceNode(N, CurDAG->getMachineNode(MTIA::PseudoVSETVLI, DL, MVT::i64, N->getOperand(1),
                                        CurDAG->getTargetConstant(VTypeI, DL, MVT::i64)));
  return true;
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

bool MTIADAGToDAGISel::selectVectorConstantMask(SDNode *N, unsigned ID) {
  if (ID != Intrinsic::riscv_vmclr && ID != Intrinsic::riscv_vmset)
    return false;
  SDLoc DL(N);
  MTIAVType Type = MTIAVType::get(N->getValueType(0));
  unsigned Opcode = ID == Intrinsic::riscv_vmset ? MTIA::PseudoVMSET_M : MTIA::PseudoVMCLR_M;
  ReplaceNode(N, makePseudo(*CurDAG, DL, Opcode, N->getVTList(), SDValue(), {}, SDValue(),
                            SDValue(), getAVL(*CurDAG, DL, N->getOperand(1), Type.getVLMax()),
                            Type.getVTypeI(), SDValue()));
  return true;
}

namespace {

// A comparison and what it is with its operands exchanged.
struct Comparison {
  unsigned ID, MaskedID;
  unsigned Swapped; // .vv with the sources exchanged; 0: there is a .vv
  // x OP c is x Constant (c - 1), where c isn't the least value.
  unsigned Constant;
  // x OP y is !(x Inverse y); 0: there is a .vx
  unsigned Inverse;
  bool IsUnsigned;
};

#define BOTH(name) Intrinsic::riscv_##name, Intrinsic::riscv_##name##_mask
const Comparison Comparisons[] = {
    {BOTH(vmslt), 0, MTIA::PseudoVMSLE_VI, 0, false},
    {BOTH(vmsltu), 0, MTIA::PseudoVMSLEU_VI, 0, true},
    {BOTH(vmsgt), MTIA::PseudoVMSLT_VV, 0, 0, false},
    {BOTH(vmsgtu), MTIA::PseudoVMSLTU_VV, 0, 0, true},
    {BOTH(vmsge), MTIA::PseudoVMSLE_VV, MTIA::PseudoVMSGT_VI, MTIA::PseudoVMSLT_VX, false},
    {BOTH(vmsgeu), MTIA::PseudoVMSLEU_VV, MTIA::PseudoVMSGTU_VI, MTIA::PseudoVMSLTU_VX, true},
    {BOTH(vmfgt), MTIA::PseudoVMFLT_VV, 0, 0, false},
    {BOTH(vmfge), MTIA::PseudoVMFLE_VV, 0, 0, false},
};
#undef BOTH

} // namespace

// Comparisons that the instruction set has under another name.
bool MTIADAGToDAGISel::selectVectorCompare(SDNode *N, unsigned ID) {
  const auto *Row =
      find_if(Comparisons, [&](const auto &C) { return C.ID == ID || C.MaskedID == ID; });
  if (Row == std::end(Comparisons))
    return false;
  SDLoc DL(N);
  bool Masked = ID == Row->MaskedID;
  unsigned First = Masked ? 2 : 1;
  SDValue MaskedOff = Masked ? N->getOperand(1) : SDValue();
  SDValue X = N->getOperand(First), Y = N->getOperand(First + 1);
  SDValue Mask = Masked ? N->getOperand(First + 2) : SDValue();
  MTIAVType Type = MTIAVType::get(X.getValueType());
  SDValue AVL = getAVL(*CurDAG, DL, N->getOperand(N->getNumOperands() - 1), Type.getVLMax());
  unsigned VTypeI =
      Type.getVTypeI(isUndef(MaskedOff) ? AllAgnostic : unsigned(MTIAVType::TailAgnostic));
  auto Make = [&](unsigned Opcode, ArrayRef<SDValue> Sources, SDValue Passthru, SDValue M,
                  unsigned V) {
    return makePseudo(*CurDAG, DL, Opcode, N->getVTList(), Passthru, Sources, SDValue(), M, AVL, V,
                      SDValue());
  };

  if (Y.getValueType().isVector()) {
    if (!Row->Swapped)
      return false;
    ReplaceNode(N, Make(Row->Swapped, {Y, X}, MaskedOff, Mask, VTypeI));
    return true;
  }
  if (auto *C = dyn_cast<ConstantSDNode>(Y); C && Row->Constant) {
    int64_t Value = SignExtend64(C->getZExtValue(), Type.SEW);
    if (Value >= -15 && Value <= 16 && !(Row->IsUnsigned && Value == 0)) {
      SDValue Less = CurDAG->getSignedTargetConstant(Value - 1, DL, MVT::i64);
      ReplaceNode(N, Make(Row->Constant, {X, Less}, MaskedOff, Mask, VTypeI));
      return true;
    }
    // Nothing is below 0, everything at least 0.
    if (Row->IsUnsigned && Value == 0 && Row->Inverse) {
      ReplaceNode(N, Make(MTIA::PseudoVMSEQ_VV, {X, X}, MaskedOff, Mask, VTypeI));
      return true;
    }
  }
  if (!Row->Inverse)
    return false;

  // Less, and then the complement of the active elements.
  unsigned MaskVTypeI = MTIAVType::get(N->getValueType(0)).getVTypeI();
  auto MakeLogic = [&](unsigned Opcode, SDValue A, SDValue B) {
    return Make(Opcode, {A, B}, SDValue(), SDValue(), MaskVTypeI);
  };
  if (Masked && MaskedOff == Mask) { // 0 where masked off already
    SDValue Less(Make(Row->Inverse, {X, Y}, SDValue(), SDValue(), Type.getVTypeI()), 0);
    ReplaceNode(N, MakeLogic(MTIA::PseudoVMANDN_MM, Mask, Less));
    return true;
  }
  SDValue Less(Make(Row->Inverse, {X, Y}, MaskedOff, Mask, VTypeI), 0);
  ReplaceNode(N, isUndef(MaskedOff) ? MakeLogic(MTIA::PseudoVMNAND_MM, Less, Less)
                                    : MakeLogic(MTIA::PseudoVMXOR_MM, Less, Mask));
  return true;
}

//===----------------------------------------------------------------------===//
// Tuples
//===----------------------------------------------------------------------===//

static unsigned getTupleSubReg(MVT TupleVT, unsigned Field) {
  static const unsigned Indices[3][8] = {
      {MTIA::sub_vrm1_0, MTIA::sub_vrm1_1, MTIA::sub_vrm1_2, MTIA::sub_vrm1_3, MTIA::sub_vrm1_4,
       MTIA::sub_vrm1_5, MTIA::sub_vrm1_6, MTIA::sub_vrm1_7},
      {MTIA::sub_vrm2_0, MTIA::sub_vrm2_1, MTIA::sub_vrm2_2, MTIA::sub_vrm2_3},
      {MTIA::sub_vrm4_0, MTIA::sub_vrm4_1}};
  return Indices[std::max(0, getTupleLog2LMUL(TupleVT))][Field];
}

bool MTIADAGToDAGISel::selectVectorTuple(SDNode *N, unsigned ID) {
  SDLoc DL(N);
  if (ID == Intrinsic::riscv_tuple_insert) {
    MVT VT = N->getSimpleValueType(0);
    SDValue Tuple = N->getOperand(1);
    if (Tuple.isUndef())
      Tuple = SDValue(CurDAG->getMachineNode(TargetOpcode::IMPLICIT_DEF, DL, VT), 0);
    unsigned Index = getTupleSubReg(VT, N->getConstantOperandVal(3));
    SDValue Result = CurDAG->getTargetInsertSubreg(Index, DL, VT, Tuple, N->getOperand(2));
    ReplaceNode(N, Result.getNode());
    return true;
  }
  if (ID == Intrinsic::riscv_tuple_extract) {
    SDValue Tuple = N->getOperand(1);
    unsigned Index = getTupleSubReg(Tuple.getSimpleValueType(), N->getConstantOperandVal(2));
    SDValue Result = CurDAG->getTargetExtractSubreg(Index, DL, N->getSimpleValueType(0), Tuple);
    ReplaceNode(N, Result.getNode());
    return true;
  }
  return false;
}
