//===-- MTIAVectorLoops.h - Inductions of vectorised loops -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVECTORLOOPS_H
#define LLVM_LIB_TARGET_MTIA_MTIAVECTORLOOPS_H

namespace llvm {
class FunctionPass;
class PassRegistry;

FunctionPass *createMTIAVectorLoopsPass();
void initializeMTIAVectorLoopsPass(PassRegistry &);
} // namespace llvm

#endif
