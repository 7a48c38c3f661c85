//===-- MTIAConstantPoolValue.h - Symbols in constant pools -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The address of a symbol that no IR value stands for (memcpy, __divti3), in the constant pool
// of a function that is compiled for the large code model.
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIACONSTANTPOOLVALUE_H
#define LLVM_LIB_TARGET_MTIA_MTIACONSTANTPOOLVALUE_H

#include "llvm/CodeGen/MachineConstantPool.h"
#include <string>

namespace llvm {
class LLVMContext;

class MTIAConstantPoolValue : public MachineConstantPoolValue {
  std::string Symbol;

  MTIAConstantPoolValue(LLVMContext &C, StringRef Symbol);

public:
  static MTIAConstantPoolValue *create(LLVMContext &C, StringRef Symbol);

  StringRef getSymbol() const { return Symbol; }

  int getExistingMachineCPValue(MachineConstantPool *CP, Align Alignment) override;
  void addSelectionDAGCSEId(FoldingSetNodeID &ID) override;
  void print(raw_ostream &OS) const override;
};
} // namespace llvm

#endif
