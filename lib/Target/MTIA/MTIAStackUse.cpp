//===-- MTIAStackUse.cpp - How much stack a kernel's core 0 uses -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAStackUse.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

// As in the start-up code.
static constexpr const char *Symbol = "__mtia_stack_skip";
static constexpr unsigned Lines = 16, LineBytes = 64, CodeBytes = 8;

void MTIAStackUse::add(const MachineFunction &MF) {
  Frame &F = Frames[&MF.getFunction()];
  F.Bytes = MF.getFrameInfo().getStackSize();
  F.Known = !MF.getFrameInfo().hasVarSizedObjects();
  F.OnlyCore1 = MF.getSubtarget<MTIASubtarget>().hasVInstructions();
  for (const MachineBasicBlock &MBB : MF)
    for (const MachineInstr &MI : MBB) {
      if (!MI.isCall())
        continue;
      const Function *Callee = nullptr;
      for (const MachineOperand &MO : MI.operands())
        if (MO.isGlobal())
          Callee = dyn_cast<Function>(MO.getGlobal());
      if (Callee)
        F.Calls.insert(Callee);
      else
        F.Known = false;
    }
}

// Bytes of stack below the call of a function, if that can be known.
std::optional<uint64_t> MTIAStackUse::deepest(const Function *F, unsigned Depth) const {
  const auto It = Frames.find(F);
  // Deeper than any chain of calls without recursion.
  if (It == Frames.end() || !It->second.Known || Depth > Frames.size())
    return std::nullopt;
  uint64_t Most = 0;
  for (const Function *Callee : It->second.Calls) {
    const auto CalleeIt = Frames.find(Callee);
    if (CalleeIt != Frames.end() && CalleeIt->second.OnlyCore1 && !It->second.OnlyCore1)
      continue;
    const std::optional<uint64_t> Below = deepest(Callee, Depth + 1);
    if (!Below)
      return std::nullopt;
    Most = std::max(Most, *Below);
  }
  return It->second.Bytes + Most;
}

// The functions that a kernel's description in the section .mtia.kernels names.
static void findEntries(const Constant *C, SmallSetVector<const Function *, 4> &Entries) {
  if (const auto *F = dyn_cast<Function>(C)) {
    Entries.insert(F);
    return;
  }
  if (isa<GlobalValue>(C))
    return;
  for (const Use &U : C->operands())
    findEntries(cast<Constant>(U), Entries);
}

void MTIAStackUse::emit(const Module &M, MCStreamer &Streamer) const {
  SmallSetVector<const Function *, 4> Entries;
  for (const GlobalVariable &G : M.globals()) {
    if (G.isThreadLocal()) // stand on the stack, too
      return;
    if (G.hasInitializer() && G.getSection() == ".mtia.kernels")
      findEntries(G.getInitializer(), Entries);
  }
  if (Entries.empty() || StringRef(M.getModuleInlineAsm()).contains(Symbol))
    return;
  uint64_t Bytes = 0;
  for (const Function *F : Entries) {
    const std::optional<uint64_t> Below = deepest(F, 0);
    if (!Below)
      return;
    Bytes = std::max(Bytes, *Below);
  }
  const uint64_t Used = std::min<uint64_t>(divideCeil(Bytes, LineBytes), Lines);
  MCContext &Context = Streamer.getContext();
  MCSymbol *Skip = Context.getOrCreateSymbol(Symbol);
  Streamer.emitSymbolAttribute(Skip, MCSA_Weak);
  Streamer.emitAssignment(Skip, MCConstantExpr::create((Lines - Used) * CodeBytes, Context));
}
