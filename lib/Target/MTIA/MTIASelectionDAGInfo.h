//===-- MTIASelectionDAGInfo.h - Selection nodes -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIASELECTIONDAGINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIASELECTIONDAGINFO_H

#include "llvm/CodeGen/SelectionDAGTargetInfo.h"

#define GET_SDNODE_ENUM
#include "MTIAGenSDNodeInfo.inc"

namespace llvm {
/// The nodes themselves are described in MTIAInstrPatterns.td.
class MTIASelectionDAGInfo : public SelectionDAGGenTargetInfo {
public:
  MTIASelectionDAGInfo();
  ~MTIASelectionDAGInfo() override;
};
} // namespace llvm

#endif
