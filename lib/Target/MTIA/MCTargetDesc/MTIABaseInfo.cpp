//===-- MTIABaseInfo.cpp - What MC and CodeGen share ----------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/TargetParser/RISCVISAInfo.h"

using namespace llvm;

namespace llvm::MTIASysReg {
#define GET_MTIASysRegsList_IMPL
#include "MTIAGenSearchableTables.inc"
} // namespace llvm::MTIASysReg

namespace llvm::MTIAIntrinsic {
using namespace MTIA; // the table names opcodes without their namespace
#define GET_MTIAIntrinsicTable_IMPL
#include "MTIAGenSearchableTables.inc"
} // namespace llvm::MTIAIntrinsic

MTIAABI::ABI MTIAABI::getABI(StringRef Name) {
  return StringSwitch<ABI>(Name)
      .Case("lp64", ABI_LP64)
      .Case("lp64f", ABI_LP64F)
      .Case("lp64d", ABI_LP64D)
      .Default(ABI_Unknown);
}

MTIAABI::ABI MTIAABI::getDefaultABI(const MCSubtargetInfo &STI) {
  if (STI.hasFeature(MTIA::FeatureStdExtD))
    return ABI_LP64D;
  if (STI.hasFeature(MTIA::FeatureStdExtF))
    return ABI_LP64F;
  return ABI_LP64;
}

MTIAABI::ABI MTIAABI::computeTargetABI(const MCSubtargetInfo &STI, StringRef Name) {
  ABI Named = getABI(Name);
  return Named == ABI_Unknown ? getDefaultABI(STI) : Named;
}

// Xmtia's version in object files. RISCVISAInfo doesn't know the extension, so
// it is added behind what it prints; vendor extensions come last anyway.
static constexpr StringLiteral XmtiaArch = "_xmtia1p0";

std::string MTIAAttrs::getArchString(const MCSubtargetInfo &STI) {
  std::vector<std::string> Features;
  for (const SubtargetFeatureKV &Feature : STI.getAllProcessorFeatures())
    if (STI.hasFeature(Feature.Value))
      Features.push_back("+" + std::string(Feature.Key));
  auto Info = RISCVISAInfo::parseFeatures(64, Features);
  std::string Arch;
  if (Info) {
    Arch = (*Info)->toString();
  } else {
    consumeError(Info.takeError());
    Arch = "rv64i2p1"; // contradictory features; the base is always there
  }
  if (STI.hasFeature(MTIA::FeatureVendorXmtia))
    Arch += XmtiaArch;
  return Arch;
}
