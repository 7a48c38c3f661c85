//===-- MTIAISelLoweringAtomics.cpp - Atomic operations -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Which instruction sequences implement C's memory model is the psABI's choice (its table of
// mappings, chapter "Code models and atomics"; the manual's table A.6): loads and stores with
// fences around them, read-modify-write operations with the bits .aq and .rl. The operations
// that are no single instruction become pseudo-instructions, which MTIAExpandAtomicPseudo
// turns into LR/SC loops when the registers are known.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIASubtarget.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicsRISCV.h"

using namespace llvm;

void MTIATargetLowering::setAtomicActions() {
  for (MVT VT : {MVT::i8, MVT::i16, MVT::i32})
    setAtomicLoadExtAction({ISD::SEXTLOAD, ISD::ZEXTLOAD}, MVT::i64, VT, Legal);

  if (Subtarget.hasAtomics()) {
    setMaxAtomicSizeInBitsSupported(64);
    setMinCmpXchgSizeInBits(32);
    // There is no subtraction: the operand is negated.
    setOperationAction(ISD::ATOMIC_LOAD_SUB, MVT::i64, Expand);
    return;
  }
  if (Subtarget.hasForcedAtomics()) {
    // Aligned loads and stores are atomic on every core; the rest is left to the library's
    // __sync_* functions, which whoever asks for this provides.
    setMaxAtomicSizeInBitsSupported(64);
    setOperationAction({ISD::ATOMIC_CMP_SWAP, ISD::ATOMIC_SWAP, ISD::ATOMIC_LOAD_ADD,
                        ISD::ATOMIC_LOAD_SUB, ISD::ATOMIC_LOAD_AND, ISD::ATOMIC_LOAD_OR,
                        ISD::ATOMIC_LOAD_XOR, ISD::ATOMIC_LOAD_NAND, ISD::ATOMIC_LOAD_MIN,
                        ISD::ATOMIC_LOAD_MAX, ISD::ATOMIC_LOAD_UMIN, ISD::ATOMIC_LOAD_UMAX},
                       MVT::i64, LibCall);
    return;
  }
  // Nothing to build from: everything is a call of an __atomic_* function.
  setMaxAtomicSizeInBitsSupported(0);
}

bool MTIATargetLowering::shouldInsertFencesForAtomic(const Instruction *I) const {
  return isa<LoadInst>(I) || isa<StoreInst>(I);
}

bool MTIATargetLowering::shouldInsertTrailingSeqCstFenceForAtomicStore(const Instruction *I) const {
  // The fence after the store makes the code agree with code of other compilers that has no
  // fence before a sequentially consistent load.
  return Subtarget.enableTrailingSeqCstFence() && isa<StoreInst>(I);
}

Instruction *MTIATargetLowering::emitLeadingFence(IRBuilderBase &Builder, Instruction *Inst,
                                                  AtomicOrdering Ord) const {
  if (isa<LoadInst>(Inst) && Ord == AtomicOrdering::SequentiallyConsistent)
    return Builder.CreateFence(Ord);
  if (isa<StoreInst>(Inst) && isReleaseOrStronger(Ord))
    return Builder.CreateFence(AtomicOrdering::Release);
  return nullptr;
}

Instruction *MTIATargetLowering::emitTrailingFence(IRBuilderBase &Builder, Instruction *Inst,
                                                   AtomicOrdering Ord) const {
  if (isa<LoadInst>(Inst) && isAcquireOrStronger(Ord))
    return Builder.CreateFence(AtomicOrdering::Acquire);
  if (Ord == AtomicOrdering::SequentiallyConsistent &&
      shouldInsertTrailingSeqCstFenceForAtomicStore(Inst))
    return Builder.CreateFence(AtomicOrdering::SequentiallyConsistent);
  return nullptr;
}

TargetLowering::AtomicExpansionKind
MTIATargetLowering::shouldExpandAtomicRMWInIR(AtomicRMWInst *AI) const {
  // Arithmetic that is no instruction, or may be a call, can't stand in an LR/SC loop.
  if (AI->isFloatingPointOperation())
    return AtomicExpansionKind::CmpXChg;
  switch (AI->getOperation()) {
  case AtomicRMWInst::UIncWrap:
  case AtomicRMWInst::UDecWrap:
  case AtomicRMWInst::USubCond:
  case AtomicRMWInst::USubSat:
    return AtomicExpansionKind::CmpXChg;
  default:
    break;
  }
  // The library has no loops of parts of a word.
  if (!Subtarget.hasAtomics())
    return AtomicExpansionKind::None;
  unsigned Size = AI->getType()->getPrimitiveSizeInBits();
  return Size == 8 || Size == 16 ? AtomicExpansionKind::MaskedIntrinsic : AtomicExpansionKind::None;
}

TargetLowering::AtomicExpansionKind
MTIATargetLowering::shouldExpandAtomicCmpXchgInIR(AtomicCmpXchgInst *CI) const {
  if (!Subtarget.hasAtomics())
    return AtomicExpansionKind::None;
  unsigned Size = CI->getCompareOperand()->getType()->getPrimitiveSizeInBits();
  return Size == 8 || Size == 16 ? AtomicExpansionKind::MaskedIntrinsic : AtomicExpansionKind::None;
}

static Intrinsic::ID getMaskedIntrinsic(AtomicRMWInst::BinOp Op) {
  switch (Op) {
  case AtomicRMWInst::Xchg:
    return Intrinsic::riscv_masked_atomicrmw_xchg;
  case AtomicRMWInst::Add:
    return Intrinsic::riscv_masked_atomicrmw_add;
  case AtomicRMWInst::Sub:
    return Intrinsic::riscv_masked_atomicrmw_sub;
  case AtomicRMWInst::Nand:
    return Intrinsic::riscv_masked_atomicrmw_nand;
  case AtomicRMWInst::Max:
    return Intrinsic::riscv_masked_atomicrmw_max;
  case AtomicRMWInst::Min:
    return Intrinsic::riscv_masked_atomicrmw_min;
  case AtomicRMWInst::UMax:
    return Intrinsic::riscv_masked_atomicrmw_umax;
  case AtomicRMWInst::UMin:
    return Intrinsic::riscv_masked_atomicrmw_umin;
  default:
    llvm_unreachable("And, or and xor work on the whole word");
  }
}

Value *MTIATargetLowering::emitMaskedAtomicRMWIntrinsic(IRBuilderBase &Builder, AtomicRMWInst *AI,
                                                        Value *AlignedAddr, Value *Incr,
                                                        Value *Mask, Value *ShiftAmt,
                                                        AtomicOrdering Ord) const {
  AtomicRMWInst::BinOp Op = AI->getOperation();
  // Exchanging with all zeros or all ones is one AMO on the word.
  if (Op == AtomicRMWInst::Xchg)
    if (auto *C = dyn_cast<ConstantInt>(AI->getValOperand())) {
      if (C->isZero())
        return Builder.CreateAtomicRMW(AtomicRMWInst::And, AlignedAddr,
                                       Builder.CreateNot(Mask, "Inv_Mask"), AI->getAlign(), Ord);
      if (C->isMinusOne())
        return Builder.CreateAtomicRMW(AtomicRMWInst::Or, AlignedAddr, Mask, AI->getAlign(), Ord);
    }

  Type *I64 = Builder.getInt64Ty();
  const DataLayout &DL = AI->getDataLayout();
  Incr = Builder.CreateSExt(Incr, I64);
  Mask = Builder.CreateSExt(Mask, I64);
  ShiftAmt = Builder.CreateSExt(ShiftAmt, I64);
  SmallVector<Value *, 5> Args = {AlignedAddr, Incr, Mask};
  if (Op == AtomicRMWInst::Min || Op == AtomicRMWInst::Max) {
    // The field's sign bit goes to bit 63 and back: a shift by 64 - position - width.
    unsigned Width = DL.getTypeStoreSizeInBits(AI->getValOperand()->getType());
    Args.push_back(Builder.CreateSub(Builder.getInt64(64 - Width), ShiftAmt));
  }
  Args.push_back(Builder.getInt64(static_cast<uint64_t>(Ord)));
  Value *Result =
      Builder.CreateIntrinsic(getMaskedIntrinsic(Op), {I64, AlignedAddr->getType()}, Args);
  return Builder.CreateTrunc(Result, Builder.getInt32Ty());
}

Value *MTIATargetLowering::emitMaskedAtomicCmpXchgIntrinsic(IRBuilderBase &Builder,
                                                            AtomicCmpXchgInst *CI,
                                                            Value *AlignedAddr, Value *CmpVal,
                                                            Value *NewVal, Value *Mask,
                                                            AtomicOrdering Ord) const {
  Type *I64 = Builder.getInt64Ty();
  Value *Args[] = {AlignedAddr, Builder.CreateSExt(CmpVal, I64), Builder.CreateSExt(NewVal, I64),
                   Builder.CreateSExt(Mask, I64), Builder.getInt64(static_cast<uint64_t>(Ord))};
  Value *Result =
      Builder.CreateIntrinsic(Intrinsic::riscv_masked_cmpxchg, {I64, AlignedAddr->getType()}, Args);
  return Builder.CreateTrunc(Result, Builder.getInt32Ty());
}

bool MTIATargetLowering::getTgtMemIntrinsic(IntrinsicInfo &Info, const CallBase &I,
                                            MachineFunction &MF, unsigned Intrinsic) const {
  switch (Intrinsic) {
  case Intrinsic::riscv_masked_atomicrmw_xchg:
  case Intrinsic::riscv_masked_atomicrmw_add:
  case Intrinsic::riscv_masked_atomicrmw_sub:
  case Intrinsic::riscv_masked_atomicrmw_nand:
  case Intrinsic::riscv_masked_atomicrmw_max:
  case Intrinsic::riscv_masked_atomicrmw_min:
  case Intrinsic::riscv_masked_atomicrmw_umax:
  case Intrinsic::riscv_masked_atomicrmw_umin:
  case Intrinsic::riscv_masked_cmpxchg:
    // The aligned word around the operand. Volatile, lest anything moves across.
    Info.opc = ISD::INTRINSIC_W_CHAIN;
    Info.memVT = MVT::i32;
    Info.ptrVal = I.getArgOperand(0);
    Info.offset = 0;
    Info.align = Align(4);
    Info.flags =
        MachineMemOperand::MOLoad | MachineMemOperand::MOStore | MachineMemOperand::MOVolatile;
    return true;
  default:
    return getVectorIntrinsicMemory(Info, I, Intrinsic);
  }
}
