//===-- MTIACompress.cpp - Short forms of instructions --------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

#define GEN_COMPRESS_INSTR
#define GEN_UNCOMPRESS_INSTR
#include "MTIAGenCompressInstEmitter.inc"

bool MTIACompress::compress(MCInst &Out, const MCInst &MI, const MCSubtargetInfo &STI) {
  return compressInst(Out, MI, STI);
}

bool MTIACompress::uncompress(MCInst &Out, const MCInst &MI, const MCSubtargetInfo &STI) {
  return uncompressInst(Out, MI, STI);
}

bool MTIACompress::hasCompressed(const MCSubtargetInfo &STI) {
  return STI.hasFeature(MTIA::FeatureStdExtC) || STI.hasFeature(MTIA::FeatureStdExtZca);
}
