//===-- MTIAInstrInfoA.td - Atomic instructions -----------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every instruction exists without ordering and as acquire, release, or both:
// records ending in nothing, _AQ, _RL, _AQRL.
//
//===----------------------------------------------------------------------===//

//  31    27 26   25  24 20 19 15 14    12 11  7 6      0
// | funct5 | aq | rl | rs2 | rs1 | funct3 | rd  | opcode |
class LR_r<bit aq, bit rl, bits<3> funct3>
    : InstR1<{0b00010, aq, rl}, 0b00000, funct3, OPC_AMO, (outs GPR:$rd),
             (ins GPRMemZeroOffset:$rs1), "$rd, $rs1">, Sched<[WriteAtomic]> {
  let mayLoad = true;
  let TimingUnit = "atomic";
}

class AMO_rr<bits<5> funct5, bit aq, bit rl, bits<3> funct3>
    : InstR<{funct5, aq, rl}, funct3, OPC_AMO, (outs GPR:$rd),
            (ins GPR:$rs2, GPRMemZeroOffset:$rs1), "$rd, $rs2, $rs1">,
      Sched<[WriteAtomic]> {
  let mayLoad = true;
  let mayStore = true;
  let TimingUnit = "atomic";
}

multiclass LR_r_aq_rl<bits<3> funct3> {
  def "" : LR_r<0, 0, funct3>;
  def _AQ : LR_r<1, 0, funct3>;
  def _RL : LR_r<0, 1, funct3>;
  def _AQRL : LR_r<1, 1, funct3>;
}

multiclass AMO_rr_aq_rl<bits<5> funct5, bits<3> funct3> {
  def "" : AMO_rr<funct5, 0, 0, funct3>;
  def _AQ : AMO_rr<funct5, 1, 0, funct3>;
  def _RL : AMO_rr<funct5, 0, 1, funct3>;
  def _AQRL : AMO_rr<funct5, 1, 1, funct3>;
}

let Predicates = [HasStdExtZalrsc] in {
defm LR_W : LR_r_aq_rl<0b010>;
defm LR_D : LR_r_aq_rl<0b011>;
defm SC_W : AMO_rr_aq_rl<0b00011, 0b010>;
defm SC_D : AMO_rr_aq_rl<0b00011, 0b011>;
}

let Predicates = [HasStdExtZaamo] in {
defm AMOSWAP_W : AMO_rr_aq_rl<0b00001, 0b010>;
defm AMOSWAP_D : AMO_rr_aq_rl<0b00001, 0b011>;
defm AMOADD_W : AMO_rr_aq_rl<0b00000, 0b010>;
defm AMOADD_D : AMO_rr_aq_rl<0b00000, 0b011>;
defm AMOXOR_W : AMO_rr_aq_rl<0b00100, 0b010>;
defm AMOXOR_D : AMO_rr_aq_rl<0b00100, 0b011>;
defm AMOAND_W : AMO_rr_aq_rl<0b01100, 0b010>;
defm AMOAND_D : AMO_rr_aq_rl<0b01100, 0b011>;
defm AMOOR_W : AMO_rr_aq_rl<0b01000, 0b010>;
defm AMOOR_D : AMO_rr_aq_rl<0b01000, 0b011>;
defm AMOMIN_W : AMO_rr_aq_rl<0b10000, 0b010>;
defm AMOMIN_D : AMO_rr_aq_rl<0b10000, 0b011>;
defm AMOMAX_W : AMO_rr_aq_rl<0b10100, 0b010>;
defm AMOMAX_D : AMO_rr_aq_rl<0b10100, 0b011>;
defm AMOMINU_W : AMO_rr_aq_rl<0b11000, 0b010>;
defm AMOMINU_D : AMO_rr_aq_rl<0b11000, 0b011>;
defm AMOMAXU_W : AMO_rr_aq_rl<0b11100, 0b010>;
defm AMOMAXU_D : AMO_rr_aq_rl<0b11100, 0b011>;
}
