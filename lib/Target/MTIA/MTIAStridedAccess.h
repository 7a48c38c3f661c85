//===-- MTIAStridedAccess.h - Gathers at equal distances -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIASTRIDEDACCESS_H
#define LLVM_LIB_TARGET_MTIA_MTIASTRIDEDACCESS_H

namespace llvm {
class FunctionPass;
class PassRegistry;

FunctionPass *createMTIAStridedAccessPass();
FunctionPass *createMTIALoopMasksPass();
void initializeMTIAStridedAccessPass(PassRegistry &);
void initializeMTIALoopMasksPass(PassRegistry &);
} // namespace llvm

#endif
