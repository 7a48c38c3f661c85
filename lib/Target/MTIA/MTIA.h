//===-- MTIA.h - Passes of the MTIA code generator -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIA_H
#define LLVM_LIB_TARGET_MTIA_MTIA_H

#include "llvm/IR/Intrinsics.h"
#include "llvm/Support/CodeGen.h"

namespace llvm {
class FunctionPass;
class PassBuilder;
class MTIATargetMachine;
class ModulePass;
class PassRegistry;

FunctionPass *createMTIAISelDag(MTIATargetMachine &TM, CodeGenOptLevel OptLevel);
void initializeMTIADAGToDAGISelLegacyPass(PassRegistry &);

/// Switches the extension Xmtia on for the functions that use its intrinsics.
ModulePass *createMTIAEnableXmtiaPass();
void initializeMTIAEnableXmtiaPass(PassRegistry &);

/// Puts the floating-point constants of a function into one table.
ModulePass *createMTIAPromoteConstantsPass();
void initializeMTIAPromoteConstantsPass(PassRegistry &);

/// Expands address pseudo-instructions into AUIPC pairs while there are virtual
/// registers.
FunctionPass *createMTIAPreRAExpandPseudoPass();
void initializeMTIAPreRAExpandPseudoPass(PassRegistry &);

/// Folds constant offsets, and loads and stores, into the address
/// materialisation of globals.
FunctionPass *createMTIAMergeBaseOffsetPass();
void initializeMTIAMergeBaseOffsetPass(PassRegistry &);

/// Folds additions that only address memory into the accesses' offsets.
FunctionPass *createMTIAFoldMemOffsetPass();
void initializeMTIAFoldMemOffsetPass(PassRegistry &);

/// Sets vl and vtype where vector instructions need them otherwise.
FunctionPass *createMTIAInsertVSETVLIPass(bool Optimize = true);
void initializeMTIAInsertVSETVLIPass(PassRegistry &);

/// Writes vxrm and frm for vector instructions that name how they round.
FunctionPass *createMTIAInsertRoundingModesPass();
void initializeMTIAInsertRoundingModesPass(PassRegistry &);

/// Simplifies vector instructions in SSA form; TieAll: and makes them ready for the
/// allocation of registers.
FunctionPass *createMTIAVectorPeepholePass(bool Optimize = true, bool TieAll = false);
void initializeMTIAVectorPeepholePass(PassRegistry &);

/// Gives vector instructions no more elements than their readers need.
FunctionPass *createMTIAReduceVLPass();
void initializeMTIAReduceVLPass(PassRegistry &);

/// Lets the multiplications of a loop advance the offsets that the loop writes.
FunctionPass *createMTIACommandOffsetsPass();
void initializeMTIACommandOffsetsPass(PassRegistry &);

/// Removes writes of command registers and moves them out of loops.
FunctionPass *createMTIACommandRegistersPass();
void initializeMTIACommandRegistersPass(PassRegistry &);

/// Gives vector operations of odd lengths, which can't be selected, the next power of two.
ModulePass *createMTIAExpandVectorsPass();
void initializeMTIAExpandVectorsPass(PassRegistry &);
FunctionPass *createMTIAPadVectorsPass();
void initializeMTIAPadVectorsPass(PassRegistry &);
/// Whether an intrinsic is a call of the mathematical library, for each element of a vector.
bool isMTIALibraryFunction(Intrinsic::ID ID);

/// Removes sign extensions of values that are sign-extended already.
FunctionPass *createMTIARemoveSExtPass();
void initializeMTIARemoveSExtPass(PassRegistry &);

/// Removes copies of zero into registers that a branch has found to be zero.
FunctionPass *createMTIARedundantZeroPass();
void initializeMTIARedundantZeroPass(PassRegistry &);

/// Lets results that nobody reads go to the zero register.
FunctionPass *createMTIADeadRegisterDefinitionsPass();
void initializeMTIADeadRegisterDefinitionsPass(PassRegistry &);

/// Expands atomic pseudo-instructions into LR/SC loops, last of all.
FunctionPass *createMTIAExpandAtomicPseudoPass();
void initializeMTIAExpandAtomicPseudoPass(PassRegistry &);

/// IR passes of the target, for the optimiser's pipeline.
void registerMTIAPasses(PassBuilder &PB);
/// Part of it: vectors in registers across calls of internal functions.
void registerMTIAVectorCalls(PassBuilder &PB);
} // namespace llvm

#endif
