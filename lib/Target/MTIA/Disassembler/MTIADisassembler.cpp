//===-- MTIADisassembler.cpp - Bytes as instructions ----------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDecoder.h"
#include "llvm/MC/MCDecoderOps.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace llvm::MCD;

#define DEBUG_TYPE "mtia-disassembler"

using DecodeStatus = MCDisassembler::DecodeStatus;

namespace {

class MTIADisassembler : public MCDisassembler {
public:
  MTIADisassembler(const MCSubtargetInfo &STI, MCContext &Ctx) : MCDisassembler(STI, Ctx) {}

  DecodeStatus getInstruction(MCInst &Instr, uint64_t &Size, ArrayRef<uint8_t> Bytes,
                              uint64_t Address, raw_ostream &CStream) const override;
};

} // namespace

static DecodeStatus DecodeGPRRegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                           const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::X0 + RegNo));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeGPRNoX0RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                               const MCDisassembler *Decoder) {
  return RegNo == 0 ? MCDisassembler::Fail : DecodeGPRRegisterClass(Inst, RegNo, Address, Decoder);
}

static DecodeStatus DecodeGPRNoX2RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                               const MCDisassembler *Decoder) {
  return RegNo == 2 ? MCDisassembler::Fail : DecodeGPRRegisterClass(Inst, RegNo, Address, Decoder);
}

// The three-bit fields.
static DecodeStatus DecodeGPRCRegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                            const MCDisassembler *Decoder) {
  return DecodeGPRRegisterClass(Inst, RegNo + 8, Address, Decoder);
}

static DecodeStatus DecodeFPR64CRegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                              const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::F8_D + RegNo));
  return MCDisassembler::Success;
}

// The operand of instructions that always use sp.
static DecodeStatus DecodeSPRegisterClass(MCInst &Inst, const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::X2));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeFPR16RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                             const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::F0_H + RegNo));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeFPR32RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                             const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::F0_F + RegNo));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeFPR64RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                             const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::F0_D + RegNo));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeVRRegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                          const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::V0 + RegNo));
  return MCDisassembler::Success;
}

// A group begins at a multiple of its size.
template <unsigned ClassID>
static DecodeStatus decodeVRGroup(MCInst &Inst, uint32_t RegNo, const MCDisassembler *Decoder) {
  MCRegister Group = Decoder->getContext().getRegisterInfo()->getMatchingSuperReg(
      MTIA::V0 + RegNo, MTIA::sub_vrm1_0, &MTIAMCRegisterClasses[ClassID]);
  if (!Group)
    return MCDisassembler::Fail;
  Inst.addOperand(MCOperand::createReg(Group));
  return MCDisassembler::Success;
}

static DecodeStatus DecodeVRM2RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                            const MCDisassembler *Decoder) {
  return decodeVRGroup<MTIA::VRM2RegClassID>(Inst, RegNo, Decoder);
}

static DecodeStatus DecodeVRM4RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                            const MCDisassembler *Decoder) {
  return decodeVRGroup<MTIA::VRM4RegClassID>(Inst, RegNo, Decoder);
}

static DecodeStatus DecodeVRM8RegisterClass(MCInst &Inst, uint32_t RegNo, uint64_t Address,
                                            const MCDisassembler *Decoder) {
  return decodeVRGroup<MTIA::VRM8RegClassID>(Inst, RegNo, Decoder);
}

// v0 where it is always a source.
static DecodeStatus DecodeVMV0RegisterClass(MCInst &Inst, const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(MTIA::V0));
  return MCDisassembler::Success;
}

// The bit vm: 0 means under the mask v0.
static DecodeStatus decodeVMaskReg(MCInst &Inst, uint32_t Bit, uint64_t Address,
                                   const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createReg(Bit ? MTIA::NoRegister : MTIA::V0));
  return MCDisassembler::Success;
}

static DecodeStatus decodeFRMArg(MCInst &Inst, uint32_t Imm, int64_t Address,
                                 const MCDisassembler *Decoder) {
  if (!MTIAFPRndMode::isValid(Imm))
    return MCDisassembler::Fail;
  Inst.addOperand(MCOperand::createImm(Imm));
  return MCDisassembler::Success;
}

template <unsigned N>
static DecodeStatus decodeUImmOperand(MCInst &Inst, uint32_t Imm, int64_t Address,
                                      const MCDisassembler *Decoder) {
  if (!isUInt<N>(Imm))
    return MCDisassembler::Fail;
  Inst.addOperand(MCOperand::createImm(Imm));
  return MCDisassembler::Success;
}

template <unsigned N>
static DecodeStatus decodeSImmOperand(MCInst &Inst, uint32_t Imm, int64_t Address,
                                      const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createImm(SignExtend64<N>(Imm)));
  return MCDisassembler::Success;
}

// Distances are kept in halfwords; N counts the bits in bytes.
template <unsigned N>
static DecodeStatus decodeSImmOperandAndLsl1(MCInst &Inst, uint32_t Imm, int64_t Address,
                                             const MCDisassembler *Decoder) {
  Inst.addOperand(MCOperand::createImm(SignExtend64<N>(uint64_t(Imm) << 1)));
  return MCDisassembler::Success;
}

template <unsigned N>
static DecodeStatus decodeUImmNonZeroOperand(MCInst &Inst, uint32_t Imm, int64_t Address,
                                             const MCDisassembler *Decoder) {
  return Imm == 0 ? MCDisassembler::Fail : decodeUImmOperand<N>(Inst, Imm, Address, Decoder);
}

template <unsigned N>
static DecodeStatus decodeSImmNonZeroOperand(MCInst &Inst, uint32_t Imm, int64_t Address,
                                             const MCDisassembler *Decoder) {
  return Imm == 0 ? MCDisassembler::Fail : decodeSImmOperand<N>(Inst, Imm, Address, Decoder);
}

// Six bits, extended to the 20 of lui.
static DecodeStatus decodeCLUIImmOperand(MCInst &Inst, uint32_t Imm, int64_t Address,
                                         const MCDisassembler *Decoder) {
  if (Imm == 0)
    return MCDisassembler::Fail;
  Inst.addOperand(MCOperand::createImm(SignExtend64<6>(Imm) & 0xfffff));
  return MCDisassembler::Success;
}

#include "MTIAGenDisassemblerTables.inc"

DecodeStatus MTIADisassembler::getInstruction(MCInst &MI, uint64_t &Size, ArrayRef<uint8_t> Bytes,
                                              uint64_t Address, raw_ostream &) const {
  // The lowest two bits of a 32-bit instruction are 11; everything else is a
  // compressed one.
  if (Bytes.size() < 2) {
    Size = 0;
    return MCDisassembler::Fail;
  }
  if ((Bytes[0] & 3) != 3) {
    Size = 2;
    uint16_t Word = support::endian::read16le(Bytes.data());
    return decodeInstruction(DecoderTableMTIAC16, MI, Word, Address, this, STI);
  }
  if (Bytes.size() < 4) {
    Size = 0;
    return MCDisassembler::Fail;
  }
  Size = 4;
  uint32_t Word = support::endian::read32le(Bytes.data());
  return decodeInstruction(DecoderTableMTIA32, MI, Word, Address, this, STI);
}

static MCDisassembler *createMTIADisassembler(const Target &, const MCSubtargetInfo &STI,
                                              MCContext &Ctx) {
  return new MTIADisassembler(STI, Ctx);
}

extern "C" void LLVMInitializeMTIADisassembler() {
  TargetRegistry::RegisterMCDisassembler(getTheMTIATarget(), createMTIADisassembler);
}
