//===-- MTIAVIntrinsics.h - Which instruction a vector intrinsic is -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The intrinsics of <riscv_vector.h> (llvm.riscv.v*) and their instructions, one row for
// an intrinsic and its masked variant. The operands of all of them come in one order:
//
//   passthru, sources, mask, rounding mode, vl, policy, log2(SEW)
//
// and the row says which of them exist. Sources are in assembler order but for the
// address of a store, which follows the value in both.
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVINTRINSICS_H
#define LLVM_LIB_TARGET_MTIA_MTIAVINTRINSICS_H

#include <cstdint>

namespace llvm::MTIAVIntrinsics {

/// How the instruction is chosen among the row's opcodes.
enum Choice : uint8_t {
  // By the source that may be a scalar (Row::ScalarSrc): [0] vector, [1] integer or
  // floating-point register, [2] constant. 0 where there is no such form.
  ByForm,
  // By the width of the data, of the index, or by the last operand (log2 of it): [0] 8
  // bits to [3] 64 bits.
  ByDataWidth,
  ByIndexWidth,
  BySEWOperand,
  // By the ratio of the widths of result and source: [0] 2, [1] 4, [2] 8.
  ByRatio,
};

/// Which constants the .vi form takes.
enum Imm : uint8_t { NoImm, SImm5, UImm5, UImm6 };

enum Flags : uint16_t {
  None = 0,
  NoPassthru = 1 << 0,   // the unmasked variant has none, although the instruction has
  PolicyAlways = 1 << 1, // the unmasked variant has a policy operand too
  NoPolicy = 1 << 2,     // the masked variant has none
  Carry = 1 << 3,        // v0 is a source of the only variant
  NoVL = 1 << 4,
  Load = 1 << 5,  // of the memory at the first source
  Store = 1 << 6, // to the memory at the second
};

struct Row {
  uint32_t ID, MaskedID; // MaskedID is 0 where there is no such intrinsic
  Choice By;
  Imm Constants;
  uint8_t ScalarSrc; // index among the sources
  uint16_t Flags;
  uint16_t Opcodes[4];
};

/// The row of an intrinsic in either variant, or null.
const Row *lookup(unsigned IntrinsicID);

/// Whether it is one of llvm.riscv.v*, with a row or without.
bool isVector(unsigned IntrinsicID);

} // namespace llvm::MTIAVIntrinsics

#endif
