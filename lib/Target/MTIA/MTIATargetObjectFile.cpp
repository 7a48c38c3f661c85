//===-- MTIATargetObjectFile.cpp - Sections -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIATargetObjectFile.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

void MTIATargetObjectFile::Initialize(MCContext &Ctx, const TargetMachine &TM) {
  TargetLoweringObjectFileELF::Initialize(Ctx, TM);
  // Constructors and destructors in .init_array and .fini_array.
  InitializeELF(TM.Options.UseInitArray);
}
