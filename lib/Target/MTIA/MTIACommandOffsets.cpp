//===-- MTIACommandOffsets.cpp - Offsets that advance by themselves -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop that steps through its operands by writing their offsets costs three instructions and
// the arithmetic per multiplication; mml can step by itself:
//
//   for (k = 0; k < n; k += 32) {              cr_w2(MML_A, 0, s); cr_w2(MML_B, b, s);
//     cr_w2(MML_A, k, s);                      cr_w2(MML_INC, 32, 32);
//     cr_w2(MML_B, b + k, s);           ->     for (k = 0; k < n; k += 32)
//     mml(acc, X, W, 0, 0, 0, t);                mml(acc, X, W, 0, 0, ADV, t);
//   }                                          cr_add(MML_A, -32); cr_add(MML_B, -32);
//
// In loops where each of the two registers is written at most once per round, before everything
// that reads it, with a stride that doesn't change and an offset that grows by the same multiple
// of 32 in every round (or stays), and where the last reader is an mml that runs once in every
// round, before the loop can be left, and advances what is written. MML_INC has its old value
// behind the loop, if it didn't have the steps already, and the offsets are what the last round
// wrote: MTIACommandRegisters removes what of that nobody reads.
//
// Of the other commands only mlu.concat changes a register, by the bytes of a row: that is what it
// is for, and nobody writes mlu.copy instead.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/InitializePasses.h"
#include "llvm/Pass.h"
#include "llvm/Transforms/Utils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-command-offsets"
#define PASS_NAME "MTIA offsets that advance by themselves"

STATISTIC(NumAdvanced, "Number of loops whose mml advances its offsets");

namespace {
enum { CR_MML_A = 5, CR_MML_B = 6, CR_MML_INC = 7 };
constexpr uint32_t Offsets = 1u << CR_MML_A | 1u << CR_MML_B;
constexpr unsigned FlagsArg = 5, Adv = 1, Alignment = 5; // log2

// What a call does with command registers.
struct Access {
  CallBase *Call;
  const MTIAIntrinsic::MTIAIntrinsicInfo *Info; // nullptr: may do anything
  uint32_t Reads = 0, Changes = 0;
};

// One of the two registers in a loop.
struct Operand {
  CallBase *Write = nullptr;
  const SCEV *Start = nullptr, *Step = nullptr, *High = nullptr; // 32 bits
};

class MTIACommandOffsets : public FunctionPass {
  ScalarEvolution *SE = nullptr;
  DominatorTree *DT = nullptr;
  LoopInfo *LI = nullptr;

  bool describe(Loop &L, Operand &Op) const;
  bool hasIncrement(Loop &L, const SCEV *A, const SCEV *B) const;
  bool advance(Loop &L);

public:
  static char ID;
  MTIACommandOffsets() : FunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<DominatorTreeWrapperPass>();
    AU.addRequired<LoopInfoWrapperPass>();
    AU.addRequired<ScalarEvolutionWrapperPass>();
    AU.addRequiredID(LoopSimplifyID);
    AU.addPreserved<DominatorTreeWrapperPass>();
    AU.addPreserved<LoopInfoWrapperPass>();
    AU.setPreservesCFG();
  }
  bool runOnFunction(Function &F) override;
};
} // namespace

char MTIACommandOffsets::ID = 0;
INITIALIZE_PASS_BEGIN(MTIACommandOffsets, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(DominatorTreeWrapperPass)
INITIALIZE_PASS_DEPENDENCY(LoopInfoWrapperPass)
INITIALIZE_PASS_DEPENDENCY(LoopSimplify)
INITIALIZE_PASS_DEPENDENCY(ScalarEvolutionWrapperPass)
INITIALIZE_PASS_END(MTIACommandOffsets, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIACommandOffsetsPass() { return new MTIACommandOffsets(); }

// Nullopt: nothing to do with command registers.
static std::optional<Access> getAccess(Instruction &I) {
  auto *Call = dyn_cast<CallBase>(&I);
  if (!Call || isa<IntrinsicInst>(Call))
    return std::nullopt;
  Access A{Call, nullptr, ~0u, ~0u};
  if (auto *Asm = dyn_cast<InlineAsm>(Call->getCalledOperand()))
    return Asm->getAsmString().empty() ? std::nullopt : std::optional(A);
  const auto *Callee = dyn_cast<Function>(Call->getCalledOperand());
  const MTIAIntrinsic::MTIAIntrinsicInfo *Info =
      Callee && Callee->isDeclaration() && Callee->getName().starts_with("mtia_")
          ? MTIAIntrinsic::lookup(Callee->getName())
          : nullptr;
  if (!Info || Call->arg_size() != Info->NumArgs)
    return A;
  for (unsigned Arg = 0; Arg != Info->NumArgs; ++Arg)
    if (Info->getImmBits(Arg) && !isa<ConstantInt>(Call->getArgOperand(Arg)))
      return A;
  auto Imm = [&](unsigned Arg) {
    return cast<ConstantInt>(Call->getArgOperand(Arg))->getZExtValue();
  };
  A.Info = Info;
  A.Reads = Info->getReads(Imm);
  A.Changes = Info->getAdvances(Imm);
  if (is_contained({MTIA::CR_W, MTIA::CR_W2, MTIA::CR_ADD}, Info->Opcode))
    A.Changes = 1u << (Imm(0) & 31);
  if (is_contained({MTIA::CR_R, MTIA::CR_ADD}, Info->Opcode))
    A.Reads = 1u << (Imm(0) & 31);
  return A;
}

// Multiplications, and which of the two registers they use.
static uint32_t getAdvanced(const Access &A) {
  switch (A.Info->Opcode) {
  case MTIA::MML:
    return Offsets;
  case MTIA::MML_OA:
    return 1u << CR_MML_B;
  case MTIA::MML_OB:
    return 1u << CR_MML_A;
  default:
    return 0;
  }
}

// Start and step of what a register is written with in every round.
bool MTIACommandOffsets::describe(Loop &L, Operand &Op) const {
  Type *I32 = Type::getInt32Ty(Op.Write->getContext());
  auto Half = [&](unsigned Arg) {
    return SE->getTruncateOrNoop(SE->getSCEV(Op.Write->getArgOperand(Arg)), I32);
  };
  const SCEV *Low = Half(1);
  Op.High = Half(2);
  if (!SE->isLoopInvariant(Op.High, &L))
    return false;
  if (SE->isLoopInvariant(Low, &L)) {
    Op.Start = Low;
    Op.Step = SE->getZero(I32);
    return true;
  }
  const auto *Rec = dyn_cast<SCEVAddRecExpr>(Low);
  if (!Rec || Rec->getLoop() != &L || !Rec->isAffine())
    return false;
  Op.Start = Rec->getStart();
  Op.Step = Rec->getStepRecurrence(*SE);
  return SE->isLoopInvariant(Op.Step, &L) && SE->getMinTrailingZeros(Op.Step) >= Alignment;
}

// Whether MML_INC holds the two steps where the loop begins: its only write in this function does
// that, and nothing behind it may have changed it.
bool MTIACommandOffsets::hasIncrement(Loop &L, const SCEV *A, const SCEV *B) const {
  Function &F = *L.getHeader()->getParent();
  CallBase *Write = nullptr;
  SmallVector<CallBase *, 8> Opaque;
  for (Instruction &I : instructions(F)) {
    std::optional<Access> Found = getAccess(I);
    if (!Found || !(Found->Changes >> CR_MML_INC & 1))
      continue;
    if (!Found->Info)
      Opaque.push_back(Found->Call);
    else if (Write || Found->Info->Opcode != MTIA::CR_W2)
      return false;
    else
      Write = Found->Call;
  }
  Instruction *End = L.getLoopPreheader()->getTerminator();
  if (!Write || !DT->dominates(Write, End))
    return false;
  for (CallBase *Call : Opaque)
    if (isPotentiallyReachable(Write, Call, nullptr, DT, LI) &&
        isPotentiallyReachable(Call, End, nullptr, DT, LI))
      return false;
  auto Is = [&](unsigned Arg, const SCEV *Step) {
    return SE->getTruncateOrNoop(SE->getSCEV(Write->getArgOperand(Arg)), Step->getType()) == Step;
  };
  return Is(1, A) && Is(2, B);
}

// Whether B may run behind A in the same round of the loop that A is in.
static bool isBehind(const Instruction &B, const Instruction &A, const Loop &L) {
  if (A.getParent() == B.getParent())
    return A.comesBefore(&B);
  SmallVector<const BasicBlock *, 8> Work(successors(A.getParent()));
  SmallPtrSet<const BasicBlock *, 8> Seen;
  while (!Work.empty()) {
    const BasicBlock *BB = Work.pop_back_val();
    if (BB == L.getHeader() || !L.contains(BB) || !Seen.insert(BB).second)
      continue;
    if (BB == B.getParent())
      return true;
    append_range(Work, successors(BB));
  }
  return false;
}

bool MTIACommandOffsets::advance(Loop &L) {
  BasicBlock *Preheader = L.getLoopPreheader(), *Latch = L.getLoopLatch();
  if (!Preheader || !Latch || !L.hasDedicatedExits())
    return false;

  Operand Ops[2]; // A, B
  SmallVector<Access, 8> Readers;
  for (BasicBlock *BB : L.blocks())
    for (Instruction &I : *BB) {
      std::optional<Access> A = getAccess(I);
      if (!A)
        continue;
      if (!A->Info || A->Changes >> CR_MML_INC & 1)
        return false;
      if (A->Reads & Offsets)
        Readers.push_back(*A);
      if (!(A->Changes & Offsets))
        continue;
      Operand &Op = Ops[A->Changes >> CR_MML_B & 1];
      if (A->Info->Opcode != MTIA::CR_W2 || Op.Write)
        return false;
      Op.Write = A->Call;
    }
  const SCEV *Zero = SE->getZero(Type::getInt32Ty(Preheader->getContext()));
  uint32_t Written = 0;
  for (unsigned I : {0, 1}) {
    Ops[I].Step = Zero;
    if (!Ops[I].Write)
      continue;
    Written |= 1u << (CR_MML_A + I);
    if (!describe(L, Ops[I]))
      return false;
  }
  if (Ops[0].Step == Zero && Ops[1].Step == Zero)
    return false;

  // The last reader: advances what is written, runs once per round and before the loop is left.
  Access *Last = nullptr;
  SmallVector<BasicBlock *, 4> Exiting;
  L.getExitingBlocks(Exiting);
  for (Access &A : Readers) {
    uint32_t Advanced = getAdvanced(A);
    BasicBlock *BB = A.Call->getParent();
    if (!Advanced || Written & ~Advanced || LI->getLoopFor(BB) != &L || !DT->dominates(BB, Latch) ||
        !all_of(Exiting, [&](BasicBlock *E) { return DT->dominates(BB, E); }))
      continue;
    if (all_of(Readers, [&](const Access &Other) {
          return Other.Call == A.Call || !isBehind(*Other.Call, *A.Call, L);
        }))
      Last = &A;
  }
  if (!Last)
    return false;
  for (unsigned I : {0, 1})
    for (const Access &A : Readers)
      if (Ops[I].Write && A.Reads >> (CR_MML_A + I) & 1 && !DT->dominates(Ops[I].Write, A.Call))
        return false;

  SCEVExpander Expander(*SE, DEBUG_TYPE);
  Instruction *End = Preheader->getTerminator();
  for (const Operand &Op : Ops)
    for (const SCEV *S : {Op.Start, Op.Step, Op.High})
      if (S && !Expander.isSafeToExpandAt(S, End))
        return false;
  bool SetsIncrement = !hasIncrement(L, Ops[0].Step, Ops[1].Step);
  // Reading, setting and restoring MML_INC costs what three rounds save (0: nobody knows).
  unsigned Rounds = SE->getSmallConstantMaxTripCount(&L);
  if (SetsIncrement && Rounds && Rounds <= 3)
    return false;

  Module *M = Preheader->getModule();
  IRBuilder<> B(End);
  Type *I32 = B.getInt32Ty(), *I64 = B.getInt64Ty();
  FunctionType *Write2 = FunctionType::get(B.getVoidTy(), {I32, I64, I64}, false);
  FunctionType *Write1 = FunctionType::get(B.getVoidTy(), {I32, I64}, false);
  auto Expand = [&](const SCEV *S) {
    return Expander.expandCodeFor(SE->getZeroExtendExpr(S, I64), I64, End);
  };
  auto Call = [&](StringRef Name, FunctionType *Type, ArrayRef<Value *> Args) {
    CallInst *New = B.CreateCall(M->getOrInsertFunction(Name, Type), Args);
    New->addFnAttr(Attribute::NoMerge);
    New->setDoesNotThrow();
    return New;
  };

  Value *Steps[2] = {Expand(Ops[0].Step), Expand(Ops[1].Step)};
  for (unsigned I : {0, 1}) {
    if (!Ops[I].Write)
      continue;
    Value *Start = Expand(Ops[I].Start), *High = Expand(Ops[I].High);
    B.SetInsertPoint(End);
    B.SetCurrentDebugLocation(Ops[I].Write->getDebugLoc());
    Call("mtia_cr_w2", Write2, {B.getInt32(CR_MML_A + I), Start, High});
    Ops[I].Write->eraseFromParent();
  }
  Value *Saved = nullptr;
  B.SetInsertPoint(End);
  B.SetCurrentDebugLocation(Last->Call->getDebugLoc());
  if (SetsIncrement) {
    Saved = Call("mtia_cr_r", FunctionType::get(I64, {I32}, false), {B.getInt32(CR_MML_INC)});
    Call("mtia_cr_w2", Write2, {B.getInt32(CR_MML_INC), Steps[0], Steps[1]});
  }
  auto *Flags = cast<ConstantInt>(Last->Call->getArgOperand(FlagsArg));
  Last->Call->setArgOperand(FlagsArg,
                            ConstantInt::get(Flags->getType(), Flags->getZExtValue() | Adv));

  SmallVector<BasicBlock *, 4> Exits;
  L.getUniqueExitBlocks(Exits);
  for (BasicBlock *Exit : Exits) {
    B.SetInsertPoint(Exit, Exit->getFirstInsertionPt());
    B.SetCurrentDebugLocation(Last->Call->getDebugLoc());
    if (Saved)
      Call("mtia_cr_w", Write1, {B.getInt32(CR_MML_INC), Saved});
    for (unsigned I : {0, 1})
      if (Ops[I].Step != Zero)
        Call("mtia_cr_add", Write1, {B.getInt32(CR_MML_A + I), B.CreateNeg(Steps[I])});
  }
  ++NumAdvanced;
  return true;
}

bool MTIACommandOffsets::runOnFunction(Function &F) {
  if (skipFunction(F) || !any_of(*F.getParent(), [](const Function &G) {
        return G.getName() == "mtia_cr_w2" && G.isDeclaration();
      }))
    return false;
  SE = &getAnalysis<ScalarEvolutionWrapperPass>().getSE();
  DT = &getAnalysis<DominatorTreeWrapperPass>().getDomTree();
  LI = &getAnalysis<LoopInfoWrapperPass>().getLoopInfo();
  bool Changed = false;
  for (Loop *L : LI->getLoopsInPreorder())
    Changed |= advance(*L);
  return Changed;
}
