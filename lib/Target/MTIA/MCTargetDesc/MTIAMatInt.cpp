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

// The plain way: 32-bit constants by lui and addi(w); others by making the upper
// bits first, shifting them into place, and adding the lowest twelve.
void generatePlain(int64_t Val, Seq &Res) {
  if (isInt<32>(Val)) {
    int64_t Hi20 = ((Val + 0x800) >> 12) & 0xFFFFF;
    int64_t Lo12 = SignExtend64<12>(Val);
    if (Hi20)
      Res.push_back({MTIA::LUI, Hi20});
    if (Lo12 || Hi20 == 0)
      // The 32-bit addition wraps where lui's sign extension went too far.
      Res.push_back({Hi20 ? MTIA::ADDIW : MTIA::ADDI, Lo12});
    return;
  }

  int64_t Lo12 = SignExtend64<12>(Val);
  int64_t Rest = int64_t(uint64_t(Val) - uint64_t(Lo12));
  unsigned Shift = llvm::countr_zero(uint64_t(Rest));
  int64_t Upper = Rest >> Shift;

  // Keep twelve zero bits when lui alone can then make the upper part.
  if (Shift > 12 && !isInt<12>(Upper) && isInt<32>(int64_t(uint64_t(Upper) << 12))) {
    Shift -= 12;
    Upper = int64_t(uint64_t(Upper) << 12);
  }
  generatePlain(Upper, Res);
  Res.push_back({MTIA::SLLI, Shift});
  if (Lo12)
    Res.push_back({MTIA::ADDI, Lo12});
}

void takeIfShorter(Seq &Best, Seq &&Candidate) {
  if (Candidate.size() < Best.size())
    Best = std::move(Candidate);
}

// Some other constant by the plain way, then one instruction that turns it into
// the wanted one.
Seq plainThen(int64_t Val, unsigned Opcode, int64_t Imm) {
  Seq S;
  generatePlain(Val, S);
  S.push_back({Opcode, Imm});
  return S;
}

} // namespace

MTIAMatInt::InstSeq MTIAMatInt::generateInstSeq(int64_t Val) {
  Seq Best;
  generatePlain(Val, Best);
  if (Best.size() <= 2)
    return Best;

  // Trailing zeros beyond what the plain way shifted out, the lowest twelve bits
  // not being zero or not.
  if ((Val & 1) == 0) {
    unsigned Zeros = llvm::countr_zero(uint64_t(Val));
    takeIfShorter(Best, plainThen(Val >> Zeros, MTIA::SLLI, Zeros));
  }

  // A positive constant may come from a longer one by a logical shift right. The
  // bits that are shifted out are free: try ones, and zeros.
  if (Val > 0) {
    unsigned Zeros = llvm::countl_zero(uint64_t(Val));
    uint64_t Up = uint64_t(Val) << Zeros;
    takeIfShorter(Best,
                  plainThen(int64_t(Up | maskTrailingOnes<uint64_t>(Zeros)), MTIA::SRLI, Zeros));
    takeIfShorter(Best, plainThen(int64_t(Up), MTIA::SRLI, Zeros));
    // 32 bits with bit 31 set: start from the sign-extended word.
    if (Zeros == 32) {
      Seq S;
      generatePlain(SignExtend64<32>(Val), S);
      S.push_back({MTIA::SLLI, 32});
      S.push_back({MTIA::SRLI, 32});
      takeIfShorter(Best, std::move(S));
    }
  }

  // The complement may be easier (long runs of ones in the middle).
  {
    int64_t Lo12 = SignExtend64<12>(Val);
    if (Lo12 < 0) {
      // ~(Val ^ Lo12) has zeros below; xori sets them and flips the rest back.
      Seq S;
      generatePlain(Val ^ Lo12, S);
      S.push_back({MTIA::XORI, Lo12});
      takeIfShorter(Best, std::move(S));
    }
  }

  // A small addend more or less at the end.
  if (isInt<12>(SignExtend64<12>(Val)) && SignExtend64<12>(Val) != 0) {
    int64_t Lo12 = SignExtend64<12>(Val);
    int64_t Rest = int64_t(uint64_t(Val) - uint64_t(Lo12));
    if (Rest > 0) {
      unsigned Zeros = llvm::countl_zero(uint64_t(Rest));
      uint64_t Up = uint64_t(Rest) << Zeros;
      for (uint64_t Fill : {uint64_t(0), maskTrailingOnes<uint64_t>(Zeros)}) {
        Seq S = plainThen(int64_t(Up | Fill), MTIA::SRLI, Zeros);
        S.push_back({MTIA::ADDI, Lo12});
        takeIfShorter(Best, std::move(S));
      }
    }
  }
  return Best;
}

unsigned MTIAMatInt::getIntMatCost(int64_t Val) { return generateInstSeq(Val).size(); }
