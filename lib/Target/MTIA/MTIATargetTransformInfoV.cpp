//===-- MTIATargetTransformInfoV.cpp - Costs of vectors, choices of vectorisers -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The unit of cost is the cycle in which the vector unit works on one register of 64
// bytes: an operation on a group of four registers costs 4, one on less than a register
// costs 1. Where element after element is done (gathers, strides, ordered sums), an
// element costs 1.
//
// Loops are vectorised with scalable types, whose vscale is known to be 8, and with
// their tail folded into the loop by the vector length: one loop, without anything
// before or behind it, serves 3 elements and 3000. So the register group may be large
// without harm to short loops: the group is the largest that the loop's live values
// allow, up to four registers.
//
// What only looks at types answers Invalid where there is no code for a scalable type,
// and leaves fixed types that have no registers (i7, i128) to the generic model.
//
//===----------------------------------------------------------------------===//

#include "MTIATargetTransformInfo.h"
#include "MTIAVectorTypes.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace llvm::PatternMatch;

static cl::opt<unsigned>
    VectorGroup("mtia-vectorizer-group", cl::Hidden, cl::init(4),
                cl::desc("The largest register group that vectorisers choose for the widest "
                         "element type of a loop: 1, 2, 4 or 8 registers"));
static cl::opt<bool> Vectorize("mtia-vectorize", cl::Hidden, cl::init(true),
                               cl::desc("Let the vectorisers use vectors"));
static cl::opt<bool> FoldTail("mtia-fold-tail", cl::Hidden, cl::init(true),
                              cl::desc("Fold the tails of vectorised loops by the vector length"));
static cl::opt<unsigned>
    SLPMaxVF("mtia-slp-max-vf", cl::Hidden,
             cl::desc("The longest vector of the SLP vectoriser, in elements (0: no limit)"));

namespace {
constexpr unsigned VScale = MTIAVType::VScale;
constexpr unsigned RegisterBits = MTIAVType::VLen;
constexpr unsigned GroupBits = RegisterBits << MTIAVType::MaxLog2LMUL; // the largest group

// Numbers of the emulator's device_mtia_v1.inc.
// Cycles until a result is in a scalar register, beyond the operation itself.
constexpr unsigned CrossingCost = 2;
// A reduction goes on after its last register: integers, floating-point numbers.
constexpr unsigned ReductionCost = 3, FPReductionCost = 16;
constexpr unsigned OrderedCost = 4; // per element

// Cycles per register of what isn't pipelined.
unsigned getIntDivCost(unsigned Bits) { return 1 + std::max(5u, 20 * Bits / 64); }
unsigned getFPDivCost(unsigned Bits) { return 1 + (Bits == 64 ? 30 : Bits == 32 ? 16 : 9); }
} // namespace

bool MTIATTIImpl::isVectorElement(Type *Ty) const {
  if (Ty->isPointerTy())
    return ST->hasVInstructionsI64();
  if (Ty->isIntegerTy())
    switch (Ty->getIntegerBitWidth()) {
    case 1:
    case 8:
    case 16:
    case 32:
      return true;
    case 64:
      return ST->hasVInstructionsI64();
    default:
      return false;
    }
  if (Ty->isHalfTy())
    return ST->hasVInstructionsF16();
  if (Ty->isBFloatTy())
    return ST->hasVInstructionsBF16Minimal();
  if (Ty->isFloatTy())
    return ST->hasVInstructionsF32();
  return Ty->isDoubleTy() && ST->hasVInstructionsF64();
}

std::optional<MTIATTIImpl::VectorShape> MTIATTIImpl::getVectorShape(Type *Ty) const {
  auto *VTy = dyn_cast<VectorType>(Ty);
  if (!VTy || !ST->hasVInstructions() || !isVectorElement(VTy->getElementType()))
    return std::nullopt;
  VectorShape Shape;
  Shape.Elements = VTy->getElementCount().getKnownMinValue() * (VTy->isScalableTy() ? VScale : 1);
  Shape.ElementBits = DL.getTypeSizeInBits(VTy->getElementType());
  // Rounded up to what has a type of its own.
  uint64_t Bits = PowerOf2Ceil(Shape.Elements) * Shape.ElementBits;
  Shape.Registers = std::max<uint64_t>(1, divideCeil(Bits, RegisterBits));
  // The elements that belong to a mask are at least bytes.
  if (Shape.ElementBits == 1)
    Bits *= 8;
  Shape.Parts = std::max<uint64_t>(1, divideCeil(Bits, GroupBits));
  return Shape;
}

//===----------------------------------------------------------------------===//
// Registers and choices of the vectorisers.
//===----------------------------------------------------------------------===//

TypeSize MTIATTIImpl::getRegisterBitWidth(TargetTransformInfo::RegisterKind K) const {
  unsigned Group = std::clamp<unsigned>(llvm::bit_floor(unsigned(VectorGroup)), 1, 8);
  switch (K) {
  case TargetTransformInfo::RGK_Scalar:
    return TypeSize::getFixed(64);
  case TargetTransformInfo::RGK_FixedWidthVector:
    return TypeSize::getFixed(ST->hasVInstructions() && Vectorize ? Group * RegisterBits : 0);
  case TargetTransformInfo::RGK_ScalableVector:
    return TypeSize::getScalable(ST->hasVInstructions() && Vectorize ? Group * RegisterBits / VScale
                                                                     : 0);
  }
  llvm_unreachable("Unknown kind of register");
}

unsigned MTIATTIImpl::getNumberOfRegisters(unsigned ClassID) const {
  if (ClassID == 1)
    return ST->hasVInstructions() ? 32 : 0;
  return 31;
}

unsigned MTIATTIImpl::getMinVectorRegisterBitWidth() const {
  return ST->hasVInstructions() ? 16 : 0;
}

unsigned MTIATTIImpl::getRegUsageForType(Type *Ty) const {
  if (std::optional<VectorShape> Shape = getVectorShape(Ty))
    return Shape->Registers;
  return BaseT::getRegUsageForType(Ty);
}

unsigned MTIATTIImpl::getNumberOfParts(Type *Ty) const {
  if (std::optional<VectorShape> Shape = getVectorShape(Ty))
    return Shape->Parts;
  return BaseT::getNumberOfParts(Ty);
}

std::optional<unsigned> MTIATTIImpl::getMaxVScale() const {
  return ST->hasVInstructions() ? std::optional<unsigned>(VScale) : std::nullopt;
}

bool MTIATTIImpl::preferPredicateOverEpilogue(TailFoldingInfo *TFI) const {
  return ST->hasVInstructions() && FoldTail;
}

TailFoldingStyle MTIATTIImpl::getPreferredTailFoldingStyle(bool IVUpdateMayOverflow) const {
  if (ST->hasVInstructions() && FoldTail)
    return TailFoldingStyle::DataWithEVL;
  return BaseT::getPreferredTailFoldingStyle(IVUpdateMayOverflow);
}

unsigned MTIATTIImpl::getMaxInterleaveFactor(ElementCount VF) const {
  // Groups of registers interleave by themselves. Two at a time where the length of the
  // vector is fixed, to share the loop's overhead.
  return ST->hasVInstructions() && VF.isVector() ? 2 : 1;
}

unsigned MTIATTIImpl::getMaximumVF(unsigned ElemWidth, unsigned Opcode) const {
  if (SLPMaxVF)
    return SLPMaxVF;
  return std::max(1u, unsigned(getRegisterBitWidth(TTI::RGK_FixedWidthVector).getFixedValue()) /
                          ElemWidth);
}

bool MTIATTIImpl::isElementTypeLegalForScalableVector(Type *Ty) const {
  return isVectorElement(Ty);
}

static bool isMemoryType(Type *Ty) { return !Ty->getScalarType()->isIntegerTy(1); }

bool MTIATTIImpl::isLegalVectorAccess(Type *Ty, Align Alignment) const {
  if (!ST->hasVInstructions() || !isVectorElement(Ty->getScalarType()) || !isMemoryType(Ty))
    return false;
  // Elements lie at multiples of their size.
  return Alignment >= DL.getTypeStoreSize(Ty->getScalarType()).getFixedValue();
}

bool MTIATTIImpl::isLegalInterleavedAccessType(VectorType *VTy, unsigned Factor, Align Alignment,
                                               unsigned AddrSpace) const {
  if (Factor < 2 || Factor > 8 || AddrSpace != 0 || !isLegalVectorAccess(VTy, Alignment))
    return false;
  // A segment's registers, all fields together, are at most eight.
  std::optional<VectorShape> Shape = getVectorShape(VTy);
  return Shape && Shape->Parts == 1 && Factor * Shape->Registers <= 8;
}

bool MTIATTIImpl::isLegalToVectorizeReduction(const RecurrenceDescriptor &RdxDesc,
                                              ElementCount VF) const {
  if (!VF.isScalable())
    return true;
  // What isn't one instruction would have to be expanded element by element.
  switch (RdxDesc.getRecurrenceKind()) {
  case RecurKind::Mul:
  case RecurKind::FMul:
    return false;
  case RecurKind::FAdd:
  case RecurKind::FMulAdd:
  case RecurKind::FMin:
  case RecurKind::FMax:
    if (RdxDesc.getRecurrenceType()->isBFloatTy())
      return false;
    break;
  default:
    break;
  }
  return isVectorElement(RdxDesc.getRecurrenceType());
}

bool MTIATTIImpl::shouldExpandReduction(const IntrinsicInst *II) const {
  if (!ST->hasVInstructions())
    return true;
  switch (II->getIntrinsicID()) {
  case Intrinsic::vector_reduce_mul:
  case Intrinsic::vector_reduce_fmul:
    return true;
  default:
    return false;
  }
}

TargetTransformInfo::VPLegalization
MTIATTIImpl::getVPLegalizationStrategy(const VPIntrinsic &PI) const {
  using VPLegalization = TargetTransformInfo::VPLegalization;
  Type *Ty = PI.getType();
  if (Ty->isVoidTy() || !Ty->isVectorTy())
    if (const Value *Data = PI.getMemoryDataParam())
      Ty = Data->getType();
  // No mask says what the length of these does: MTIAExpandVectors.
  switch (PI.getIntrinsicID()) {
  case Intrinsic::experimental_vp_reverse:
  case Intrinsic::experimental_vp_splice:
  case Intrinsic::vp_cttz_elts:
  case Intrinsic::vp_load_ff:
  case Intrinsic::vp_merge:
    return VPLegalization(VPLegalization::Legal, VPLegalization::Legal);
  case Intrinsic::vp_bswap:
    // Refused there, with the place.
    if (Ty->getScalarSizeInBits() % 16)
      return VPLegalization(VPLegalization::Legal, VPLegalization::Legal);
    break;
  default:
    break;
  }
  // Elements that registers don't have are promoted or taken apart, without mask and length.
  auto IsOdd = [&](Type *T) {
    Type *Element = T->getScalarType();
    return T->isVectorTy() && !Element->isPointerTy() &&
           !TLI->isTypeLegal(
               EVT::getVectorVT(T->getContext(), EVT::getEVT(Element, true), 1, true));
  };
  if (PI.getIntrinsicID() == Intrinsic::vp_frem || IsOdd(PI.getType()) ||
      llvm::any_of(PI.args(), [&](const Use &U) { return IsOdd(U->getType()); }))
    return VPLegalization(VPLegalization::Convert, VPLegalization::Convert);
  // Reductions of elements that have only conversions are those of all, element by element.
  if (isa<VPReductionIntrinsic>(PI) &&
      (PI.getType()->isBFloatTy() || (PI.getType()->isHalfTy() && !ST->hasVInstructionsF16())))
    return VPLegalization(VPLegalization::Discard, VPLegalization::Convert);
  if (!ST->hasVInstructions() ||
      (PI.getIntrinsicID() == Intrinsic::vp_reduce_mul && Ty->isVectorTy()) ||
      PI.getIntrinsicID() == Intrinsic::vp_reduce_fmul ||
      PI.getIntrinsicID() == Intrinsic::vp_reduce_mul)
    return VPLegalization(VPLegalization::Discard, VPLegalization::Convert);
  return VPLegalization(VPLegalization::Legal, VPLegalization::Legal);
}

//===----------------------------------------------------------------------===//
// Arithmetic.
//===----------------------------------------------------------------------===//

// Arithmetic on bfloats happens in float: both operands and the result are converted.
static unsigned withConversions(unsigned Registers) { return 5 * Registers; }

InstructionCost
MTIATTIImpl::getArithmeticInstrCost(unsigned Opcode, Type *Ty, TTI::TargetCostKind CostKind,
                                    TTI::OperandValueInfo Op1Info, TTI::OperandValueInfo Op2Info,
                                    ArrayRef<const Value *> Args, const Instruction *CxtI) const {
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  if (!Shape) {
    if (isa<ScalableVectorType>(Ty))
      return InstructionCost::getInvalid();
    return BaseT::getArithmeticInstrCost(Opcode, Ty, CostKind, Op1Info, Op2Info, Args, CxtI);
  }
  if (CostKind == TTI::TCK_CodeSize)
    return Shape->Parts;
  unsigned Factor = 1;
  switch (Opcode) {
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem: {
    bool IsRem = Opcode == Instruction::URem || Opcode == Instruction::SRem;
    bool IsSigned = Opcode == Instruction::SDiv || Opcode == Instruction::SRem;
    // By constants: shifts, or the upper half of a product and shifts.
    if (Op2Info.isConstant() && Op2Info.isPowerOf2())
      Factor = IsSigned ? 4 : 1;
    else if (Op2Info.isConstant())
      Factor = 4;
    else
      Factor = getIntDivCost(Shape->ElementBits);
    if (IsRem && !(Op2Info.isPowerOf2() && !IsSigned))
      Factor += 2;
    break;
  }
  case Instruction::FDiv:
    Factor = getFPDivCost(Shape->ElementBits);
    break;
  case Instruction::FRem: // a call per element
    if (isa<ScalableVectorType>(Ty))
      return InstructionCost::getInvalid();
    return BaseT::getArithmeticInstrCost(Opcode, Ty, CostKind, Op1Info, Op2Info, Args, CxtI);
  default:
    break;
  }
  if (Ty->getScalarType()->isBFloatTy() && Opcode != Instruction::FNeg)
    return withConversions(Shape->Registers) + 2 * Factor * Shape->Registers;
  return Factor * Shape->Registers;
}

InstructionCost MTIATTIImpl::getCastInstrCost(unsigned Opcode, Type *Dst, Type *Src,
                                              TTI::CastContextHint CCH,
                                              TTI::TargetCostKind CostKind,
                                              const Instruction *I) const {
  std::optional<VectorShape> To = getVectorShape(Dst), From = getVectorShape(Src);
  if (!To || !From) {
    if (isa<ScalableVectorType>(Dst) || isa<ScalableVectorType>(Src))
      return InstructionCost::getInvalid();
    return BaseT::getCastInstrCost(Opcode, Dst, Src, CCH, CostKind, I);
  }
  unsigned Parts = std::max(To->Parts, From->Parts);
  unsigned Registers = std::max(To->Registers, From->Registers);
  switch (Opcode) {
  case Instruction::BitCast:
  case Instruction::PtrToInt:
  case Instruction::IntToPtr:
  case Instruction::PtrToAddr:
  case Instruction::AddrSpaceCast:
    return 0;
  case Instruction::ZExt:
  case Instruction::SExt:
    // From masks a merge of two constants, one of which stays in a register.
    return CostKind == TTI::TCK_CodeSize ? Parts : To->Registers;
  case Instruction::Trunc: {
    if (To->ElementBits == 1) // and, compare
      return CostKind == TTI::TCK_CodeSize ? 2 * Parts : 2 * From->Registers;
    // Halved again and again; the shift reads the wider group.
    InstructionCost Cost = 0;
    unsigned Steps = 0;
    for (unsigned Bits = From->ElementBits; Bits > To->ElementBits; Bits /= 2, ++Steps)
      Cost += std::max(1u, From->Elements * Bits / RegisterBits);
    return CostKind == TTI::TCK_CodeSize ? InstructionCost(Steps * Parts) : Cost;
  }
  case Instruction::FPExt:
  case Instruction::FPTrunc:
  case Instruction::FPToSI:
  case Instruction::FPToUI:
  case Instruction::SIToFP:
  case Instruction::UIToFP: {
    // One instruction changes the size by a factor of two at most.
    unsigned Large = std::max(To->ElementBits, From->ElementBits);
    unsigned Small = std::max(8u, std::min(To->ElementBits, From->ElementBits));
    unsigned Steps = std::max(1u, Log2_32(Large / Small));
    bool FromInt = Opcode == Instruction::SIToFP || Opcode == Instruction::UIToFP;
    bool ToInt = Opcode == Instruction::FPToSI || Opcode == Instruction::FPToUI;
    // Integers are extended in one step, whatever the distance, and masks merged.
    if (FromInt)
      Steps = From->ElementBits == 1 ? 2 : std::min(Steps, 2u);
    if (ToInt && To->ElementBits == 1)
      Steps = 3;
    // Between bfloat and integers, or wider numbers than float, by way of float.
    if (Dst->getScalarType()->isBFloatTy() || Src->getScalarType()->isBFloatTy())
      Steps += FromInt || ToInt;
    return CostKind == TTI::TCK_CodeSize ? Steps * Parts : Steps * Registers;
  }
  default:
    return BaseT::getCastInstrCost(Opcode, Dst, Src, CCH, CostKind, I);
  }
}

InstructionCost MTIATTIImpl::getCmpSelInstrCost(unsigned Opcode, Type *ValTy, Type *CondTy,
                                                CmpInst::Predicate VecPred,
                                                TTI::TargetCostKind CostKind,
                                                TTI::OperandValueInfo Op1Info,
                                                TTI::OperandValueInfo Op2Info,
                                                const Instruction *I) const {
  std::optional<VectorShape> Shape = getVectorShape(ValTy);
  if (!Shape) {
    if (isa<ScalableVectorType>(ValTy))
      return InstructionCost::getInvalid();
    return BaseT::getCmpSelInstrCost(Opcode, ValTy, CondTy, VecPred, CostKind, Op1Info, Op2Info, I);
  }
  unsigned Count = 1;
  if (Opcode == Instruction::Select) {
    if (Shape->ElementBits == 1)
      Count = 3; // and, and-not, or of masks
    else if (CondTy && !CondTy->isVectorTy())
      Count = 2; // the condition goes to all elements first
  } else if (Opcode == Instruction::FCmp) {
    switch (VecPred) {
    case CmpInst::FCMP_ONE:
    case CmpInst::FCMP_UEQ:
    case CmpInst::FCMP_ORD:
    case CmpInst::FCMP_UNO:
      Count = 3; // two compares, joined
      break;
    case CmpInst::FCMP_UGT:
    case CmpInst::FCMP_UGE:
    case CmpInst::FCMP_ULT:
    case CmpInst::FCMP_ULE:
      Count = 2; // the opposite, inverted
      break;
    default:
      break;
    }
  }
  if (ValTy->getScalarType()->isBFloatTy() && Opcode == Instruction::FCmp)
    return withConversions(Shape->Registers);
  return Count * (CostKind == TTI::TCK_CodeSize ? Shape->Parts : Shape->Registers);
}

//===----------------------------------------------------------------------===//
// Memory.
//===----------------------------------------------------------------------===//

InstructionCost MTIATTIImpl::getMemoryOpCost(unsigned Opcode, Type *Src, Align Alignment,
                                             unsigned AddressSpace, TTI::TargetCostKind CostKind,
                                             TTI::OperandValueInfo OpInfo,
                                             const Instruction *I) const {
  std::optional<VectorShape> Shape = getVectorShape(Src);
  if (!Shape) {
    if (isa<ScalableVectorType>(Src))
      return InstructionCost::getInvalid();
    return BaseT::getMemoryOpCost(Opcode, Src, Alignment, AddressSpace, CostKind, OpInfo, I);
  }
  return CostKind == TTI::TCK_CodeSize ? Shape->Parts : Shape->Registers;
}

InstructionCost MTIATTIImpl::getMemIntrinsicInstrCost(const MemIntrinsicCostAttributes &MICA,
                                                      TTI::TargetCostKind CostKind) const {
  Type *Ty = MICA.getDataType();
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  if (!Shape || !isMemoryType(Ty)) {
    if (isa<ScalableVectorType>(Ty))
      return InstructionCost::getInvalid();
    return BaseT::getMemIntrinsicInstrCost(MICA, CostKind);
  }
  if (CostKind == TTI::TCK_CodeSize)
    return Shape->Parts;
  switch (MICA.getID()) {
  case Intrinsic::masked_gather:
  case Intrinsic::masked_scatter:
  case Intrinsic::vp_gather:
  case Intrinsic::vp_scatter:
  case Intrinsic::experimental_vp_strided_load:
  case Intrinsic::experimental_vp_strided_store:
    if (!isLegalVectorAccess(Ty, MICA.getAlignment()) && isa<FixedVectorType>(Ty))
      return BaseT::getMemIntrinsicInstrCost(MICA, CostKind);
    return Shape->Elements;
  case Intrinsic::masked_load:
  case Intrinsic::masked_store:
  case Intrinsic::vp_load:
  case Intrinsic::vp_store:
  case Intrinsic::vp_load_ff:
    return Shape->Registers;
  case Intrinsic::masked_expandload: // count, load, prefix of the mask, gather
    return 1 + CrossingCost + 2 * Shape->Registers + Shape->Registers * Shape->Registers;
  case Intrinsic::masked_compressstore: // compress, count, store
    return 1 + CrossingCost + 2 * Shape->Registers;
  default:
    return BaseT::getMemIntrinsicInstrCost(MICA, CostKind);
  }
}

InstructionCost MTIATTIImpl::getInterleavedMemoryOpCost(unsigned Opcode, Type *VecTy,
                                                        unsigned Factor, ArrayRef<unsigned> Indices,
                                                        Align Alignment, unsigned AddressSpace,
                                                        TTI::TargetCostKind CostKind,
                                                        bool UseMaskForCond,
                                                        bool UseMaskForGaps) const {
  auto *VTy = cast<VectorType>(VecTy);
  ElementCount Count = VTy->getElementCount();
  if (Factor <= 8 && Count.isKnownMultipleOf(Factor)) {
    auto *Field = VectorType::get(VTy->getElementType(), Count.divideCoefficientBy(Factor));
    if (isLegalInterleavedAccessType(Field, Factor, Alignment, AddressSpace)) {
      // One instruction, a segment per cycle.
      if (CostKind == TTI::TCK_CodeSize)
        return 1;
      return getVectorShape(Field)->Elements;
    }
  }
  if (isa<ScalableVectorType>(VTy))
    return InstructionCost::getInvalid();
  // Loads and shuffles: each member gathers from, or is inserted into, the whole.
  if (std::optional<VectorShape> Shape = getVectorShape(VTy);
      Shape && Shape->Parts == 1 && !UseMaskForGaps) {
    unsigned Members = Indices.empty() ? Factor : Indices.size();
    return Shape->Registers + Members * Shape->Registers * 2;
  }
  return BaseT::getInterleavedMemoryOpCost(Opcode, VecTy, Factor, Indices, Alignment, AddressSpace,
                                           CostKind, UseMaskForCond, UseMaskForGaps);
}

InstructionCost MTIATTIImpl::getAddressComputationCost(Type *PtrTy, ScalarEvolution *SE,
                                                       const SCEV *Ptr,
                                                       TTI::TargetCostKind CostKind) const {
  // Addresses of gathers: a vector of offsets.
  if (PtrTy->isVectorTy())
    return 0;
  return BaseT::getAddressComputationCost(PtrTy, SE, Ptr, CostKind);
}

//===----------------------------------------------------------------------===//
// Elements, shuffles, reductions.
//===----------------------------------------------------------------------===//

InstructionCost MTIATTIImpl::getVectorInstrCost(unsigned Opcode, Type *Val,
                                                TTI::TargetCostKind CostKind, unsigned Index,
                                                const Value *Op0, const Value *Op1) const {
  std::optional<VectorShape> Shape = getVectorShape(Val);
  if (!Shape || (Opcode != Instruction::ExtractElement && Opcode != Instruction::InsertElement))
    return BaseT::getVectorInstrCost(Opcode, Val, CostKind, Index, Op0, Op1);
  bool Known = Index != -1U;
  // A mask's element is made a byte first, and back.
  if (Shape->ElementBits == 1)
    return Opcode == Instruction::ExtractElement ? 3 + CrossingCost : 4;
  if (Opcode == Instruction::ExtractElement)
    return 1 + CrossingCost + (Known && Index == 0 ? 0 : 1);
  // At the start by itself; elsewhere by a slide, or by a move and a slide under a
  // length that the instructions before and behind don't have.
  if (Known && Index == 0)
    return 1;
  return Known ? 2 : 3;
}

InstructionCost MTIATTIImpl::getIndexedVectorInstrCostFromEnd(unsigned Opcode, Type *Val,
                                                              TTI::TargetCostKind CostKind,
                                                              unsigned Index) const {
  if (isa<FixedVectorType>(Val))
    return BaseT::getIndexedVectorInstrCostFromEnd(Opcode, Val, CostKind, Index);
  return getVectorInstrCost(Opcode, Val, CostKind, 1, nullptr, nullptr);
}

InstructionCost MTIATTIImpl::getScalarizationOverhead(VectorType *Ty, const APInt &DemandedElts,
                                                      bool Insert, bool Extract,
                                                      TTI::TargetCostKind CostKind,
                                                      bool ForPoisonSrc,
                                                      ArrayRef<Value *> VL) const {
  if (isa<ScalableVectorType>(Ty))
    return InstructionCost::getInvalid();
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  if (!Shape || Shape->ElementBits == 1)
    return BaseT::getScalarizationOverhead(Ty, DemandedElts, Insert, Extract, CostKind,
                                           ForPoisonSrc, VL);
  InstructionCost Cost = 0;
  unsigned Count = DemandedElts.popcount();
  // A whole vector is built by one slide per element.
  if (Insert)
    Cost += DemandedElts.isAllOnes() && ForPoisonSrc ? Count * Shape->Registers
                                                     : 2 * Count * Shape->Registers;
  if (Extract)
    Cost += Count * (2 + CrossingCost) - (DemandedElts[0] ? 1 : 0);
  return Cost;
}

InstructionCost MTIATTIImpl::getShuffleCost(TTI::ShuffleKind Kind, VectorType *DstTy,
                                            VectorType *SrcTy, ArrayRef<int> Mask,
                                            TTI::TargetCostKind CostKind, int Index,
                                            VectorType *SubTp, ArrayRef<const Value *> Args,
                                            const Instruction *CxtI) const {
  std::optional<VectorShape> Shape = getVectorShape(DstTy), From = getVectorShape(SrcTy);
  if (!Shape || !From)
    return isa<ScalableVectorType>(DstTy)
               ? InstructionCost::getInvalid()
               : BaseT::getShuffleCost(Kind, DstTy, SrcTy, Mask, CostKind, Index, SubTp, Args,
                                       CxtI);
  Kind = improveShuffleKindFromMask(Kind, Mask, SrcTy, Index, SubTp);
  unsigned Registers = std::max(Shape->Registers, From->Registers);
  // A gather looks at every register of the source for each of the result.
  unsigned Gather = Registers * Registers;
  // Masks are shuffled as bytes.
  InstructionCost Extra = Shape->ElementBits == 1 ? 3 : 0;
  bool IsLocal = false;
  if (auto *FTy = dyn_cast<FixedVectorType>(SrcTy); FTy && !Mask.empty()) {
    // Within one register a gather costs one, and its indices a load or two operations.
    Gather = Shape->Registers * From->Registers;
    unsigned Start;
    SmallVector<unsigned, 2> Starts;
    IsLocal = Kind == TTI::SK_PermuteTwoSrc
                  ? ShuffleVectorInst::isInterleaveMask(Mask, 2, 2 * FTy->getNumElements(), Starts)
                  : ShuffleVectorInst::isDeInterleaveMaskOfFactor(Mask, 2, Start);
  }
  switch (Kind) {
  case TTI::SK_Broadcast:
    // From a scalar, one move; from an element, a gather with a constant index.
    return Extra + Registers;
  case TTI::SK_Select: // a constant mask and a merge
  case TTI::SK_Transpose:
    return Extra + Registers + 1;
  case TTI::SK_Reverse: // register after register gathers from its counterpart, then all slide
    return Extra + 2 * Registers;
  case TTI::SK_Splice: // down, up
    return Extra + 2 * Registers;
  case TTI::SK_ExtractSubvector:
    return Extra + (Index == 0 ? 0 : Registers);
  case TTI::SK_InsertSubvector:
    return Extra + Registers;
  case TTI::SK_PermuteSingleSrc:
    if (IsLocal) // narrowing shift
      return Extra + Registers;
    return Extra + Gather + 1;
  case TTI::SK_PermuteTwoSrc:
    if (IsLocal) // widening add and multiply-add
      return Extra + 2 * Registers;
    return Extra + 2 * Gather + 3; // two gathers, two sets of indices, a mask
  }
  return BaseT::getShuffleCost(Kind, DstTy, SrcTy, Mask, CostKind, Index, SubTp, Args, CxtI);
}

// A reduction: element 0 gets the start, the group is added up, the result crosses over.
static unsigned getReductionCost(unsigned Registers, bool IsFP) {
  return 1 + Registers + (IsFP ? FPReductionCost : ReductionCost) + CrossingCost;
}

InstructionCost MTIATTIImpl::getArithmeticReductionCost(unsigned Opcode, VectorType *Ty,
                                                        std::optional<FastMathFlags> FMF,
                                                        TTI::TargetCostKind CostKind) const {
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  if (!Shape || Opcode == Instruction::Mul || Opcode == Instruction::FMul ||
      (Opcode == Instruction::FAdd && Ty->getElementType()->isBFloatTy()))
    return isa<ScalableVectorType>(Ty)
               ? InstructionCost::getInvalid()
               : BaseT::getArithmeticReductionCost(Opcode, Ty, FMF, CostKind);
  if (CostKind == TTI::TCK_CodeSize)
    return 2 + Shape->Parts;
  if (Shape->ElementBits == 1) // count, compare
    return 2 + CrossingCost;
  if (Opcode == Instruction::FAdd && TTI::requiresOrderedReduction(FMF))
    return 2 + CrossingCost + OrderedCost * Shape->Elements;
  return getReductionCost(Shape->Registers, Ty->getElementType()->isFloatingPointTy());
}

InstructionCost MTIATTIImpl::getMinMaxReductionCost(Intrinsic::ID IID, VectorType *Ty,
                                                    FastMathFlags FMF,
                                                    TTI::TargetCostKind CostKind) const {
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  if (!Shape || Ty->getElementType()->isBFloatTy())
    return isa<ScalableVectorType>(Ty) ? InstructionCost::getInvalid()
                                       : BaseT::getMinMaxReductionCost(IID, Ty, FMF, CostKind);
  if (CostKind == TTI::TCK_CodeSize)
    return 2 + Shape->Parts;
  if (Shape->ElementBits == 1)
    return 2 + CrossingCost;
  InstructionCost Cost =
      getReductionCost(Shape->Registers, Ty->getElementType()->isFloatingPointTy());
  // These two return NaN for a NaN, which is looked for first.
  if (IID == Intrinsic::maximum || IID == Intrinsic::minimum)
    if (!FMF.noNaNs())
      Cost += Shape->Registers + 2 + CrossingCost;
  return Cost;
}

InstructionCost MTIATTIImpl::getExtendedReductionCost(unsigned Opcode, bool IsUnsigned, Type *ResTy,
                                                      VectorType *Ty,
                                                      std::optional<FastMathFlags> FMF,
                                                      TTI::TargetCostKind CostKind) const {
  std::optional<VectorShape> Shape = getVectorShape(Ty);
  unsigned ResBits = DL.getTypeSizeInBits(ResTy);
  bool IsSum = Opcode == Instruction::Add || Opcode == Instruction::FAdd;
  if (Shape && IsSum && !(Opcode == Instruction::FAdd && Ty->getElementType()->isBFloatTy())) {
    if (Shape->ElementBits == 1 && IsUnsigned)
      return 1 + CrossingCost; // vcpop
    // Sums have a form whose result is twice as wide.
    if (ResBits == 2 * Shape->ElementBits)
      return getArithmeticReductionCost(Opcode, Ty, FMF, CostKind);
  }
  return BaseT::getExtendedReductionCost(Opcode, IsUnsigned, ResTy, Ty, FMF, CostKind);
}

//===----------------------------------------------------------------------===//
// Intrinsics.
//===----------------------------------------------------------------------===//

InstructionCost MTIATTIImpl::getIntrinsicInstrCost(const IntrinsicCostAttributes &ICA,
                                                   TTI::TargetCostKind CostKind) const {
  if (ICA.getID() == Intrinsic::experimental_get_vector_length)
    return ST->hasVInstructions() ? InstructionCost(1)
                                  : BaseT::getIntrinsicInstrCost(ICA, CostKind);
  Type *RetTy = ICA.getReturnType();
  std::optional<VectorShape> Shape = getVectorShape(RetTy);
  unsigned Count = 0;
  switch (ICA.getID()) {
  case Intrinsic::sadd_sat:
  case Intrinsic::uadd_sat:
  case Intrinsic::ssub_sat:
  case Intrinsic::usub_sat:
  case Intrinsic::smin:
  case Intrinsic::smax:
  case Intrinsic::umin:
  case Intrinsic::umax:
  case Intrinsic::stepvector:
  case Intrinsic::fabs:
  case Intrinsic::copysign:
    Count = 1;
    break;
  case Intrinsic::abs: // negate, maximum
    Count = 2;
    break;
  case Intrinsic::fma:
  case Intrinsic::fmuladd:
  case Intrinsic::minnum:
  case Intrinsic::maxnum:
  case Intrinsic::minimumnum:
  case Intrinsic::maximumnum:
    Count = Shape && RetTy->getScalarType()->isBFloatTy() ? 6 : 1;
    break;
  case Intrinsic::maximum:
  case Intrinsic::minimum: // NaNs of either side to the other first
    Count = 5;
    break;
  case Intrinsic::sqrt:
    Count = Shape ? getFPDivCost(Shape->ElementBits) : 0;
    break;
  case Intrinsic::floor:
  case Intrinsic::ceil:
  case Intrinsic::trunc:
  case Intrinsic::rint:
  case Intrinsic::round:
  case Intrinsic::roundeven: // compare with the size from which all are whole, there and back
    Count = 5;
    break;
  case Intrinsic::nearbyint:
    Count = 7;
    break;
  case Intrinsic::lrint:
  case Intrinsic::llrint:
    Count = 2;
    break;
  case Intrinsic::is_fpclass:
    Count = 3;
    break;
  case Intrinsic::fshl:
  case Intrinsic::fshr: {
    bool IsRotate = ICA.getArgs().size() > 1 && ICA.getArgs()[0] == ICA.getArgs()[1];
    Count = IsRotate && ST->hasStdExtZvkb() ? 1 : 5;
    break;
  }
  case Intrinsic::bswap:
    Count = ST->hasStdExtZvkb() ? 1 : Shape && Shape->ElementBits == 16 ? 3 : 12;
    break;
  case Intrinsic::bitreverse:
    Count = ST->hasStdExtZvbb() ? 1 : 20;
    break;
  case Intrinsic::ctpop:
  case Intrinsic::ctlz:
  case Intrinsic::cttz:
    Count = ST->hasStdExtZvbb() ? 1 : 12;
    break;
  case Intrinsic::get_active_lane_mask: // count, saturating add, compare
    if (getVectorShape(RetTy))
      return 3 * getVectorShape(VectorType::get(ICA.getArgTypes()[0],
                                                cast<VectorType>(RetTy)->getElementCount()))
                     ->Registers;
    break;
  case Intrinsic::vp_merge:
  case Intrinsic::vp_select:
    Count = 1;
    break;
  case Intrinsic::experimental_vp_splice:
  case Intrinsic::vector_splice_left:
  case Intrinsic::vector_splice_right:
    Count = 2;
    break;
  case Intrinsic::experimental_vp_reverse:
    if (Shape)
      return getShuffleCost(TTI::SK_Reverse, cast<VectorType>(RetTy), cast<VectorType>(RetTy), {},
                            CostKind, 0, nullptr);
    break;
  case Intrinsic::experimental_cttz_elts:
  case Intrinsic::vp_cttz_elts:
    if (getVectorShape(ICA.getArgTypes()[0]))
      return 2 + CrossingCost;
    break;
  default:
    break;
  }
  if (Count && Shape)
    return Count * (CostKind == TTI::TCK_CodeSize ? Shape->Parts : Shape->Registers);
  return BaseT::getIntrinsicInstrCost(ICA, CostKind);
}

//===----------------------------------------------------------------------===//
// What helps instruction selection, which sees one block at a time.
//===----------------------------------------------------------------------===//

// Does a form exist whose operand number Operand is a scalar register?
static bool takesScalar(const Instruction *I, unsigned Operand) {
  switch (I->getOpcode()) {
  case Instruction::Add:
  case Instruction::Sub:
  case Instruction::Mul:
  case Instruction::And:
  case Instruction::Or:
  case Instruction::Xor:
  case Instruction::FAdd:
  case Instruction::FSub:
  case Instruction::FMul:
  case Instruction::FDiv:
  case Instruction::ICmp:
  case Instruction::FCmp:
    return true;
  case Instruction::Shl:
  case Instruction::LShr:
  case Instruction::AShr:
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
  case Instruction::Select:
    return Operand == 1;
  case Instruction::Call:
    break;
  default:
    return false;
  }
  auto *II = dyn_cast<IntrinsicInst>(I);
  if (!II)
    return false;
  switch (II->getIntrinsicID()) {
  case Intrinsic::fma:
  case Intrinsic::fmuladd:
  case Intrinsic::vp_fma:
  case Intrinsic::vp_fmuladd:
  case Intrinsic::vp_add:
  case Intrinsic::vp_mul:
  case Intrinsic::vp_and:
  case Intrinsic::vp_or:
  case Intrinsic::vp_xor:
  case Intrinsic::vp_fadd:
  case Intrinsic::vp_fmul:
  case Intrinsic::vp_icmp:
  case Intrinsic::vp_fcmp:
  case Intrinsic::vp_sub:
  case Intrinsic::vp_fsub:
  case Intrinsic::vp_fdiv:
  case Intrinsic::smin:
  case Intrinsic::smax:
  case Intrinsic::umin:
  case Intrinsic::umax:
  case Intrinsic::minnum:
  case Intrinsic::maxnum:
  case Intrinsic::vp_smin:
  case Intrinsic::vp_smax:
  case Intrinsic::vp_umin:
  case Intrinsic::vp_umax:
  case Intrinsic::vp_minnum:
  case Intrinsic::vp_maxnum:
  case Intrinsic::sadd_sat:
  case Intrinsic::uadd_sat:
  case Intrinsic::vp_sadd_sat:
  case Intrinsic::vp_uadd_sat:
    return Operand <= 1;
  case Intrinsic::vp_shl:
  case Intrinsic::vp_lshr:
  case Intrinsic::vp_ashr:
  case Intrinsic::vp_udiv:
  case Intrinsic::vp_sdiv:
  case Intrinsic::vp_urem:
  case Intrinsic::vp_srem:
  case Intrinsic::ssub_sat:
  case Intrinsic::usub_sat:
  case Intrinsic::vp_ssub_sat:
  case Intrinsic::vp_usub_sat:
  case Intrinsic::copysign:
  case Intrinsic::vp_merge:
  case Intrinsic::vp_select:
    return Operand == 1;
  default:
    return false;
  }
}

// A splat that stands before the loop is a vector in a register there, and each use
// in the loop has two vector operands; beside its use it becomes the .vx or .vf form.
bool MTIATTIImpl::isProfitableToSinkOperands(Instruction *I, SmallVectorImpl<Use *> &Ops) const {
  if (!ST->hasVInstructions())
    return false;
  Type *Ty = I->getOpcode() == Instruction::ICmp || I->getOpcode() == Instruction::FCmp
                 ? I->getOperand(0)->getType()
                 : I->getType();
  if (!Ty->isVectorTy())
    return false;
  for (Use &U : I->operands()) {
    auto *Op = dyn_cast<Instruction>(U.get());
    if (!Op || any_of(Ops, [&](Use *Other) { return Other->get() == Op; }))
      continue;
    if (!match(Op,
               m_Shuffle(m_InsertElt(m_Undef(), m_Value(), m_ZeroInt()), m_Undef(), m_ZeroMask())))
      continue;
    // Masks have no such form, nor has what is converted at each use.
    Type *Element = Op->getType()->getScalarType();
    if (Element->isIntegerTy(1) || Element->isBFloatTy())
      continue;
    if (!takesScalar(I, U.getOperandNo()))
      continue;
    // All uses of the splat must be of that kind, or it lives in a register anyway.
    if (any_of(Op->uses(), [](const Use &Other) {
          return !takesScalar(cast<Instruction>(Other.getUser()), Other.getOperandNo());
        }))
      continue;
    Use *Insert = &Op->getOperandUse(0);
    Ops.push_back(Insert);
    Ops.push_back(&U);
  }
  return !Ops.empty();
}

// The loop vectoriser has unrolled what it made, as far as that is useful; what it left
// for other trip counts is rarely entered.
bool MTIATTIImpl::isVectorLoop(const Loop *L) const {
  if (!ST->hasVInstructions())
    return false;
  if (getBooleanLoopAttribute(L, "llvm.loop.isvectorized"))
    return true;
  for (BasicBlock *BB : L->getBlocks())
    for (Instruction &I : *BB)
      if (I.getType()->isVectorTy())
        return true;
  return false;
}
