//===-- MTIAStackUse.h - How much stack a kernel's core 0 uses -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The start-up code of a kernel makes the first lines of each stack without reading them from DRAM,
// six cycles each, before anything else (runtime/device/src/crt_kernel.S). Core 0 issues the first
// loads: where all that it may call is in the module, the lines that it needs are known, and the
// symbol __mtia_stack_skip says how much of that code it leaves out.
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIASTACKUSE_H
#define LLVM_LIB_TARGET_MTIA_MTIASTACKUSE_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include <optional>

namespace llvm {
class Function;
class MachineFunction;
class MCStreamer;
class Module;

class MTIAStackUse {
public:
  /// A function of the module, as it is printed.
  void add(const MachineFunction &MF);
  /// The symbol, if the module has kernels and all that they call is known.
  void emit(const Module &M, MCStreamer &Streamer) const;

private:
  struct Frame {
    uint64_t Bytes = 0;
    bool Known = true;      // calls only functions with names
    bool OnlyCore1 = false; // has vectors
    SmallSetVector<const Function *, 4> Calls;
  };
  DenseMap<const Function *, Frame> Frames;

  std::optional<uint64_t> deepest(const Function *F, unsigned Depth) const;
};
} // namespace llvm

#endif
