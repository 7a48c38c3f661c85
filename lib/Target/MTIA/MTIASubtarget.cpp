//===-- MTIASubtarget.cpp - What the core can do -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIASubtarget.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIATargetMachine.h"
#include "MTIAVectorPseudos.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-subtarget"

#define GET_SUBTARGETINFO_TARGET_DESC
#define GET_SUBTARGETINFO_CTOR
#include "MTIAGenSubtargetInfo.inc"

MTIASubtarget &MTIASubtarget::initializeSubtargetDependencies(const Triple &TT, StringRef CPU,
                                                              StringRef TuneCPU, StringRef FS,
                                                              StringRef ABIName) {
  ParseSubtargetFeatures(CPU, TuneCPU, FS);
  TargetABI = MTIAABI::computeTargetABI(*this, ABIName);
  return *this;
}

MTIASubtarget::MTIASubtarget(const Triple &TT, StringRef CPU, StringRef TuneCPU, StringRef FS,
                             StringRef ABIName, const MTIATargetMachine &TM)
    : MTIAGenSubtargetInfo(TT, CPU, TuneCPU, FS),
      FrameLowering(initializeSubtargetDependencies(TT, CPU, TuneCPU, FS, ABIName)),
      InstrInfo(*this), TLInfo(TM, *this) {}

MTIASubtarget::~MTIASubtarget() = default;

static cl::opt<unsigned>
    MaxBuildIntsCost("mtia-max-build-ints-cost", cl::Hidden, cl::init(0),
                     cl::desc("The most instructions, at least 2, that make an integer constant; "
                              "longer ones are loaded (0: what costs least)"));

unsigned MTIASubtarget::getMaxBuildIntsCost() const {
  if (MaxBuildIntsCost)
    return std::max(2u, MaxBuildIntsCost.getValue());
  return getSchedModel().LoadLatency + 2;
}
