//===-- MTIATargetInfo.h - The registered target ----------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_TARGETINFO_MTIATARGETINFO_H
#define LLVM_LIB_TARGET_MTIA_TARGETINFO_MTIATARGETINFO_H

namespace llvm {
class Target;

Target &getTheMTIATarget();

} // namespace llvm

#endif
