//===-- MTIAMCTargetDesc.h - Machine code constructors ----------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMCTARGETDESC_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMCTARGETDESC_H

#include "llvm/MC/MCTargetOptions.h"
#include <cstdint>
#include <memory>
#include <string>

namespace llvm {
class MCAsmBackend;
class MCCodeEmitter;
class MCContext;
class MCInstrInfo;
class MCObjectTargetWriter;
class MCRegisterInfo;
class MCSubtargetInfo;
class Target;

MCCodeEmitter *createMTIAMCCodeEmitter(const MCInstrInfo &MCII, MCContext &Ctx);

MCAsmBackend *createMTIAAsmBackend(const Target &T, const MCSubtargetInfo &STI,
                                   const MCRegisterInfo &MRI, const MCTargetOptions &Options);

std::unique_ptr<MCObjectTargetWriter> createMTIAELFObjectWriter(uint8_t OSABI);

} // namespace llvm

// Symbolic names of registers, instructions and features.
#define GET_REGINFO_ENUM
#include "MTIAGenRegisterInfo.inc"

#define GET_INSTRINFO_ENUM
#define GET_INSTRINFO_MC_HELPER_DECLS
#include "MTIAGenInstrInfo.inc"

#define GET_SUBTARGETINFO_ENUM
#include "MTIAGenSubtargetInfo.inc"

#endif
