//===-- MTIAConstantPoolValue.cpp - Symbols in constant pools -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAConstantPoolValue.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

MTIAConstantPoolValue::MTIAConstantPoolValue(LLVMContext &C, StringRef Symbol)
    : MachineConstantPoolValue(PointerType::getUnqual(C)), Symbol(Symbol) {}

MTIAConstantPoolValue *MTIAConstantPoolValue::create(LLVMContext &C, StringRef Symbol) {
  return new MTIAConstantPoolValue(C, Symbol);
}

// The pool has no other kind of machine value.
int MTIAConstantPoolValue::getExistingMachineCPValue(MachineConstantPool *CP, Align Alignment) {
  for (const auto &[Index, Entry] : enumerate(CP->getConstants()))
    if (Entry.isMachineConstantPoolEntry() && Entry.getAlign() >= Alignment &&
        static_cast<MTIAConstantPoolValue *>(Entry.Val.MachineCPVal)->Symbol == Symbol)
      return Index;
  return -1;
}

void MTIAConstantPoolValue::addSelectionDAGCSEId(FoldingSetNodeID &ID) { ID.AddString(Symbol); }

void MTIAConstantPoolValue::print(raw_ostream &OS) const { OS << Symbol; }
