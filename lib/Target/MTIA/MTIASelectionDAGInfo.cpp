//===-- MTIASelectionDAGInfo.cpp - Selection nodes -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIASelectionDAGInfo.h"

#define GET_SDNODE_DESC
#include "MTIAGenSDNodeInfo.inc"

using namespace llvm;

MTIASelectionDAGInfo::MTIASelectionDAGInfo() : SelectionDAGGenTargetInfo(MTIAGenSDNodeInfo) {}

MTIASelectionDAGInfo::~MTIASelectionDAGInfo() = default;
