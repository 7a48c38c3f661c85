//===-- MTIAPlugin.cpp - Registration when the library is loaded ----------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only file that knows that the target lives in a shared library of its
// own: `llc-22 -load`, `opt-22 -load`, and LD_PRELOAD for tools that have no
// such option.
//
//===----------------------------------------------------------------------===//

extern "C" {
void LLVMInitializeMTIATargetInfo();
void LLVMInitializeMTIATargetMC();
void LLVMInitializeMTIADisassembler();
}

namespace {
struct RegisterMTIA {
  RegisterMTIA() {
    LLVMInitializeMTIATargetInfo();
    LLVMInitializeMTIATargetMC();
    LLVMInitializeMTIADisassembler();
  }
};
} // namespace

static RegisterMTIA Registration;
