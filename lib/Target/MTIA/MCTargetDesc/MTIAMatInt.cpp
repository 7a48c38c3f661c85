//===-- MTIAMatInt.cpp - Sequences for integer constants ------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMatInt.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace {

using Seq = MTIAMatInt::InstSeq;

// Looks for the shortest sequence from its end: which last instruction, and then
// which constant before it. Uncommon steps are the ones that rarely help; a
// sequence may contain few of them, which bounds the search.
class Search {
  static constexpr unsigned MaxUncommon = 2;

  Seq Current; // from the last instruction to the first
  Seq Best;    // in the order of execution
  unsigned Limit = 9;

  void finish(int64_t Val) {
    int64_t Hi20 = ((Val + 0x800) >> 12) & 0xFFFFF;
    int64_t Lo12 = SignExtend64<12>(Val);
    unsigned Length = Current.size() + (Hi20 && Lo12 ? 2 : 1);
    if (Length >= Limit)
      return;
    Limit = Length;
    Best.clear();
    if (Hi20)
      Best.push_back({MTIA::LUI, Hi20});
    if (Lo12 || !Hi20)
      // The 32-bit addition wraps where lui's sign extension went too far.
      Best.push_back({Hi20 ? MTIA::ADDIW : MTIA::ADDI, Lo12});
    Best.append(Current.rbegin(), Current.rend());
  }

  // The constant before is Val, the instruction after it Opcode.
  void step(unsigned Opcode, int64_t Imm, int64_t Val, unsigned Uncommon) {
    Current.push_back({Opcode, Imm});
    visit(Val, Uncommon);
    Current.pop_back();
  }

  void visit(int64_t Val, unsigned Uncommon) {
    if (isInt<32>(Val))
      return finish(Val);
    // At least one instruction for a 32-bit constant and one to make Val of it.
    if (Current.size() + 2 >= Limit)
      return;

    int64_t Lo12 = SignExtend64<12>(Val);
    if (Val & 1) {
      step(MTIA::ADDI, Lo12, int64_t(uint64_t(Val) - uint64_t(Lo12)), Uncommon);
    } else {
      unsigned Zeros = llvm::countr_zero(uint64_t(Val));
      int64_t Upper = Val >> Zeros;
      step(MTIA::SLLI, Zeros, Upper, Uncommon);
      // With twelve zero bits left, lui alone may make the upper part.
      if (Zeros > 12 && isInt<20>(Upper))
        step(MTIA::SLLI, Zeros - 12, int64_t(uint64_t(Upper) << 12), Uncommon);
      if (Lo12)
        step(MTIA::ADDI, Lo12, int64_t(uint64_t(Val) - uint64_t(Lo12)), Uncommon);
      // The bits that a left shift loses may as well be zero.
      if (Val < 0 && Uncommon < MaxUncommon)
        step(MTIA::SLLI, Zeros, int64_t(uint64_t(Val) >> Zeros), Uncommon + 1);
    }

    if (Uncommon == MaxUncommon)
      return;
    // Two additions reach a constant with one more zero bit than one does.
    int64_t Lo13 = SignExtend64<13>(Val);
    int64_t Half = Lo13 < 0 ? -2048 : 2047;
    if (!isInt<12>(Lo13) && isInt<12>(Lo13 - Half)) {
      Current.push_back({MTIA::ADDI, Half});
      step(MTIA::ADDI, Lo13 - Half, int64_t(uint64_t(Val) - uint64_t(Lo13)), Uncommon + 1);
      Current.pop_back();
    }
    if (Val > 0) {
      // A logical shift right of a negative constant. The bits that it loses
      // are free: ones or zeros.
      unsigned Zeros = llvm::countl_zero(uint64_t(Val));
      uint64_t Up = uint64_t(Val) << Zeros;
      step(MTIA::SRLI, Zeros, int64_t(Up | maskTrailingOnes<uint64_t>(Zeros)), Uncommon + 1);
      step(MTIA::SRLI, Zeros, int64_t(Up), Uncommon + 1);
    }
    // xori flips everything above its own bits.
    if (Lo12 < 0)
      step(MTIA::XORI, Lo12, Val ^ Lo12, Uncommon + 1);
    if (Lo12 != -1)
      step(MTIA::XORI, -1, ~Val, Uncommon + 1);
  }

public:
  Seq run(int64_t Val) {
    visit(Val, 0);
    return Best;
  }
};

} // namespace

MTIAMatInt::InstSeq MTIAMatInt::generateInstSeq(int64_t Val) { return Search().run(Val); }

unsigned MTIAMatInt::getIntMatCost(int64_t Val) { return generateInstSeq(Val).size(); }
