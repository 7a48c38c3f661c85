//===-- MTIAInstrInfoXmtia.td - Commands of the processing element --------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extension Xmtia, in the four custom opcodes. docs/isa/xmtia.md says what
// the instructions do; this file says how they look, and everything else is
// generated from it: assembler and disassembler, the emulator's decoder, the C
// intrinsics, the builtins of mtia-clang, the encoding tables of the reference.
//
// Every instruction is an intrinsic: the C function
//
//     Result __mtia_<name>(operands in the order of InOperandList)
//
// and in LLVM IR a call of a function called "mtia_<name>". To lower such a call:
//
//     const auto *II = MTIAIntrinsic::lookup(Name)        (MTIABaseInfo.h)
//
// returns nullptr for another function, otherwise II->Opcode (MTIA::MML, ...),
// II->NumArgs, II->HasResult (the result is operand 0 of the machine
// instruction, a GPR), II->Pure (no chain needed: depends on its operands
// only), and II->getImmBits(I): 0 when argument I is a register, otherwise the
// width of the unsigned constant that it must be. Machine operands are the
// result, then the arguments in their order. Effect says what the call may do to
// memory, CRs which command registers it reads and changes; a test holds the
// emulator and docs/isa/xmtia.md, 1.1, against CRs.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Constant operands
//===----------------------------------------------------------------------===//

// An unsigned constant of Width bits. CHi is the greatest value that means
// something: the C front end refuses greater ones, the assembler doesn't, and
// the machine raises an illegal command.
class XmtiaImm<int width, string what, ImmAsmOperand cls,
               int chi = !sub(!shl(1, width), 1)> : UImmOp<width, cls> {
  int Width = width;
  int CHi = chi;
  string What = what;
}

def UImm1AsmOperand : ImmAsmOperand<"UImm1", 0, 1>;

def xm_cb : XmtiaImm<5, "circular buffer", UImm5AsmOperand>;
def xm_icb : XmtiaImm<7, "circular buffer of the indices, plus 32 if they have "
                         "64 bits", UImm7AsmOperand, 63>;
def xm_ob : XmtiaImm<5, "operand buffer of the DPE", UImm5AsmOperand, 3>;
def xm_cr : XmtiaImm<5, "command register", UImm5AsmOperand, 28>;
def xm_ctr : XmtiaImm<5, "counter", UImm5AsmOperand>;
def xm_acc : XmtiaImm<2, "accumulator", UImm2AsmOperand>;
def xm_tile : XmtiaImm<2, "index of a tile in the block", UImm2AsmOperand>;
def xm_sel : XmtiaImm<5, "what to read", UImm5AsmOperand, 7>;
def xm_scope : XmtiaImm<5, "who takes part", UImm5AsmOperand, 2>;
def xm_mc : XmtiaImm<7, "multicast", UImm7AsmOperand, 2>;
def xm_link : XmtiaImm<2, "link", UImm2AsmOperand, 2>;
def xm_flags2 : XmtiaImm<2, "flags", UImm2AsmOperand>;
def xm_mmltype : XmtiaImm<4, "element types", UImm4AsmOperand, 5>;
def xm_draintype : XmtiaImm<3, "type of the result", UImm3AsmOperand, 5>;
def xm_es : XmtiaImm<2, "element: 0 8, 1 16, 2 32, 3 4 bits", UImm2AsmOperand>;
def xm_dpe : XmtiaImm<1, "1: cbd is an operand buffer of the DPE", UImm1AsmOperand>;
def xm_seun : XmtiaImm<7, "operation", UImm7AsmOperand, 15>;
def xm_sebin : XmtiaImm<7, "operation", UImm7AsmOperand, 12>;
def xm_serow : XmtiaImm<7, "operation", UImm7AsmOperand, 3>;

//===----------------------------------------------------------------------===//
// What an instruction reads and changes besides its operands
//===----------------------------------------------------------------------===//

// The optimiser of LLVM IR takes from here what it may move across a call
// (MTIAPinIntrinsics.cpp): what units, CBs, counters and command registers hold
// is memory that no pointer reaches.
class XmtiaEffect<int value> {
  int Value = value;
}
// The operands only.
def XE_None : XmtiaEffect<0>;
// State of the PE; no memory of the program.
def XE_State : XmtiaEffect<1>;
// That, and memory is read, now or later: stores keep their place, loads don't.
def XE_Reads : XmtiaEffect<2>;
// That, and memory is written, or becomes visible, or is given back.
def XE_Any : XmtiaEffect<3>;

// Command registers. The name without XCR_ is what documents and headers say.
class CommandRegister<int number> {
  int Number = number;
  string Name = !subst("XCR_", "", NAME);
}
def XCR_DMA_IN : CommandRegister<0>;
def XCR_DMA_IN_PITCH : CommandRegister<1>;
def XCR_DMA_OUT : CommandRegister<2>;
def XCR_DMA_OUT_PITCH : CommandRegister<3>;
def XCR_MCAST : CommandRegister<4>;
def XCR_MML_A : CommandRegister<5>;
def XCR_MML_B : CommandRegister<6>;
def XCR_MML_INC : CommandRegister<7>;
def XCR_BLOCK : CommandRegister<8>;
def XCR_BIAS : CommandRegister<9>;
def XCR_OUT : CommandRegister<10>;
def XCR_QSCALE : CommandRegister<11>;
def XCR_QCLAMP : CommandRegister<12>;
def XCR_QCHAN : CommandRegister<13>;
def XCR_GATHER : CommandRegister<14>;
def XCR_GATHER_PITCH : CommandRegister<15>;
def XCR_SE_FMT : CommandRegister<16>;
def XCR_SE_LEN : CommandRegister<17>;
def XCR_SE_SRC : CommandRegister<18>;
def XCR_SE_ROW : CommandRegister<19>;
def XCR_MLU_SHAPE : CommandRegister<20>;
def XCR_MLU_SRC : CommandRegister<21>;
def XCR_MLU_DST : CommandRegister<22>;
def XCR_PREFETCH : CommandRegister<23>;
def XCR_QMODE : CommandRegister<24>;
def XCR_QOUT : CommandRegister<25>;
def XCR_QSCALE2 : CommandRegister<26>;
def XCR_SE_STRIDE : CommandRegister<27>;
def XCR_GATHER_LIMIT : CommandRegister<28>;

// A command reads the registers in Reads and adds to the low halves of those in
// Advances (which it reads, too): always, or when its constant operand Operand
// has one of the bits in Mask.
class CRAccess<list<CommandRegister> reads, list<CommandRegister> advances = [],
               string operand = "", int mask = 0> {
  list<CommandRegister> Reads = reads;
  list<CommandRegister> Advances = advances;
  string Operand = operand;
  int Mask = mask;
}

class CRMask<list<CommandRegister> regs> {
  int Ret = !foldl(0, regs, sum, r, !or(sum, !shl(1, r.Number)));
}

//===----------------------------------------------------------------------===//
// Format
//===----------------------------------------------------------------------===//

// Four bits per argument: the width of its constant, 0 for a register.
class XmtiaImmBits<dag ins> {
  list<int> Widths = !foreach(i, !range(!size(ins)),
      !if(!isa<XmtiaImm>(!getdagarg<DAGOperand>(ins, i)),
          !shl(!cast<XmtiaImm>(!cast<string>(!getdagarg<DAGOperand>(ins, i))).Width,
               !mul(4, i)),
          0));
  bits<32> Ret = !foldl(0, Widths, sum, w, !add(sum, w));
}

// Where the operand of this name is among the inputs.
class OperandIndex<dag ins, string name> {
  int Ret = !foldl(0, !range(!size(ins)), found, i,
                   !if(!eq(!getdagname(ins, i), name), i, found));
}

//  31    25 24 20 19 15 14    12 11  7 6      0
// | funct7 | rs2 | rs1 | funct3 | rd  | opcode |
//
// A constant of at most five bits stands in a register's place. Places that an
// instruction doesn't mention are 0.
class XmtiaInst<MTIAOpcode opc, bits<3> funct3, dag outs, dag ins, string args,
                string unit, string doc>
    : MTIAInst<outs, ins, args, opc, FormX>, Sched<[WriteCmd]> {
  let Mnemonic = "mtia." # !subst("_", ".", !tolower(NAME));
  let Inst{31-15} = 0;
  let Inst{14-12} = funct3;
  let Inst{11-7} = 0;
  let TimingUnit = unit;
  let hasSideEffects = true;
  let Predicates = [HasVendorXmtia];

  // The intrinsic.
  string Symbol = "mtia_" # !tolower(NAME);
  string Result = !if(!empty(outs), "void", "uint64_t");
  string Doc = doc;
  // 1: the emulator executes it. 2: specified; refused as UNIMPLEMENTED.
  int Since = 1;

  // Columns of MTIAIntrinsicTable.
  Instruction Opcode = !cast<Instruction>(NAME);
  bit HasResult = !not(!empty(outs));
  XmtiaEffect Effect = XE_Any; // what it does to memory
  bits<2> EffectValue = Effect.Value;
  bit Pure = !eq(Effect.Value, XE_None.Value);
  bits<4> NumArgs = !size(ins);
  bits<32> ImmBits = XmtiaImmBits<ins>.Ret;

  // Command registers: one access without condition first, then at most two with.
  list<CRAccess> CRs = [];
  list<CRAccess> Padded = !listconcat(CRs, !listsplat(CRAccess<[]>, 3));
  bits<32> Reads0 = CRMask<Padded[0].Reads>.Ret;
  bits<32> Reads1 = CRMask<Padded[1].Reads>.Ret;
  bits<32> Reads2 = CRMask<Padded[2].Reads>.Ret;
  bits<32> Advances0 = CRMask<Padded[0].Advances>.Ret;
  bits<32> Advances1 = CRMask<Padded[1].Advances>.Ret;
  bits<32> Advances2 = CRMask<Padded[2].Advances>.Ret;
  bits<4> Operand1 = OperandIndex<ins, Padded[1].Operand>.Ret;
  bits<4> Operand2 = OperandIndex<ins, Padded[2].Operand>.Ret;
  bits<8> Mask1 = Padded[1].Mask;
  bits<8> Mask2 = Padded[2].Mask;
}

// The same with a funct7 that names the operation.
class XmtiaR<MTIAOpcode opc, bits<7> funct7, bits<3> funct3, dag outs, dag ins,
             string args, string unit, string doc>
    : XmtiaInst<opc, funct3, outs, ins, args, unit, doc> {
  let Inst{31-25} = funct7;
}

def MTIAIntrinsicTable : GenericTable {
  let FilterClass = "XmtiaInst";
  let CppTypeName = "MTIAIntrinsicInfo";
  let Fields = ["Symbol", "Opcode", "NumArgs", "HasResult", "Pure", "ImmBits",
                "EffectValue", "Reads0", "Advances0", "Operand1", "Mask1", "Reads1",
                "Advances1", "Operand2", "Mask2", "Reads2", "Advances2"];
  let PrimaryKey = ["Opcode"];
  let PrimaryKeyName = "lookupIntrinsicByOpcode";
}
def lookupIntrinsicBySymbol : SearchIndex {
  let Table = MTIAIntrinsicTable;
  let Key = ["Symbol"];
}

//===----------------------------------------------------------------------===//
// Control: custom-0
//===----------------------------------------------------------------------===//

let isReMaterializable = true, hasSideEffects = false, Effect = XE_None in
def ID : XmtiaR<OPC_CUSTOM_0, 0, 0, (outs GPR:$rd), (ins xm_sel:$sel),
                "$rd, $sel", "cp",
                "Place of this core: 0 row, 1 column, 2 core, 3 rows of the "
                "sub-grid, 4 columns, 5 number of the PE, 6 row in the full "
                "grid, 7 column in the full grid."> {
  bits<5> rd;
  bits<5> sel;
  let Inst{24-20} = sel;
  let Inst{11-7} = rd;
}

let mayLoad = true, mayStore = true in {
def BAR : XmtiaR<OPC_CUSTOM_0, 1, 0, (outs), (ins xm_scope:$scope), "$scope",
                 "cp",
                 "Barrier: 0 both cores of this PE, 1 this core number in all "
                 "PEs of the sub-grid, 2 all cores of the sub-grid."> {
  bits<5> scope;
  let Inst{24-20} = scope;
}

def SYNC : XmtiaR<OPC_CUSTOM_0, 2, 0, (outs), (ins), "", "cp",
                  "Waits until every command that this core issued has "
                  "completed.">;

def HALT : XmtiaR<OPC_CUSTOM_0, 8, 0, (outs), (ins), "", "cp",
                  "This core has finished the kernel.">;

def CTR_ADD : XmtiaR<OPC_CUSTOM_0, 3, 0, (outs),
                     (ins xm_ctr:$ctr, GPR:$rs1, GPR:$rs2), "$ctr, $rs1, $rs2",
                     "cp",
                     "Adds rs2 to counter ctr of PE rs1, after this core's "
                     "earlier stores."> {
  bits<5> ctr;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = ctr;
}

def CTR_WAIT : XmtiaR<OPC_CUSTOM_0, 4, 0, (outs), (ins xm_ctr:$ctr, GPR:$rs1),
                      "$ctr, $rs1", "cp",
                      "Waits until this PE's counter ctr is at least rs1."> {
  bits<5> ctr;
  bits<5> rs1;
  let Inst{19-15} = rs1;
  let Inst{11-7} = ctr;
}

def CTR_GET : XmtiaR<OPC_CUSTOM_0, 5, 0, (outs GPR:$rd), (ins xm_ctr:$ctr),
                     "$rd, $ctr", "cp", "Value of this PE's counter ctr."> {
  bits<5> ctr;
  bits<5> rd;
  let Inst{24-20} = ctr;
  let Inst{11-7} = rd;
}

def CTR_SET : XmtiaR<OPC_CUSTOM_0, 6, 0, (outs), (ins xm_ctr:$ctr, GPR:$rs1),
                     "$ctr, $rs1", "cp", "Sets this PE's counter ctr to rs1."> {
  bits<5> ctr;
  bits<5> rs1;
  let Inst{19-15} = rs1;
  let Inst{11-7} = ctr;
}

def CTR_TAS : XmtiaR<OPC_CUSTOM_0, 7, 0, (outs GPR:$rd),
                     (ins xm_ctr:$ctr, GPR:$rs1), "$rd, $ctr, $rs1", "cp",
                     "Old value of counter ctr of PE rs1, which becomes 1: a "
                     "lock."> {
  bits<5> ctr;
  bits<5> rs1;
  bits<5> rd;
  let Inst{24-20} = ctr;
  let Inst{19-15} = rs1;
  let Inst{11-7} = rd;
}
} // mayLoad, mayStore

// Command registers, whose number is an operand. A write is a store to memory of its own
// (MTIACallLowering.cpp), which other loads and stores cross and commands don't.
let Effect = XE_State in {
let mayLoad = true, mayStore = true, hasSideEffects = false in {
def CR_W : XmtiaR<OPC_CUSTOM_0, 0, 1, (outs), (ins xm_cr:$cr, GPR:$rs1),
                  "$cr, $rs1", "cp", "Command register cr = rs1."> {
  bits<5> cr;
  bits<5> rs1;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cr;
}

def CR_W2 : XmtiaR<OPC_CUSTOM_0, 1, 1, (outs),
                   (ins xm_cr:$cr, GPR:$rs1, GPR:$rs2), "$cr, $rs1, $rs2", "cp",
                   "Command register cr: lo = low word of rs1, hi = low word of "
                   "rs2."> {
  bits<5> cr;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cr;
}

def CR_ADD : XmtiaR<OPC_CUSTOM_0, 3, 1, (outs), (ins xm_cr:$cr, GPR:$rs1),
                    "$cr, $rs1", "cp",
                    "Adds rs1 to the low word of command register cr."> {
  bits<5> cr;
  bits<5> rs1;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cr;
}
} // mayLoad, mayStore, hasSideEffects

def CR_R : XmtiaR<OPC_CUSTOM_0, 2, 1, (outs GPR:$rd), (ins xm_cr:$cr),
                  "$rd, $cr", "cp", "Value of command register cr."> {
  bits<5> cr;
  bits<5> rd;
  let Inst{24-20} = cr;
  let Inst{11-7} = rd;
}
} // Effect

// Circular buffers. They order what the core does in local memory itself.
let mayLoad = true, mayStore = true in {
def CB_INIT : XmtiaR<OPC_CUSTOM_0, 0, 2, (outs),
                     (ins xm_cb:$cb, GPR:$rs1, GPR:$rs2), "$cb, $rs1, $rs2",
                     "cp",
                     "Circular buffer cb: base rs1 in local memory, size rs2, "
                     "empty."> {
  bits<5> cb;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cb;
}

class CBMove<bits<7> f7, string doc>
    : XmtiaR<OPC_CUSTOM_0, f7, 2, (outs), (ins xm_cb:$cb, GPR:$rs1), "$cb, $rs1",
             "cp", doc> {
  bits<5> cb;
  bits<5> rs1;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cb;
}
def CB_PUSH : CBMove<1, "Publishes rs1 bytes: tail moves now, the data become "
                        "visible when earlier writers are done.">;
def CB_POP : CBMove<2, "Gives back rs1 bytes: head moves now, the space is free "
                       "when earlier readers are done.">;
def CB_WAITD : CBMove<3, "Waits until rs1 bytes are visible behind the head.">;
def CB_WAITS : CBMove<4, "Waits until there is room for rs1 bytes behind the "
                         "tail.">;

class CBAddress<bits<7> f7, string doc>
    : XmtiaR<OPC_CUSTOM_0, f7, 2, (outs GPR:$rd), (ins xm_cb:$cb, GPR:$rs1),
             "$rd, $cb, $rs1", "cp", doc> {
  let Effect = XE_State;
  bits<5> cb;
  bits<5> rs1;
  bits<5> rd;
  let Inst{24-20} = cb;
  let Inst{19-15} = rs1;
  let Inst{11-7} = rd;
}
def CB_HEAD : CBAddress<5, "Address in local memory of byte head + rs1.">;
def CB_TAIL : CBAddress<6, "Address in local memory of byte tail + rs1.">;

// Who has seen enough data may read them: no load crosses it.
def CB_FILL : XmtiaR<OPC_CUSTOM_0, 7, 2, (outs GPR:$rd), (ins xm_cb:$cb),
                     "$rd, $cb", "cp",
                     "Bytes visible behind the head; negative when more was "
                     "popped than pushed."> {
  bits<5> cb;
  bits<5> rd;
  let Inst{24-20} = cb;
  let Inst{11-7} = rd;
  let Result = "int64_t";
}
} // mayLoad, mayStore

//===----------------------------------------------------------------------===//
// Fabric interface: custom-1
//===----------------------------------------------------------------------===//

// Every command reads or writes memory on its own time.
let mayLoad = true, mayStore = true in {

def DMA_IN : XmtiaInst<OPC_CUSTOM_1, 0, (outs),
                       (ins xm_cb:$cb, GPR:$rs1, GPR:$rs2, xm_mc:$mc),
                       "$cb, $rs1, $rs2, $mc", "fi",
                       "Loads rs2 rows at address rs1 into cb. Width, stride and "
                       "pitch: DMA_IN, DMA_IN_PITCH. mc: 0 alone, 1 row "
                       "multicast, 2 column multicast."> {
  let CRs = [CRAccess<[XCR_DMA_IN, XCR_DMA_IN_PITCH]>,
             CRAccess<[XCR_MCAST], [], "mc", 127>];
  bits<5> cb;
  bits<5> rs1;
  bits<5> rs2;
  bits<7> mc;
  let Inst{31-25} = mc;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cb;
}

def DMA_OUT : XmtiaR<OPC_CUSTOM_1, 0, 1, (outs),
                     (ins xm_cb:$cb, GPR:$rs1, GPR:$rs2), "$cb, $rs1, $rs2",
                     "fi",
                     "Stores rs2 rows of cb at address rs1 and gives their space "
                     "back. Width, stride and pitch: DMA_OUT, DMA_OUT_PITCH."> {
  let CRs = [CRAccess<[XCR_DMA_OUT, XCR_DMA_OUT_PITCH]>];
  bits<5> cb;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cb;
}

def DMA_GATHER : XmtiaInst<OPC_CUSTOM_1, 2, (outs),
                           (ins xm_cb:$cb, GPR:$rs1, GPR:$rs2, xm_icb:$icb),
                           "$cb, $rs1, $rs2, $icb", "fi",
                           "Loads the rs2 rows that the indices in icb name of "
                           "the table at rs1 into cb; a negative index is a row "
                           "of zeros."> {
  let CRs = [CRAccess<[XCR_GATHER, XCR_GATHER_PITCH, XCR_GATHER_LIMIT]>];
  bits<5> cb;
  bits<5> rs1;
  bits<5> rs2;
  bits<7> icb;
  let Inst{31-25} = icb;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cb;
}

def DMA_PREFETCH : XmtiaR<OPC_CUSTOM_1, 0, 3, (outs), (ins GPR:$rs1, GPR:$rs2),
                          "$rs1, $rs2", "fi",
                          "Brings rs2 rows at rs1 into the SRAM that caches "
                          "DRAM. Width and pitch: PREFETCH."> {
  let Effect = XE_State;
  let CRs = [CRAccess<[XCR_PREFETCH]>];
  bits<5> rs1;
  bits<5> rs2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
}

//===----------------------------------------------------------------------===//
// DPE and RE: custom-2
//===----------------------------------------------------------------------===//

//  31  28 27     26    25 24 23 22 21 20 19 15 14    12 11  7 6      0
// | type | zero | adv |  tj |  ti | acc |  b  | funct3 |  a  | opcode |
class Multiply<bits<3> f3, DAGOperand a_kind, DAGOperand b_kind, string doc>
    : XmtiaInst<OPC_CUSTOM_2, f3, (outs),
                (ins xm_acc:$acc, a_kind:$a, b_kind:$b, xm_tile:$ti,
                     xm_tile:$tj, xm_flags2:$flags, xm_mmltype:$type),
                "$acc, $a, $b, $ti, $tj, $flags, $type", "dpe", doc> {
  bits<2> acc;
  bits<5> a;
  bits<5> b;
  bits<2> ti;
  bits<2> tj;
  bits<2> flags;
  bits<4> type;
  let Inst{31-28} = type;
  let Inst{27-26} = flags;
  let Inst{25-24} = tj;
  let Inst{23-22} = ti;
  let Inst{21-20} = acc;
  let Inst{19-15} = b;
  let Inst{11-7} = a;
}
def MML : Multiply<0, xm_cb, xm_cb,
                   "Multiplies a tile of A (in CB a) by a tile of B (in CB b) "
                   "into accumulator acc. flags: bit 0 advances MML_A and "
                   "MML_B, bit 1 starts from zero. type: 0 s8 x s8, 1 u8 x s8, 2 "
                   "s8 x u8, 3 u8 x u8, 4 f16, 5 bf16."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_MML_A, XCR_MML_B]>,
             CRAccess<[XCR_MML_INC], [XCR_MML_A, XCR_MML_B], "flags", 1>];
}
def MML_OA : Multiply<5, xm_ob, xm_cb,
                      "mml with the tile of A in operand buffer a."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_MML_B]>,
             CRAccess<[XCR_MML_INC], [XCR_MML_B], "flags", 1>];
}
def MML_OB : Multiply<6, xm_cb, xm_ob,
                      "mml with the tile of B in operand buffer b."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_MML_A]>,
             CRAccess<[XCR_MML_INC], [XCR_MML_A], "flags", 1>];
}
def MML_OAB : Multiply<7, xm_ob, xm_ob,
                       "mml with both tiles in operand buffers."> {
  let Effect = XE_State;
  let CRs = [CRAccess<[XCR_BLOCK]>];
}

//  31  28 27 26 25 24 23 22 21 20 19   15 14    12 11 7 6      0
// | 000, add | how |  tj |  ti | acc | 00000 |  001   | cb | opcode |
class AccInit<bits<3> how, dag ins, string args, string doc>
    : XmtiaInst<OPC_CUSTOM_2, 1, (outs), ins, args, "re", doc> {
  bits<2> acc;
  let Inst{28-26} = how;
  let Inst{21-20} = acc;
}

def ACC_ZERO : AccInit<0b000, (ins xm_acc:$acc), "$acc",
                       "The whole accumulator = 0."> {
  let Effect = XE_State;
}

def ACC_BIAS : AccInit<0b001, (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$tj),
                       "$acc, $cb, $tj",
                       "Every row of acc = the words of tile tj of the bias "
                       "vector in cb."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_BIAS]>];
  bits<5> cb;
  bits<2> tj;
  let Inst{25-24} = tj;
  let Inst{11-7} = cb;
}

def ACC_BIASR : AccInit<0b010, (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$ti),
                        "$acc, $cb, $ti",
                        "Every column of acc = the words of tile ti of the bias "
                        "vector in cb."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_BIAS]>];
  bits<5> cb;
  bits<2> ti;
  let Inst{23-22} = ti;
  let Inst{11-7} = cb;
}

def ACC_LOAD : AccInit<0b011,
                       (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$ti, xm_tile:$tj),
                       "$acc, $cb, $ti, $tj",
                       "acc = the tile (ti, tj) of 32-bit words in cb."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_BIAS]>];
  bits<5> cb;
  bits<2> ti;
  bits<2> tj;
  let Inst{25-24} = tj;
  let Inst{23-22} = ti;
  let Inst{11-7} = cb;
}

def ACC_ADD : AccInit<0b101, (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$tj),
                      "$acc, $cb, $tj",
                      "Adds the words of tile tj of the vector in cb to every "
                      "row of acc, as integers."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_BIAS]>];
  bits<5> cb;
  bits<2> tj;
  let Inst{25-24} = tj;
  let Inst{11-7} = cb;
}

def ACC_ADDR : AccInit<0b110, (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$ti),
                       "$acc, $cb, $ti",
                       "Adds the words of tile ti of the vector in cb to every "
                       "column of acc, as integers."> {
  let Effect = XE_Reads;
  let CRs = [CRAccess<[XCR_BLOCK, XCR_BIAS]>];
  bits<5> cb;
  bits<2> ti;
  let Inst{23-22} = ti;
  let Inst{11-7} = cb;
}

//  31   27 26    25 24 23 22 21 20 19   15 14    12 11    7 6      0
// | 00000 | flt | out |  in | acc | 00000 |  010   | 00000 | opcode |
class Reduce<bit flt, string doc> : XmtiaInst<OPC_CUSTOM_2, 2, (outs),
                    (ins xm_acc:$acc, xm_link:$in_, xm_link:$out),
                    "$acc, $in_, $out", "re", doc> {
  bits<2> acc;
  bits<2> in_; // "in" is a word of TableGen
  bits<2> out;
  let Inst{26} = flt;
  let Inst{25-24} = out;
  let Inst{23-22} = in_;
  let Inst{21-20} = acc;
}
def RED : Reduce<0, "Adds what arrives (in: 0 nothing, 1 from north, 2 from "
                    "west) to acc, then sends acc on (out: 0 nothing, 1 to "
                    "south, 2 to east).">;
def REDF : Reduce<1, "red of binary32 accumulators.">;

//  31 30     29     28  26 25 24 23 22 21 20 19   15 14    12 11 7 6      0
// | flt | chan | relu | type |  tj |  ti | acc | 00000 |  011  | cb | opcode |
class Drain<bit flt, string doc>
    : XmtiaInst<OPC_CUSTOM_2, 3, (outs),
                (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$ti, xm_tile:$tj,
                     xm_draintype:$type, xm_flags2:$flags),
                "$acc, $cb, $ti, $tj, $type, $flags", "se", doc> {
  let CRs = [CRAccess<[XCR_BLOCK, XCR_OUT]>,
             CRAccess<[XCR_QMODE, XCR_QSCALE, XCR_QCLAMP, XCR_QOUT], [], "type", 7>,
             CRAccess<[XCR_QCHAN], [], "flags", 2>];
  bits<2> acc;
  bits<5> cb;
  bits<2> ti;
  bits<2> tj;
  bits<3> type;
  bits<2> flags;
  let Inst{31} = flt;
  let Inst{30-29} = flags;
  let Inst{28-26} = type;
  let Inst{25-24} = tj;
  let Inst{23-22} = ti;
  let Inst{21-20} = acc;
  let Inst{11-7} = cb;
}
def DRAIN : Drain<0, "Writes tile (ti, tj) of the block from acc to cb. type: 0 "
                     "the accumulator, 1 s8, 2 u8 requantised, 3 binary32, 4 "
                     "f16, 5 bf16. flags: bit 0 ReLU, bit 1 scale per channel. "
                     "QMODE: rounding, activation.">;
def DRAINF : Drain<1, "drain of a binary32 accumulator.">;

//  31  28 27      26    25 24 23 22 21 20 19   15 14    12 11 7 6      0
// | 0000 | merge | flt |  tj |  ti | acc | 00000 |  100   | cb | opcode |
def ACC_MINMAX : XmtiaInst<OPC_CUSTOM_2, 4, (outs),
                           (ins xm_acc:$acc, xm_cb:$cb, xm_tile:$ti,
                                xm_tile:$tj, xm_flags2:$flags),
                           "$acc, $cb, $ti, $tj, $flags", "se",
                           "Least and greatest element of each row of acc to cb. "
                           "flags: bit 0 binary32, bit 1 together with what is "
                           "there."> {
  let CRs = [CRAccess<[XCR_BLOCK, XCR_OUT]>];
  bits<2> acc;
  bits<5> cb;
  bits<2> ti;
  bits<2> tj;
  bits<2> flags;
  let Inst{27-26} = flags;
  let Inst{25-24} = tj;
  let Inst{23-22} = ti;
  let Inst{21-20} = acc;
  let Inst{11-7} = cb;
}

//===----------------------------------------------------------------------===//
// MLU: custom-3, funct3 4 to 6. SE: custom-3, funct3 0 to 3
//===----------------------------------------------------------------------===//

//  31  28 27    26 25 24 20 19   15 14    12 11  7 6      0
// | 0000 | dpe | es  | cbs | 00000 | funct3 | cbd | opcode |
class Layout<bits<3> f3, string doc>
    : XmtiaInst<OPC_CUSTOM_3, f3, (outs),
                (ins xm_cb:$cbd, xm_cb:$cbs, xm_es:$es, xm_dpe:$dpe),
                "$cbd, $cbs, $es, $dpe", "mlu", doc> {
  let CRs = [CRAccess<[XCR_MLU_SHAPE, XCR_MLU_SRC, XCR_MLU_DST]>];
  bits<5> cbd;
  bits<5> cbs;
  bits<2> es;
  bits<1> dpe;
  let Inst{27} = dpe;
  let Inst{26-25} = es;
  let Inst{24-20} = cbs;
  let Inst{11-7} = cbd;
}
def MLU_TRANSPOSE : Layout<4, "Transposes the elements of MLU_SHAPE from cbs to "
                              "cbd.">;
def MLU_COPY : Layout<5, "Copies the elements of MLU_SHAPE from cbs to cbd, each "
                         "with its stride.">;
def MLU_CONCAT : Layout<6, "Copies, then moves MLU_DST so that the next source "
                           "lands beside this one."> {
  let CRs = [CRAccess<[XCR_MLU_SHAPE, XCR_MLU_SRC, XCR_MLU_DST], [XCR_MLU_DST]>];
}


def SE_UN : XmtiaInst<OPC_CUSTOM_3, 0, (outs),
                      (ins xm_cb:$cbd, xm_cb:$cbs, xm_seun:$op),
                      "$cbd, $cbs, $op", "se",
                      "Element-wise function: 0 copy, 1 quantise, 2 dequantise, "
                      "8 exp, 9 sigmoid, 10 tanh, 11 gelu, 12 silu, 13 rsqrt, 14 "
                      "reciprocal, 15 relu."> {
  let CRs = [CRAccess<[XCR_SE_FMT, XCR_SE_LEN, XCR_SE_SRC]>,
             CRAccess<[XCR_QMODE, XCR_QSCALE, XCR_QCLAMP, XCR_QCHAN, XCR_QOUT, XCR_SE_ROW],
                      [], "op", 127>];
  bits<5> cbd;
  bits<5> cbs;
  bits<7> op;
  let Inst{31-25} = op;
  let Inst{24-20} = cbs;
  let Inst{11-7} = cbd;
}

def SE_BIN : XmtiaInst<OPC_CUSTOM_3, 1, (outs),
                       (ins xm_cb:$cbd, xm_cb:$cba, xm_cb:$cbb, xm_sebin:$op),
                       "$cbd, $cba, $cbb, $op", "se",
                       "Element-wise operation of two inputs: 0 add, 1 sub, 2 "
                       "mul, 3 min, 4 max, 5 fma; 8 to 12: 0 to 4 of quantised "
                       "numbers."> {
  let CRs = [CRAccess<[XCR_SE_FMT, XCR_SE_LEN, XCR_SE_SRC, XCR_SE_ROW]>,
             CRAccess<[XCR_QMODE, XCR_QSCALE, XCR_QSCALE2, XCR_QCLAMP, XCR_QOUT], [],
                      "op", 8>];
  bits<5> cbd;
  bits<5> cba;
  bits<5> cbb;
  bits<7> op;
  let Inst{31-25} = op;
  let Inst{24-20} = cbb;
  let Inst{19-15} = cba;
  let Inst{11-7} = cbd;
}

def SE_ROWACC : XmtiaInst<OPC_CUSTOM_3, 2, (outs),
                          (ins xm_cb:$cbd, xm_cb:$cbs, GPR:$rs1, xm_serow:$op),
                          "$cbd, $cbs, $rs1, $op", "se",
                          "Accumulates rs1 rows of cbs: 0 sum, 1 max, 2 and 3 "
                          "the same onto what is there."> {
  let CRs = [CRAccess<[XCR_SE_FMT, XCR_SE_LEN, XCR_SE_SRC, XCR_SE_ROW, XCR_SE_STRIDE]>];
  bits<5> cbd;
  bits<5> cbs;
  bits<5> rs1;
  bits<7> op;
  let Inst{31-25} = op;
  let Inst{24-20} = cbs;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cbd;
}

def SE_RED : XmtiaInst<OPC_CUSTOM_3, 3, (outs),
                       (ins xm_cb:$cbd, xm_cb:$cbs, GPR:$rs1, xm_serow:$op),
                       "$cbd, $cbs, $rs1, $op", "se",
                       "Reduces each of rs1 rows of cbs to one element: 0 sum, 1 "
                       "max, 2 min, 3 sum of squares."> {
  let CRs = [CRAccess<[XCR_SE_FMT, XCR_SE_LEN, XCR_SE_SRC, XCR_SE_ROW, XCR_SE_STRIDE]>];
  bits<5> cbd;
  bits<5> cbs;
  bits<5> rs1;
  bits<7> op;
  let Inst{31-25} = op;
  let Inst{24-20} = cbs;
  let Inst{19-15} = rs1;
  let Inst{11-7} = cbd;
}
} // mayLoad, mayStore
