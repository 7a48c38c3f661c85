//===-- MTIAExpandVectors.cpp - Vector operations without instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Legal IR that the type legaliser gives up on. A scalable vector has 8 times its least number of
// elements here, so what must be done element by element is done on a vector of fixed length,
// which the legaliser takes apart:
//
//   %r = call <vscale x 2 x float> @llvm.sin.nxv2f32(<vscale x 2 x float> %a)
// becomes
//   %f = call <16 x float> @llvm.vector.extract.v16f32.nxv2f32(<vscale x 2 x float> %a, i64 0)
//   %s = call <16 x float> @llvm.sin.v16f32(<16 x float> %f)
//   %r = call <vscale x 2 x float> @llvm.vector.insert.nxv2f32.v16f32(poison, %s, i64 0)
//
// Elements of odd widths are taken to the next width that registers have where an operation only
// moves them. What remains, scalable vectors of elements that registers don't have or in functions
// without vectors, is refused with the function and the place.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "MTIAVectorTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-expand-vectors"
#define PASS_NAME "MTIA vector operations without instructions"

namespace {
class MTIAExpandVectors : public ModulePass {
public:
  static char ID;
  MTIAExpandVectors() : ModulePass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<TargetPassConfig>();
    AU.setPreservesCFG();
  }
  bool runOnModule(Module &M) override;
};
} // namespace

char MTIAExpandVectors::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAExpandVectors, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(TargetPassConfig)
INITIALIZE_PASS_END(MTIAExpandVectors, DEBUG_TYPE, PASS_NAME, false, false)

ModulePass *llvm::createMTIAExpandVectorsPass() { return new MTIAExpandVectors(); }

// Whether registers have such elements.
static bool isLegalElement(const MTIASubtarget &ST, Type *Element) {
  if (Element->isPointerTy())
    return ST.hasVInstructionsI64();
  EVT VT = EVT::getEVT(Element, /*HandleUnknown=*/true);
  return VT.isSimple() && VT != MVT::Other &&
         ST.getTargetLowering()->isTypeLegal(EVT::getVectorVT(Element->getContext(), VT, 1, true));
}

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

// Why there is no code for values of a type; empty if there is.
static std::string getReason(const MTIASubtarget &ST, Type *Ty) {
  if (auto *Struct = dyn_cast<StructType>(Ty)) {
    for (Type *Member : Struct->elements())
      if (std::string Reason = getReason(ST, Member); !Reason.empty())
        return Reason;
    return "";
  }
  auto *Vector = dyn_cast<ScalableVectorType>(Ty);
  if (!Vector)
    return "";
  if (!ST.hasVInstructions())
    return "scalable vectors need the vector extension: compile with -march=rv64gcv, or give the "
           "function the attribute target(\"arch=+v\")";
  Type *Element = Vector->getElementType();
  if (isLegalElement(ST, Element) ||
      (Element->isIntegerTy() && Element->getIntegerBitWidth() <= MTIAVType::ELen))
    return "";
  std::string Name;
  raw_string_ostream OS(Name);
  OS << "scalable vectors of '" << *Element << "' have no registers";
  if (Element->isHalfTy())
    OS << ": compile with zvfh or zvfhmin";
  else if (Element->isBFloatTy())
    OS << ": compile with zvfbfmin";
  else
    OS << ": use vectors of a fixed length";
  return Name;
}

// Why an operation means nothing on its operands, where LLVM's verifier doesn't look; empty if it
// does.
static std::string getInvalid(const Instruction &I) {
  auto *VP = dyn_cast<VPIntrinsic>(&I);
  if (!VP || VP->getIntrinsicID() != Intrinsic::vp_bswap)
    return "";
  unsigned Bits = VP->getType()->getScalarSizeInBits();
  if (Bits % 16 == 0)
    return "";
  return "llvm.vp.bswap of elements of " + utostr(Bits) +
         " bits: use elements of an even number of bytes";
}

// The first type or operation in a function that there is no code for, and where.
static std::string getReason(const MTIASubtarget &ST, const Function &F, DebugLoc &Where) {
  std::string Reason = getReason(ST, F.getReturnType());
  for (const Argument &A : F.args())
    if (Reason.empty())
      Reason = getReason(ST, A.getType());
  if (!Reason.empty()) {
    if (const DISubprogram *SP = F.getSubprogram())
      Where = DILocation::get(F.getContext(), SP->getLine(), 0, const_cast<DISubprogram *>(SP));
    return Reason;
  }
  for (const Instruction &I : instructions(F)) {
    Reason = getReason(ST, I.getType());
    for (const Value *V : I.operands())
      if (Reason.empty() && !V->getType()->isMetadataTy())
        Reason = getReason(ST, V->getType());
    if (Reason.empty())
      Reason = getInvalid(I);
    if (!Reason.empty()) {
      Where = I.getDebugLoc();
      return Reason;
    }
  }
  return "";
}

// No instruction selection for the function: there has been an error.
static void drop(Function &F) {
  F.deleteBody();
  F.setComdat(nullptr);
}

//===----------------------------------------------------------------------===//
// Fixed lengths
//===----------------------------------------------------------------------===//

static Type *getFixedType(Type *Ty) {
  if (auto *Vector = dyn_cast<ScalableVectorType>(Ty))
    return FixedVectorType::get(Vector->getElementType(),
                                Vector->getMinNumElements() * MTIAVType::VScale);
  if (auto *Struct = dyn_cast<StructType>(Ty)) {
    SmallVector<Type *, 2> Members;
    for (Type *Member : Struct->elements())
      Members.push_back(getFixedType(Member));
    return StructType::get(Ty->getContext(), Members);
  }
  return Ty;
}

static Value *toFixed(IRBuilderBase &B, Value *V) {
  if (!V->getType()->isVectorTy() || !isa<ScalableVectorType>(V->getType()))
    return V;
  if (auto *C = dyn_cast<Constant>(V))
    if (Constant *Splat = C->getSplatValue())
      return ConstantVector::getSplat(
          cast<FixedVectorType>(getFixedType(V->getType()))->getElementCount(), Splat);
  return B.CreateExtractVector(getFixedType(V->getType()), V, uint64_t(0));
}

static Value *fromFixed(IRBuilderBase &B, Value *V, Type *Ty) {
  if (isa<ScalableVectorType>(Ty))
    return B.CreateInsertVector(Ty, PoisonValue::get(Ty), V, uint64_t(0));
  if (auto *Struct = dyn_cast<StructType>(Ty)) {
    Value *R = PoisonValue::get(Ty);
    for (unsigned I = 0, E = Struct->getNumElements(); I != E; ++I)
      R = B.CreateInsertValue(
          R, fromFixed(B, B.CreateExtractValue(V, I), Struct->getElementType(I)), I);
    return R;
  }
  return V;
}

static void replace(Instruction &I, Value *V) {
  if (!I.getType()->isVoidTy())
    I.replaceAllUsesWith(V);
  I.eraseFromParent();
}

// The intrinsic on other types.
static CallInst *callOn(IRBuilderBase &B, IntrinsicInst &II, Type *Result, ArrayRef<Value *> Args) {
  SmallVector<Type *, 6> Params;
  for (Value *Arg : Args)
    Params.push_back(Arg->getType());
  auto *Ty = FunctionType::get(Result, Params, false);
  SmallVector<Type *, 3> Overloads;
  if (!Intrinsic::getIntrinsicSignature(II.getIntrinsicID(), Ty, Overloads))
    return nullptr;
  CallInst *Call = B.CreateCall(
      Intrinsic::getOrInsertDeclaration(II.getModule(), II.getIntrinsicID(), Overloads), Args);
  Call->setAttributes(II.getAttributes());
  Call->copyMetadata(II);
  if (isa<FPMathOperator>(II) && isa<FPMathOperator>(Call))
    Call->copyFastMathFlags(&II);
  return Call;
}

static bool expandToFixed(Instruction &I) {
  IRBuilder<> B(&I);
  if (auto *II = dyn_cast<IntrinsicInst>(&I)) {
    SmallVector<Value *, 6> Args;
    for (Value *Arg : II->args())
      Args.push_back(toFixed(B, Arg));
    CallInst *Call = callOn(B, *II, getFixedType(II->getType()), Args);
    if (!Call)
      return false;
    replace(I, I.getType()->isVoidTy() ? nullptr : fromFixed(B, Call, II->getType()));
    return true;
  }
  if (auto *Load = dyn_cast<LoadInst>(&I)) {
    LoadInst *L = B.CreateAlignedLoad(getFixedType(Load->getType()), Load->getPointerOperand(),
                                      Load->getAlign(), Load->isVolatile());
    L->copyMetadata(I);
    replace(I, fromFixed(B, L, I.getType()));
    return true;
  }
  if (auto *Store = dyn_cast<StoreInst>(&I)) {
    StoreInst *S =
        B.CreateAlignedStore(toFixed(B, Store->getValueOperand()), Store->getPointerOperand(),
                             Store->getAlign(), Store->isVolatile());
    S->copyMetadata(I);
    replace(I, nullptr);
    return true;
  }
  if (isa<BitCastInst>(I)) {
    Value *R = B.CreateBitCast(toFixed(B, I.getOperand(0)), getFixedType(I.getType()));
    replace(I, fromFixed(B, R, I.getType()));
    return true;
  }
  auto *Binary = cast<BinaryOperator>(&I);
  Value *R =
      B.CreateBinOp(Binary->getOpcode(), toFixed(B, I.getOperand(0)), toFixed(B, I.getOperand(1)));
  if (auto *New = dyn_cast<Instruction>(R))
    New->copyIRFlags(&I);
  replace(I, fromFixed(B, R, I.getType()));
  return true;
}

bool llvm::isMTIALibraryFunction(Intrinsic::ID ID) {
  switch (ID) {
  case Intrinsic::acos:
  case Intrinsic::asin:
  case Intrinsic::atan:
  case Intrinsic::atan2:
  case Intrinsic::cos:
  case Intrinsic::cosh:
  case Intrinsic::exp:
  case Intrinsic::exp2:
  case Intrinsic::exp10:
  case Intrinsic::frexp:
  case Intrinsic::ldexp:
  case Intrinsic::log:
  case Intrinsic::log2:
  case Intrinsic::log10:
  case Intrinsic::modf:
  case Intrinsic::pow:
  case Intrinsic::powi:
  case Intrinsic::sin:
  case Intrinsic::sincos:
  case Intrinsic::sincospi:
  case Intrinsic::sinh:
  case Intrinsic::tan:
  case Intrinsic::tanh:
  case Intrinsic::experimental_constrained_acos:
  case Intrinsic::experimental_constrained_asin:
  case Intrinsic::experimental_constrained_atan:
  case Intrinsic::experimental_constrained_atan2:
  case Intrinsic::experimental_constrained_cos:
  case Intrinsic::experimental_constrained_cosh:
  case Intrinsic::experimental_constrained_exp:
  case Intrinsic::experimental_constrained_exp2:
  case Intrinsic::experimental_constrained_frem:
  case Intrinsic::experimental_constrained_ldexp:
  case Intrinsic::experimental_constrained_log:
  case Intrinsic::experimental_constrained_log2:
  case Intrinsic::experimental_constrained_log10:
  case Intrinsic::experimental_constrained_pow:
  case Intrinsic::experimental_constrained_powi:
  case Intrinsic::experimental_constrained_sin:
  case Intrinsic::experimental_constrained_sinh:
  case Intrinsic::experimental_constrained_tan:
  case Intrinsic::experimental_constrained_tanh:
    return true;
  default:
    return false;
  }
}

// Element by element at any length, or in steps that need to know the length.
static bool isDoneByElements(Intrinsic::ID ID) {
  switch (ID) {
  case Intrinsic::experimental_constrained_maximum:
  case Intrinsic::experimental_constrained_minimum:
  case Intrinsic::experimental_constrained_nearbyint:
  case Intrinsic::smul_fix:
  case Intrinsic::smul_fix_sat:
  case Intrinsic::umul_fix:
  case Intrinsic::umul_fix_sat:
  case Intrinsic::sdiv_fix:
  case Intrinsic::sdiv_fix_sat:
  case Intrinsic::udiv_fix:
  case Intrinsic::udiv_fix_sat:
  case Intrinsic::vector_reduce_mul:
  case Intrinsic::vector_reduce_fmul:
    return true;
  default:
    return isMTIALibraryFunction(ID);
  }
}

static bool isMaskedMemory(Intrinsic::ID ID) {
  switch (ID) {
  case Intrinsic::masked_load:
  case Intrinsic::masked_store:
  case Intrinsic::masked_gather:
  case Intrinsic::masked_scatter:
  case Intrinsic::masked_expandload:
  case Intrinsic::masked_compressstore:
    return true;
  default:
    return false;
  }
}

// The first vector type among operands and result that is scalable.
static ScalableVectorType *getScalableType(const Instruction &I) {
  for (const Value *V : I.operands())
    if (auto *Ty = dyn_cast<ScalableVectorType>(V->getType()))
      return Ty;
  return dyn_cast<ScalableVectorType>(I.getType());
}

// Masks of a length that registers don't have are no bytes in memory that the legaliser knows.
static bool hasOddScalable(const MTIASubtarget &ST, const Instruction &I) {
  auto IsOdd = [&](Type *Ty) {
    auto *Vector = dyn_cast<ScalableVectorType>(Ty);
    return Vector && (!isLegalElement(ST, Vector->getElementType()) ||
                      (Vector->getElementType()->isIntegerTy(1) &&
                       !isPowerOf2_32(Vector->getMinNumElements())));
  };
  return IsOdd(I.getType()) ||
         llvm::any_of(I.operands(), [&](const Use &U) { return IsOdd(U->getType()); });
}

// Sums, least and greatest of elements that have only conversions.
static bool isReductionByElements(const MTIASubtarget &ST, const IntrinsicInst &II) {
  switch (II.getIntrinsicID()) {
  case Intrinsic::vector_reduce_fadd:
  case Intrinsic::vector_reduce_fmin:
  case Intrinsic::vector_reduce_fmax:
  case Intrinsic::vector_reduce_fminimum:
  case Intrinsic::vector_reduce_fmaximum:
    return II.getType()->isBFloatTy() || (II.getType()->isHalfTy() && !ST.hasVInstructionsF16());
  default:
    return false;
  }
}

// Strict arithmetic, comparisons and rounding of elements that have only conversions.
static bool isStrictByElements(const MTIASubtarget &ST, const IntrinsicInst &II) {
  auto *FP = dyn_cast<ConstrainedFPIntrinsic>(&II);
  if (!FP)
    return false;
  switch (FP->getIntrinsicID()) {
  case Intrinsic::experimental_constrained_fpext:
  case Intrinsic::experimental_constrained_fptrunc:
  case Intrinsic::experimental_constrained_sitofp:
  case Intrinsic::experimental_constrained_uitofp:
  case Intrinsic::experimental_constrained_fptosi:
  case Intrinsic::experimental_constrained_fptoui:
    return false;
  default:
    Type *Element = FP->getArgOperand(0)->getType()->getScalarType();
    return Element->isBFloatTy() || (Element->isHalfTy() && !ST.hasVInstructionsF16());
  }
}

// Which the type legaliser widens wrongly.
static bool isOddExpansion(const IntrinsicInst &II) {
  bool Load = II.getIntrinsicID() == Intrinsic::masked_expandload;
  if (!Load && II.getIntrinsicID() != Intrinsic::masked_compressstore)
    return false;
  Type *Ty = Load ? II.getType() : II.getArgOperand(0)->getType();
  return !isPowerOf2_32(cast<VectorType>(Ty)->getElementCount().getKnownMinValue());
}

static bool mustFixLength(const MTIASubtarget &ST, const Instruction &I) {
  if (!getScalableType(I))
    return false;
  if (auto *II = dyn_cast<IntrinsicInst>(&I)) {
    Intrinsic::ID ID = II->getIntrinsicID();
    return isDoneByElements(ID) || isReductionByElements(ST, *II) || isStrictByElements(ST, *II) ||
           isOddExpansion(*II) || (isMaskedMemory(ID) && hasOddScalable(ST, I));
  }
  if (isa<LoadInst, StoreInst, BitCastInst>(I))
    return hasOddScalable(ST, I);
  return I.getOpcode() == Instruction::FRem;
}

// Counters in memory, one after the other: some may be the same. What the mask leaves out goes to a
// place nobody reads.
static bool expandHistogram(IntrinsicInst &II) {
  std::optional<Intrinsic::ID> Update;
  switch (II.getIntrinsicID()) {
  case Intrinsic::experimental_vector_histogram_add:
    break;
  case Intrinsic::experimental_vector_histogram_uadd_sat:
    Update = Intrinsic::uadd_sat;
    break;
  case Intrinsic::experimental_vector_histogram_umax:
    Update = Intrinsic::umax;
    break;
  case Intrinsic::experimental_vector_histogram_umin:
    Update = Intrinsic::umin;
    break;
  default:
    return false;
  }
  Value *Amount = II.getArgOperand(1);
  Type *Ty = Amount->getType();
  IRBuilder<> Entry(&*II.getFunction()->getEntryBlock().getFirstInsertionPt());
  Value *Unread = Entry.CreateAlloca(Ty);
  IRBuilder<> B(&II);
  Value *Pointers = toFixed(B, II.getArgOperand(0)), *Mask = toFixed(B, II.getArgOperand(2));
  unsigned Count = cast<FixedVectorType>(Mask->getType())->getNumElements();
  for (unsigned I = 0; I != Count; ++I) {
    Value *P = B.CreateSelect(B.CreateExtractElement(Mask, I), B.CreateExtractElement(Pointers, I),
                              Unread);
    Value *Old = B.CreateLoad(Ty, P);
    B.CreateStore(Update ? B.CreateBinaryIntrinsic(*Update, Old, Amount) : B.CreateAdd(Old, Amount),
                  P);
  }
  replace(II, nullptr);
  return true;
}

// Of one element, the type legaliser makes a scalar, which it can't compress: it is there or not.
static bool expandCompressOfOne(IntrinsicInst &II) {
  auto *Ty = dyn_cast<FixedVectorType>(II.getType());
  if (II.getIntrinsicID() != Intrinsic::experimental_vector_compress || !Ty ||
      Ty->getNumElements() != 1)
    return false;
  IRBuilder<> B(&II);
  replace(II, B.CreateSelect(II.getArgOperand(1), II.getArgOperand(0), II.getArgOperand(2)));
  return true;
}

//===----------------------------------------------------------------------===//
// Odd widths
//===----------------------------------------------------------------------===//

// Moves elements of any integers in pieces of up to 64 bits.
static bool moveInPieces(VPIntrinsic &VP) {
  IRBuilder<> B(&VP);
  auto *Ty = cast<VectorType>(VP.getType());
  unsigned Bits = Ty->getScalarSizeInBits();
  unsigned Piece = std::clamp<unsigned>(PowerOf2Ceil(Bits), 8, MTIAVType::ELen);
  Type *PieceTy = VectorType::get(B.getIntNTy(Piece), Ty->getElementCount());
  Value *R = nullptr;
  for (unsigned First = 0; First < Bits; First += Piece) {
    SmallVector<Value *, 6> Args;
    for (Value *Arg : VP.args()) {
      if (Arg->getType() == Ty)
        Arg = B.CreateZExtOrTrunc(First ? B.CreateLShr(Arg, First) : Arg, PieceTy);
      Args.push_back(Arg);
    }
    Value *P = callOn(B, VP, PieceTy, Args);
    if (!P)
      return false;
    P = B.CreateZExtOrTrunc(P, Ty);
    R = R ? B.CreateOr(R, B.CreateShl(P, First)) : P;
  }
  replace(VP, R);
  return true;
}

// The same by way of memory, for functions without vectors.
static bool moveThroughMemory(VPIntrinsic &VP) {
  IRBuilder<> B(&VP);
  auto *Ty = cast<FixedVectorType>(VP.getType());
  unsigned Count = Ty->getNumElements();
  Type *Element = Ty->getElementType();
  if (Element->isIntegerTy())
    Element = B.getIntNTy(std::max<unsigned>(8, PowerOf2Ceil(Ty->getScalarSizeInBits())));
  auto *Wide = FixedVectorType::get(Element, Count);
  auto ToWide = [&](Value *V) { return Wide == Ty ? V : B.CreateZExt(V, Wide); };
  IRBuilder<> Entry(&*VP.getFunction()->getEntryBlock().getFirstInsertionPt());
  Value *Slot = Entry.CreateAlloca(ArrayType::get(Wide, 2));
  Align Alignment = VP.getDataLayout().getABITypeAlign(Element);
  auto At = [&](Value *Index) { return B.CreateGEP(Element, Slot, Index); };
  Value *First;
  if (VP.getIntrinsicID() == Intrinsic::experimental_vp_reverse) {
    B.CreateAlignedStore(B.CreateVectorReverse(ToWide(VP.getArgOperand(0))), Slot, Alignment);
    First = B.CreateSub(B.getInt32(Count), VP.getVectorLengthParam());
  } else {
    Value *LengthA = VP.getArgOperand(4);
    First = VP.getArgOperand(2);
    if (cast<ConstantInt>(First)->isNegative())
      First = B.CreateAdd(First, LengthA);
    B.CreateAlignedStore(ToWide(VP.getArgOperand(0)), Slot, Alignment);
    B.CreateAlignedStore(ToWide(VP.getArgOperand(1)), At(B.CreateZExt(LengthA, B.getInt64Ty())),
                         Alignment);
  }
  Value *R = B.CreateAlignedLoad(Wide, At(B.CreateZExt(First, B.getInt64Ty())), Alignment);
  replace(VP, Wide == Ty ? R : B.CreateTrunc(R, Ty));
  return true;
}

// The elements that a length leaves in.
static Value *getLengthMask(IRBuilderBase &B, Type *MaskTy, Value *Length) {
  return B.CreateIntrinsic(Intrinsic::get_active_lane_mask, {MaskTy, Length->getType()},
                           {ConstantInt::get(Length->getType(), 0), Length});
}

// Addresses of elements that are a distance apart.
static Value *getStridedPointers(IRBuilderBase &B, Value *Base, Value *Stride, ElementCount Count) {
  auto *IndexTy = VectorType::get(B.getInt64Ty(), Count);
  Value *Steps = B.CreateStepVector(IndexTy);
  Value *Distance = B.CreateVectorSplat(Count, B.CreateSExtOrTrunc(Stride, B.getInt64Ty()));
  return B.CreateGEP(B.getInt8Ty(), Base, B.CreateMul(Steps, Distance));
}

// What it becomes may need more: New.
static bool expandOddWidth(const MTIASubtarget &ST, VPIntrinsic &VP,
                           SmallVectorImpl<Instruction *> &New) {
  IRBuilder<> B(&VP);
  Align Alignment = VP.getPointerAlignment().valueOrOne();
  auto Enabled = [&](Value *Mask, Value *Length) {
    return B.CreateAnd(Mask, getLengthMask(B, Mask->getType(), Length));
  };
  auto Done = [&](Value *V) {
    if (auto *I = dyn_cast<Instruction>(V))
      New.push_back(I);
    replace(VP, V);
    return true;
  };
  Value *Mask = VP.getMaskParam(), *Length = VP.getVectorLengthParam();
  switch (VP.getIntrinsicID()) {
  case Intrinsic::experimental_vp_reverse:
  case Intrinsic::experimental_vp_splice:
    if (!ST.hasVInstructions())
      return moveThroughMemory(VP);
    return VP.getType()->getScalarType()->isIntegerTy() && moveInPieces(VP);
  case Intrinsic::vp_select:
    replace(VP, B.CreateSelect(VP.getArgOperand(0), VP.getArgOperand(1), VP.getArgOperand(2)));
    return true;
  case Intrinsic::vp_merge: {
    Value *Cond = Enabled(VP.getArgOperand(0), Length);
    replace(VP, B.CreateSelect(Cond, VP.getArgOperand(1), VP.getArgOperand(2)));
    return true;
  }
  case Intrinsic::experimental_vp_strided_load: {
    auto *Ty = cast<VectorType>(VP.getType());
    Value *P =
        getStridedPointers(B, VP.getArgOperand(0), VP.getArgOperand(1), Ty->getElementCount());
    return Done(B.CreateMaskedGather(Ty, P, Alignment, Enabled(Mask, Length)));
  }
  case Intrinsic::experimental_vp_strided_store: {
    Value *Data = VP.getArgOperand(0);
    auto *Ty = cast<VectorType>(Data->getType());
    Value *P =
        getStridedPointers(B, VP.getArgOperand(1), VP.getArgOperand(2), Ty->getElementCount());
    return Done(B.CreateMaskedScatter(Data, P, Alignment, Enabled(Mask, Length)));
  }
  case Intrinsic::vp_cttz_elts: {
    Value *V = B.CreateAnd(VP.getArgOperand(0), Enabled(Mask, Length));
    Value *N = B.CreateIntrinsic(Intrinsic::experimental_cttz_elts, {VP.getType(), V->getType()},
                                 {V, B.getFalse()});
    Value *Most = B.CreateZExtOrTrunc(Length, VP.getType());
    replace(VP, B.CreateBinaryIntrinsic(Intrinsic::umin, N, Most));
    return true;
  }
  case Intrinsic::vp_load:
    return Done(
        B.CreateMaskedLoad(VP.getType(), VP.getArgOperand(0), Alignment, Enabled(Mask, Length)));
  case Intrinsic::vp_store:
    return Done(B.CreateMaskedStore(VP.getArgOperand(0), VP.getArgOperand(1), Alignment,
                                    Enabled(Mask, Length)));
  case Intrinsic::vp_gather:
    return Done(
        B.CreateMaskedGather(VP.getType(), VP.getArgOperand(0), Alignment, Enabled(Mask, Length)));
  case Intrinsic::vp_scatter:
    return Done(B.CreateMaskedScatter(VP.getArgOperand(0), VP.getArgOperand(1), Alignment,
                                      Enabled(Mask, Length)));
  case Intrinsic::vp_copysign:
  case Intrinsic::vp_minnum:
  case Intrinsic::vp_maxnum:
  case Intrinsic::vp_minimum:
  case Intrinsic::vp_maximum:
  case Intrinsic::vp_ceil:
  case Intrinsic::vp_floor:
  case Intrinsic::vp_round:
  case Intrinsic::vp_roundeven:
  case Intrinsic::vp_roundtozero:
  case Intrinsic::vp_rint:
  case Intrinsic::vp_nearbyint:
  case Intrinsic::vp_sqrt: {
    // On all elements: those that mask and length leave out are poison.
    SmallVector<Value *, 3> Args(VP.args().begin(), VP.args().end() - 2);
    CallInst *Call = B.CreateIntrinsic(VP.getType(), *VP.getFunctionalIntrinsicID(), Args);
    Call->copyFastMathFlags(&VP);
    replace(VP, Call);
    return true;
  }
  default:
    return false;
  }
}

static bool hasOddWidth(const MTIASubtarget &ST, const IntrinsicInst &II) {
  auto IsOdd = [&](Type *Ty) {
    return Ty->isVectorTy() && !isLegalElement(ST, Ty->getScalarType());
  };
  return IsOdd(II.getType()) ||
         llvm::any_of(II.args(), [&](const Use &U) { return IsOdd(U->getType()); });
}

//===----------------------------------------------------------------------===//
// Interleaving
//===----------------------------------------------------------------------===//

// Of lengths that registers don't have: a permutation.
static bool isOddInterleave(const MTIASubtarget &ST, Type *Part) {
  auto *Ty = dyn_cast<FixedVectorType>(Part);
  return Ty && (!isPowerOf2_32(Ty->getNumElements()) || Ty->getNumElements() < 2 ||
                !isLegalElement(ST, Ty->getElementType()));
}

static Value *concatenate(IRBuilderBase &B, SmallVector<Value *, 8> Parts) {
  auto *Ty = cast<FixedVectorType>(Parts[0]->getType());
  Parts.resize(PowerOf2Ceil(Parts.size()), PoisonValue::get(Ty));
  for (unsigned Length = Ty->getNumElements(); Parts.size() > 1; Length *= 2) {
    SmallVector<int, 16> Indices = createSequentialMask(0, 2 * Length, 0);
    SmallVector<Value *, 8> Pairs;
    for (unsigned I = 0; I != Parts.size(); I += 2)
      Pairs.push_back(B.CreateShuffleVector(Parts[I], Parts[I + 1], Indices));
    Parts = Pairs;
  }
  return Parts[0];
}

static bool expandInterleave(const MTIASubtarget &ST, IntrinsicInst &II) {
  IRBuilder<> B(&II);
  if (unsigned Factor = getInterleaveIntrinsicFactor(II.getIntrinsicID())) {
    if (!isOddInterleave(ST, II.getArgOperand(0)->getType()))
      return false;
    unsigned Length = cast<FixedVectorType>(II.getArgOperand(0)->getType())->getNumElements();
    SmallVector<int, 32> Indices;
    for (unsigned I = 0; I != Length * Factor; ++I)
      Indices.push_back(I % Factor * Length + I / Factor);
    SmallVector<Value *, 8> Parts(II.args());
    replace(II, B.CreateShuffleVector(concatenate(B, Parts), Indices));
    return true;
  }
  unsigned Factor = getDeinterleaveIntrinsicFactor(II.getIntrinsicID());
  if (!Factor || !isOddInterleave(ST, II.getType()->getStructElementType(0)))
    return false;
  unsigned Length = cast<FixedVectorType>(II.getType()->getStructElementType(0))->getNumElements();
  Value *R = PoisonValue::get(II.getType());
  for (unsigned Field = 0; Field != Factor; ++Field) {
    SmallVector<int, 32> Indices;
    for (unsigned I = 0; I != Length; ++I)
      Indices.push_back(I * Factor + Field);
    R = B.CreateInsertValue(R, B.CreateShuffleVector(II.getArgOperand(0), Indices), Field);
  }
  replace(II, R);
  return true;
}

//===----------------------------------------------------------------------===//
// Atomic access
//===----------------------------------------------------------------------===//

// As one integer of all the bits: vectors of pointers have no other way.
static bool expandAtomic(Instruction &I) {
  IRBuilder<> B(&I);
  const DataLayout &DL = I.getDataLayout();
  if (auto *Load = dyn_cast<LoadInst>(&I)) {
    auto *Ty = dyn_cast<FixedVectorType>(I.getType());
    if (!Ty || !Load->isAtomic())
      return false;
    Type *Int = B.getIntNTy(DL.getTypeSizeInBits(Ty));
    LoadInst *L =
        B.CreateAlignedLoad(Int, Load->getPointerOperand(), Load->getAlign(), Load->isVolatile());
    L->setAtomic(Load->getOrdering(), Load->getSyncScopeID());
    L->copyMetadata(I);
    if (Ty->getElementType()->isPointerTy())
      replace(I, B.CreateIntToPtr(B.CreateBitCast(L, DL.getIntPtrType(Ty)), Ty));
    else
      replace(I, B.CreateBitCast(L, Ty));
    return true;
  }
  auto *Store = dyn_cast<StoreInst>(&I);
  if (!Store || !Store->isAtomic() || !isa<FixedVectorType>(Store->getValueOperand()->getType()))
    return false;
  Value *V = Store->getValueOperand();
  Type *Int = B.getIntNTy(DL.getTypeSizeInBits(V->getType()));
  if (V->getType()->isPtrOrPtrVectorTy())
    V = B.CreatePtrToInt(V, DL.getIntPtrType(V->getType()));
  StoreInst *S = B.CreateAlignedStore(B.CreateBitCast(V, Int), Store->getPointerOperand(),
                                      Store->getAlign(), Store->isVolatile());
  S->setAtomic(Store->getOrdering(), Store->getSyncScopeID());
  S->copyMetadata(I);
  replace(I, nullptr);
  return true;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

// At every level: without it there is no code.
static bool expand(const MTIASubtarget &ST, Function &F) {
  SmallVector<Instruction *> Candidates;
  for (Instruction &I : instructions(F))
    if (isa<IntrinsicInst, LoadInst, StoreInst, BitCastInst>(I) ||
        I.getOpcode() == Instruction::FRem)
      Candidates.push_back(&I);
  bool Changed = false;
  for (unsigned Next = 0; Next != Candidates.size(); ++Next) {
    Instruction *I = Candidates[Next];
    if (expandAtomic(*I)) {
      Changed = true;
    } else if (mustFixLength(ST, *I)) {
      Changed |= expandToFixed(*I);
    } else if (auto *VP = dyn_cast<VPIntrinsic>(I)) {
      if (VP->getIntrinsicID() == Intrinsic::vp_frem) {
        IRBuilder<> B(I);
        Value *R = B.CreateFRemFMF(VP->getArgOperand(0), VP->getArgOperand(1), VP);
        if (auto *Rem = dyn_cast<Instruction>(R))
          Candidates.push_back(Rem);
        replace(*I, R);
        Changed = true;
      } else if (hasOddWidth(ST, *VP)) {
        Changed |= expandOddWidth(ST, *VP, Candidates);
      }
    } else if (auto *II = dyn_cast<IntrinsicInst>(I)) {
      Changed |= expandInterleave(ST, *II) || expandHistogram(*II) || expandCompressOfOne(*II);
    }
  }
  return Changed;
}

bool MTIAExpandVectors::runOnModule(Module &M) {
  auto &TM = getAnalysis<TargetPassConfig>().getTM<MTIATargetMachine>();
  bool Changed = false;
  for (Function &F : M) {
    if (F.isDeclaration())
      continue;
    const MTIASubtarget &ST = *TM.getSubtargetImpl(F);
    DebugLoc Where;
    if (std::string Reason = getReason(ST, F, Where); !Reason.empty()) {
      F.getContext().diagnose(DiagnosticInfoUnsupported(F, Reason, Where));
      drop(F);
      Changed = true;
    } else {
      Changed |= expand(ST, F);
    }
  }
  return Changed;
}
