//===-- MTIAELFStreamer.h - Object files -----------------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAELFSTREAMER_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAELFSTREAMER_H

#include <memory>

namespace llvm {
class MCAsmBackend;
class MCCodeEmitter;
class MCContext;
class MCObjectWriter;
class MCStreamer;
class Triple;

MCStreamer *createMTIAELFStreamer(const Triple &T, MCContext &Ctx,
                                  std::unique_ptr<MCAsmBackend> &&MAB,
                                  std::unique_ptr<MCObjectWriter> &&OW,
                                  std::unique_ptr<MCCodeEmitter> &&CE);

} // namespace llvm

#endif
