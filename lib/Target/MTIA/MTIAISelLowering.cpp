//===-- MTIAISelLowering.cpp - From IR's operations to the target's -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLowering.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIARegisterInfo.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetLoweringObjectFileImpl.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/IntrinsicsRISCV.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-lower"

static cl::opt<bool> EnableZicondSelect("mtia-enable-zicond-select",
                                        cl::desc("Select with conditional zeros, not branches"),
                                        cl::init(true), cl::Hidden);

MTIATargetLowering::MTIATargetLowering(const TargetMachine &TM, const MTIASubtarget &STI)
    : TargetLowering(TM, STI), Subtarget(STI) {
  addRegisterClass(MVT::i64, &MTIA::GPRRegClass);
  addFPRegisterClasses();
  addVectorRegisterClasses();
  addVectorTupleClasses();
  computeRegisterProperties(STI.getRegisterInfo());
  setStackPointerRegisterToSaveRestore(MTIA::X2);

  setLoadExtAction({ISD::EXTLOAD, ISD::SEXTLOAD, ISD::ZEXTLOAD}, MVT::i64, MVT::i1, Promote);

  setOperationAction(ISD::DYNAMIC_STACKALLOC, MVT::i64, Expand);
  setOperationAction({ISD::STACKSAVE, ISD::STACKRESTORE}, MVT::Other, Expand);

  setOperationAction(ISD::BR_JT, MVT::Other, Expand);
  setOperationAction(ISD::BR_CC, MVT::i64, Expand);
  setOperationAction(ISD::BRCOND, MVT::Other, Custom);
  setOperationAction(ISD::SELECT_CC, MVT::i64, Expand);
  setOperationAction(ISD::SELECT, MVT::i64, Custom);

  setOperationAction(ISD::VASTART, MVT::Other, Custom);
  setOperationAction({ISD::VAARG, ISD::VACOPY, ISD::VAEND}, MVT::Other, Expand);

  setOperationAction(ISD::SIGN_EXTEND_INREG, {MVT::i1, MVT::i8, MVT::i16}, Expand);

  // 32-bit operations become W instructions.
  setOperationAction(ISD::LOAD, MVT::i32, Custom);
  setOperationAction({ISD::ADD, ISD::SUB, ISD::SHL, ISD::SRA, ISD::SRL, ISD::UADDO, ISD::USUBO,
                      ISD::SADDO, ISD::SSUBO},
                     MVT::i32, Custom);

  if (STI.hasStdExtM()) {
    setOperationAction(ISD::MUL, MVT::i32, Custom);
    setOperationAction({ISD::SDIV, ISD::UDIV, ISD::UREM}, {MVT::i8, MVT::i16, MVT::i32}, Custom);
    setOperationAction(ISD::MUL, MVT::i128, Custom);
  } else {
    setOperationAction(
        {ISD::MUL, ISD::MULHS, ISD::MULHU, ISD::SDIV, ISD::UDIV, ISD::SREM, ISD::UREM}, MVT::i64,
        Expand);
  }
  setOperationAction({ISD::SDIVREM, ISD::UDIVREM, ISD::SMUL_LOHI, ISD::UMUL_LOHI}, MVT::i64,
                     Expand);
  setOperationAction({ISD::SHL_PARTS, ISD::SRL_PARTS, ISD::SRA_PARTS}, MVT::i64, Custom);
  setOperationAction(
      {ISD::ROTL, ISD::ROTR, ISD::CTTZ, ISD::CTLZ, ISD::CTPOP, ISD::BSWAP, ISD::BITREVERSE},
      MVT::i64, Expand);

  setOperationAction({ISD::GlobalAddress, ISD::BlockAddress, ISD::ConstantPool, ISD::JumpTable,
                      ISD::GlobalTLSAddress, ISD::Constant},
                     MVT::i64, Custom);

  setOperationAction(ISD::READCYCLECOUNTER, MVT::i64, Custom);
  setOperationAction(ISD::READSTEADYCOUNTER, MVT::i64, Custom);
  setOperationAction({ISD::TRAP, ISD::DEBUGTRAP}, MVT::Other, Legal);
  setOperationAction(ISD::ATOMIC_FENCE, MVT::Other, Custom);
  setOperationAction({ISD::FRAMEADDR, ISD::RETURNADDR}, MVT::i64, Custom);
  setOperationAction(ISD::INTRINSIC_WO_CHAIN, MVT::Other, Custom);
  // By the type of the operand, an offset that is always 0.
  setOperationAction(ISD::EH_DWARF_CFA, {MVT::i32, MVT::i64}, Custom);

  setAtomicActions();
  setFPActions();

  setBooleanContents(ZeroOrOneBooleanContent);
  setMinFunctionAlignment(Align(Subtarget.hasCompressed() ? 2 : 4));
  setMinimumJumpTableEntries(5);
  // Doublewords at most: 64 bytes copied in line, fewer when optimising for size.
  MaxStoresPerMemset = 8;
  MaxStoresPerMemsetOptSize = 4;
  MaxStoresPerMemcpy = 8;
  MaxStoresPerMemcpyOptSize = 4;
  MaxStoresPerMemmove = 8;
  MaxStoresPerMemmoveOptSize = 4;
  MaxLoadsPerMemcmp = 4;
  MaxLoadsPerMemcmpOptSize = 2;

  setTargetDAGCombine({ISD::SETCC, ISD::MUL});
  setBitActions();
  setVectorActions();
  setVectorIntrinsicActions();
}

EVT MTIATargetLowering::getSetCCResultType(const DataLayout &DL, LLVMContext &Context,
                                           EVT VT) const {
  if (!VT.isVector())
    return MVT::i64;
  if (Subtarget.hasVInstructions())
    return EVT::getVectorVT(Context, MVT::i1, VT.getVectorElementCount());
  return VT.changeVectorElementTypeToInteger();
}

//===----------------------------------------------------------------------===//
// What is cheap, what is legal
//===----------------------------------------------------------------------===//

bool MTIATargetLowering::isLegalAddressingMode(const DataLayout &DL, const AddrMode &AM, Type *Ty,
                                               unsigned AS, Instruction *I) const {
  if (AM.BaseGV || AM.ScalableOffset || !isInt<12>(AM.BaseOffs))
    return false;
  // A register and a 12-bit offset; a register times one without another base is a
  // base register.
  return AM.Scale == 0 || (AM.Scale == 1 && !AM.HasBaseReg);
}

bool MTIATargetLowering::allowsMisalignedMemoryAccesses(EVT VT, unsigned AddrSpace, Align Alignment,
                                                        MachineMemOperand::Flags Flags,
                                                        unsigned *Fast) const {
  // Elements that aren't aligned are moved as bytes.
  if (isLegalVectorType(VT)) {
    if (Fast)
      *Fast =
          Subtarget.enableUnalignedVectorMem() || Alignment.value() * 8 >= VT.getScalarSizeInBits();
    return true;
  }
  bool Allowed = Subtarget.enableUnalignedScalarMem() && !VT.isVector();
  if (Fast)
    *Fast = Allowed;
  return Allowed;
}

bool MTIATargetLowering::isLegalICmpImmediate(int64_t Imm) const { return isInt<12>(Imm); }

bool MTIATargetLowering::isLegalAddImmediate(int64_t Imm) const { return isInt<12>(Imm); }

// Among IR's optimisers: a loop's narrow counter is not better as a part of a wide one.
bool MTIATargetLowering::isTruncateFree(Type *SrcTy, Type *DstTy) const { return false; }

bool MTIATargetLowering::isTruncateFree(EVT SrcVT, EVT DstVT) const {
  return SrcVT.isScalarInteger() && DstVT.isScalarInteger() && SrcVT.getSizeInBits() == 64 &&
         DstVT.getSizeInBits() == 32;
}

bool MTIATargetLowering::isTruncateFree(SDValue Val, EVT VT2) const {
  EVT SrcVT = Val.getValueType();
  // A load or an arithmetic operation of the lower part is as cheap.
  if (SrcVT == MVT::i64 && VT2 == MVT::i32)
    return true;
  return TargetLowering::isTruncateFree(Val, VT2);
}

bool MTIATargetLowering::isZExtFree(SDValue Val, EVT VT2) const {
  // LBU and LHU. LWU too, but i32 values are kept sign-extended.
  if (auto *LD = dyn_cast<LoadSDNode>(Val)) {
    EVT MemVT = LD->getMemoryVT();
    if ((MemVT == MVT::i8 || MemVT == MVT::i16) &&
        (LD->getExtensionType() == ISD::NON_EXTLOAD || LD->getExtensionType() == ISD::ZEXTLOAD))
      return true;
  }
  return TargetLowering::isZExtFree(Val, VT2);
}

bool MTIATargetLowering::isSExtCheaperThanZExt(EVT SrcVT, EVT DstVT) const {
  return SrcVT == MVT::i32 && DstVT == MVT::i64;
}

bool MTIATargetLowering::signExtendConstant(const ConstantInt *CI) const {
  return CI->getType()->isIntegerTy(32);
}

bool MTIATargetLowering::shouldSignExtendTypeInLibCall(Type *Ty, bool IsSigned) const {
  // The psABI keeps 32-bit values sign-extended, unsigned ones too.
  return Ty->isIntegerTy(32) ? true : IsSigned;
}

bool MTIATargetLowering::shouldExtendTypeInLibCall(EVT Type) const {
  // A float in an integer register: the upper bits are unspecified.
  return !(Type.isFloatingPoint() && Type.getSizeInBits() < 64);
}

bool MTIATargetLowering::isIntDivCheap(EVT VT, AttributeList Attr) const {
  return Attr.hasFnAttr(Attribute::MinSize) && !VT.isVector();
}

// A multiplication takes three cycles and its constant one at least: a shift and an
// addition are better, or a tie in cycles and one register less.
bool MTIATargetLowering::decomposeMulByConstant(LLVMContext &Context, EVT VT, SDValue C) const {
  if (!VT.isScalarInteger() || VT.getSizeInBits() > 64)
    return false;
  auto *ConstNode = dyn_cast<ConstantSDNode>(C.getNode());
  if (!ConstNode)
    return false;
  const APInt &Imm = ConstNode->getAPIntValue();
  return (Imm + 1).isPowerOf2() || (Imm - 1).isPowerOf2() || (1 - Imm).isPowerOf2() ||
         (-1 - Imm).isPowerOf2();
}

bool MTIATargetLowering::isMulAddWithConstProfitable(SDValue AddNode, SDValue ConstNode) const {
  EVT VT = AddNode.getValueType();
  if (VT.isVector() || VT.getScalarSizeInBits() > 64)
    return true;
  const APInt &C1 = cast<ConstantSDNode>(AddNode.getOperand(1))->getAPIntValue();
  const APInt &C2 = cast<ConstantSDNode>(ConstNode)->getAPIntValue();
  // (x + c1) * c2: an addend that no longer fits ADDI costs more than it saves.
  return !(C1.isSignedIntN(12) && !(C1 * C2).isSignedIntN(12));
}

bool MTIATargetLowering::isDesirableToCommuteWithShift(const SDNode *N, CombineLevel Level) const {
  // (shl (add x, c1), c2) -> (add (shl x, c2), c1 << c2): good where the constant
  // stays an immediate, or becomes part of an address.
  SDValue N0 = N->getOperand(0);
  if (!N0.hasOneUse() && N0.getOpcode() != ISD::SIGN_EXTEND)
    return false;
  EVT Ty = N0.getValueType();
  if (Ty.isScalarInteger() && (N0.getOpcode() == ISD::ADD || N0.getOpcode() == ISD::OR)) {
    auto *C1 = dyn_cast<ConstantSDNode>(N0->getOperand(1));
    auto *C2 = dyn_cast<ConstantSDNode>(N->getOperand(1));
    if (C1 && C2 && N->getOpcode() == ISD::SHL) {
      const APInt &C1Int = C1->getAPIntValue();
      APInt ShiftedC1Int = C1Int << C2->getAPIntValue().getLimitedValue(Ty.getSizeInBits() - 1);
      if (ShiftedC1Int.getSignificantBits() <= 12)
        return true;
      if (C1Int.getSignificantBits() <= 12)
        return false;
      int C1Cost = MTIAMatInt::getIntMatCost(C1Int.getSExtValue(), Subtarget);
      int ShiftedC1Cost = MTIAMatInt::getIntMatCost(ShiftedC1Int.getSExtValue(), Subtarget);
      if (C1Cost < ShiftedC1Cost)
        return false;
    }
  }
  return true;
}

// Chooses among the constants that are equal in the demanded bits one that is an
// immediate, or needs only LUI and ADDI.
bool MTIATargetLowering::targetShrinkDemandedConstant(SDValue Op, const APInt &DemandedBits,
                                                      const APInt &DemandedElts,
                                                      TargetLoweringOpt &TLO) const {
  if (!TLO.LegalOps)
    return false;
  EVT VT = Op.getValueType();
  if (VT.isVector())
    return false;
  unsigned Opcode = Op.getOpcode();
  if (Opcode != ISD::AND && Opcode != ISD::OR && Opcode != ISD::XOR)
    return false;
  auto *C = dyn_cast<ConstantSDNode>(Op.getOperand(1));
  if (!C)
    return false;

  const APInt &Mask = C->getAPIntValue();
  // The demanded bits must stay; the others are free.
  APInt ShrunkMask = Mask & DemandedBits;
  APInt ExpandedMask = Mask | ~DemandedBits;
  auto IsLegalMask = [&](const APInt &New) {
    return ShrunkMask.isSubsetOf(New) && New.isSubsetOf(ExpandedMask);
  };
  auto UseMask = [&](const APInt &New) {
    if (New == Mask)
      return true;
    SDLoc DL(Op);
    SDValue NewC = TLO.DAG.getConstant(New, DL, VT);
    SDValue NewOp = TLO.DAG.getNode(Opcode, DL, VT, Op.getOperand(0), NewC, Op->getFlags());
    return TLO.CombineTo(Op, NewOp);
  };

  // The generic code clears the undemanded bits, which is right if the result fits.
  if (ShrunkMask.isSignedIntN(12))
    return false;

  // Masks that are pairs of shifts, or that other patterns recognise.
  if (Opcode == ISD::AND) {
    APInt HalfMask(Mask.getBitWidth(), 0xffff);
    if (IsLegalMask(HalfMask))
      return UseMask(HalfMask);
    if (VT == MVT::i64) {
      APInt WordMask(64, 0xffffffff);
      if (IsLegalMask(WordMask))
        return UseMask(WordMask);
    }
  }

  // Bits above the highest demanded zero can be set, which makes it negative.
  if (!ExpandedMask.isNegative())
    return false;
  unsigned MinSignedBits = ExpandedMask.getSignificantBits();
  APInt NewMask = ShrunkMask;
  if (MinSignedBits <= 12)
    NewMask.setBitsFrom(11);
  else if (!C->isOpaque() && MinSignedBits <= 32 && !ShrunkMask.isSignedIntN(32))
    NewMask.setBitsFrom(31);
  else
    return false;
  assert(IsLegalMask(NewMask) && "A demanded bit was changed");
  return UseMask(NewMask);
}

unsigned MTIATargetLowering::ComputeNumSignBitsForTargetNode(SDValue Op, const APInt &DemandedElts,
                                                             const SelectionDAG &DAG,
                                                             unsigned Depth) const {
  switch (Op.getOpcode()) {
  default:
    return 1;
  case ISD::INTRINSIC_WO_CHAIN:
    return getSignBitsOfVectorIntrinsic(Op);
  case MTIAISD::SELECT_CC: {
    unsigned T = DAG.ComputeNumSignBits(Op.getOperand(3), DemandedElts, Depth + 1);
    if (T == 1)
      return 1;
    return std::min(T, DAG.ComputeNumSignBits(Op.getOperand(4), DemandedElts, Depth + 1));
  }
  case MTIAISD::CZERO_EQZ:
  case MTIAISD::CZERO_NEZ:
    return DAG.ComputeNumSignBits(Op.getOperand(0), DemandedElts, Depth + 1);
  case MTIAISD::SLLW:
  case MTIAISD::SRAW:
  case MTIAISD::SRLW:
  case MTIAISD::ROLW:
  case MTIAISD::RORW:
  case MTIAISD::DIVW:
  case MTIAISD::DIVUW:
  case MTIAISD::REMW:
  case MTIAISD::REMUW:
    return 33;
  }
}

Register MTIATargetLowering::getExceptionPointerRegister(const Constant *PersonalityFn) const {
  return MTIA::X10;
}

Register MTIATargetLowering::getExceptionSelectorRegister(const Constant *PersonalityFn) const {
  return MTIA::X11;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::lowerConstant(SDValue Op, SelectionDAG &DAG) const {
  int64_t Imm = cast<ConstantSDNode>(Op)->getSExtValue();
  if (isInt<32>(Imm))
    return Op;
  MTIAMatInt::InstSeq Seq = MTIAMatInt::generateInstSeq(Imm, Subtarget);
  if (Seq.size() <= Subtarget.getMaxBuildIntsCost())
    return Op;
  unsigned Shift, AddOpc;
  Seq = MTIAMatInt::generateTwoRegSeq(Imm, Subtarget, Shift, AddOpc);
  if (!Seq.empty() && Seq.size() + 2 <= Subtarget.getMaxBuildIntsCost())
    return Op;
  return SDValue(); // a load from the constant pool
}

//===----------------------------------------------------------------------===//
// Branches and selects
//===----------------------------------------------------------------------===//

// Changes a condition to one that the branch instructions have.
static void translateSetCCForBranch(const SDLoc &DL, SDValue &LHS, SDValue &RHS, ISD::CondCode &CC,
                                    SelectionDAG &DAG) {
  EVT VT = LHS.getValueType();
  // A bit above the reach of ANDI is tested as the sign, shifted there.
  if ((CC == ISD::SETEQ || CC == ISD::SETNE) && isNullConstant(RHS) &&
      LHS.getOpcode() == ISD::AND && LHS.hasOneUse() && isa<ConstantSDNode>(LHS.getOperand(1))) {
    uint64_t Mask = LHS.getConstantOperandVal(1);
    if ((isPowerOf2_64(Mask) || isMask_64(Mask)) && !isInt<12>((int64_t)Mask)) {
      unsigned ShAmt;
      if (isPowerOf2_64(Mask)) {
        CC = CC == ISD::SETEQ ? ISD::SETGE : ISD::SETLT;
        ShAmt = LHS.getValueSizeInBits() - 1 - Log2_64(Mask);
      } else {
        ShAmt = LHS.getValueSizeInBits() - llvm::bit_width(Mask);
      }
      LHS = LHS.getOperand(0);
      if (ShAmt != 0)
        LHS = DAG.getNode(ISD::SHL, DL, VT, LHS, DAG.getConstant(ShAmt, DL, VT));
      return;
    }
  }

  if (auto *RHSC = dyn_cast<ConstantSDNode>(RHS)) {
    int64_t C = RHSC->getSExtValue();
    if (CC == ISD::SETGT && C == -1) { // x > -1: x >= 0
      RHS = DAG.getConstant(0, DL, VT);
      CC = ISD::SETGE;
      return;
    }
    if (CC == ISD::SETLT && C == 1) { // x < 1: 0 >= x
      RHS = LHS;
      LHS = DAG.getConstant(0, DL, VT);
      CC = ISD::SETGE;
      return;
    }
    // x > c needs c in a register anyway; with c + 1 the operands stay in order and
    // the constant may be shared with x >= c + 1. Not for the largest value.
    if (CC == ISD::SETGT && C == 0) { // x > 0: 0 < x
      std::swap(LHS, RHS);
      CC = ISD::SETLT;
      return;
    }
  }

  switch (CC) {
  case ISD::SETGT:
  case ISD::SETLE:
  case ISD::SETUGT:
  case ISD::SETULE:
    CC = ISD::getSetCCSwappedOperands(CC);
    std::swap(LHS, RHS);
    break;
  default:
    break;
  }
}

SDValue MTIATargetLowering::lowerBRCOND(SDValue Op, SelectionDAG &DAG) const {
  SDValue CondV = Op.getOperand(1);
  SDLoc DL(Op);
  if (CondV.getOpcode() == ISD::SETCC && CondV.getOperand(0).getValueType() == MVT::i64) {
    SDValue LHS = CondV.getOperand(0);
    SDValue RHS = CondV.getOperand(1);
    ISD::CondCode CC = cast<CondCodeSDNode>(CondV.getOperand(2))->get();
    // For size, x == c as x - c == 0, where both instructions have short forms.
    if (auto *C = dyn_cast<ConstantSDNode>(RHS);
        C && !C->isZero() && (CC == ISD::SETEQ || CC == ISD::SETNE) && LHS.hasOneUse() &&
        isInt<6>(-C->getSExtValue()) && Subtarget.hasCompressed() &&
        DAG.getMachineFunction().getFunction().hasMinSize()) {
      LHS = DAG.getNode(ISD::ADD, DL, MVT::i64, LHS,
                        DAG.getSignedConstant(-C->getSExtValue(), DL, MVT::i64));
      RHS = DAG.getConstant(0, DL, MVT::i64);
    }
    translateSetCCForBranch(DL, LHS, RHS, CC, DAG);
    return DAG.getNode(MTIAISD::BR_CC, DL, Op.getValueType(), Op.getOperand(0), LHS, RHS,
                       DAG.getCondCode(CC), Op.getOperand(2));
  }
  return DAG.getNode(MTIAISD::BR_CC, DL, Op.getValueType(), Op.getOperand(0), CondV,
                     DAG.getConstant(0, DL, MVT::i64), DAG.getCondCode(ISD::SETNE),
                     Op.getOperand(2));
}

// The condition as 0 or -1 (or, inverted, -1 or 0). A test of the sign is a shift.
static SDValue getConditionMask(SDValue CondV, bool Invert, const SDLoc &DL, SelectionDAG &DAG) {
  if (CondV.getOpcode() == ISD::SETCC && CondV.getOperand(0).getValueType() == MVT::i64) {
    ISD::CondCode CC = cast<CondCodeSDNode>(CondV.getOperand(2))->get();
    bool IsNegative = CC == ISD::SETLT && isNullConstant(CondV.getOperand(1));
    bool IsNonNegative = CC == ISD::SETGT && isAllOnesConstant(CondV.getOperand(1));
    if (Invert ? IsNonNegative : IsNegative)
      return DAG.getNode(ISD::SRA, DL, MVT::i64, CondV.getOperand(0),
                         DAG.getConstant(63, DL, MVT::i64));
  }
  if (Invert)
    return DAG.getNode(ISD::ADD, DL, MVT::i64, CondV, DAG.getAllOnesConstant(DL, MVT::i64));
  return DAG.getNegative(CondV, DL, MVT::i64);
}

// Selects with a constant 0 or -1 need no branch: the condition is a mask.
static SDValue selectToMask(SDNode *N, SelectionDAG &DAG) {
  SDValue CondV = N->getOperand(0);
  SDValue TrueV = N->getOperand(1);
  SDValue FalseV = N->getOperand(2);
  SDLoc DL(N);
  auto Combine = [&](unsigned Opcode, bool Invert, SDValue Other) {
    return DAG.getNode(Opcode, DL, MVT::i64, getConditionMask(CondV, Invert, DL, DAG),
                       DAG.getFreeze(Other));
  };
  if (isAllOnesConstant(TrueV)) // -c | f
    return Combine(ISD::OR, /*Invert=*/false, FalseV);
  if (isAllOnesConstant(FalseV)) // (c - 1) | t
    return Combine(ISD::OR, /*Invert=*/true, TrueV);
  if (isNullConstant(TrueV)) // (c - 1) & f
    return Combine(ISD::AND, /*Invert=*/true, FalseV);
  if (isNullConstant(FalseV)) // -c & t
    return Combine(ISD::AND, /*Invert=*/false, TrueV);
  return SDValue();
}

SDValue MTIATargetLowering::lowerSELECT(SDValue Op, SelectionDAG &DAG) const {
  SDValue CondV = Op.getOperand(0);
  SDValue TrueV = Op.getOperand(1);
  SDValue FalseV = Op.getOperand(2);
  SDLoc DL(Op);
  MVT VT = Op.getSimpleValueType();

  // Masks by a shift of the sign, or of all ones, are as short without Zicond.
  if (VT == MVT::i64 &&
      (!Subtarget.hasStdExtZicond() || isAllOnesConstant(TrueV) || isAllOnesConstant(FalseV)))
    if (SDValue V = selectToMask(Op.getNode(), DAG))
      return V;
  if (Subtarget.hasStdExtZicond() && VT == MVT::i64 && EnableZicondSelect)
    return lowerSelectZicond(Op, DAG);

  if (CondV.getOpcode() != ISD::SETCC || CondV.getOperand(0).getSimpleValueType() != MVT::i64) {
    SDValue Zero = DAG.getConstant(0, DL, MVT::i64);
    return DAG.getNode(MTIAISD::SELECT_CC, DL, VT, CondV, Zero, DAG.getCondCode(ISD::SETNE), TrueV,
                       FalseV);
  }

  SDValue LHS = CondV.getOperand(0);
  SDValue RHS = CondV.getOperand(1);
  ISD::CondCode CC = cast<CondCodeSDNode>(CondV.getOperand(2))->get();

  // Constants one apart: the condition is the difference.
  if (isa<ConstantSDNode>(TrueV) && isa<ConstantSDNode>(FalseV)) {
    const APInt &T = TrueV->getAsAPIntVal();
    const APInt &F = FalseV->getAsAPIntVal();
    if (T - 1 == F)
      return DAG.getNode(ISD::ADD, DL, VT, CondV, FalseV);
    if (T + 1 == F)
      return DAG.getNode(ISD::SUB, DL, VT, FalseV, CondV);
    // (c ? t : f) = f + (-c & (t - f)): where the difference is an immediate.
    APInt Diff = T - F;
    if (Diff.isSignedIntN(12) && F.isSignedIntN(12)) {
      SDValue Masked = DAG.getNode(ISD::AND, DL, VT, DAG.getNegative(CondV, DL, VT),
                                   DAG.getConstant(Diff, DL, VT));
      return DAG.getNode(ISD::ADD, DL, VT, Masked, FalseV);
    }
  }

  translateSetCCForBranch(DL, LHS, RHS, CC, DAG);
  // 1 < x ? x : 1 uses the constant twice where 0 < x ? x : 1 needs it once.
  if (isOneConstant(LHS) && CC == ISD::SETLT && RHS == TrueV && LHS == FalseV)
    LHS = DAG.getConstant(0, DL, MVT::i64);
  if (isAllOnesConstant(RHS) && CC == ISD::SETLT && LHS == TrueV && RHS == FalseV) {
    RHS = DAG.getConstant(0, DL, MVT::i64);
  }
  return DAG.getNode(MTIAISD::SELECT_CC, DL, VT, LHS, RHS, DAG.getCondCode(CC), TrueV, FalseV);
}

//===----------------------------------------------------------------------===//
// Frames, variable arguments, shifts of two registers
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::lowerVASTART(SDValue Op, SelectionDAG &DAG) const {
  MachineFunction &MF = DAG.getMachineFunction();
  auto *FuncInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  SDLoc DL(Op);
  SDValue FI = DAG.getFrameIndex(FuncInfo->getVarArgsFrameIndex(), MVT::i64);
  const Value *SV = cast<SrcValueSDNode>(Op.getOperand(2))->getValue();
  return DAG.getStore(Op.getOperand(0), DL, FI, Op.getOperand(1), MachinePointerInfo(SV));
}

SDValue MTIATargetLowering::lowerFRAMEADDR(SDValue Op, SelectionDAG &DAG) const {
  MachineFunction &MF = DAG.getMachineFunction();
  MF.getFrameInfo().setFrameAddressIsTaken(true);
  EVT VT = Op.getValueType();
  SDLoc DL(Op);
  SDValue FrameAddr = DAG.getCopyFromReg(DAG.getEntryNode(), DL, MTIA::X8, VT);
  // The caller's frame address is saved second from the top.
  for (unsigned Depth = Op.getConstantOperandVal(0); Depth; --Depth) {
    SDValue Ptr = DAG.getNode(ISD::ADD, DL, VT, FrameAddr, DAG.getSignedConstant(-16, DL, VT));
    FrameAddr = DAG.getLoad(VT, DL, DAG.getEntryNode(), Ptr, MachinePointerInfo());
  }
  return FrameAddr;
}

SDValue MTIATargetLowering::lowerRETURNADDR(SDValue Op, SelectionDAG &DAG) const {
  MachineFunction &MF = DAG.getMachineFunction();
  MF.getFrameInfo().setReturnAddressIsTaken(true);
  EVT VT = Op.getValueType();
  SDLoc DL(Op);
  if (Op.getConstantOperandVal(0)) {
    SDValue FrameAddr = lowerFRAMEADDR(Op, DAG);
    SDValue Ptr = DAG.getNode(ISD::ADD, DL, VT, FrameAddr, DAG.getSignedConstant(-8, DL, VT));
    return DAG.getLoad(VT, DL, DAG.getEntryNode(), Ptr, MachinePointerInfo());
  }
  Register Reg = MF.addLiveIn(MTIA::X1, &MTIA::GPRRegClass);
  return DAG.getCopyFromReg(DAG.getEntryNode(), DL, Reg, VT);
}

// With s the amount, s < 64:   lo' = lo << s, hi' = (hi << s) | ((lo >> 1) >> (63 - s))
//                  otherwise:  lo' = 0,       hi' = lo << (s - 64)
// The hardware takes amounts modulo 64: s - 64 needs no subtraction, nor 63 - s more
// than a complement.
SDValue MTIATargetLowering::lowerShiftLeftParts(SDValue Op, SelectionDAG &DAG) const {
  SDLoc DL(Op);
  SDValue Lo = Op.getOperand(0);
  SDValue Hi = Op.getOperand(1);
  SDValue Shamt = Op.getOperand(2);
  EVT VT = Lo.getValueType();
  SDValue Zero = DAG.getConstant(0, DL, VT);
  SDValue One = DAG.getConstant(1, DL, VT);
  SDValue MinusXLen = DAG.getSignedConstant(-64, DL, VT);
  SDValue ShamtMinusXLen = DAG.getNode(ISD::ADD, DL, VT, Shamt, MinusXLen);
  SDValue XLenMinus1Shamt = DAG.getNode(ISD::SUB, DL, VT, DAG.getConstant(63, DL, VT), Shamt);

  SDValue LoTrue = DAG.getNode(ISD::SHL, DL, VT, Lo, Shamt);
  SDValue ShiftRight1Lo = DAG.getNode(ISD::SRL, DL, VT, Lo, One);
  SDValue ShiftRightLo = DAG.getNode(ISD::SRL, DL, VT, ShiftRight1Lo, XLenMinus1Shamt);
  SDValue ShiftLeftHi = DAG.getNode(ISD::SHL, DL, VT, Hi, Shamt);
  SDValue HiTrue = DAG.getNode(ISD::OR, DL, VT, ShiftLeftHi, ShiftRightLo);
  SDValue HiFalse = DAG.getNode(ISD::SHL, DL, VT, Lo, ShamtMinusXLen);

  SDValue CC = DAG.getSetCC(DL, VT, ShamtMinusXLen, Zero, ISD::SETLT);
  Lo = DAG.getNode(ISD::SELECT, DL, VT, CC, LoTrue, Zero);
  Hi = DAG.getNode(ISD::SELECT, DL, VT, CC, HiTrue, HiFalse);
  return DAG.getMergeValues({Lo, Hi}, DL);
}

// With s the amount, s < 64:   lo' = (lo >> s) | ((hi << 1) << (63 - s)), hi' = hi >> s
//                  otherwise:  lo' = hi >> (s - 64), hi' = 0 or the sign
SDValue MTIATargetLowering::lowerShiftRightParts(SDValue Op, SelectionDAG &DAG, bool IsSRA) const {
  SDLoc DL(Op);
  SDValue Lo = Op.getOperand(0);
  SDValue Hi = Op.getOperand(1);
  SDValue Shamt = Op.getOperand(2);
  EVT VT = Lo.getValueType();
  unsigned ShiftRightOp = IsSRA ? ISD::SRA : ISD::SRL;
  SDValue Zero = DAG.getConstant(0, DL, VT);
  SDValue One = DAG.getConstant(1, DL, VT);
  SDValue MinusXLen = DAG.getSignedConstant(-64, DL, VT);
  SDValue ShamtMinusXLen = DAG.getNode(ISD::ADD, DL, VT, Shamt, MinusXLen);
  SDValue XLenMinus1Shamt = DAG.getNode(ISD::SUB, DL, VT, DAG.getConstant(63, DL, VT), Shamt);

  SDValue ShiftRightLo = DAG.getNode(ISD::SRL, DL, VT, Lo, Shamt);
  SDValue ShiftLeftHi1 = DAG.getNode(ISD::SHL, DL, VT, Hi, One);
  SDValue ShiftLeftHi = DAG.getNode(ISD::SHL, DL, VT, ShiftLeftHi1, XLenMinus1Shamt);
  SDValue LoTrue = DAG.getNode(ISD::OR, DL, VT, ShiftRightLo, ShiftLeftHi);
  SDValue HiTrue = DAG.getNode(ShiftRightOp, DL, VT, Hi, Shamt);
  SDValue LoFalse = DAG.getNode(ShiftRightOp, DL, VT, Hi, ShamtMinusXLen);
  SDValue HiFalse = IsSRA ? DAG.getNode(ISD::SRA, DL, VT, Hi, DAG.getConstant(63, DL, VT)) : Zero;

  SDValue CC = DAG.getSetCC(DL, VT, ShamtMinusXLen, Zero, ISD::SETLT);
  Lo = DAG.getNode(ISD::SELECT, DL, VT, CC, LoTrue, LoFalse);
  Hi = DAG.getNode(ISD::SELECT, DL, VT, CC, HiTrue, HiFalse);
  return DAG.getMergeValues({Lo, Hi}, DL);
}

static SDValue lowerFence(SDValue Op, SelectionDAG &DAG) {
  SDLoc DL(Op);
  auto Scope = static_cast<SyncScope::ID>(Op.getConstantOperandVal(2));
  // Only the compiler must keep the order within one thread.
  if (Scope == SyncScope::SingleThread)
    return DAG.getNode(ISD::MEMBARRIER, DL, MVT::Other, Op.getOperand(0));
  return Op;
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

SDValue MTIATargetLowering::LowerOperation(SDValue Op, SelectionDAG &DAG) const {
  if (isVectorIntrinsic(Op))
    return lowerVectorIntrinsic(Op, DAG);
  if (auto *Load = dyn_cast<LoadSDNode>(Op); Load && Op.getValueType().isRISCVVectorTuple())
    return lowerTupleLoad(Load, DAG);
  if (auto *Store = dyn_cast<StoreSDNode>(Op);
      Store && Store->getValue().getValueType().isRISCVVectorTuple())
    return lowerTupleStore(Store, DAG);
  if (Subtarget.hasVInstructions() && isVectorOperation(Op))
    return lowerVectorOperation(Op, DAG);
  switch (Op.getOpcode()) {
  default:
    return lowerFPOperation(Op, DAG);
  case ISD::GlobalAddress:
    return lowerGlobalAddress(Op, DAG);
  case ISD::BlockAddress:
    return lowerBlockAddress(Op, DAG);
  case ISD::ConstantPool:
    return lowerConstantPool(Op, DAG);
  case ISD::JumpTable:
    return lowerJumpTable(Op, DAG);
  case ISD::GlobalTLSAddress:
    return lowerGlobalTLSAddress(Op, DAG);
  case ISD::Constant:
    return lowerConstant(Op, DAG);
  case ISD::SELECT:
    return lowerSELECT(Op, DAG);
  case ISD::BRCOND:
    return lowerBRCOND(Op, DAG);
  case ISD::VASTART:
    return lowerVASTART(Op, DAG);
  case ISD::FRAMEADDR:
    return lowerFRAMEADDR(Op, DAG);
  case ISD::RETURNADDR:
    return lowerRETURNADDR(Op, DAG);
  case ISD::SHL_PARTS:
    return lowerShiftLeftParts(Op, DAG);
  case ISD::SRL_PARTS:
    return lowerShiftRightParts(Op, DAG, /*IsSRA=*/false);
  case ISD::SRA_PARTS:
    return lowerShiftRightParts(Op, DAG, /*IsSRA=*/true);
  case ISD::ATOMIC_FENCE:
    return lowerFence(Op, DAG);
  case ISD::READCYCLECOUNTER:
  case ISD::READSTEADYCOUNTER: {
    SDLoc DL(Op);
    // The CSRs cycle and time.
    unsigned CSR = Op.getOpcode() == ISD::READCYCLECOUNTER ? 0xC00 : 0xC01;
    return DAG.getNode(MTIAISD::READ_CSR, DL, DAG.getVTList(MVT::i64, MVT::Other), Op.getOperand(0),
                       DAG.getTargetConstant(CSR, DL, MVT::i64));
  }
  case ISD::EH_DWARF_CFA: {
    int FI = DAG.getMachineFunction().getFrameInfo().CreateFixedObject(8, 0, false);
    return DAG.getFrameIndex(FI, MVT::i64);
  }
  case ISD::INTRINSIC_WO_CHAIN:
    if (Op.getConstantOperandVal(0) == Intrinsic::thread_pointer)
      return DAG.getRegister(MTIA::X4, MVT::i64);
    return SDValue();
  }
}

//===----------------------------------------------------------------------===//
// 32-bit operations
//===----------------------------------------------------------------------===//

// Does the operation in 64 bits and extends the result, so that a pattern makes a W
// instruction of both.
static SDValue toOpWithSExt(SDNode *N, SelectionDAG &DAG) {
  SDLoc DL(N);
  SDValue Op0 = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, N->getOperand(0));
  SDValue Op1 = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, N->getOperand(1));
  SDValue Op = DAG.getNode(N->getOpcode(), DL, MVT::i64, Op0, Op1);
  SDValue Ext = DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64, Op, DAG.getValueType(MVT::i32));
  return DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Ext);
}

static SDValue toWNode(SDNode *N, unsigned Opcode, SelectionDAG &DAG, unsigned ExtOpc) {
  SDLoc DL(N);
  SDValue Op0 = DAG.getNode(ExtOpc, DL, MVT::i64, N->getOperand(0));
  SDValue Op1 = DAG.getNode(ExtOpc, DL, MVT::i64, N->getOperand(1));
  SDValue Op = DAG.getNode(Opcode, DL, MVT::i64, Op0, Op1);
  return DAG.getNode(ISD::TRUNCATE, DL, N->getValueType(0), Op);
}

// The result of an unsigned addition wraps below its operands, of a subtraction above
// the minuend; compared as sign-extended words, which keeps the order.
static void lowerUAddSubO32(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) {
  SDLoc DL(N);
  bool IsAdd = N->getOpcode() == ISD::UADDO;
  SDValue Word = DAG.getValueType(MVT::i32);
  SDValue LHS = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, N->getOperand(0));
  SDValue RHS = DAG.getNode(ISD::ANY_EXTEND, DL, MVT::i64, N->getOperand(1));
  SDValue Res = DAG.getNode(IsAdd ? ISD::ADD : ISD::SUB, DL, MVT::i64, LHS, RHS);
  Res = DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64, Res, Word);

  SDValue Overflow;
  if (IsAdd && isOneConstant(RHS)) {
    Overflow =
        DAG.getSetCC(DL, N->getValueType(1), Res, DAG.getConstant(0, DL, MVT::i64), ISD::SETEQ);
  } else {
    SDValue LHSExt = DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64, LHS, Word);
    Overflow = DAG.getSetCC(DL, N->getValueType(1), Res, LHSExt, IsAdd ? ISD::SETULT : ISD::SETUGT);
  }
  Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Res));
  Results.push_back(Overflow);
}

// The sum in 64 bits is exact: it overflowed if the word isn't equal to it.
static void lowerSAddSubO32(SDNode *N, SmallVectorImpl<SDValue> &Results, SelectionDAG &DAG) {
  SDLoc DL(N);
  unsigned Opc = N->getOpcode() == ISD::SADDO ? ISD::ADD : ISD::SUB;
  SDValue LHS = DAG.getNode(ISD::SIGN_EXTEND, DL, MVT::i64, N->getOperand(0));
  SDValue RHS = DAG.getNode(ISD::SIGN_EXTEND, DL, MVT::i64, N->getOperand(1));
  SDValue Exact = DAG.getNode(Opc, DL, MVT::i64, LHS, RHS);
  SDValue Word =
      DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64, Exact, DAG.getValueType(MVT::i32));
  Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Word));
  Results.push_back(DAG.getSetCC(DL, N->getValueType(1), Exact, Word, ISD::SETNE));
}

// A product of 128 bits of which one factor is sign- and the other zero-extended.
static SDValue lowerMul128(SDNode *N, SelectionDAG &DAG) {
  SDLoc DL(N);
  SDValue LHS = N->getOperand(0);
  SDValue RHS = N->getOperand(1);
  APInt HighMask = APInt::getHighBitsSet(128, 64);
  auto IsUnsigned = [&](SDValue V) { return DAG.MaskedValueIsZero(V, HighMask); };
  auto IsSigned = [&](SDValue V) { return DAG.ComputeNumSignBits(V) > 64; };
  bool LHSU = IsUnsigned(LHS), RHSU = IsUnsigned(RHS);
  if (LHSU == RHSU)
    return SDValue(); // MUL with MULH or MULHU
  auto MakeMULHSU = [&](SDValue S, SDValue U) {
    S = DAG.getNode(ISD::TRUNCATE, DL, MVT::i64, S);
    U = DAG.getNode(ISD::TRUNCATE, DL, MVT::i64, U);
    SDValue Lo = DAG.getNode(ISD::MUL, DL, MVT::i64, S, U);
    SDValue Hi = DAG.getNode(MTIAISD::MULHSU, DL, MVT::i64, S, U);
    return DAG.getNode(ISD::BUILD_PAIR, DL, N->getValueType(0), Lo, Hi);
  };
  bool LHSS = IsSigned(LHS), RHSS = IsSigned(RHS);
  // One that is both is better taken as signed with the other.
  if (RHSU && LHSS && !RHSS)
    return MakeMULHSU(LHS, RHS);
  if (LHSU && RHSS && !LHSS)
    return MakeMULHSU(RHS, LHS);
  return SDValue();
}

void MTIATargetLowering::ReplaceNodeResults(SDNode *N, SmallVectorImpl<SDValue> &Results,
                                            SelectionDAG &DAG) const {
  SDLoc DL(N);
  if (replaceVectorIntrinsic(N, Results, DAG))
    return;
  if (Subtarget.hasVInstructions() && replaceVectorResults(N, Results, DAG))
    return;
  if (replaceBitResults(N, Results, DAG) || replaceFPNodeResults(N, Results, DAG))
    return;
  switch (N->getOpcode()) {
  default:
    report_fatal_error("no rule to legalise the type of this operation");
  case ISD::ADD:
  case ISD::SUB:
  case ISD::MUL:
    if (N->getValueType(0) == MVT::i128) {
      if (SDValue V = lowerMul128(N, DAG))
        Results.push_back(V);
      return;
    }
    Results.push_back(toOpWithSExt(N, DAG));
    return;
  case ISD::SHL:
    // SLLI and SLLIW are equal in the lower half: let the generic code promote it.
    if (isa<ConstantSDNode>(N->getOperand(1))) {
      Results.push_back(toOpWithSExt(N, DAG));
      return;
    }
    // A single bit is BSET's; n is below 32.
    if (Subtarget.hasStdExtZbs() && isOneConstant(N->getOperand(0))) {
      SDValue Amount = DAG.getNode(ISD::ZERO_EXTEND, DL, MVT::i64, N->getOperand(1));
      SDValue Bit = DAG.getNode(ISD::SHL, DL, MVT::i64, DAG.getConstant(1, DL, MVT::i64), Amount);
      Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Bit));
      return;
    }
    // An amount of 1 << n: SLLW gives the sign-extended result.
    Results.push_back(toWNode(N, MTIAISD::SLLW, DAG, ISD::ANY_EXTEND));
    return;
  case ISD::SRA:
  case ISD::SRL:
    if (isa<ConstantSDNode>(N->getOperand(1)))
      return; // promoted; the patterns find SRAIW and SRLIW
    Results.push_back(toWNode(N, N->getOpcode() == ISD::SRA ? MTIAISD::SRAW : MTIAISD::SRLW, DAG,
                              ISD::ANY_EXTEND));
    return;
  case ISD::SDIV:
  case ISD::UDIV:
  case ISD::UREM: {
    // Divisions by constants become multiplications, in 64 bits.
    if (N->getOperand(1).getOpcode() == ISD::Constant &&
        !isIntDivCheap(N->getValueType(0), DAG.getMachineFunction().getFunction().getAttributes()))
      return;
    unsigned Opcode, Ext;
    if (N->getOpcode() == ISD::SDIV) {
      Opcode = MTIAISD::DIVW;
      Ext = N->getValueType(0) == MVT::i32 ? ISD::ANY_EXTEND : ISD::SIGN_EXTEND;
    } else {
      Opcode = N->getOpcode() == ISD::UDIV ? MTIAISD::DIVUW : MTIAISD::REMUW;
      Ext = N->getValueType(0) == MVT::i32 ? ISD::ANY_EXTEND : ISD::ZERO_EXTEND;
    }
    Results.push_back(toWNode(N, Opcode, DAG, Ext));
    return;
  }
  case ISD::LOAD: {
    // A sign-extending load costs the same and spares extensions later.
    auto *LD = cast<LoadSDNode>(N);
    if (!ISD::isNON_EXTLoad(N))
      return;
    SDValue Res = DAG.getExtLoad(ISD::SEXTLOAD, DL, MVT::i64, LD->getChain(), LD->getBasePtr(),
                                 LD->getMemoryVT(), LD->getMemOperand());
    Results.push_back(DAG.getNode(ISD::TRUNCATE, DL, MVT::i32, Res));
    Results.push_back(Res.getValue(1));
    return;
  }
  case ISD::UADDO:
  case ISD::USUBO:
    lowerUAddSubO32(N, Results, DAG);
    return;
  case ISD::SADDO:
  case ISD::SSUBO:
    lowerSAddSubO32(N, Results, DAG);
    return;
  }
}

//===----------------------------------------------------------------------===//
// Combines
//===----------------------------------------------------------------------===//

// Folds a comparison of a comparison's result with zero into the branch or select.
static bool combineCC(SDValue &LHS, SDValue &RHS, SDValue &CC, const SDLoc &DL, SelectionDAG &DAG) {
  ISD::CondCode CCVal = cast<CondCodeSDNode>(CC)->get();
  if (!ISD::isIntEqualitySetCC(CCVal))
    return false;

  // ((setcc x, y, cc) != 0) -> (x cc y), and the inverse with ==.
  if (LHS.getOpcode() == ISD::SETCC && isNullConstant(RHS) &&
      LHS.getOperand(0).getValueType() == MVT::i64) {
    bool Invert = CCVal == ISD::SETEQ;
    CCVal = cast<CondCodeSDNode>(LHS.getOperand(2))->get();
    if (Invert)
      CCVal = ISD::getSetCCInverse(CCVal, MVT::i64);
    RHS = LHS.getOperand(1);
    LHS = LHS.getOperand(0);
    translateSetCCForBranch(DL, LHS, RHS, CCVal, DAG);
    CC = DAG.getCondCode(CCVal);
    return true;
  }

  // ((xor x, y) == 0) -> (x == y)
  if (LHS.getOpcode() == ISD::XOR && isNullConstant(RHS)) {
    // A constant would have to be put in a register, which the xor spares.
    if (isa<ConstantSDNode>(LHS.getOperand(1)) && !isOneConstant(LHS.getOperand(1)))
      return false;
    if (isOneConstant(LHS.getOperand(1))) {
      // (c ^ 1) != 0 with c a boolean
      if (!DAG.MaskedValueIsZero(LHS.getOperand(0), APInt::getBitsSetFrom(64, 1)))
        return false;
      CC = DAG.getCondCode(ISD::getSetCCInverse(CCVal, MVT::i64));
      LHS = LHS.getOperand(0);
      return true;
    }
    RHS = LHS.getOperand(1);
    LHS = LHS.getOperand(0);
    return true;
  }

  // A boolean compared with 1: compare with 0.
  if (isOneConstant(RHS) && DAG.MaskedValueIsZero(LHS, APInt::getBitsSetFrom(64, 1))) {
    CC = DAG.getCondCode(ISD::getSetCCInverse(CCVal, MVT::i64));
    RHS = DAG.getConstant(0, DL, MVT::i64);
    return true;
  }
  return false;
}

// (and (any_extend/srl ...), 1) of an i1 and the like are simplified by the generic
// code. What is left to the target is (seteq/setne x, c) of sign-extended words with
// the constant written zero-extended.
static SDValue performSETCCCombine(SDNode *N, SelectionDAG &DAG) {
  SDValue N0 = N->getOperand(0);
  SDValue N1 = N->getOperand(1);
  EVT OpVT = N0.getValueType();
  ISD::CondCode Cond = cast<CondCodeSDNode>(N->getOperand(2))->get();
  if (OpVT != MVT::i64 || !ISD::isIntEqualitySetCC(Cond))
    return SDValue();

  // (x & 0xffffffff) == c -> (sext_inreg x) == sext(c): one instruction for two.
  auto *N1C = dyn_cast<ConstantSDNode>(N1);
  if (!N1C || N0.getOpcode() != ISD::AND || !N0.hasOneUse() ||
      !isa<ConstantSDNode>(N0.getOperand(1)) || N0.getConstantOperandVal(1) != UINT64_C(0xffffffff))
    return SDValue();
  uint64_t C = N1C->getZExtValue();
  if (!isUInt<32>(C))
    return SDValue(); // never equal; folded elsewhere
  SDLoc DL(N);
  SDValue Ext = DAG.getNode(ISD::SIGN_EXTEND_INREG, DL, MVT::i64, N0.getOperand(0),
                            DAG.getValueType(MVT::i32));
  return DAG.getSetCC(DL, N->getValueType(0), Ext,
                      DAG.getSignedConstant(SignExtend64<32>(C), DL, MVT::i64), Cond);
}

SDValue MTIATargetLowering::PerformDAGCombine(SDNode *N, DAGCombinerInfo &DCI) const {
  SelectionDAG &DAG = DCI.DAG;
  SDLoc DL(N);
  if (SDValue V = performVectorCombine(N, DCI))
    return V;
  switch (N->getOpcode()) {
  default:
    return performFPCombine(N, DCI);
  case ISD::SETCC:
    return performSETCCCombine(N, DAG);
  case ISD::SPLAT_VECTOR: {
    // The type legaliser makes no scalar of it.
    EVT VT = N->getValueType(0);
    if (VT.isFixedLengthVector() && VT.getVectorNumElements() == 1)
      return DAG.getBuildVector(VT, DL, {N->getOperand(0)});
    return SDValue();
  }
  case ISD::MUL:
    return performMULCombine(N, DCI, DAG);
  case ISD::SELECT:
    return performSELECTCombine(N, DAG);
  case ISD::OR:
    return performLogicCombine(N, DCI, DAG);
  case ISD::AND:
    if (SDValue V = performLogicCombine(N, DCI, DAG))
      return V;
    [[fallthrough]];
  case ISD::TRUNCATE:
    return performBitTestCombine(N, DAG);
  case MTIAISD::CZERO_EQZ:
  case MTIAISD::CZERO_NEZ:
    return performCZEROCombine(N, DAG);
  case MTIAISD::CLZW:
  case MTIAISD::CTZW:
    if (SimplifyDemandedBits(N->getOperand(0), APInt::getLowBitsSet(64, 32), DCI))
      return SDValue(N, 0);
    return SDValue();
  case MTIAISD::ROLW:
  case MTIAISD::RORW:
  case MTIAISD::SLLW:
  case MTIAISD::SRLW:
  case MTIAISD::SRAW: {
    // Only 32 bits of the first operand and five of the amount are looked at.
    if (SimplifyDemandedBits(N->getOperand(0), APInt::getLowBitsSet(64, 32), DCI) ||
        SimplifyDemandedBits(N->getOperand(1), APInt::getLowBitsSet(64, 5), DCI))
      return SDValue(N, 0);
    return SDValue();
  }
  case MTIAISD::DIVW:
  case MTIAISD::DIVUW:
  case MTIAISD::REMW:
  case MTIAISD::REMUW: {
    APInt Low = APInt::getLowBitsSet(64, 32);
    if (SimplifyDemandedBits(N->getOperand(0), Low, DCI) ||
        SimplifyDemandedBits(N->getOperand(1), Low, DCI))
      return SDValue(N, 0);
    return SDValue();
  }
  case MTIAISD::BR_CC: {
    SDValue LHS = N->getOperand(1);
    SDValue RHS = N->getOperand(2);
    SDValue CC = N->getOperand(3);
    if (combineCC(LHS, RHS, CC, DL, DAG))
      return DAG.getNode(MTIAISD::BR_CC, DL, N->getValueType(0), N->getOperand(0), LHS, RHS, CC,
                         N->getOperand(4));
    return SDValue();
  }
  case MTIAISD::SELECT_CC: {
    SDValue LHS = N->getOperand(0);
    SDValue RHS = N->getOperand(1);
    SDValue CC = N->getOperand(2);
    SDValue TrueV = N->getOperand(3);
    SDValue FalseV = N->getOperand(4);
    if (TrueV == FalseV)
      return TrueV;
    if (combineCC(LHS, RHS, CC, DL, DAG))
      return DAG.getNode(MTIAISD::SELECT_CC, DL, N->getValueType(0), LHS, RHS, CC, TrueV, FalseV);
    return SDValue();
  }
  }
}

//===----------------------------------------------------------------------===//
// Selects as control flow
//===----------------------------------------------------------------------===//

static bool isSelectPseudo(const MachineInstr &MI) {
  switch (MI.getOpcode()) {
  case MTIA::PseudoSelect:
  case MTIA::PseudoSelectFPR16:
  case MTIA::PseudoSelectFPR32:
  case MTIA::PseudoSelectFPR64:
    return true;
  default:
    return false;
  }
}

//   head:  bcc lhs, rhs, tail
//   false: (empty)
//   tail:  dst = phi (truev, head), (falsev, false)
//
// Selects on the same comparison that follow share the diamond; so may instructions
// between them that nothing in the sequence depends on, which move to its head.
static MachineBasicBlock *emitSelect(MachineInstr &MI, MachineBasicBlock *BB,
                                     const MTIASubtarget &STI) {
  Register LHS = MI.getOperand(1).getReg();
  Register RHS = MI.getOperand(2).getReg();
  auto CC = static_cast<MTIACC::CondCode>(MI.getOperand(3).getImm());

  SmallVector<MachineInstr *, 4> SelectDebugValues;
  SmallSet<Register, 4> SelectDests;
  SelectDests.insert(MI.getOperand(0).getReg());
  MachineInstr *LastSelect = &MI;

  for (MachineBasicBlock::iterator E = BB->end(), I = std::next(MachineBasicBlock::iterator(MI));
       I != E; ++I) {
    if (I->isDebugInstr())
      continue;
    if (isSelectPseudo(*I)) {
      if (I->getOperand(1).getReg() != LHS || I->getOperand(2).getReg() != RHS ||
          I->getOperand(3).getImm() != CC || SelectDests.count(I->getOperand(4).getReg()) ||
          SelectDests.count(I->getOperand(5).getReg()))
        break;
      LastSelect = &*I;
      I->collectDebugValues(SelectDebugValues);
      SelectDests.insert(I->getOperand(0).getReg());
      continue;
    }
    if (I->hasUnmodeledSideEffects() || I->mayLoadOrStore() || I->usesCustomInsertionHook() ||
        I->isTerminator() || I->isCall() || I->isPosition())
      break;
    if (llvm::any_of(I->operands(), [&](MachineOperand &MO) {
          return MO.isReg() &&
                 (MO.getReg().isPhysical() || (MO.isUse() && SelectDests.count(MO.getReg())));
        }))
      break;
  }

  const MTIAInstrInfo &TII = *STI.getInstrInfo();
  const BasicBlock *LLVM_BB = BB->getBasicBlock();
  DebugLoc DL = MI.getDebugLoc();
  MachineFunction::iterator InsertPt = ++BB->getIterator();
  MachineFunction *F = BB->getParent();
  MachineBasicBlock *HeadMBB = BB;
  MachineBasicBlock *TailMBB = F->CreateMachineBasicBlock(LLVM_BB);
  MachineBasicBlock *FalseMBB = F->CreateMachineBasicBlock(LLVM_BB);
  F->insert(InsertPt, FalseMBB);
  F->insert(InsertPt, TailMBB);

  for (MachineInstr *DebugInstr : SelectDebugValues)
    TailMBB->push_back(DebugInstr->removeFromParent());
  TailMBB->splice(TailMBB->end(), HeadMBB, std::next(LastSelect->getIterator()), HeadMBB->end());
  TailMBB->transferSuccessorsAndUpdatePHIs(HeadMBB);
  HeadMBB->addSuccessor(FalseMBB);
  HeadMBB->addSuccessor(TailMBB);
  FalseMBB->addSuccessor(TailMBB);

  BuildMI(HeadMBB, DL, TII.get(MTIACC::getBranchOpcode(CC)))
      .addReg(LHS)
      .addReg(RHS)
      .addMBB(TailMBB);

  auto SelectEnd = std::next(LastSelect->getIterator());
  auto InsertionPoint = TailMBB->begin();
  for (auto SelectIt = MI.getIterator(); SelectIt != SelectEnd;) {
    auto Next = std::next(SelectIt);
    if (isSelectPseudo(*SelectIt)) {
      BuildMI(*TailMBB, InsertionPoint, SelectIt->getDebugLoc(), TII.get(TargetOpcode::PHI),
              SelectIt->getOperand(0).getReg())
          .addReg(SelectIt->getOperand(4).getReg())
          .addMBB(HeadMBB)
          .addReg(SelectIt->getOperand(5).getReg())
          .addMBB(FalseMBB);
      SelectIt->eraseFromParent();
    }
    SelectIt = Next;
  }
  F->getProperties().resetNoPHIs();
  return TailMBB;
}

MachineBasicBlock *MTIATargetLowering::EmitInstrWithCustomInserter(MachineInstr &MI,
                                                                   MachineBasicBlock *BB) const {
  switch (MI.getOpcode()) {
  case MTIA::PseudoSelect:
  case MTIA::PseudoSelectFPR16:
  case MTIA::PseudoSelectFPR32:
  case MTIA::PseudoSelectFPR64:
    return emitSelect(MI, BB, Subtarget);
  case TargetOpcode::STATEPOINT:
    // A call, of which the instruction's description doesn't know that it writes ra.
    MI.addOperand(*MI.getMF(),
                  MachineOperand::CreateReg(MTIA::X1, /*isDef=*/true, /*isImp=*/true,
                                            /*isKill=*/false, /*isDead=*/true,
                                            /*isUndef=*/false, /*isEarlyClobber=*/true));
    [[fallthrough]];
  case TargetOpcode::STACKMAP:
  case TargetOpcode::PATCHPOINT:
    return emitPatchPoint(MI, BB);
  default:
    return emitFPPseudo(MI, BB);
  }
}

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

MTIATargetLowering::ConstraintType
MTIATargetLowering::getConstraintType(StringRef Constraint) const {
  if (Constraint.size() == 1) {
    switch (Constraint[0]) {
    case 'I': // 12-bit signed
    case 'J': // 0
    case 'K': // 5-bit unsigned
      return C_Immediate;
    case 'f':
      return C_RegisterClass;
    case 'A': // an address in a register, without an offset
      return C_Memory;
    case 's':
    case 'S': // a symbol, perhaps with an offset
      return C_Other;
    default:
      break;
    }
  }
  // Registers that compressed instructions can name.
  if (Constraint == "cr" || Constraint == "cf" || isVectorConstraint(Constraint))
    return C_RegisterClass;
  return TargetLowering::getConstraintType(Constraint);
}

InlineAsm::ConstraintCode
MTIATargetLowering::getInlineAsmMemConstraint(StringRef ConstraintCode) const {
  if (ConstraintCode == "A")
    return InlineAsm::ConstraintCode::A;
  return TargetLowering::getInlineAsmMemConstraint(ConstraintCode);
}

// A register by its ABI or architectural name.
static MCRegister parseRegisterName(StringRef Name) {
  unsigned Number;
  if (Name.size() > 1 && Name[0] == 'x' && !Name.drop_front().getAsInteger(10, Number) &&
      Number < 32)
    return MTIA::X0 + Number;
  return StringSwitch<MCRegister>(Name)
      .Case("zero", MTIA::X0)
      .Case("ra", MTIA::X1)
      .Case("sp", MTIA::X2)
      .Case("gp", MTIA::X3)
      .Case("tp", MTIA::X4)
      .Case("t0", MTIA::X5)
      .Case("t1", MTIA::X6)
      .Case("t2", MTIA::X7)
      .Cases({"s0", "fp"}, MTIA::X8)
      .Case("s1", MTIA::X9)
      .Case("a0", MTIA::X10)
      .Case("a1", MTIA::X11)
      .Case("a2", MTIA::X12)
      .Case("a3", MTIA::X13)
      .Case("a4", MTIA::X14)
      .Case("a5", MTIA::X15)
      .Case("a6", MTIA::X16)
      .Case("a7", MTIA::X17)
      .Case("s2", MTIA::X18)
      .Case("s3", MTIA::X19)
      .Case("s4", MTIA::X20)
      .Case("s5", MTIA::X21)
      .Case("s6", MTIA::X22)
      .Case("s7", MTIA::X23)
      .Case("s8", MTIA::X24)
      .Case("s9", MTIA::X25)
      .Case("s10", MTIA::X26)
      .Case("s11", MTIA::X27)
      .Case("t3", MTIA::X28)
      .Case("t4", MTIA::X29)
      .Case("t5", MTIA::X30)
      .Case("t6", MTIA::X31)
      .Default(MCRegister());
}

std::pair<unsigned, const TargetRegisterClass *>
MTIATargetLowering::getRegForInlineAsmConstraint(const TargetRegisterInfo *TRI,
                                                 StringRef Constraint, MVT VT) const {
  // Of a wider value, as many registers as it needs; the operand prints the first.
  if (Constraint == "r" && !VT.isVector())
    return {0U, &MTIA::GPRNoX0RegClass};
  if (Constraint == "cr" && !VT.isVector() && VT.getSizeInBits() <= 64)
    return {0U, &MTIA::GPRCRegClass};
  if (Constraint == "f")
    return {0U, getFPRegClass(VT)};
  if (Constraint == "cf") {
    if (isHalfRegisterType(VT))
      return {0U, &MTIA::FPR16CRegClass};
    if (VT == MVT::f32 && Subtarget.hasStdExtF())
      return {0U, &MTIA::FPR32CRegClass};
    if (VT == MVT::f64 && Subtarget.hasStdExtD())
      return {0U, &MTIA::FPR64CRegClass};
    return {0U, nullptr};
  }
  if (Subtarget.hasVInstructions())
    if (auto Vector = getVectorRegForInlineAsm(Constraint, VT); Vector.second)
      return Vector;
  if (Constraint.size() > 2 && Constraint.front() == '{' && Constraint.back() == '}') {
    if (MCRegister Reg = parseRegisterName(Constraint.substr(1, Constraint.size() - 2).lower()))
      return {Reg.id(), &MTIA::GPRRegClass};
    auto FPReg = getFPRegByName(Constraint.substr(1, Constraint.size() - 2).lower(), VT);
    if (FPReg.first)
      return FPReg;
  }
  return TargetLowering::getRegForInlineAsmConstraint(TRI, Constraint, VT);
}

void MTIATargetLowering::LowerAsmOperandForConstraint(SDValue Op, StringRef Constraint,
                                                      std::vector<SDValue> &Ops,
                                                      SelectionDAG &DAG) const {
  if (Constraint.size() != 1)
    return TargetLowering::LowerAsmOperandForConstraint(Op, Constraint, Ops, DAG);
  auto *C = dyn_cast<ConstantSDNode>(Op);
  switch (Constraint[0]) {
  case 'I':
    if (C && isInt<12>(C->getSExtValue()))
      Ops.push_back(DAG.getSignedTargetConstant(C->getSExtValue(), SDLoc(Op), MVT::i64));
    return;
  case 'J':
    if (C && C->getZExtValue() == 0)
      Ops.push_back(DAG.getTargetConstant(0, SDLoc(Op), MVT::i64));
    return;
  case 'K':
    if (C && isUInt<5>(C->getZExtValue()))
      Ops.push_back(DAG.getTargetConstant(C->getZExtValue(), SDLoc(Op), MVT::i64));
    return;
  case 'S':
    return TargetLowering::LowerAsmOperandForConstraint(Op, "s", Ops, DAG);
  default:
    return TargetLowering::LowerAsmOperandForConstraint(Op, Constraint, Ops, DAG);
  }
}

Register MTIATargetLowering::getRegisterByName(const char *RegName, LLT VT,
                                               const MachineFunction &MF) const {
  const Function &F = MF.getFunction();
  MCRegister Reg = parseRegisterName(StringRef(RegName).lower());
  if (!Reg)
    F.getContext().diagnose(
        DiagnosticInfoUnsupported(F, Twine("a variable bound to the register '") + RegName +
                                         "', which isn't one of the integer registers"));
  else if (!Subtarget.getRegisterInfo()->getReservedRegs(MF).test(Reg.id()))
    F.getContext().diagnose(DiagnosticInfoUnsupported(
        F, Twine("a variable bound to the register '") + RegName +
               "', which the compiler allocates: only zero, sp, gp and tp can be bound, s0 with a "
               "frame pointer, and what -ffixed-<register> reserves"));
  else
    return Reg;
  return MTIA::X0; // After an error: nothing is emitted.
}
