//===-- MTIAInstrInfoPseudos.td - Pseudo-instructions, aliases -*- tablegen -*-//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Expanded by the assembler's parser
//===----------------------------------------------------------------------===//

let Size = 32 in // the longest sequence
def PseudoLI : AsmPseudo<(outs GPR:$rd), (ins ixlenimm_li:$imm), "li", "$rd, $imm">;

class LoadAddress<string mnemonic>
    : AsmPseudo<(outs GPR:$rd), (ins bare_symbol:$symbol), mnemonic,
                "$rd, $symbol"> {
  let Size = 8;
}
def PseudoLLA : LoadAddress<"lla">;         // auipc, addi
// Of a constant: li.
class LoadAddressImm<string mnemonic>
    : AsmPseudo<(outs GPR:$rd), (ins ixlenimm_la:$imm), mnemonic, "$rd, $imm"> {
  let Size = 32;
}
def PseudoLLAImm : LoadAddressImm<"lla">;
def PseudoLAImm : LoadAddressImm<"la">;
def PseudoLGA : LoadAddress<"lga">;         // auipc, ld from the GOT
def PseudoLA : LoadAddress<"la">;           // lla, or lga with .option pic
def PseudoLA_TLS_IE : LoadAddress<"la.tls.ie">;
def PseudoLA_TLS_GD : LoadAddress<"la.tls.gd">;

// lb rd, symbol: auipc rd, %pcrel_hi(symbol); lb rd, %pcrel_lo(.)(rd)
class LoadSymbol<string mnemonic>
    : AsmPseudo<(outs GPR:$rd), (ins bare_symbol:$symbol), mnemonic,
                "$rd, $symbol"> {
  let Size = 8;
  let mayLoad = true;
}
def PseudoLB : LoadSymbol<"lb">;
def PseudoLBU : LoadSymbol<"lbu">;
def PseudoLH : LoadSymbol<"lh">;
def PseudoLHU : LoadSymbol<"lhu">;
def PseudoLW : LoadSymbol<"lw">;
def PseudoLWU : LoadSymbol<"lwu">;
def PseudoLD : LoadSymbol<"ld">;

// sb rs2, symbol, rt: auipc rt, %pcrel_hi(symbol); sb rs2, %pcrel_lo(.)(rt)
class StoreSymbol<string mnemonic>
    : AsmPseudo<(outs GPR:$tmp), (ins GPR:$rs2, bare_symbol:$symbol), mnemonic,
                "$rs2, $symbol, $tmp"> {
  let Size = 8;
  let mayStore = true;
}
def PseudoSB : StoreSymbol<"sb">;
def PseudoSH : StoreSymbol<"sh">;
def PseudoSW : StoreSymbol<"sw">;
def PseudoSD : StoreSymbol<"sd">;

// Extensions without Zbb or Zba: a shift up and a shift down.
class ExtendPseudo<string mnemonic>
    : AsmPseudo<(outs GPR:$rd), (ins GPR:$rs), mnemonic, "$rd, $rs"> {
  let Size = 8;
}
let Predicates = [NoStdExtZbb] in {
def PseudoSEXT_B : ExtendPseudo<"sext.b">;
def PseudoSEXT_H : ExtendPseudo<"sext.h">;
def PseudoZEXT_H : ExtendPseudo<"zext.h">;
}
let Predicates = [NoStdExtZba] in
def PseudoZEXT_W : ExtendPseudo<"zext.w">;

//===----------------------------------------------------------------------===//
// Expanded by the code emitter: calls and jumps of any distance
//===----------------------------------------------------------------------===//

// auipc ra, %call_plt(func); jalr ra, ra
let Size = 8, isCall = true, Defs = [X1] in
def PseudoCALL : AsmPseudo<(outs), (ins call_symbol:$func), "call", "$func">,
                 Sched<[WriteJmp]>;

// auipc rd, ...; jalr rd, rd
let Size = 8, isCall = true in
def PseudoCALLReg : AsmPseudo<(outs GPR:$rd), (ins call_symbol:$func), "call",
                              "$rd, $func">, Sched<[WriteJmp]>;

// auipc t1, ...; jalr zero, t1
let Size = 8, isCall = true, isTerminator = true, isReturn = true,
    isBarrier = true, Uses = [X2] in
def PseudoTAIL : AsmPseudo<(outs), (ins call_symbol:$dst), "tail", "$dst">,
                 Sched<[WriteJmp]>;

// auipc rd, ...; jalr zero, rd
let Size = 8, isBranch = true, isTerminator = true, isBarrier = true in
def PseudoJump : AsmPseudo<(outs GPR:$rd), (ins pseudo_jump_symbol:$target),
                           "jump", "$target, $rd">, Sched<[WriteJmp]>;

// add with the relocation R_RISCV_TPREL_ADD
def PseudoAddTPRel : AsmPseudo<(outs GPR:$rd),
                               (ins GPR:$rs1, GPR:$rs2, tprel_add_symbol:$src),
                               "add", "$rd, $rs1, $rs2, $src">,
                     Sched<[WriteIALU]> {
  let Size = 4;
}

// A conditional branch that doesn't reach: the inverted branch over a jal.
class LongBranch
    : Pseudo<(outs), (ins GPR:$rs1, GPR:$rs2, simm21_lsb0_jal:$imm20)>,
      Sched<[WriteJmp]> {
  let Size = 8;
  let isBranch = true;
  let isTerminator = true;
}
def PseudoLongBEQ : LongBranch;
def PseudoLongBNE : LongBranch;
def PseudoLongBLT : LongBranch;
def PseudoLongBGE : LongBranch;
def PseudoLongBLTU : LongBranch;
def PseudoLongBGEU : LongBranch;

//===----------------------------------------------------------------------===//
// Aliases. A printed alias is the one llvm-objdump prints for riscv64: the last
// argument 0 marks those that are only accepted.
//===----------------------------------------------------------------------===//

def : InstAlias<"nop", (ADDI X0, X0, 0), 3>;
def : InstAlias<"li $rd, $imm", (ADDI GPR:$rd, X0, simm12_li:$imm), 2>;
def : InstAlias<"mv $rd, $rs", (ADDI GPR:$rd, GPR:$rs, 0)>;
def : InstAlias<"not $rd, $rs", (XORI GPR:$rd, GPR:$rs, -1)>;
def : InstAlias<"neg $rd, $rs", (SUB GPR:$rd, X0, GPR:$rs)>;
def : InstAlias<"negw $rd, $rs", (SUBW GPR:$rd, X0, GPR:$rs)>;
def : InstAlias<"sext.w $rd, $rs", (ADDIW GPR:$rd, GPR:$rs, 0)>;
def : InstAlias<"zext.b $rd, $rs", (ANDI GPR:$rd, GPR:$rs, 0xFF)>;
def : InstAlias<"seqz $rd, $rs", (SLTIU GPR:$rd, GPR:$rs, 1)>;
def : InstAlias<"snez $rd, $rs", (SLTU GPR:$rd, X0, GPR:$rs)>;
def : InstAlias<"sltz $rd, $rs", (SLT GPR:$rd, GPR:$rs, X0)>;
def : InstAlias<"sgtz $rd, $rs", (SLT GPR:$rd, X0, GPR:$rs)>;

// The immediate form under the name of the register form.
def : InstAlias<"add $rd, $rs1, $imm12", (ADDI GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"and $rd, $rs1, $imm12", (ANDI GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"or $rd, $rs1, $imm12", (ORI GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"xor $rd, $rs1, $imm12", (XORI GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"slt $rd, $rs1, $imm12", (SLTI GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"sltu $rd, $rs1, $imm12", (SLTIU GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"sll $rd, $rs1, $shamt", (SLLI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"srl $rd, $rs1, $shamt", (SRLI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"sra $rd, $rs1, $shamt", (SRAI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"addw $rd, $rs1, $imm12", (ADDIW GPR:$rd, GPR:$rs1, simm12:$imm12), 0>;
def : InstAlias<"sllw $rd, $rs1, $shamt", (SLLIW GPR:$rd, GPR:$rs1, uimm5:$shamt), 0>;
def : InstAlias<"srlw $rd, $rs1, $shamt", (SRLIW GPR:$rd, GPR:$rs1, uimm5:$shamt), 0>;
def : InstAlias<"sraw $rd, $rs1, $shamt", (SRAIW GPR:$rd, GPR:$rs1, uimm5:$shamt), 0>;

// sgt a, b is slt b, a.
def : InstAlias<"sgt $rd, $rs, $rt", (SLT GPR:$rd, GPR:$rt, GPR:$rs), 0>;
def : InstAlias<"sgtu $rd, $rs, $rt", (SLTU GPR:$rd, GPR:$rt, GPR:$rs), 0>;

// Branches against zero, and with the operands exchanged.
def : InstAlias<"beqz $rs, $offset", (BEQ GPR:$rs, X0, simm13_lsb0:$offset)>;
def : InstAlias<"bnez $rs, $offset", (BNE GPR:$rs, X0, simm13_lsb0:$offset)>;
def : InstAlias<"blez $rs, $offset", (BGE X0, GPR:$rs, simm13_lsb0:$offset)>;
def : InstAlias<"bgez $rs, $offset", (BGE GPR:$rs, X0, simm13_lsb0:$offset)>;
def : InstAlias<"bltz $rs, $offset", (BLT GPR:$rs, X0, simm13_lsb0:$offset)>;
def : InstAlias<"bgtz $rs, $offset", (BLT X0, GPR:$rs, simm13_lsb0:$offset)>;
def : InstAlias<"bgt $rs, $rt, $offset",
                (BLT GPR:$rt, GPR:$rs, simm13_lsb0:$offset), 0>;
def : InstAlias<"ble $rs, $rt, $offset",
                (BGE GPR:$rt, GPR:$rs, simm13_lsb0:$offset), 0>;
def : InstAlias<"bgtu $rs, $rt, $offset",
                (BLTU GPR:$rt, GPR:$rs, simm13_lsb0:$offset), 0>;
def : InstAlias<"bleu $rs, $rt, $offset",
                (BGEU GPR:$rt, GPR:$rs, simm13_lsb0:$offset), 0>;

// Jumps. Priority: ret before jr before jalr.
def : InstAlias<"j $offset", (JAL X0, simm21_lsb0_jal:$offset)>;
def : InstAlias<"jal $offset", (JAL X1, simm21_lsb0_jal:$offset)>;
def : InstAlias<"ret", (JALR X0, X1, 0), 4>;
def : InstAlias<"jr $rs", (JALR X0, GPR:$rs, 0), 3>;
def : InstAlias<"jr ${offset}(${rs})", (JALR X0, GPR:$rs, simm12:$offset)>;
def : InstAlias<"jr $rs, $offset", (JALR X0, GPR:$rs, simm12:$offset), 0>;
def : InstAlias<"jalr $rs", (JALR X1, GPR:$rs, 0), 3>;
def : InstAlias<"jalr ${offset}(${rs})", (JALR X1, GPR:$rs, simm12:$offset)>;
def : InstAlias<"jalr $rs, $offset", (JALR X1, GPR:$rs, simm12:$offset), 0>;
def : InstAlias<"jalr $rd, $rs", (JALR GPR:$rd, GPR:$rs, 0), 2>;
def : InstAlias<"jalr $rd, (${rs})", (JALR GPR:$rd, GPR:$rs, 0), 0>;
def : InstAlias<"jalr $rd, $rs, $offset", (JALR GPR:$rd, GPR:$rs, simm12:$offset), 0>;
def : InstAlias<"jr (${rs})", (JALR X0, GPR:$rs, 0), 0>;
def : InstAlias<"jalr (${rs})", (JALR X1, GPR:$rs, 0), 0>;

// Memory without an offset.
class LoadZeroOffset<string mnemonic, Instruction inst>
    : InstAlias<mnemonic # " $rd, (${rs1})", (inst GPR:$rd, GPR:$rs1, 0), 0>;
class StoreZeroOffset<string mnemonic, Instruction inst>
    : InstAlias<mnemonic # " $rs2, (${rs1})", (inst GPR:$rs2, GPR:$rs1, 0), 0>;
foreach i = [LB, LH, LW, LD, LBU, LHU, LWU] in
  def : LoadZeroOffset<!tolower(!cast<string>(i)), i>;
foreach i = [SB, SH, SW, SD] in
  def : StoreZeroOffset<!tolower(!cast<string>(i)), i>;

def : InstAlias<"fence", (FENCE 0xF, 0xF)>;
def : InstAlias<"pause", (FENCE 0x1, 0x0)>;

// CSRs: the pseudo-instructions without a result or a source.
def : InstAlias<"rdinstret $rd", (CSRRS GPR:$rd, 0xC02, X0), 2>;
def : InstAlias<"rdcycle $rd", (CSRRS GPR:$rd, 0xC00, X0), 2>;
def : InstAlias<"rdtime $rd", (CSRRS GPR:$rd, 0xC01, X0), 2>;
def : InstAlias<"csrr $rd, $csr", (CSRRS GPR:$rd, csr_sysreg:$csr, X0)>;
def : InstAlias<"csrw $csr, $rs", (CSRRW X0, csr_sysreg:$csr, GPR:$rs)>;
def : InstAlias<"csrs $csr, $rs", (CSRRS X0, csr_sysreg:$csr, GPR:$rs)>;
def : InstAlias<"csrc $csr, $rs", (CSRRC X0, csr_sysreg:$csr, GPR:$rs)>;
def : InstAlias<"csrwi $csr, $imm", (CSRRWI X0, csr_sysreg:$csr, uimm5:$imm)>;
def : InstAlias<"csrsi $csr, $imm", (CSRRSI X0, csr_sysreg:$csr, uimm5:$imm)>;
def : InstAlias<"csrci $csr, $imm", (CSRRCI X0, csr_sysreg:$csr, uimm5:$imm)>;
// An immediate under the name of the register form.
def : InstAlias<"csrw $csr, $imm", (CSRRWI X0, csr_sysreg:$csr, uimm5:$imm), 0>;
def : InstAlias<"csrs $csr, $imm", (CSRRSI X0, csr_sysreg:$csr, uimm5:$imm), 0>;
def : InstAlias<"csrc $csr, $imm", (CSRRCI X0, csr_sysreg:$csr, uimm5:$imm), 0>;
def : InstAlias<"csrrw $rd, $csr, $imm",
                (CSRRWI GPR:$rd, csr_sysreg:$csr, uimm5:$imm), 0>;
def : InstAlias<"csrrs $rd, $csr, $imm",
                (CSRRSI GPR:$rd, csr_sysreg:$csr, uimm5:$imm), 0>;
def : InstAlias<"csrrc $rd, $csr, $imm",
                (CSRRCI GPR:$rd, csr_sysreg:$csr, uimm5:$imm), 0>;

def : InstAlias<"unimp", (UNIMP), 1>;
def : MnemonicAlias<"scall", "ecall">;
def : MnemonicAlias<"sbreak", "ebreak">;
def : MnemonicAlias<"move", "mv">;
