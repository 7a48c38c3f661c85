//===-- MTIAMatInt.cpp - Sequences for integer constants ------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMatInt.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/bit.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace {

using Seq = MTIAMatInt::InstSeq;

// Looks for the shortest sequence from its end: which last instruction, and then
// which constant before it. Uncommon steps are the ones that rarely help; a
// sequence may contain few of them, which bounds the search.
class Search {
  static constexpr unsigned MaxUncommon = 2;

  Seq Current;            // from the last instruction to the first
  Seq Best;               // in the order of execution
  unsigned Limit = 9;     // instructions of Best
  unsigned BestBytes = 0; // and its bytes
  bool HasC, HasZba, HasZbb, HasZbs;

  void finish(int64_t Val) {
    if (HasZbs && Val == 0x800)
      return keep({{MTIA::BSETI, 11}});
    int64_t Hi20 = ((Val + 0x800) >> 12) & 0xFFFFF;
    int64_t Lo12 = SignExtend64<12>(Val);
    Seq Start;
    if (Hi20)
      Start.push_back({MTIA::LUI, Hi20});
    if (Lo12 || !Hi20)
      // The 32-bit addition wraps where lui's sign extension went too far.
      Start.push_back({Hi20 ? MTIA::ADDIW : MTIA::ADDI, Lo12});
    keep(Start);
  }

  // Whether there is a 16-bit form, in one of the registers that all of them take.
  static bool isCompressible(const MTIAMatInt::Inst &I) {
    switch (I.Opcode) {
    case MTIA::LUI:
      return I.Imm && isInt<6>(SignExtend64<20>(I.Imm));
    case MTIA::ADDI:
    case MTIA::ADDIW:
      return isInt<6>(I.Imm);
    case MTIA::SLLI:
    case MTIA::SRLI:
      return true;
    default:
      return false;
    }
  }

  // Start and what follows, if it is shorter than the best so far: in instructions,
  // then in bytes.
  void keep(ArrayRef<MTIAMatInt::Inst> Start) {
    unsigned Length = Current.size() + Start.size();
    if (Length > Limit)
      return;
    Seq New(Start.begin(), Start.end());
    New.append(Current.rbegin(), Current.rend());
    unsigned Bytes = 0;
    for (const MTIAMatInt::Inst &I : New)
      Bytes += HasC && isCompressible(I) ? 2 : 4;
    if (Length == Limit && Bytes >= BestBytes)
      return;
    Limit = Length;
    BestBytes = Bytes;
    Best = std::move(New);
  }

  // The constant before is Val, the instruction after it Opcode.
  void step(unsigned Opcode, int64_t Imm, int64_t Val, unsigned Uncommon) {
    Current.push_back({Opcode, Imm});
    visit(Val, Uncommon);
    Current.pop_back();
  }

  void visit(int64_t Val, unsigned Uncommon) {
    if (isInt<32>(Val)) {
      finish(Val);
      // Two 16-bit instructions in the place of lui and addi.
      unsigned Zeros = Val ? llvm::countr_zero(uint64_t(Val)) : 0;
      if (HasC && Zeros && isInt<6>(Val >> Zeros) && !isInt<12>(Val))
        keep({{MTIA::ADDI, Val >> Zeros}, {MTIA::SLLI, Zeros}});
      return;
    }
    if (HasZbs && isPowerOf2_64(uint64_t(Val))) {
      keep({{MTIA::BSETI, Log2_64(uint64_t(Val))}});
      if (!HasC)
        return;
    }
    // At least one instruction for a 32-bit constant and one to make Val of it.
    if (Current.size() + 2 > Limit - !HasC)
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

    if (HasZba) {
      if (isUInt<32>(Val))
        step(MTIA::ADD_UW, 0, SignExtend64<32>(Val), Uncommon);
      unsigned Zeros = llvm::countr_zero(uint64_t(Val));
      uint64_t Upper = uint64_t(Val) >> Zeros;
      if (Zeros && isUInt<32>(Upper) && !isInt<32>(Upper)) {
        step(MTIA::SLLI_UW, Zeros, SignExtend64<32>(Upper), Uncommon);
      } else if (Zeros > 12 && isUInt<20>(Upper)) {
        step(MTIA::SLLI_UW, Zeros - 12, SignExtend64<32>(Upper << 12), Uncommon);
      }
    }

    if (Uncommon == MaxUncommon)
      return;
    if (HasZbb && Current.size() + 2 <= Limit)
      // A short constant turned.
      for (unsigned Turn = 1; Turn < 64; ++Turn) {
        int64_t Before = llvm::rotl<uint64_t>(Val, Turn);
        if (isInt<12>(Before) || (isInt<32>(Before) && (Before & 0xfff) == 0)) {
          step(MTIA::RORI, Turn, Before, Uncommon + 1);
          break;
        }
      }
    if (HasZbs) {
      // The highest bit that differs from the sign, set or cleared last.
      if (Val > 0) {
        unsigned Bit = Log2_64(uint64_t(Val));
        step(MTIA::BSETI, Bit, int64_t(uint64_t(Val) ^ UINT64_C(1) << Bit), Uncommon + 1);
      } else {
        unsigned Bit = Log2_64(~uint64_t(Val));
        step(MTIA::BCLRI, Bit, int64_t(uint64_t(Val) ^ UINT64_C(1) << Bit), Uncommon + 1);
        step(MTIA::BSETI, 63, int64_t(uint64_t(Val) ^ UINT64_C(1) << 63), Uncommon + 1);
      }
    }
    if (HasZba) {
      if (Val % 3 == 0)
        step(MTIA::SH1ADD, 0, Val / 3, Uncommon + 1);
      if (Val % 5 == 0)
        step(MTIA::SH2ADD, 0, Val / 5, Uncommon + 1);
      if (Val % 9 == 0)
        step(MTIA::SH3ADD, 0, Val / 9, Uncommon + 1);
    }
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
  explicit Search(const MCSubtargetInfo &STI)
      : HasC(STI.hasFeature(MTIA::FeatureStdExtC) || STI.hasFeature(MTIA::FeatureStdExtZca)),
        HasZba(STI.hasFeature(MTIA::FeatureStdExtZba)),
        HasZbb(STI.hasFeature(MTIA::FeatureStdExtZbb)),
        HasZbs(STI.hasFeature(MTIA::FeatureStdExtZbs)) {}

  Seq run(int64_t Val) {
    visit(Val, 0);
    return Best;
  }
};

} // namespace

MTIAMatInt::Operands MTIAMatInt::Inst::getOperands() const {
  switch (Opcode) {
  case MTIA::LUI:
    return MTIAMatInt::Imm;
  case MTIA::SH1ADD:
  case MTIA::SH2ADD:
  case MTIA::SH3ADD:
    return RegReg;
  case MTIA::ADD_UW:
    return RegX0;
  default:
    return RegImm;
  }
}

MCInst MTIAMatInt::getMCInst(const Inst &I, MCRegister Dest, MCRegister Source) {
  MCInst Result = MCInstBuilder(I.Opcode).addReg(Dest);
  switch (I.getOperands()) {
  case MTIAMatInt::Imm:
    Result.addOperand(MCOperand::createImm(I.Imm));
    break;
  case RegImm:
    Result.addOperand(MCOperand::createReg(Source));
    Result.addOperand(MCOperand::createImm(I.Imm));
    break;
  case RegReg:
    Result.addOperand(MCOperand::createReg(Source));
    Result.addOperand(MCOperand::createReg(Source));
    break;
  case RegX0:
    Result.addOperand(MCOperand::createReg(Source));
    Result.addOperand(MCOperand::createReg(MTIA::X0));
    break;
  }
  return Result;
}

MTIAMatInt::InstSeq MTIAMatInt::generateInstSeq(int64_t Val, const MCSubtargetInfo &STI) {
  if (isInt<12>(Val))
    return {{MTIA::ADDI, Val}};
  return Search(STI).run(Val);
}

MTIAMatInt::InstSeq MTIAMatInt::generateTwoRegSeq(int64_t Val, const MCSubtargetInfo &STI,
                                                  unsigned &Shift, unsigned &AddOpc) {
  int64_t Lo = SignExtend64<32>(Val);
  uint64_t Rest = uint64_t(Val) - uint64_t(Lo);
  if (isInt<32>(Val) || Lo == 0)
    return {};
  // The lower half sign-extends to what the shifted copy has to make up for.
  Shift = llvm::countr_zero(Rest) - llvm::countr_zero(uint64_t(Lo));
  AddOpc = MTIA::ADD;
  if (Shift < 64 && Rest == uint64_t(Lo) << Shift)
    return generateInstSeq(Lo, STI);
  if (STI.hasFeature(MTIA::FeatureStdExtZba) && Lo_32(Val) == Hi_32(Val)) {
    Shift = 32;
    AddOpc = MTIA::ADD_UW;
    return generateInstSeq(Lo, STI);
  }
  return {};
}

unsigned MTIAMatInt::getIntMatCost(int64_t Val, const MCSubtargetInfo &STI) {
  if (isInt<12>(Val))
    return 1;
  return generateInstSeq(Val, STI).size();
}
