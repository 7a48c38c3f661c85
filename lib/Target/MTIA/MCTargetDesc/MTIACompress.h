//===-- MTIACompress.h - Short forms of instructions ------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIACOMPRESS_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIACOMPRESS_H

namespace llvm {
class MCInst;
class MCSubtargetInfo;

namespace MTIACompress {
// Both return false, and leave Out as it is, when there is no other form: the extension
// is off, or the operands don't fit.
bool compress(MCInst &Out, const MCInst &MI, const MCSubtargetInfo &STI);
bool uncompress(MCInst &Out, const MCInst &MI, const MCSubtargetInfo &STI);

bool hasCompressed(const MCSubtargetInfo &STI);
} // namespace MTIACompress

} // namespace llvm

#endif
