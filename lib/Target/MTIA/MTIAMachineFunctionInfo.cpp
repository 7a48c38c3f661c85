//===-- MTIAMachineFunctionInfo.cpp - What is known about one function -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAMachineFunctionInfo.h"

using namespace llvm;

yaml::MTIAMachineFunctionInfo::MTIAMachineFunctionInfo(const llvm::MTIAMachineFunctionInfo &MFI)
    : VarArgsFrameIndex(MFI.getVarArgsFrameIndex()), VarArgsSaveSize(MFI.getVarArgsSaveSize()) {}

void yaml::MTIAMachineFunctionInfo::mappingImpl(yaml::IO &YamlIO) {
  MappingTraits<MTIAMachineFunctionInfo>::mapping(YamlIO, *this);
}

void MTIAMachineFunctionInfo::initializeBaseYamlFields(
    const yaml::MTIAMachineFunctionInfo &YamlMFI) {
  VarArgsFrameIndex = YamlMFI.VarArgsFrameIndex;
  VarArgsSaveSize = YamlMFI.VarArgsSaveSize;
}
