//===-- MTIAABI.h - Calling conventions by name -----------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAABI_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAABI_H

#include "llvm/ADT/StringRef.h"

namespace llvm {
class MCSubtargetInfo;

// The calling conventions of 64-bit code: what floating-point arguments travel in.
namespace MTIAABI {
enum ABI { ABI_LP64, ABI_LP64F, ABI_LP64D, ABI_Unknown };

// ABI_Unknown for a name of none.
ABI getABI(StringRef Name);
// The one that is meant when none is named: the widest that the features allow.
ABI getDefaultABI(const MCSubtargetInfo &STI);
// The named one or else the default.
ABI computeTargetABI(const MCSubtargetInfo &STI, StringRef Name);
} // namespace MTIAABI

} // namespace llvm

#endif
