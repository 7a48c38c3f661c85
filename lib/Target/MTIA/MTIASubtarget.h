//===-- MTIASubtarget.h - What the core can do -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIASUBTARGET_H
#define LLVM_LIB_TARGET_MTIA_MTIASUBTARGET_H

#include "MCTargetDesc/MTIAABI.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAFrameLowering.h"
#include "MTIAISelLowering.h"
#include "MTIAInstrInfo.h"
#include "MTIASelectionDAGInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/DataLayout.h"
#include <bitset>

#define GET_SUBTARGETINFO_HEADER
#include "MTIAGenSubtargetInfo.inc"

namespace llvm {
class MTIATargetMachine;

class MTIASubtarget : public MTIAGenSubtargetInfo {
#define GET_SUBTARGETINFO_MACRO(ATTRIBUTE, DEFAULT, GETTER) bool ATTRIBUTE = DEFAULT;
#include "MTIAGenSubtargetInfo.inc"
  /// By register number: what -ffixed-xN keeps from the register allocator.
  std::bitset<MTIA::NUM_TARGET_REGS> UserReservedRegister;
  /// The longest Zvl<N>b.
  unsigned ZvlLen = 0;

  MTIAABI::ABI TargetABI = MTIAABI::ABI_Unknown;

  // The order is that of construction: each needs the ones before it.
  MTIAFrameLowering FrameLowering;
  MTIAInstrInfo InstrInfo;
  MTIATargetLowering TLInfo;
  MTIASelectionDAGInfo TSInfo;

  MTIASubtarget &initializeSubtargetDependencies(const Triple &TT, StringRef CPU, StringRef TuneCPU,
                                                 StringRef FS, StringRef ABIName);

public:
  /// ABIName may be empty: the features decide.
  MTIASubtarget(const Triple &TT, StringRef CPU, StringRef TuneCPU, StringRef FS, StringRef ABIName,
                const MTIATargetMachine &TM);
  ~MTIASubtarget() override;

  void ParseSubtargetFeatures(StringRef CPU, StringRef TuneCPU, StringRef FS);

#define GET_SUBTARGETINFO_MACRO(ATTRIBUTE, DEFAULT, GETTER)                                        \
  bool GETTER() const { return ATTRIBUTE; }
#include "MTIAGenSubtargetInfo.inc"

  const MTIAFrameLowering *getFrameLowering() const override { return &FrameLowering; }
  const MTIAInstrInfo *getInstrInfo() const override { return &InstrInfo; }
  const MTIARegisterInfo *getRegisterInfo() const override { return &InstrInfo.getRegisterInfo(); }
  const MTIATargetLowering *getTargetLowering() const override { return &TLInfo; }
  const MTIASelectionDAGInfo *getSelectionDAGInfo() const override { return &TSInfo; }

  bool enableMachineScheduler() const override { return true; }
  bool enablePostRAScheduler() const override { return getSchedModel().PostRAScheduler; }
  bool useAA() const override { return true; }

  /// Whether instructions of two bytes exist.
  bool hasCompressed() const { return hasStdExtC() || hasStdExtZca(); }

  unsigned getXLen() const { return 64; }
  MTIAABI::ABI getTargetABI() const { return TargetABI; }

  /// All of the extension A, under one name or as its two halves.
  bool hasAtomics() const { return hasStdExtA() || (hasStdExtZaamo() && hasStdExtZalrsc()); }

  // Vectors, under the names that RISC-V's code generation uses. hasVInstructionsF32 and its
  // like: whether elements of that type exist in arithmetic.
  bool hasVInstructions() const { return hasStdExtZve32x(); }
  bool hasVInstructionsI64() const { return hasStdExtZve64x(); }
  bool hasVInstructionsF16Minimal() const { return hasStdExtZvfhmin(); }
  bool hasVInstructionsF16() const { return hasStdExtZvfh(); }
  bool hasVInstructionsBF16Minimal() const { return hasStdExtZvfbfmin(); }
  bool hasVInstructionsF32() const { return hasStdExtZve32f(); }
  bool hasVInstructionsF64() const { return hasStdExtZve64d(); }
  bool hasVInstructionsAnyF() const { return hasVInstructionsF32(); }
  /// vmulh and its like of 64-bit elements, which the subsets for embedded cores lack.
  bool hasVInstructionsFullMultiply() const { return hasStdExtV(); }
  /// Bits of the widest element.
  unsigned getELen() const { return hasVInstructionsI64() ? 64 : 32; }
  /// Bits that a register has at least.
  unsigned getRealMinVLen() const { return ZvlLen; }

  bool isRegisterReservedByUser(Register Reg) const override {
    return Reg.isPhysical() && UserReservedRegister[Reg.id()];
  }

  /// The most instructions that a constant may take before it is loaded from
  /// memory: an address of two instructions, and the load's latency. An option sets it.
  unsigned getMaxBuildIntsCost() const;
};
} // namespace llvm

#endif
