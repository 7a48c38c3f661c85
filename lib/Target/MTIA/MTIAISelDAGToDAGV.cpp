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

// Two sources. R forms have them the other way round. Round is vxrm, or -1.
struct BinaryRow {
  uint16_t Node;
  Element Elt;
  bool Commutative;
  ImmKind Imm;
  uint16_t VV, VX, VI, RX, RI;
  int8_t Round;
};

// One source; Twice where the instruction names it twice.
struct UnaryRow {
  uint16_t Node;
  Element Elt;
  bool Twice;
  uint16_t Opcode;
};

// Two masks.
struct MaskRow {
  uint16_t Node;
  uint16_t Opcode;
};
} // namespace

#define OPC(Name) MTIA::PseudoV##Name
static const BinaryRow BinaryRows[] = {
    {ISD::ADD, Int, true, SImm5, OPC(ADD_VV), OPC(ADD_VX), OPC(ADD_VI), 0, 0, -1},
    {ISD::SUB, Int, false, SImm5, OPC(SUB_VV), OPC(SUB_VX), 0, OPC(RSUB_VX), OPC(RSUB_VI), -1},
    {ISD::AND, Int, true, SImm5, OPC(AND_VV), OPC(AND_VX), OPC(AND_VI), 0, 0, -1},
    {ISD::OR, Int, true, SImm5, OPC(OR_VV), OPC(OR_VX), OPC(OR_VI), 0, 0, -1},
    {ISD::XOR, Int, true, SImm5, OPC(XOR_VV), OPC(XOR_VX), OPC(XOR_VI), 0, 0, -1},
    {ISD::MUL, Int, true, NoImm, OPC(MUL_VV), OPC(MUL_VX), 0, 0, 0, -1},
    {ISD::MULHS, Int, true, NoImm, OPC(MULH_VV), OPC(MULH_VX), 0, 0, 0, -1},
    {ISD::MULHU, Int, true, NoImm, OPC(MULHU_VV), OPC(MULHU_VX), 0, 0, 0, -1},
    {ISD::SDIV, Int, false, NoImm, OPC(DIV_VV), OPC(DIV_VX), 0, 0, 0, -1},
    {ISD::UDIV, Int, false, NoImm, OPC(DIVU_VV), OPC(DIVU_VX), 0, 0, 0, -1},
    {ISD::SREM, Int, false, NoImm, OPC(REM_VV), OPC(REM_VX), 0, 0, 0, -1},
    {ISD::UREM, Int, false, NoImm, OPC(REMU_VV), OPC(REMU_VX), 0, 0, 0, -1},
    {ISD::SHL, Int, false, UImm5, OPC(SLL_VV), OPC(SLL_VX), OPC(SLL_VI), 0, 0, -1},
    {ISD::SRL, Int, false, UImm5, OPC(SRL_VV), OPC(SRL_VX), OPC(SRL_VI), 0, 0, -1},
    {ISD::SRA, Int, false, UImm5, OPC(SRA_VV), OPC(SRA_VX), OPC(SRA_VI), 0, 0, -1},
    {ISD::ROTL, Int, false, NoImm, OPC(ROL_VV), OPC(ROL_VX), 0, 0, 0, -1},
    {ISD::ROTR, Int, false, UImm6, OPC(ROR_VV), OPC(ROR_VX), OPC(ROR_VI), 0, 0, -1},
    {ISD::SMIN, Int, true, NoImm, OPC(MIN_VV), OPC(MIN_VX), 0, 0, 0, -1},
    {ISD::SMAX, Int, true, NoImm, OPC(MAX_VV), OPC(MAX_VX), 0, 0, 0, -1},
    {ISD::UMIN, Int, true, NoImm, OPC(MINU_VV), OPC(MINU_VX), 0, 0, 0, -1},
    {ISD::UMAX, Int, true, NoImm, OPC(MAXU_VV), OPC(MAXU_VX), 0, 0, 0, -1},
    {ISD::SADDSAT, Int, true, SImm5, OPC(SADD_VV), OPC(SADD_VX), OPC(SADD_VI), 0, 0, -1},
    {ISD::UADDSAT, Int, true, SImm5, OPC(SADDU_VV), OPC(SADDU_VX), OPC(SADDU_VI), 0, 0, -1},
    {ISD::SSUBSAT, Int, false, NoImm, OPC(SSUB_VV), OPC(SSUB_VX), 0, 0, 0, -1},
    {ISD::USUBSAT, Int, false, NoImm, OPC(SSUBU_VV), OPC(SSUBU_VX), 0, 0, 0, -1},
    // Down is vxrm 2, to the nearest with ties up 0.
    {ISD::AVGFLOORS, Int, true, NoImm, OPC(AADD_VV), OPC(AADD_VX), 0, 0, 0, 2},
    {ISD::AVGFLOORU, Int, true, NoImm, OPC(AADDU_VV), OPC(AADDU_VX), 0, 0, 0, 2},
    {ISD::AVGCEILS, Int, true, NoImm, OPC(AADD_VV), OPC(AADD_VX), 0, 0, 0, 0},
    {ISD::AVGCEILU, Int, true, NoImm, OPC(AADDU_VV), OPC(AADDU_VX), 0, 0, 0, 0},
    {ISD::FADD, FP, true, NoImm, OPC(FADD_VV), OPC(FADD_VF), 0, 0, 0, -1},
    {ISD::FSUB, FP, false, NoImm, OPC(FSUB_VV), OPC(FSUB_VF), 0, OPC(FRSUB_VF), 0, -1},
    {ISD::FMUL, FP, true, NoImm, OPC(FMUL_VV), OPC(FMUL_VF), 0, 0, 0, -1},
    {ISD::FDIV, FP, false, NoImm, OPC(FDIV_VV), OPC(FDIV_VF), 0, OPC(FRDIV_VF), 0, -1},
    {ISD::FMINNUM, FP, true, NoImm, OPC(FMIN_VV), OPC(FMIN_VF), 0, 0, 0, -1},
    {ISD::FMAXNUM, FP, true, NoImm, OPC(FMAX_VV), OPC(FMAX_VF), 0, 0, 0, -1},
    {ISD::FMINNUM_IEEE, FP, true, NoImm, OPC(FMIN_VV), OPC(FMIN_VF), 0, 0, 0, -1},
    {ISD::FMAXNUM_IEEE, FP, true, NoImm, OPC(FMAX_VV), OPC(FMAX_VF), 0, 0, 0, -1},
    {ISD::FMINIMUMNUM, FP, true, NoImm, OPC(FMIN_VV), OPC(FMIN_VF), 0, 0, 0, -1},
    {ISD::FMAXIMUMNUM, FP, true, NoImm, OPC(FMAX_VV), OPC(FMAX_VF), 0, 0, 0, -1},
    {ISD::FCOPYSIGN, FP, false, NoImm, OPC(FSGNJ_VV), OPC(FSGNJ_VF), 0, 0, 0, -1},
};

static const UnaryRow UnaryRows[] = {
    {ISD::CTPOP, Int, false, OPC(CPOP_V)},          {ISD::CTLZ, Int, false, OPC(CLZ_V)},
    {ISD::CTLZ_ZERO_UNDEF, Int, false, OPC(CLZ_V)}, {ISD::CTTZ, Int, false, OPC(CTZ_V)},
    {ISD::CTTZ_ZERO_UNDEF, Int, false, OPC(CTZ_V)}, {ISD::BSWAP, Int, false, OPC(REV8_V)},
    {ISD::BITREVERSE, Int, false, OPC(BREV_V)},     {ISD::FSQRT, FP, false, OPC(FSQRT_V)},
    {ISD::FNEG, FP, true, OPC(FSGNJN_VV)},          {ISD::FABS, FP, true, OPC(FSGNJX_VV)},
};

static const MaskRow MaskRows[] = {
    {ISD::AND, OPC(MAND_MM)},
    {ISD::OR, OPC(MOR_MM)},
    {ISD::XOR, OPC(MXOR_MM)},
};
#undef OPC

static Element getElement(EVT VT) {
  MVT Elt = VT.getVectorElementType().getSimpleVT();
  return Elt == MVT::i1 ? Mask : Elt.isFloatingPoint() ? FP : Int;
}

// Nodes are looked up by number.
template <typename Row, size_t N>
static const Row *lookup(const Row (&Rows)[N], unsigned Node, Element Elt) {
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

// The node without exceptions in its semantics.
static unsigned getNonStrict(unsigned Opcode) {
  switch (Opcode) {
#define DAG_INSTRUCTION(NAME, NARG, ROUND_MODE, INTRINSIC, DAGN)                                   \
  case ISD::STRICT_##DAGN:                                                                         \
    return ISD::DAGN;
#define CMP_INSTRUCTION(NAME, NARG, ROUND_MODE, INTRINSIC, DAGN)                                   \
  case ISD::STRICT_##DAGN:                                                                         \
    return ISD::SETCC;
#include "llvm/IR/ConstrainedOps.def"
  default:
    return Opcode;
  }
}

namespace {
/// An operation in its simplest form: the generic node that it is, and what it has beside the
/// operands of that, whether it came as one, with a mask and a length (vp.*), or with a chain.
struct Operation {
  SelectionDAG &DAG;
  SDNode *N;
  SDLoc DL;
  unsigned Opcode;
  EVT VT;
  SmallVector<SDValue, 4> Ops;
  SDValue VMask, EVL, Chain;
  /// What masked-off elements are.
  SDValue Passthru;
  bool Strict = false;
  /// Whether masked-off elements keep the addend.
  bool Accumulates = false;
  /// Selected nodes of a constant.
  function_ref<SDValue(int64_t)> Constant;

  Operation(SelectionDAG &DAG, SDNode *N, function_ref<SDValue(int64_t)> Constant)
      : DAG(DAG), N(N), DL(N), VT(N->getValueType(0)), Constant(Constant) {
    Opcode = N->getOpcode();
    int MaskIdx = -1, EVLIdx = -1;
    if (ISD::isVPOpcode(Opcode)) {
      MaskIdx = ISD::getVPMaskIdx(Opcode).value_or(-1);
      EVLIdx = ISD::getVPExplicitVectorLengthIdx(Opcode).value_or(-1);
      if (Opcode == ISD::VP_SETCC)
        Opcode = ISD::SETCC;
      else if (auto Base = ISD::getBaseOpcodeForVP(Opcode, false))
        Opcode = *Base;
      else if (Opcode == ISD::VP_MERGE) // its condition isn't a mask of the operation
        Opcode = ISD::VSELECT;
    } else if (N->isStrictFPOpcode()) {
      Opcode = getNonStrict(Opcode);
      Strict = true;
    }
    for (int I = 0, E = N->getNumOperands(); I != E; ++I) {
      SDValue Op = N->getOperand(I);
      if (I == MaskIdx)
        VMask = MTIAV::isAllOnesMask(Op) ? SDValue() : Op;
      else if (I == EVLIdx)
        EVL = getCount(Op);
      else if (Strict && I == 0)
        Chain = Op;
      else
        Ops.push_back(Op);
    }
  }

  // A length that is all elements isn't one.
  SDValue getCount(SDValue V) {
    EVT Vector = VT.isVector() ? VT : EVT();
    for (SDValue Op : N->op_values())
      if (!Vector.isVector() && Op.getValueType().isVector())
        Vector = Op.getValueType();
    MTIAVType T = MTIAVType::get(Vector);
    if (auto *C = dyn_cast<ConstantSDNode>(V); C && C->getZExtValue() == T.NumElts)
      return SDValue();
    return V;
  }

  bool isPlain() const { return !VMask && !EVL && !Strict && !Passthru; }

  MTIAV::OpInfo getInfo() const {
    MTIAV::OpInfo Info;
    Info.Mask = VMask;
    Info.AVL = EVL;
    Info.NoFPExcept = !Strict || N->getFlags().hasNoFPExcept();
    return Info;
  }

  /// An instruction with these sources, and for passthru what the operation has.
  SDValue make(EVT ResultVT, unsigned Opc, ArrayRef<SDValue> Sources, const MTIAV::OpInfo &Info) {
    const MCInstrDesc &D = DAG.getSubtarget().getInstrInfo()->get(Opc);
    SmallVector<SDValue, 4> All;
    if (MTIAV::hasPassthru(D) && !MTIAV::readsVd(D))
      All.push_back(Passthru && ResultVT == VT ? Passthru : MTIAV::getUndef(DAG, ResultVT));
    All.append(Sources.begin(), Sources.end());
    if (!Strict)
      return MTIAV::getOp(DAG, DL, ResultVT, Opc, All, Info);
    MachineSDNode *M = MTIAV::getChainedOp(DAG, DL, ResultVT, Opc, Chain, All, Info);
    Chain = SDValue(M, 1);
    return SDValue(M, 0);
  }
  SDValue make(EVT ResultVT, unsigned Opc, ArrayRef<SDValue> Sources, int Round = -1) {
    MTIAV::OpInfo Info = getInfo();
    Info.Round = Round;
    return make(ResultVT, Opc, Sources, Info);
  }
  SDValue make(unsigned Opc, ArrayRef<SDValue> Sources) { return make(VT, Opc, Sources); }

  /// The same without a mask, for steps on the way.
  SDValue makeUnmasked(EVT ResultVT, unsigned Opc, ArrayRef<SDValue> Sources, int Round = -1) {
    SDValue OldMask = VMask, OldPassthru = Passthru;
    VMask = Passthru = SDValue();
    SDValue R = make(ResultVT, Opc, Sources, Round);
    VMask = OldMask;
    Passthru = OldPassthru;
    return R;
  }
  SDValue imm(int64_t Value) { return MTIAV::getImm(DAG, DL, Value); }
  EVT withElement(EVT From, MVT Elt) const {
    return MVT::getVectorVT(Elt, From.getVectorElementCount());
  }
  EVT withIntBits(EVT From, unsigned Bits) const {
    return withElement(From, MVT::getIntegerVT(Bits));
  }
  EVT withFPBits(EVT From, unsigned Bits) const {
    return withElement(From, MVT::getFloatingPointVT(Bits));
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// One and two sources
//===----------------------------------------------------------------------===//

static SDValue selectBinary(Operation &Op) {
  const BinaryRow *Row = lookup(BinaryRows, Op.Opcode, getElement(Op.VT));
  if (!Row)
    return SDValue();
  auto WithScalar = [&](SDValue V, SDValue S, unsigned VX, unsigned VI) {
    if (VI)
      if (std::optional<int64_t> C = MTIAV::getSplatConstant(S); C && isImm(Row->Imm, *C))
        return Op.make(Op.VT, VI, {V, Op.imm(*C)}, Row->Round);
    if (VX)
      if (SDValue Scalar = MTIAV::getSplatScalar(S))
        return Op.make(Op.VT, VX, {V, Scalar}, Row->Round);
    return SDValue();
  };
  SDValue A = Op.Ops[0], B = Op.Ops[1];
  // x - c is x + -c, which has a constant.
  if (Op.Opcode == ISD::SUB)
    if (std::optional<int64_t> C = MTIAV::getSplatConstant(B); C && isInt<5>(-*C))
      return Op.make(MTIA::PseudoVADD_VI, {A, Op.imm(-*C)});
  // x & ~y, if there is an instruction for it.
  if (Op.Opcode == ISD::AND &&
      Op.DAG.getMachineFunction().getSubtarget<MTIASubtarget>().hasStdExtZvkb()) {
    auto IsNot = [](SDValue V) {
      return V.getOpcode() == ISD::XOR && MTIAV::getSplatConstant(V.getOperand(1)) == -1;
    };
    if (IsNot(B))
      return Op.make(MTIA::PseudoVANDN_VV, {A, B.getOperand(0)});
    if (IsNot(A))
      return Op.make(MTIA::PseudoVANDN_VV, {B, A.getOperand(0)});
  }
  if (Op.Opcode == ISD::FCOPYSIGN && B.getOpcode() == ISD::FNEG && Op.isPlain())
    return Op.make(MTIA::PseudoVFSGNJN_VV, {A, B.getOperand(0)});
  if (SDValue R = WithScalar(A, B, Row->VX, Row->VI))
    return R;
  if (SDValue R = Row->Commutative ? WithScalar(B, A, Row->VX, Row->VI)
                                   : WithScalar(B, A, Row->RX, Row->RI))
    return R;
  return Op.make(Op.VT, Row->VV, {A, B}, Row->Round);
}

// x + m, where m is a mask made a number: 1 is added where it is set, x stays elsewhere.
static SDValue selectMaskOperand(Operation &Op) {
  if (Op.VMask || Op.Strict || !Op.VT.isVector() || getElement(Op.VT) != Int)
    return SDValue();
  unsigned Opc;
  switch (Op.Opcode) {
  case ISD::ADD:
  case ISD::SUB:
    Opc = MTIA::PseudoVADD_VI;
    break;
  case ISD::OR:
    Opc = MTIA::PseudoVOR_VI;
    break;
  case ISD::XOR:
    Opc = MTIA::PseudoVXOR_VI;
    break;
  default:
    return SDValue();
  }
  for (unsigned I : {1u, 0u}) {
    SDValue X = Op.Ops[1 - I], M = Op.Ops[I];
    bool Signed = M.getOpcode() == ISD::SIGN_EXTEND;
    if ((!Signed && M.getOpcode() != ISD::ZERO_EXTEND) || !M.hasOneUse() || M == X ||
        getElement(M.getOperand(0).getValueType()) != Mask)
      continue;
    if ((Op.Opcode == ISD::SUB && I == 0) || (Op.Passthru && Op.Passthru != X))
      continue;
    SDValue OldPassthru = Op.Passthru;
    Op.VMask = M.getOperand(0);
    Op.Passthru = X;
    bool Minus = Signed != (Op.Opcode == ISD::SUB);
    SDValue R = Op.make(Opc, {X, Op.imm(Minus ? -1 : 1)});
    Op.VMask = SDValue();
    Op.Passthru = OldPassthru;
    return R;
  }
  return SDValue();
}

static SDValue selectUnary(Operation &Op) {
  const UnaryRow *Row = lookup(UnaryRows, Op.Opcode, getElement(Op.VT));
  if (!Row)
    return SDValue();
  if (Row->Twice)
    return Op.make(Row->Opcode, {Op.Ops[0], Op.Ops[0]});
  return Op.make(Row->Opcode, {Op.Ops[0]});
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

static bool isMaskNot(SDValue V) {
  return V.getOpcode() == ISD::XOR && ISD::isConstantSplatVectorAllOnes(V.getOperand(1).getNode());
}

static SDValue selectMaskLogic(Operation &Op) {
  const MaskRow *Row = nullptr;
  for (const MaskRow &R : MaskRows)
    if (R.Node == Op.Opcode)
      Row = &R;
  if (!Row)
    return SDValue();
  SDValue A = Op.Ops[0], B = Op.Ops[1];
  // The negation of another operation, or of one source, is part of the instruction.
  if (Op.Opcode == ISD::XOR && ISD::isConstantSplatVectorAllOnes(B.getNode())) {
    if (A.hasOneUse() && A.getOpcode() == ISD::AND)
      return Op.make(MTIA::PseudoVMNAND_MM, {A.getOperand(0), A.getOperand(1)});
    if (A.hasOneUse() && A.getOpcode() == ISD::OR)
      return Op.make(MTIA::PseudoVMNOR_MM, {A.getOperand(0), A.getOperand(1)});
    if (A.hasOneUse() && A.getOpcode() == ISD::XOR)
      return Op.make(MTIA::PseudoVMXNOR_MM, {A.getOperand(0), A.getOperand(1)});
    return Op.make(MTIA::PseudoVMNAND_MM, {A, A});
  }
  if (isMaskNot(A))
    std::swap(A, B);
  if (isMaskNot(B)) {
    if (Op.Opcode == ISD::AND)
      return Op.make(MTIA::PseudoVMANDN_MM, {A, B.getOperand(0)});
    if (Op.Opcode == ISD::OR)
      return Op.make(MTIA::PseudoVMORN_MM, {A, B.getOperand(0)});
    return Op.make(MTIA::PseudoVMXNOR_MM, {A, B.getOperand(0)});
  }
  return Op.make(Row->Opcode, {A, B});
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

static SDValue selectMaskCompare(Operation &Op, SDValue A, SDValue B, ISD::CondCode CC) {
  switch (CC) {
  case ISD::SETEQ:
    return Op.make(MTIA::PseudoVMXNOR_MM, {A, B});
  case ISD::SETNE:
    return Op.make(MTIA::PseudoVMXOR_MM, {A, B});
  case ISD::SETUGT: // a & ~b; as a signed number, true is -1
  case ISD::SETLT:
    return Op.make(MTIA::PseudoVMANDN_MM, {A, B});
  case ISD::SETULT:
  case ISD::SETGT:
    return Op.make(MTIA::PseudoVMANDN_MM, {B, A});
  case ISD::SETUGE:
  case ISD::SETLE:
    return Op.make(MTIA::PseudoVMORN_MM, {A, B});
  case ISD::SETULE:
  case ISD::SETGE:
    return Op.make(MTIA::PseudoVMORN_MM, {B, A});
  default:
    llvm_unreachable("Not a comparison of integers");
  }
}

static SDValue selectIntCompare(Operation &Op, SDValue A, SDValue B, ISD::CondCode CC) {
  if (!MTIAV::getSplatScalar(B) && MTIAV::getSplatScalar(A)) {
    std::swap(A, B);
    CC = ISD::getSetCCSwappedOperands(CC);
  }
  bool Unsigned = ISD::isUnsignedIntSetCC(CC);
  unsigned Bits = B.getScalarValueSizeInBits();
  std::optional<int64_t> C = MTIAV::getSplatConstant(B);
  SDValue Scalar = MTIAV::getSplatScalar(B);
  // One less than the constant, if there is one.
  std::optional<int64_t> Less;
  if (C && *C != (Unsigned ? 0 : minIntN(Bits)))
    Less = *C - 1;
  // An instruction per form of the second operand. One that doesn't exist is that of the swapped
  // operands, or of the constant below.
  unsigned VV, VX, VI;
  bool Swapped = false;
  std::optional<int64_t> Imm = C;
  switch (CC) {
  case ISD::SETEQ:
    VV = MTIA::PseudoVMSEQ_VV, VX = MTIA::PseudoVMSEQ_VX, VI = MTIA::PseudoVMSEQ_VI;
    break;
  case ISD::SETNE:
    VV = MTIA::PseudoVMSNE_VV, VX = MTIA::PseudoVMSNE_VX, VI = MTIA::PseudoVMSNE_VI;
    break;
  case ISD::SETLT:
  case ISD::SETULT:
    VV = Unsigned ? MTIA::PseudoVMSLTU_VV : MTIA::PseudoVMSLT_VV;
    VX = Unsigned ? MTIA::PseudoVMSLTU_VX : MTIA::PseudoVMSLT_VX;
    VI = Unsigned ? MTIA::PseudoVMSLEU_VI : MTIA::PseudoVMSLE_VI;
    Imm = Less;
    break;
  case ISD::SETLE:
  case ISD::SETULE:
    VV = Unsigned ? MTIA::PseudoVMSLEU_VV : MTIA::PseudoVMSLE_VV;
    VX = Unsigned ? MTIA::PseudoVMSLEU_VX : MTIA::PseudoVMSLE_VX;
    VI = Unsigned ? MTIA::PseudoVMSLEU_VI : MTIA::PseudoVMSLE_VI;
    break;
  case ISD::SETGT:
  case ISD::SETUGT:
    VV = Unsigned ? MTIA::PseudoVMSLTU_VV : MTIA::PseudoVMSLT_VV, Swapped = true;
    VX = Unsigned ? MTIA::PseudoVMSGTU_VX : MTIA::PseudoVMSGT_VX;
    VI = Unsigned ? MTIA::PseudoVMSGTU_VI : MTIA::PseudoVMSGT_VI;
    break;
  case ISD::SETGE:
  case ISD::SETUGE:
    VV = Unsigned ? MTIA::PseudoVMSLEU_VV : MTIA::PseudoVMSLE_VV, Swapped = true;
    VX = 0;
    VI = Unsigned ? MTIA::PseudoVMSGTU_VI : MTIA::PseudoVMSGT_VI;
    Imm = Less;
    break;
  default:
    llvm_unreachable("Not a comparison of integers");
  }
  if (Imm && isInt<5>(*Imm))
    return Op.make(VI, {A, Op.imm(*Imm)});
  if (Scalar && VX)
    return Op.make(VX, {A, Scalar});
  return Swapped ? Op.make(VV, {B, A}) : Op.make(VV, {A, B});
}

// The comparisons that are instructions, false for NaNs but for SETUNE.
static SDValue makeFPCompare(Operation &Op, SDValue A, SDValue B, ISD::CondCode CC) {
  SDValue SA = MTIAV::getSplatScalar(A), SB = MTIAV::getSplatScalar(B);
  if (SA && !SB) {
    std::swap(A, B);
    std::swap(SA, SB);
    CC = ISD::getSetCCSwappedOperands(CC);
  }
  switch (CC) {
  case ISD::SETOEQ:
    return SB ? Op.make(MTIA::PseudoVMFEQ_VF, {A, SB}) : Op.make(MTIA::PseudoVMFEQ_VV, {A, B});
  case ISD::SETUNE:
    return SB ? Op.make(MTIA::PseudoVMFNE_VF, {A, SB}) : Op.make(MTIA::PseudoVMFNE_VV, {A, B});
  case ISD::SETOLT:
    return SB ? Op.make(MTIA::PseudoVMFLT_VF, {A, SB}) : Op.make(MTIA::PseudoVMFLT_VV, {A, B});
  case ISD::SETOLE:
    return SB ? Op.make(MTIA::PseudoVMFLE_VF, {A, SB}) : Op.make(MTIA::PseudoVMFLE_VV, {A, B});
  case ISD::SETOGT:
    return SB ? Op.make(MTIA::PseudoVMFGT_VF, {A, SB}) : Op.make(MTIA::PseudoVMFLT_VV, {B, A});
  case ISD::SETOGE:
    return SB ? Op.make(MTIA::PseudoVMFGE_VF, {A, SB}) : Op.make(MTIA::PseudoVMFLE_VV, {B, A});
  default:
    llvm_unreachable("Not a comparison that is an instruction");
  }
}

static SDValue selectFPCompare(Operation &Op, SDValue A, SDValue B, ISD::CondCode CC) {
  EVT VT = Op.VT;
  // The logic of masks has no mask itself, and no chain.
  auto Logic = [&](unsigned Opc, SDValue X, SDValue Y) {
    MTIAV::OpInfo Info;
    Info.AVL = Op.EVL;
    return MTIAV::getOp(Op.DAG, Op.DL, VT, Opc, {X, Y}, Info);
  };
  auto Not = [&](SDValue X) { return Logic(MTIA::PseudoVMNAND_MM, X, X); };
  // With exceptions: the orderings signal for quiet NaNs too, and a quiet comparison mustn't;
  // the equalities don't, and a signaling comparison must.
  bool Signaling = Op.N->getOpcode() == ISD::STRICT_FSETCCS;
  auto Compare = [&](ISD::CondCode C) {
    if (!Op.Strict)
      return makeFPCompare(Op, A, B, C);
    if (C == ISD::SETOEQ || C == ISD::SETUNE) {
      if (!Signaling)
        return makeFPCompare(Op, A, B, C);
      SDValue Equal = Logic(MTIA::PseudoVMAND_MM, makeFPCompare(Op, A, B, ISD::SETOLE),
                            makeFPCompare(Op, A, B, ISD::SETOGE));
      return C == ISD::SETOEQ ? Equal : Not(Equal);
    }
    if (Signaling)
      return makeFPCompare(Op, A, B, C);
    SDValue Ordered = Logic(MTIA::PseudoVMAND_MM, makeFPCompare(Op, A, A, ISD::SETOEQ),
                            makeFPCompare(Op, B, B, ISD::SETOEQ));
    Op.VMask = Op.Passthru = Ordered;
    SDValue R = makeFPCompare(Op, A, B, C);
    Op.VMask = Op.Passthru = SDValue();
    return R;
  };
  switch (CC) {
  case ISD::SETEQ:
  case ISD::SETOEQ:
    return Compare(ISD::SETOEQ);
  case ISD::SETNE:
  case ISD::SETUNE:
    return Compare(ISD::SETUNE);
  case ISD::SETLT:
  case ISD::SETOLT:
    return Compare(ISD::SETOLT);
  case ISD::SETLE:
  case ISD::SETOLE:
    return Compare(ISD::SETOLE);
  case ISD::SETGT:
  case ISD::SETOGT:
    return Compare(ISD::SETOGT);
  case ISD::SETGE:
  case ISD::SETOGE:
    return Compare(ISD::SETOGE);
  case ISD::SETULT:
    return Not(Compare(ISD::SETOGE));
  case ISD::SETULE:
    return Not(Compare(ISD::SETOGT));
  case ISD::SETUGT:
    return Not(Compare(ISD::SETOLE));
  case ISD::SETUGE:
    return Not(Compare(ISD::SETOLT));
  case ISD::SETONE:
    return Logic(MTIA::PseudoVMOR_MM, Compare(ISD::SETOLT), Compare(ISD::SETOGT));
  case ISD::SETUEQ:
    return Logic(MTIA::PseudoVMNOR_MM, Compare(ISD::SETOLT), Compare(ISD::SETOGT));
  case ISD::SETO:
  case ISD::SETUO: {
    if (Signaling) { // one of the two is true of numbers only
      return Logic(CC == ISD::SETO ? MTIA::PseudoVMOR_MM : MTIA::PseudoVMNOR_MM,
                   Compare(ISD::SETOLT), Compare(ISD::SETOGE));
    }
    ISD::CondCode Itself = CC == ISD::SETO ? ISD::SETOEQ : ISD::SETUNE;
    // Constants aren't NaNs.
    auto IsNumber = [](SDValue V) {
      SDValue S = MTIAV::getSplatScalar(V);
      auto *C = S ? dyn_cast<ConstantFPSDNode>(S) : nullptr;
      return C && !C->getValueAPF().isNaN();
    };
    if (!Op.Strict && IsNumber(A) != IsNumber(B))
      return IsNumber(A) ? makeFPCompare(Op, B, B, Itself) : makeFPCompare(Op, A, A, Itself);
    SDValue X = makeFPCompare(Op, A, A, Itself);
    if (A == B)
      return X;
    SDValue Y = makeFPCompare(Op, B, B, Itself);
    return Logic(CC == ISD::SETO ? MTIA::PseudoVMAND_MM : MTIA::PseudoVMOR_MM, X, Y);
  }
  case ISD::SETFALSE:
  case ISD::SETFALSE2:
    return MTIAV::getOp(Op.DAG, Op.DL, VT, MTIA::PseudoVMCLR_M, {});
  case ISD::SETTRUE:
  case ISD::SETTRUE2:
    return MTIAV::getOp(Op.DAG, Op.DL, VT, MTIA::PseudoVMSET_M, {});
  default:
    llvm_unreachable("No other condition");
  }
}

static SDValue selectCompare(Operation &Op) {
  ISD::CondCode CC = cast<CondCodeSDNode>(Op.Ops[2])->get();
  switch (getElement(Op.Ops[0].getValueType())) {
  case Mask:
    return selectMaskCompare(Op, Op.Ops[0], Op.Ops[1], CC);
  case FP:
    return selectFPCompare(Op, Op.Ops[0], Op.Ops[1], CC);
  default:
    return selectIntCompare(Op, Op.Ops[0], Op.Ops[1], CC);
  }
}

//===----------------------------------------------------------------------===//
// Wider results
//===----------------------------------------------------------------------===//

static SDValue extendInt(Operation &Op, EVT To, SDValue V, bool Signed, bool Last);
static bool hasArithmetic(Operation &Op, EVT VT);

namespace {
/// An operand that is an extension of elements of half the width, or a scalar of which the
/// lower half is enough.
struct Extended {
  SDValue Source; // a vector that isn't more than half as wide, ...
  SDValue Scalar; // ... or a scalar
  bool Signed = false, Unsigned = false;
  explicit operator bool() const { return Source || Scalar; }
};
} // namespace

static bool isIntExtension(SDValue V) {
  return (V.getOpcode() == ISD::SIGN_EXTEND || V.getOpcode() == ISD::ZERO_EXTEND) &&
         V.getOperand(0).getScalarValueSizeInBits() >= 8;
}

// Whether all users of an extension have it in their instructions, so that it has none itself.
static bool isPartOfUsers(SDValue V) {
  for (SDUse &U : V->uses()) {
    SDNode *User = U.getUser();
    unsigned Opcode = User->getOpcode();
    if (Opcode == ISD::SHL && U.getOperandNo() == 0 && MTIAV::getSplatConstant(User->getOperand(1)))
      continue;
    if (Opcode != ISD::ADD && Opcode != ISD::MUL && (Opcode != ISD::SUB || U.getOperandNo() == 0))
      return false;
    // Of a sum, one of the two; of a product, both, or it is a square.
    SDValue Other = User->getOperand(1 - U.getOperandNo());
    if (Opcode == ISD::MUL ? Other != V && !(isIntExtension(Other) && Other.hasOneUse())
                           : Other == V || MTIAV::getSplatScalar(Other))
      return false;
  }
  return true;
}

static Extended getExtendedInt(SDValue V, SelectionDAG &DAG) {
  Extended E;
  unsigned Half = V.getScalarValueSizeInBits() / 2;
  if (Half < 8)
    return E;
  if (isIntExtension(V)) {
    SDValue Source = V.getOperand(0);
    if (V.hasOneUse() || (Source.getScalarValueSizeInBits() == Half && isPartOfUsers(V))) {
      E.Source = Source;
      E.Signed = V.getOpcode() == ISD::SIGN_EXTEND;
      // A zero extension by more than the half is one of a signed half, too.
      E.Unsigned = !E.Signed;
    }
    return E;
  }
  SDValue S = MTIAV::getSplatScalar(V);
  if (!S)
    return E;
  if (std::optional<int64_t> C = MTIAV::getSplatConstant(V)) {
    E.Signed = isIntN(Half, *C);
    E.Unsigned = *C >= 0 && isUIntN(Half, *C);
  } else if (S.getValueSizeInBits() == 64) {
    E.Signed = DAG.ComputeNumSignBits(S) > 64 - Half;
    E.Unsigned = DAG.MaskedValueIsZero(S, APInt::getBitsSetFrom(64, Half));
  }
  if (E.Signed || E.Unsigned)
    E.Scalar = S;
  return E;
}

// The source at exactly half the width.
static SDValue getHalf(Operation &Op, const Extended &E, EVT Wide, bool Signed) {
  return extendInt(Op, Op.withIntBits(Wide, Wide.getScalarSizeInBits() / 2), E.Source, Signed,
                   false);
}

// What is shifted left after its extension, by a constant: the amount, or 0.
static unsigned getShiftOfExtended(Operation &Op, SDValue Shifted, SDValue Amount, Extended &E) {
  std::optional<int64_t> C = MTIAV::getSplatConstant(Amount);
  unsigned Half = Shifted.getScalarValueSizeInBits() / 2;
  if (!C || *C < 1 || *C >= Half || !isIntExtension(Shifted))
    return 0;
  E = getExtendedInt(Shifted, Op.DAG);
  return E.Source && E.Source.getScalarValueSizeInBits() == Half ? *C : 0;
}

static SDValue selectWideningShift(Operation &Op) {
  Extended E;
  unsigned Amount = getShiftOfExtended(Op, Op.Ops[0], Op.Ops[1], E);
  if (!Amount)
    return SDValue();
  if (E.Unsigned && Op.DAG.getMachineFunction().getSubtarget<MTIASubtarget>().hasStdExtZvbb())
    return Op.make(MTIA::PseudoVWSLL_VI, {E.Source, Op.imm(Amount)});
  if (Amount == 1)
    return Op.make(E.Signed ? MTIA::PseudoVWADD_VV : MTIA::PseudoVWADDU_VV, {E.Source, E.Source});
  return Op.make(E.Signed ? MTIA::PseudoVWMULSU_VX : MTIA::PseudoVWMULU_VX,
                 {E.Source, Op.Constant(int64_t(1) << Amount)});
}

static SDValue selectWideningInt(Operation &Op) {
  EVT VT = Op.VT;
  bool IsSub = Op.Opcode == ISD::SUB;
  if (Op.Opcode == ISD::SHL)
    return selectWideningShift(Op);
  if (Op.Opcode != ISD::ADD && Op.Opcode != ISD::MUL && !IsSub)
    return SDValue();
  SDValue A = Op.Ops[0], B = Op.Ops[1];
  Extended EA = getExtendedInt(A, Op.DAG), EB = getExtendedInt(B, Op.DAG);
  if (A == B && A.getOpcode() != ISD::SPLAT_VECTOR && Op.Opcode != ISD::MUL)
    return SDValue();
  if (Op.Opcode != ISD::SUB && !EA.Source) {
    std::swap(A, B);
    std::swap(EA, EB);
  }

  if (Op.Opcode == ISD::MUL) {
    if (!EA.Source || !EB)
      return SDValue();
    // rs1 or vs1 is the second factor.
    if (EA.Signed && EB.Signed)
      return EB.Scalar ? Op.make(MTIA::PseudoVWMUL_VX, {getHalf(Op, EA, VT, true), EB.Scalar})
                       : Op.make(MTIA::PseudoVWMUL_VV,
                                 {getHalf(Op, EA, VT, true), getHalf(Op, EB, VT, true)});
    if (EA.Unsigned && EB.Unsigned)
      return EB.Scalar ? Op.make(MTIA::PseudoVWMULU_VX, {getHalf(Op, EA, VT, false), EB.Scalar})
                       : Op.make(MTIA::PseudoVWMULU_VV,
                                 {getHalf(Op, EA, VT, false), getHalf(Op, EB, VT, false)});
    if (EA.Unsigned && EB.Source)
      std::swap(EA, EB);
    if (EA.Signed && EB.Unsigned)
      return EB.Scalar ? Op.make(MTIA::PseudoVWMULSU_VX, {getHalf(Op, EA, VT, true), EB.Scalar})
                       : Op.make(MTIA::PseudoVWMULSU_VV,
                                 {getHalf(Op, EA, VT, true), getHalf(Op, EB, VT, false)});
    return SDValue();
  }

  // Both narrow, or the second.
  for (bool Signed : {true, false}) {
    auto Is = [&](const Extended &E) { return Signed ? E.Signed : E.Unsigned; };
    if (!EA.Source || !Is(EA) || !EB || !Is(EB))
      continue;
    if (EB.Scalar) {
      unsigned Opc = IsSub ? (Signed ? MTIA::PseudoVWSUB_VX : MTIA::PseudoVWSUBU_VX)
                           : (Signed ? MTIA::PseudoVWADD_VX : MTIA::PseudoVWADDU_VX);
      return Op.make(Opc, {getHalf(Op, EA, VT, Signed), EB.Scalar});
    }
    unsigned Opc = IsSub ? (Signed ? MTIA::PseudoVWSUB_VV : MTIA::PseudoVWSUBU_VV)
                         : (Signed ? MTIA::PseudoVWADD_VV : MTIA::PseudoVWADDU_VV);
    return Op.make(Opc, {getHalf(Op, EA, VT, Signed), getHalf(Op, EB, VT, Signed)});
  }
  if (!IsSub && EA.Source && !EB.Source) {
    std::swap(A, B);
    std::swap(EA, EB);
  }
  // The scalar forms of the wide operation are as good.
  if (!EB.Source || MTIAV::getSplatScalar(A))
    return SDValue();
  unsigned Opc = IsSub ? (EB.Signed ? MTIA::PseudoVWSUB_WV : MTIA::PseudoVWSUBU_WV)
                       : (EB.Signed ? MTIA::PseudoVWADD_WV : MTIA::PseudoVWADDU_WV);
  return Op.make(Opc, {A, getHalf(Op, EB, VT, EB.Signed)});
}

// c + a * b with narrow factors.
static SDValue selectWideningMulAdd(Operation &Op, SDValue C, Extended EA, Extended EB) {
  EVT VT = Op.VT;
  // The scalar, if there is one, first.
  if (EB.Scalar)
    std::swap(EA, EB);
  if (!EA || !EB.Source)
    return SDValue();
  MTIAV::OpInfo Info = Op.getInfo();
  auto Make = [&](unsigned VV, unsigned VX, bool SignedA, bool SignedB) {
    SDValue Y = getHalf(Op, EB, VT, SignedB);
    if (EA.Scalar)
      return Op.make(VT, VX, {C, EA.Scalar, Y}, Info);
    return Op.make(VT, VV, {C, getHalf(Op, EA, VT, SignedA), Y}, Info);
  };
  if (EA.Signed && EB.Signed)
    return Make(MTIA::PseudoVWMACC_VV, MTIA::PseudoVWMACC_VX, true, true);
  if (EA.Unsigned && EB.Unsigned)
    return Make(MTIA::PseudoVWMACCU_VV, MTIA::PseudoVWMACCU_VX, false, false);
  if (EA.Signed && EB.Unsigned) // vs1 is the signed factor
    return Make(MTIA::PseudoVWMACCSU_VV, MTIA::PseudoVWMACCSU_VX, true, false);
  if (EA.Scalar) // of a vector the order is free
    return Op.make(VT, MTIA::PseudoVWMACCUS_VX, {C, EA.Scalar, getHalf(Op, EB, VT, true)}, Info);
  std::swap(EA, EB);
  return Make(MTIA::PseudoVWMACCSU_VV, 0, true, false);
}

// A conversion of half the width: of a vector, or of the scalar that is splat. Of a square both
// factors are the same one.
static Extended getExtendedFP(Operation &Op, SDValue V, bool BF16, bool Square = false) {
  Extended E;
  auto IsHalf = [&](EVT From) {
    if (From.getScalarSizeInBits() * 2 != V.getScalarValueSizeInBits())
      return false;
    return BF16 ? From.getScalarType() == MVT::bf16
                : From.getScalarType() != MVT::bf16 && From.isVector() && hasArithmetic(Op, From);
  };
  if (V.getOpcode() == ISD::FP_EXTEND && V->hasNUsesOfValue(Square ? 2 : 1, 0) &&
      IsHalf(V.getOperand(0).getValueType())) {
    E.Source = V.getOperand(0);
    return E;
  }
  SDValue S = MTIAV::getSplatScalar(V);
  if (S && S.getOpcode() == ISD::FP_EXTEND && !BF16) {
    EVT From = S.getOperand(0).getValueType();
    if (IsHalf(Op.withElement(V.getValueType(), From.getSimpleVT())))
      E.Scalar = S.getOperand(0);
  }
  return E;
}

static SDValue selectWideningFP(Operation &Op) {
  if ((Op.Opcode != ISD::FADD && Op.Opcode != ISD::FSUB && Op.Opcode != ISD::FMUL) ||
      getElement(Op.VT) != FP || Op.Strict)
    return SDValue();
  SDValue A = Op.Ops[0], B = Op.Ops[1];
  const bool Square = A == B;
  if (Square && Op.Opcode != ISD::FMUL)
    return SDValue();
  Extended EA = getExtendedFP(Op, A, false, Square), EB = getExtendedFP(Op, B, false, Square);
  if (Op.Opcode != ISD::FSUB && !EA.Source) {
    std::swap(A, B);
    std::swap(EA, EB);
  }
  if (EA.Source && EB) {
    unsigned VV, VF;
    switch (Op.Opcode) {
    case ISD::FADD:
      VV = MTIA::PseudoVFWADD_VV, VF = MTIA::PseudoVFWADD_VF;
      break;
    case ISD::FSUB:
      VV = MTIA::PseudoVFWSUB_VV, VF = MTIA::PseudoVFWSUB_VF;
      break;
    default:
      VV = MTIA::PseudoVFWMUL_VV, VF = MTIA::PseudoVFWMUL_VF;
      break;
    }
    return EB.Scalar ? Op.make(VF, {EA.Source, EB.Scalar}) : Op.make(VV, {EA.Source, EB.Source});
  }
  if (Op.Opcode == ISD::FMUL)
    return SDValue();
  if (Op.Opcode == ISD::FADD && EA.Source) {
    std::swap(A, B);
    std::swap(EA, EB);
  }
  if (!EB.Source || MTIAV::getSplatScalar(A))
    return SDValue();
  return Op.make(Op.Opcode == ISD::FADD ? MTIA::PseudoVFWADD_WV : MTIA::PseudoVFWSUB_WV,
                 {A, EB.Source});
}

// fma of two narrow factors and a wide addend.
static SDValue selectWideningFMA(Operation &Op, SDValue A, SDValue B, SDValue C, bool NegProduct,
                                 bool NegAddend, const MTIAV::OpInfo &Info) {
  if (Op.Strict)
    return SDValue();
  const bool Square = A == B;
  static const unsigned Opcodes[2][2][2] = {{{MTIA::PseudoVFWMACC_VV, MTIA::PseudoVFWMACC_VF},
                                             {MTIA::PseudoVFWMSAC_VV, MTIA::PseudoVFWMSAC_VF}},
                                            {{MTIA::PseudoVFWNMSAC_VV, MTIA::PseudoVFWNMSAC_VF},
                                             {MTIA::PseudoVFWNMACC_VV, MTIA::PseudoVFWNMACC_VF}}};
  Extended EA = getExtendedFP(Op, A, false, Square), EB = getExtendedFP(Op, B, false, Square);
  if (EB.Scalar)
    std::swap(EA, EB);
  const unsigned *Forms = Opcodes[NegProduct][NegAddend];
  if (EA && EB.Source)
    return EA.Scalar ? Op.make(Op.VT, Forms[1], {C, EA.Scalar, EB.Source}, Info)
                     : Op.make(Op.VT, Forms[0], {C, EA.Source, EB.Source}, Info);
  if (!NegProduct && !NegAddend &&
      Op.DAG.getMachineFunction().getSubtarget<MTIASubtarget>().hasStdExtZvfbfwma()) {
    EA = getExtendedFP(Op, A, true, Square);
    EB = getExtendedFP(Op, B, true, Square);
    if (EA.Source && EB.Source)
      return Op.make(Op.VT, MTIA::PseudoVFWMACCBF16_VV, {C, EA.Source, EB.Source}, Info);
  }
  return SDValue();
}

//===----------------------------------------------------------------------===//
// Multiply-add
//===----------------------------------------------------------------------===//

static SDValue selectFMA(Operation &Op) {
  SDValue A = Op.Ops[0], B = Op.Ops[1], C = Op.Ops[2];
  bool NegProduct = false, NegAddend = false;
  auto Strip = [&](SDValue &V, bool &Neg) {
    if (V.getOpcode() == ISD::FNEG) {
      V = V.getOperand(0);
      Neg = !Neg;
      return;
    }
    // The splat of a negated scalar.
    SDValue S = MTIAV::getSplatScalar(V);
    if (S && S.getOpcode() == ISD::FNEG && V.hasOneUse()) {
      V = Op.DAG.getNode(ISD::SPLAT_VECTOR, Op.DL, V.getValueType(), S.getOperand(0));
      Neg = !Neg;
    }
  };
  Strip(A, NegProduct);
  Strip(B, NegProduct);
  Strip(C, NegAddend);
  static const unsigned Opcodes[2][2][2] = {{{MTIA::PseudoVFMACC_VV, MTIA::PseudoVFMACC_VF},
                                             {MTIA::PseudoVFMSAC_VV, MTIA::PseudoVFMSAC_VF}},
                                            {{MTIA::PseudoVFNMSAC_VV, MTIA::PseudoVFNMSAC_VF},
                                             {MTIA::PseudoVFNMACC_VV, MTIA::PseudoVFNMACC_VF}}};
  SDValue S = MTIAV::getSplatScalar(A);
  if (!S && MTIAV::getSplatScalar(B)) {
    std::swap(A, B);
    S = MTIAV::getSplatScalar(A);
  }
  const unsigned *Forms = Opcodes[NegProduct][NegAddend];
  MTIAV::OpInfo Info = Op.getInfo();
  // Masked-off elements of a vp operation are poison.
  // An addend that is kept: behind the length too, if there is one.
  Info.Policy = Op.Accumulates ? (Op.EVL ? 0 : MTIAVType::TailAgnostic)
                               : MTIAVType::TailAgnostic | MTIAVType::MaskAgnostic;
  if (SDValue R = selectWideningFMA(Op, A, B, C, NegProduct, NegAddend, Info))
    return R;
  return S ? Op.make(Op.VT, Forms[1], {C, S, B}, Info) : Op.make(Op.VT, Forms[0], {C, A, B}, Info);
}

// (a * b) + c and c - (a * b) of integers.
static SDValue selectMulAdd(Operation &Op) {
  if (!(Op.isPlain() || Op.Accumulates) || getElement(Op.VT) != Int)
    return SDValue();
  bool IsSub = Op.Opcode == ISD::SUB;
  if (Op.Opcode != ISD::ADD && !IsSub)
    return SDValue();
  SDValue C = Op.Ops[0], M = Op.Ops[1];
  if (!IsSub && (M.getOpcode() != ISD::MUL || !M.hasOneUse()))
    std::swap(C, M);
  if (M.getOpcode() != ISD::MUL || !M.hasOneUse()) {
    // A shifted extension is a product, too.
    if (IsSub)
      return SDValue();
    for (unsigned I : {0u, 1u}) {
      SDValue Shift = Op.Ops[I];
      Extended Shifted, Factor;
      if (Shift.getOpcode() != ISD::SHL || !Shift.hasOneUse())
        continue;
      unsigned Amount = getShiftOfExtended(Op, Shift.getOperand(0), Shift.getOperand(1), Shifted);
      if (!Amount)
        continue;
      Factor.Unsigned = true;
      Factor.Signed = Amount + 1 < Shifted.Source.getScalarValueSizeInBits();
      Factor.Scalar = Op.Constant(int64_t(1) << Amount);
      return selectWideningMulAdd(Op, Op.Ops[1 - I], Factor, Shifted);
    }
    return SDValue();
  }
  SDValue A = M.getOperand(0), B = M.getOperand(1);
  if (MTIAV::getSplatScalar(B))
    std::swap(A, B);
  if (!IsSub)
    if (SDValue R =
            selectWideningMulAdd(Op, C, getExtendedInt(A, Op.DAG), getExtendedInt(B, Op.DAG)))
      return R;
  MTIAV::OpInfo Info = Op.getInfo();
  if (SDValue S = MTIAV::getSplatScalar(A))
    return Op.make(Op.VT, IsSub ? MTIA::PseudoVNMSAC_VX : MTIA::PseudoVMACC_VX, {C, S, B}, Info);
  return Op.make(Op.VT, IsSub ? MTIA::PseudoVNMSAC_VV : MTIA::PseudoVMACC_VV, {C, A, B}, Info);
}

//===----------------------------------------------------------------------===//
// Selection between vectors
//===----------------------------------------------------------------------===//

static SDValue selectOperation(Operation &Op);

// vp.merge: T where the condition is true and the length reaches, everywhere else F. Sums in
// loops are that, of a sum with F: then the operation that makes T keeps F's elements.
static SDValue selectMerge(Operation &Op, SDValue Cond, SDValue T, SDValue F) {
  if (MTIAV::isAllOnesMask(Cond))
    Cond = SDValue();
  if (T.hasOneUse() && !T.isMachineOpcode() && !MTIAV::getSplatScalar(T) &&
      !T->isStrictFPOpcode() && !ISD::isVPOpcode(T.getOpcode()) && T.getOpcode() != ISD::VSELECT) {
    Operation Inner(Op.DAG, T.getNode(), Op.Constant);
    Inner.VMask = Cond;
    Inner.EVL = Op.EVL;
    if (T.getOpcode() == ISD::FMA) {
      Inner.Accumulates = true;
      if (T.getOperand(2) == F)
        return selectFMA(Inner);
    } else {
      Inner.Accumulates = T.getOpcode() == ISD::ADD || T.getOpcode() == ISD::SUB;
      if (Inner.Accumulates)
        for (unsigned I : {0u, 1u})
          if (T.getOperand(I) == F && T.getOperand(1 - I).getOpcode() == ISD::MUL)
            if (SDValue R = selectMulAdd(Inner))
              return R;
      Inner.Accumulates = false;
      Inner.Passthru = F;
      if (SDValue R = selectOperation(Inner))
        return R;
    }
  }
  MTIAV::OpInfo Info = Op.getInfo();
  if (!Cond) {
    // Only elements within the length are moved.
    unsigned Opc = MTIA::PseudoVMV_V_V;
    return MTIAV::getOp(Op.DAG, Op.DL, Op.VT, Opc, {F, T}, Info);
  }
  Info.Mask = Cond;
  return MTIAV::getOp(Op.DAG, Op.DL, Op.VT, MTIA::PseudoVMERGE_VVM, {F, F, T}, Info);
}

static SDValue selectSelect(Operation &Op) {
  if (Op.Passthru)
    return SDValue();
  SDValue Cond = Op.Ops[0], T = Op.Ops[1], F = Op.Ops[2];
  bool IsMerge = Op.N->getOpcode() == ISD::VP_MERGE;
  if (getElement(Op.VT) == Mask) {
    MTIAV::OpInfo Info;
    Info.AVL = Op.EVL;
    auto Logic = [&](unsigned Opc, SDValue X, SDValue Y) {
      return MTIAV::getOp(Op.DAG, Op.DL, Op.VT, Opc, {X, Y}, Info);
    };
    return Logic(MTIA::PseudoVMOR_MM, Logic(MTIA::PseudoVMAND_MM, T, Cond),
                 Logic(MTIA::PseudoVMANDN_MM, F, Cond));
  }

  if (IsMerge && Op.EVL)
    return selectMerge(Op, Cond, T, F);

  // An operation that has no other use is done where the condition is true only.
  if (!Op.EVL && T.hasOneUse() && !T.isMachineOpcode() && !MTIAV::getSplatScalar(T) &&
      !T->isStrictFPOpcode() && !ISD::isVPOpcode(T.getOpcode()) && T.getOpcode() != ISD::FMA) {
    Operation Inner(Op.DAG, T.getNode(), Op.Constant);
    Inner.VMask = Cond;
    Inner.Passthru = F;
    if (SDValue R = selectOperation(Inner))
      return R;
  }

  // A multiply-add whose addend stays where the condition is false.
  if (!Op.EVL && T.hasOneUse() && T.getOpcode() == ISD::FMA && T.getOperand(2) == F) {
    Operation Inner(Op.DAG, T.getNode(), Op.Constant);
    Inner.VMask = Cond;
    Inner.Accumulates = true;
    return selectFMA(Inner);
  }

  MTIAV::OpInfo Info = Op.getInfo();
  Info.Mask = Cond;
  // Behind the length, vp.merge gives what the condition's false gives.
  Op.Passthru = IsMerge && Op.EVL ? F : SDValue();
  auto Make = [&](unsigned Opc, SDValue S) { return Op.make(Op.VT, Opc, {F, S}, Info); };
  if (std::optional<int64_t> C = MTIAV::getSplatConstant(T); C && isInt<5>(*C))
    return Make(MTIA::PseudoVMERGE_VIM, Op.imm(*C));
  if (SDValue S = MTIAV::getSplatScalar(T)) {
    if (getElement(Op.VT) == Int)
      return Make(MTIA::PseudoVMERGE_VXM, S);
    auto *C = dyn_cast<ConstantFPSDNode>(S);
    if (C && C->getValueAPF().isPosZero())
      return Make(MTIA::PseudoVMERGE_VIM, Op.imm(0));
    EVT Element = Op.VT.getVectorElementType();
    if (Element != MVT::bf16 && hasArithmetic(Op, Op.VT))
      return Make(MTIA::PseudoVFMERGE_VFM, S);
  }
  return Make(MTIA::PseudoVMERGE_VVM, T);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

static SDValue extendInt(Operation &Op, EVT To, SDValue V, bool Signed, bool Last) {
  EVT From = V.getValueType();
  if (From == To)
    return V;
  unsigned Ratio = To.getScalarSizeInBits() / From.getScalarSizeInBits();
  unsigned Opc;
  if (Ratio == 2)
    Opc = Signed ? MTIA::PseudoVSEXT_VF2 : MTIA::PseudoVZEXT_VF2;
  else if (Ratio == 4)
    Opc = Signed ? MTIA::PseudoVSEXT_VF4 : MTIA::PseudoVZEXT_VF4;
  else
    Opc = Signed ? MTIA::PseudoVSEXT_VF8 : MTIA::PseudoVZEXT_VF8;
  return Last ? Op.make(To, Opc, {V}) : Op.makeUnmasked(To, Opc, {V});
}

static SDValue truncateInt(Operation &Op, EVT To, SDValue V) {
  while (V.getValueType() != To) {
    EVT Half = Op.withIntBits(To, V.getScalarValueSizeInBits() / 2);
    V = Half == To ? Op.make(To, MTIA::PseudoVNSRL_WI, {V, Op.imm(0)})
                   : Op.makeUnmasked(Half, MTIA::PseudoVNSRL_WI, {V, Op.imm(0)});
  }
  return V;
}

// Narrower; what is out of range becomes the nearest.
static SDValue clipInt(Operation &Op, EVT To, SDValue V, bool Signed) {
  unsigned Opc = Signed ? MTIA::PseudoVNCLIP_WI : MTIA::PseudoVNCLIPU_WI;
  while (V.getValueType() != To)
    V = Op.make(Op.withIntBits(To, V.getScalarValueSizeInBits() / 2), Opc, {V, Op.imm(0)}, 0);
  return V;
}

// The truncation of a value that was clamped to all that the result can be.
static SDValue selectClampedTruncate(Operation &Op) {
  SDValue V = Op.Ops[0];
  unsigned Bits = Op.VT.getScalarSizeInBits();
  int64_t Min = minIntN(Bits), Max = maxIntN(Bits), UMax = maxUIntN(Bits);
  auto Is = [](SDValue V, unsigned Opcode, int64_t Limit) {
    return V.getOpcode() == Opcode && MTIAV::getSplatConstant(V.getOperand(1)) == Limit;
  };
  auto IsBoth = [&](int64_t Low, int64_t High) {
    return (Is(V, ISD::SMIN, High) && Is(V.getOperand(0), ISD::SMAX, Low)) ||
           (Is(V, ISD::SMAX, Low) && Is(V.getOperand(0), ISD::SMIN, High));
  };
  if (IsBoth(Min, Max))
    return clipInt(Op, Op.VT, V.getOperand(0).getOperand(0), true);
  if (Is(V, ISD::UMIN, UMax))
    return clipInt(Op, Op.VT, V.getOperand(0), false);
  if (!IsBoth(0, UMax))
    return SDValue();
  SDValue Positive = Op.makeUnmasked(V.getValueType(), MTIA::PseudoVMAX_VX,
                                     {V.getOperand(0).getOperand(0), Op.Constant(0)});
  return clipInt(Op, Op.VT, Positive, false);
}

static SDValue extendFP(Operation &Op, EVT To, SDValue V, bool Last) {
  while (V.getValueType() != To) {
    EVT From = V.getValueType();
    EVT Next = Op.withFPBits(To, From.getScalarSizeInBits() * 2);
    unsigned Opc = From.getVectorElementType() == MVT::bf16 ? MTIA::PseudoVFWCVTBF16_F_F_V
                                                            : MTIA::PseudoVFWCVT_F_F_V;
    V = Next == To && Last ? Op.make(To, Opc, {V}) : Op.makeUnmasked(Next, Opc, {V});
  }
  return V;
}

static SDValue roundFP(Operation &Op, EVT To, SDValue V) {
  bool IsBF16 = To.getVectorElementType() == MVT::bf16;
  unsigned Last = IsBF16 ? MTIA::PseudoVFNCVTBF16_F_F_W : MTIA::PseudoVFNCVT_F_F_W;
  // Two steps round as one if the first keeps in the last bit what it loses.
  if (V.getScalarValueSizeInBits() == 64 && To.getScalarSizeInBits() == 16)
    V = Op.makeUnmasked(Op.withElement(To, MVT::f32), MTIA::PseudoVFNCVT_ROD_F_F_W, {V});
  return Op.make(To, Last, {V});
}

// Whether there are operations of a floating-point type, beside conversions.
static bool hasArithmetic(Operation &Op, EVT VT) {
  MVT Elt = VT.getVectorElementType().getSimpleVT();
  return Elt == MVT::f32 || Elt == MVT::f64 ||
         (Elt == MVT::f16 &&
          Op.DAG.getMachineFunction().getSubtarget<MTIASubtarget>().hasVInstructionsF16());
}

static SDValue selectExtend(Operation &Op) {
  SDValue V = Op.Ops[0];
  bool Signed = Op.Opcode == ISD::SIGN_EXTEND;
  if (getElement(V.getValueType()) != Mask)
    return extendInt(Op, Op.VT, V, Signed, true);
  if (Op.Passthru)
    return SDValue();
  // A mask: 0, and 1 or -1 where it is set. An operation's own mask doesn't matter.
  MTIAV::OpInfo Info;
  Info.AVL = Op.EVL;
  SDValue Zero = MTIAV::getSplat(Op.DAG, Op.DL, Op.VT, 0, Op.EVL);
  Info.Mask = V;
  return MTIAV::getOp(Op.DAG, Op.DL, Op.VT, MTIA::PseudoVMERGE_VIM,
                      {MTIAV::getUndef(Op.DAG, Op.VT), Zero, Op.imm(Signed ? -1 : 1)}, Info);
}

static SDValue selectTruncate(Operation &Op) {
  SDValue V = Op.Ops[0];
  if (getElement(Op.VT) != Mask) {
    // A shift by a constant or a scalar before it narrows at once.
    unsigned Bits = V.getScalarValueSizeInBits();
    if ((V.getOpcode() == ISD::SRL || V.getOpcode() == ISD::SRA) && V.hasOneUse() &&
        Bits == 2 * Op.VT.getScalarSizeInBits() && Op.isPlain()) {
      bool Arith = V.getOpcode() == ISD::SRA;
      SDValue Amount = V.getOperand(1), X = V.getOperand(0);
      std::optional<int64_t> C = MTIAV::getSplatConstant(Amount);
      if (C && isUInt<5>(*C))
        return Op.make(Arith ? MTIA::PseudoVNSRA_WI : MTIA::PseudoVNSRL_WI, {X, Op.imm(*C)});
      if (SDValue S = MTIAV::getSplatScalar(Amount))
        return Op.make(Arith ? MTIA::PseudoVNSRA_WX : MTIA::PseudoVNSRL_WX, {X, S});
      if ((Amount.getOpcode() == ISD::ZERO_EXTEND || Amount.getOpcode() == ISD::SIGN_EXTEND) &&
          Amount.getOperand(0).getValueType() == Op.VT)
        return Op.make(Arith ? MTIA::PseudoVNSRA_WV : MTIA::PseudoVNSRL_WV,
                       {X, Amount.getOperand(0)});
    }
    if (SDValue R = selectClampedTruncate(Op))
      return R;
    return truncateInt(Op, Op.VT, V);
  }
  SDValue Bit = Op.makeUnmasked(V.getValueType(), MTIA::PseudoVAND_VI, {V, Op.imm(1)});
  return Op.make(MTIA::PseudoVMSNE_VI, {Bit, Op.imm(0)});
}

// 64 bits to a double whose last bit says whether any was lost, so that the next rounding is the
// only one.
static SDValue toOddDouble(Operation &Op, EVT Double, SDValue V, bool Signed) {
  EVT VT = V.getValueType();
  SelectionDAG &DAG = Op.DAG;
  SDValue D = Op.makeUnmasked(Double, Signed ? MTIA::PseudoVFCVT_F_X_V : MTIA::PseudoVFCVT_F_XU_V,
                              {V}, MTIAFPRndMode::RTZ);
  SDValue Back =
      Op.makeUnmasked(VT, Signed ? MTIA::PseudoVFCVT_RTZ_X_F_V : MTIA::PseudoVFCVT_RTZ_XU_F_V, {D});
  SDValue Lost = Op.makeUnmasked(MTIAV::getMaskType(DAG, VT), MTIA::PseudoVMSNE_VV, {Back, V});
  MTIAV::OpInfo Masked;
  Masked.AVL = Op.EVL;
  Masked.Mask = Lost;
  // The same registers, whatever the type says.
  return MTIAV::getOp(DAG, Op.DL, VT, MTIA::PseudoVOR_VI, {D, D, Op.imm(1)}, Masked);
}

static SDValue selectIntToFP(Operation &Op) {
  SDValue V = Op.Ops[0];
  EVT VT = Op.VT;
  bool Signed = Op.Opcode == ISD::SINT_TO_FP;
  if (getElement(V.getValueType()) == Mask) {
    EVT Bytes = Op.withIntBits(VT, VT.getScalarSizeInBits());
    SDValue Zero = MTIAV::getSplat(Op.DAG, Op.DL, Bytes, 0, Op.EVL);
    MTIAV::OpInfo Info;
    Info.Mask = V;
    Info.AVL = Op.EVL;
    V = MTIAV::getOp(Op.DAG, Op.DL, Bytes, MTIA::PseudoVMERGE_VIM,
                     {MTIAV::getUndef(Op.DAG, Bytes), Zero, Op.imm(Signed ? -1 : 1)}, Info);
  }
  unsigned Bits = VT.getScalarSizeInBits(), From = V.getScalarValueSizeInBits();
  if (!hasArithmetic(Op, VT)) {
    // Through a type that holds all values.
    EVT Wide = Op.withElement(VT, From <= 16 ? MVT::f32 : MVT::f64);
    if (From == 64)
      return roundFP(Op, VT, toOddDouble(Op, Wide, V, Signed));
    if (From == 8)
      V = extendInt(Op, Op.withIntBits(VT, 16), V, Signed, false);
    unsigned Opc = From <= 32 ? (Signed ? MTIA::PseudoVFWCVT_F_X_V : MTIA::PseudoVFWCVT_F_XU_V)
                              : (Signed ? MTIA::PseudoVFCVT_F_X_V : MTIA::PseudoVFCVT_F_XU_V);
    return roundFP(Op, VT, Op.makeUnmasked(Wide, Opc, {V}));
  }
  if (From * 2 < Bits) {
    V = extendInt(Op, Op.withIntBits(VT, Bits / 2), V, Signed, false);
    From = Bits / 2;
  }
  if (From * 2 == Bits)
    return Op.make(Signed ? MTIA::PseudoVFWCVT_F_X_V : MTIA::PseudoVFWCVT_F_XU_V, {V});
  if (From == Bits)
    return Op.make(Signed ? MTIA::PseudoVFCVT_F_X_V : MTIA::PseudoVFCVT_F_XU_V, {V});
  unsigned Narrow = Signed ? MTIA::PseudoVFNCVT_F_X_W : MTIA::PseudoVFNCVT_F_XU_W;
  if (From == Bits * 2)
    return Op.make(Narrow, {V});
  // 64 bits to a half: what a single rounds is too large for the half anyway.
  V = Op.makeUnmasked(Op.withFPBits(VT, From / 2), Narrow, {V});
  return roundFP(Op, VT, V);
}

// The mode of a rounding to integers as floating-point values, -1 of everything else.
static int getRoundingMode(unsigned Opcode) {
  switch (Opcode) {
  case ISD::FROUNDEVEN:
    return MTIAFPRndMode::RNE;
  case ISD::FTRUNC:
    return MTIAFPRndMode::RTZ;
  case ISD::FFLOOR:
    return MTIAFPRndMode::RDN;
  case ISD::FCEIL:
    return MTIAFPRndMode::RUP;
  case ISD::FROUND:
    return MTIAFPRndMode::RMM;
  case ISD::FRINT:
  case ISD::FNEARBYINT:
    return MTIAFPRndMode::DYN;
  default:
    return -1;
  }
}

// X, if the value is max(min(X, high), low) with the limits of an integer type. A NaN becomes
// high there, as in the conversion that saturates.
static SDValue getClamped(SDValue V, bool Signed, unsigned Bits) {
  auto IsLimit = [&](SDValue Limit, bool High) {
    SDValue S = MTIAV::getSplatScalar(Limit);
    auto *C = S ? dyn_cast<ConstantFPSDNode>(S) : nullptr;
    if (!C)
      return false;
    APInt Int = High ? (Signed ? APInt::getSignedMaxValue(Bits) : APInt::getMaxValue(Bits))
                     : (Signed ? APInt::getSignedMinValue(Bits) : APInt::getMinValue(Bits));
    APFloat Float(C->getValueAPF().getSemantics());
    return Float.convertFromAPInt(Int, Signed, APFloat::rmTowardZero) == APFloat::opOK &&
           C->getValueAPF().compare(Float) == APFloat::cmpEqual;
  };
  auto IsOneOf = [](SDValue V, unsigned A, unsigned B, unsigned C) {
    return V.getOpcode() == A || V.getOpcode() == B || V.getOpcode() == C;
  };
  if (!IsOneOf(V, ISD::FMAXNUM, ISD::FMAXNUM_IEEE, ISD::FMAXIMUMNUM) ||
      !IsLimit(V.getOperand(1), false))
    return SDValue();
  SDValue Min = V.getOperand(0);
  if (!IsOneOf(Min, ISD::FMINNUM, ISD::FMINNUM_IEEE, ISD::FMINIMUMNUM) ||
      !IsLimit(Min.getOperand(1), true))
    return SDValue();
  return Min.getOperand(0);
}

static SDValue selectFPToInt(Operation &Op) {
  SDValue V = Op.Ops[0];
  EVT VT = Op.VT;
  bool Signed = Op.Opcode == ISD::FP_TO_SINT;
  bool ToMask = getElement(VT) == Mask;
  // The conversion can round, and clamp to the range of what it gives.
  int RM = MTIAFPRndMode::RTZ;
  bool Saturates = false;
  if (!Op.Strict && !ToMask) {
    if (int Mode = getRoundingMode(V.getOpcode()); Mode >= 0) {
      RM = Mode;
      V = V.getOperand(0);
    }
    if (SDValue X = getClamped(V, Signed, VT.getScalarSizeInBits())) {
      Saturates = true;
      V = X;
    }
  }
  if (!hasArithmetic(Op, V.getValueType()))
    V = extendFP(Op, Op.withElement(VT, MVT::f32), V, false);
  unsigned From = V.getScalarValueSizeInBits();
  unsigned Bits = ToMask ? From / 2 : VT.getScalarSizeInBits();
  if (From * 2 < Bits) {
    V = extendFP(Op, Op.withFPBits(VT, Bits / 2), V, false);
    From = Bits / 2;
  }
  // What doesn't fit the result is undefined, if it isn't clamped: a part of a wider one will do.
  EVT First = Op.withIntBits(VT, std::max(Bits, From / 2));
  static const unsigned Opcodes[3][2][2] = {
      {{MTIA::PseudoVFWCVT_RTZ_XU_F_V, MTIA::PseudoVFWCVT_RTZ_X_F_V},
       {MTIA::PseudoVFWCVT_XU_F_V, MTIA::PseudoVFWCVT_X_F_V}},
      {{MTIA::PseudoVFCVT_RTZ_XU_F_V, MTIA::PseudoVFCVT_RTZ_X_F_V},
       {MTIA::PseudoVFCVT_XU_F_V, MTIA::PseudoVFCVT_X_F_V}},
      {{MTIA::PseudoVFNCVT_RTZ_XU_F_W, MTIA::PseudoVFNCVT_RTZ_X_F_W},
       {MTIA::PseudoVFNCVT_XU_F_W, MTIA::PseudoVFNCVT_X_F_W}}};
  bool RoundsToZero = RM == MTIAFPRndMode::RTZ;
  unsigned Opc = Opcodes[From * 2 == Bits ? 0 : From == Bits ? 1 : 2][!RoundsToZero][Signed];
  int Round = RoundsToZero ? -1 : RM;
  if (First == VT)
    return Op.make(VT, Opc, {V}, Round);
  V = Op.makeUnmasked(First, Opc, {V}, Round);
  if (Saturates)
    return clipInt(Op, VT, V, Signed);
  if (!ToMask)
    return truncateInt(Op, VT, V);
  return Op.make(MTIA::PseudoVMSNE_VI, {V, Op.imm(0)});
}

// Out of range is the nearest, as the instructions have it; but a NaN is 0.
static SDValue selectFPToIntSat(Operation &Op) {
  SDValue V = Op.Ops[0], Source = V;
  EVT VT = Op.VT;
  bool Signed = Op.Opcode == ISD::FP_TO_SINT_SAT;
  if (!hasArithmetic(Op, V.getValueType()))
    Source = V = extendFP(Op, Op.withElement(VT, MVT::f32), V, false);
  unsigned From = V.getScalarValueSizeInBits(), Bits = VT.getScalarSizeInBits();
  if (From * 2 < Bits) {
    V = extendFP(Op, Op.withFPBits(VT, Bits / 2), V, false);
    From = Bits / 2;
  }
  EVT First = Op.withIntBits(VT, std::max(Bits, From / 2));
  unsigned Opc;
  if (From * 2 == Bits)
    Opc = Signed ? MTIA::PseudoVFWCVT_RTZ_X_F_V : MTIA::PseudoVFWCVT_RTZ_XU_F_V;
  else if (From == Bits)
    Opc = Signed ? MTIA::PseudoVFCVT_RTZ_X_F_V : MTIA::PseudoVFCVT_RTZ_XU_F_V;
  else
    Opc = Signed ? MTIA::PseudoVFNCVT_RTZ_X_F_W : MTIA::PseudoVFNCVT_RTZ_XU_F_W;
  SDValue R = clipInt(Op, VT, Op.make(First, Opc, {V}), Signed);
  EVT MaskVT = Op.withElement(VT, MVT::i1);
  SDValue NaN = Op.make(MaskVT, MTIA::PseudoVMFNE_VV, {Source, Source});
  MTIAV::OpInfo Info;
  Info.Mask = NaN;
  return Op.make(VT, MTIA::PseudoVMERGE_VIM, {R, Op.imm(0)}, Info);
}

// To an integer, rounded as RM says.
static SDValue selectRoundToInt(Operation &Op, int RM) {
  SDValue V = Op.Ops[0];
  EVT VT = Op.VT;
  if (!hasArithmetic(Op, V.getValueType()))
    V = extendFP(Op, Op.withElement(VT, MVT::f32), V, false);
  unsigned From = V.getScalarValueSizeInBits(), Bits = VT.getScalarSizeInBits();
  if (From * 2 < Bits) {
    V = extendFP(Op, Op.withFPBits(VT, Bits / 2), V, false);
    From = Bits / 2;
  }
  if (From * 2 == Bits)
    return Op.make(VT, MTIA::PseudoVFWCVT_X_F_V, {V}, RM);
  if (From == Bits)
    return Op.make(VT, MTIA::PseudoVFCVT_X_F_V, {V}, RM);
  EVT First = Op.withIntBits(VT, From / 2);
  SDValue R = Op.make(First, MTIA::PseudoVFNCVT_X_F_W, {V}, RM);
  return truncateInt(Op, VT, R);
}

//===----------------------------------------------------------------------===//
// Rounding to integers as floating-point values
//===----------------------------------------------------------------------===//

// To an integer and back; where the value is so large that it is one, or a NaN, it stays. The
// sign is the old one: of -0.3, -0 comes.
static SDValue selectRound(Operation &Op, unsigned Convert, int RM) {
  SDValue X = Op.Ops[0], OldMask = Op.VMask, OldPassthru = Op.Passthru;
  EVT VT = Op.VT;
  MVT Elt = VT.getVectorElementType().getSimpleVT();
  EVT MaskVT = Op.withElement(VT, MVT::i1), IntVT = Op.withIntBits(VT, Elt.getSizeInBits());
  // 2 to the number of bits behind the point: from there on all are integers. The bits of
  // magnitudes are in the same order as the magnitudes.
  const fltSemantics &Sem = Elt.getFltSemantics();
  APFloat Limit = scalbn(APFloat::getOne(Sem), APFloat::semanticsPrecision(Sem) - 1,
                         APFloat::rmNearestTiesToEven);
  SDValue Bits = Op.Constant(Limit.bitcastToAPInt().getSExtValue());

  Op.Passthru = SDValue();
  SDValue Magnitude = Op.make(VT, MTIA::PseudoVFSGNJX_VV, {X, X});
  // False where the operation's mask is.
  SDValue Keep = OldMask ? OldMask : MTIAV::getUndef(Op.DAG, MaskVT);
  MTIAV::OpInfo Info = Op.getInfo();
  SDValue Small =
      MTIAV::getOp(Op.DAG, Op.DL, MaskVT, MTIA::PseudoVMSLTU_VX, {Keep, Magnitude, Bits}, Info);
  Op.VMask = Small;
  SDValue Int = Op.make(IntVT, Convert, {X}, RM);
  SDValue Back = Op.make(VT, MTIA::PseudoVFCVT_F_X_V, {Int});
  Op.VMask = OldMask;
  // Elsewhere it is the operand, or what a selection has instead.
  SDValue Old = X;
  if (OldPassthru)
    Old = MTIAV::getOp(Op.DAG, Op.DL, VT, MTIA::PseudoVMERGE_VVM,
                       {MTIAV::getUndef(Op.DAG, VT), OldPassthru, X}, OldMask);
  Info.Mask = Small;
  return MTIAV::getOp(Op.DAG, Op.DL, VT, MTIA::PseudoVFSGNJ_VV, {Old, Back, X}, Info);
}

//===----------------------------------------------------------------------===//
// All operations
//===----------------------------------------------------------------------===//

static SDValue selectOperation(Operation &Op) {
  if (Op.VT.getScalarType() == MVT::i1)
    if (SDValue R = selectMaskLogic(Op))
      return R;
  if (SDValue R = selectMulAdd(Op))
    return R;
  if (SDValue R = selectWideningInt(Op))
    return R;
  if (SDValue R = selectWideningFP(Op))
    return R;
  if (SDValue R = selectMaskOperand(Op))
    return R;
  if (SDValue R = selectBinary(Op))
    return R;
  if (SDValue R = selectUnary(Op))
    return R;
  switch (Op.Opcode) {
  case ISD::SETCC:
    return selectCompare(Op);
  case ISD::FMA:
    return selectFMA(Op);
  case ISD::VSELECT:
  case ISD::VP_MERGE:
    return selectSelect(Op);
  case ISD::SIGN_EXTEND:
  case ISD::ZERO_EXTEND:
  case ISD::ANY_EXTEND:
    return selectExtend(Op);
  case ISD::TRUNCATE:
    return selectTruncate(Op);
  case ISD::FP_EXTEND:
    return extendFP(Op, Op.VT, Op.Ops[0], true);
  case ISD::FP_ROUND:
    return roundFP(Op, Op.VT, Op.Ops[0]);
  case ISD::SINT_TO_FP:
  case ISD::UINT_TO_FP:
    return selectIntToFP(Op);
  case ISD::FP_TO_SINT:
  case ISD::FP_TO_UINT:
    return selectFPToInt(Op);
  default:
    break;
  }
  if (!Op.Strict && Op.Passthru)
    return SDValue();
  switch (Op.Opcode) {
  case ISD::ABS: {
    SDValue X = Op.Ops[0];
    SDValue Neg = Op.make(MTIA::PseudoVRSUB_VI, {X, Op.imm(0)});
    return Op.make(MTIA::PseudoVMAX_VV, {X, Neg});
  }
  case ISD::FP_TO_SINT_SAT:
  case ISD::FP_TO_UINT_SAT:
    return selectFPToIntSat(Op);
  case ISD::LRINT:
  case ISD::LLRINT:
    return selectRoundToInt(Op, MTIAFPRndMode::DYN);
  case ISD::LROUND:
  case ISD::LLROUND:
    return selectRoundToInt(Op, MTIAFPRndMode::RMM);
  case ISD::FTRUNC:
    return selectRound(Op, MTIA::PseudoVFCVT_RTZ_X_F_V, -1);
  case ISD::FRINT:
  case ISD::FNEARBYINT:
    return selectRound(Op, MTIA::PseudoVFCVT_X_F_V, MTIAFPRndMode::DYN);
  case ISD::FCEIL:
    return selectRound(Op, MTIA::PseudoVFCVT_X_F_V, MTIAFPRndMode::RUP);
  case ISD::FFLOOR:
    return selectRound(Op, MTIA::PseudoVFCVT_X_F_V, MTIAFPRndMode::RDN);
  case ISD::FROUND:
    return selectRound(Op, MTIA::PseudoVFCVT_X_F_V, MTIAFPRndMode::RMM);
  case ISD::FROUNDEVEN:
    return selectRound(Op, MTIA::PseudoVFCVT_X_F_V, MTIAFPRndMode::RNE);
  default:
    return SDValue();
  }
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

// The mask and the length of a masked or vp access.
static void setMaskAndLength(MTIAV::OpInfo &Info, SDNode *N) {
  if (auto *M = dyn_cast<MaskedLoadStoreSDNode>(N)) {
    Info.Mask = M->getMask();
  } else if (auto *VP = dyn_cast<VPBaseLoadStoreSDNode>(N)) {
    Info.Mask = VP->getMask();
    Info.AVL = VP->getVectorLength();
  }
}

bool MTIADAGToDAGISel::selectVLoad(SDNode *N) {
  auto *LD = cast<LSBaseSDNode>(N);
  EVT VT = N->getValueType(0);
  // A widened vp.load's type in memory is the shorter one.
  if (!LD->isUnindexed() || LD->getMemoryVT().getScalarType() != VT.getScalarType() ||
      (N->getOpcode() == ISD::LOAD && LD->getMemoryVT() != VT))
    return false;
  SDLoc DL(N);
  SDValue Passthru = MTIAV::getUndef(*CurDAG, VT), Address = getVAddress(LD->getBasePtr());
  MTIAV::OpInfo Info;
  setMaskAndLength(Info, N);
  if (auto *M = dyn_cast<MaskedLoadSDNode>(N)) {
    if (M->isExpandingLoad())
      return false;
    if (!M->getPassThru().isUndef())
      Passthru = M->getPassThru();
  }
  unsigned Opc;
  if (getElement(VT) == Mask) {
    Opc = MTIA::PseudoVLM_V;
  } else {
    unsigned EEW = VT.getScalarSizeInBits();
    bool Bytes = needsBytes(*Subtarget, VT, LD->getAlign());
    if (Bytes && (Info.Mask || Info.AVL))
      return false;
    Opc = getUnitLoad(Bytes ? 8 : EEW);
  }
  ReplaceNode(N, MTIAV::getChainedOp(*CurDAG, DL, VT, Opc, LD->getChain(), {Passthru, Address},
                                     Info, LD->getMemOperand()));
  return true;
}

bool MTIADAGToDAGISel::selectVStore(SDNode *N, SDValue Value) {
  auto *ST = cast<LSBaseSDNode>(N);
  EVT VT = Value.getValueType();
  if (!ST->isUnindexed() || ST->getMemoryVT().getScalarType() != VT.getScalarType() ||
      (N->getOpcode() == ISD::STORE && ST->getMemoryVT() != VT))
    return false;
  SDLoc DL(N);
  SDValue Address = getVAddress(ST->getBasePtr());
  MTIAV::OpInfo Info;
  setMaskAndLength(Info, N);
  if (auto *M = dyn_cast<MaskedStoreSDNode>(N); M && M->isCompressingStore())
    return false;
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
    bool Bytes = needsBytes(*Subtarget, VT, ST->getAlign());
    if (Bytes && (Info.Mask || Info.AVL))
      return false;
    Opc = getUnitStore(Bytes ? 8 : EEW);
  }
  ReplaceNode(N, MTIAV::getChainedOp(*CurDAG, DL, {}, Opc, ST->getChain(), {Value, Address}, Info,
                                     ST->getMemOperand()));
  return true;
}

// A vector in the bits of a scalar, and back: element 0 of elements of that size.
bool MTIADAGToDAGISel::selectVBitcast(SDNode *N) {
  SDLoc DL(N);
  SDValue Source = N->getOperand(0);
  EVT VT = N->getValueType(0), From = Source.getValueType();
  if (VT.isVector() && From.isVector()) {
    // The same bits in the same registers.
    ReplaceUses(SDValue(N, 0), Source);
    CurDAG->RemoveDeadNode(N);
    return true;
  }
  bool ToScalar = !VT.isVector();
  EVT Scalar = ToScalar ? VT : From;
  MTIAV::OpInfo Info;
  MTIAVType T;
  T.SEW = Scalar.getSizeInBits();
  T.NumElts = 1;
  Info.Type = T.withSEW(T.SEW);
  SDValue R;
  if (ToScalar)
    R = MTIAV::getOp(*CurDAG, DL, VT, VT.isInteger() ? MTIA::PseudoVMV_X_S : MTIA::PseudoVFMV_F_S,
                     {Source}, Info);
  else
    R = MTIAV::getOp(*CurDAG, DL, VT, From.isInteger() ? MTIA::PseudoVMV_S_X : MTIA::PseudoVFMV_S_F,
                     {MTIAV::getUndef(*CurDAG, VT), Source}, Info);
  ReplaceNode(N, R.getNode());
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
  case ISD::MLOAD:
  case ISD::VP_LOAD:
    return selectVLoad(N);
  case ISD::STORE:
    return selectVStore(N, cast<StoreSDNode>(N)->getValue());
  case ISD::MSTORE:
    return selectVStore(N, cast<MaskedStoreSDNode>(N)->getValue());
  case ISD::VP_STORE:
    return selectVStore(N, cast<VPStoreSDNode>(N)->getValue());
  case ISD::BITCAST:
    return selectVBitcast(N);
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
  auto Constant = [&](int64_t C) { return SDValue(selectImm(DL, C), 0); };
  Operation Op(*CurDAG, N, Constant);
  SDValue R = selectOperation(Op);
  if (!R)
    return false;
  if (Op.Strict)
    ReplaceUses(SDValue(N, 1), Op.Chain);
  ReplaceUses(SDValue(N, 0), R);
  CurDAG->RemoveDeadNode(N);
  return true;
}
