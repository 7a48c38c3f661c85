//===-- MTIARegisterInfo.td - Registers -------------------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

let Namespace = "MTIA" in {
// The second column of costs is for compressed instructions, most of which name only
// x8 to x15 and f8 to f15.
class MTIAReg<bits<5> Enc, string n, list<string> alt = []> : Register<n, alt> {
  let HWEncoding{4-0} = Enc;
  let CostPerUse = [0, !if(!eq(Enc{4-3}, 0b01), 0, 1)];
}

// A floating-point register holds a half, a single or a double. The three views
// are registers of their own for the compiler, each part of the next.
def sub_16 : SubRegIndex<16>;
def sub_32 : SubRegIndex<32>;
class MTIAReg16<bits<5> Enc, string n, list<string> alt> : MTIAReg<Enc, n, alt>;
class MTIAReg32<MTIAReg16 half>
    : MTIAReg<half.HWEncoding{4-0}, half.AsmName, half.AltNames> {
  let SubRegs = [half];
  let SubRegIndices = [sub_16];
}
class MTIAReg64<MTIAReg32 single>
    : MTIAReg<single.HWEncoding{4-0}, single.AsmName, single.AltNames> {
  let SubRegs = [single];
  let SubRegIndices = [sub_32];
}

def ABIRegAltName : RegAltNameIndex;

let RegAltNameIndices = [ABIRegAltName] in {
  let isConstant = true in
  def X0 : MTIAReg<0, "x0", ["zero"]>, DwarfRegNum<[0]>;
  def X1 : MTIAReg<1, "x1", ["ra"]>, DwarfRegNum<[1]>;
  def X2 : MTIAReg<2, "x2", ["sp"]>, DwarfRegNum<[2]>;
  def X3 : MTIAReg<3, "x3", ["gp"]>, DwarfRegNum<[3]>;
  def X4 : MTIAReg<4, "x4", ["tp"]>, DwarfRegNum<[4]>;
  def X5 : MTIAReg<5, "x5", ["t0"]>, DwarfRegNum<[5]>;
  def X6 : MTIAReg<6, "x6", ["t1"]>, DwarfRegNum<[6]>;
  def X7 : MTIAReg<7, "x7", ["t2"]>, DwarfRegNum<[7]>;
  def X8 : MTIAReg<8, "x8", ["s0", "fp"]>, DwarfRegNum<[8]>;
  def X9 : MTIAReg<9, "x9", ["s1"]>, DwarfRegNum<[9]>;
  foreach I = 0...7 in
    def X#!add(I, 10) : MTIAReg<!add(I, 10), "x"#!add(I, 10), ["a"#I]>,
                        DwarfRegNum<[!add(I, 10)]>;
  foreach I = 2...11 in
    def X#!add(I, 16) : MTIAReg<!add(I, 16), "x"#!add(I, 16), ["s"#I]>,
                        DwarfRegNum<[!add(I, 16)]>;
  foreach I = 3...6 in
    def X#!add(I, 25) : MTIAReg<!add(I, 25), "x"#!add(I, 25), ["t"#I]>,
                        DwarfRegNum<[!add(I, 25)]>;

  // ABI names: psABI, "Floating-point register convention". DWARF numbers: 32
  // to 63, for all views of a register.
  foreach I = 0...7 in
    def F#I#_H : MTIAReg16<I, "f"#I, ["ft"#I]>, DwarfRegNum<[!add(I, 32)]>;
  foreach I = 8...9 in
    def F#I#_H : MTIAReg16<I, "f"#I, ["fs"#!sub(I, 8)]>, DwarfRegNum<[!add(I, 32)]>;
  foreach I = 10...17 in
    def F#I#_H : MTIAReg16<I, "f"#I, ["fa"#!sub(I, 10)]>, DwarfRegNum<[!add(I, 32)]>;
  foreach I = 18...27 in
    def F#I#_H : MTIAReg16<I, "f"#I, ["fs"#!sub(I, 16)]>, DwarfRegNum<[!add(I, 32)]>;
  foreach I = 28...31 in
    def F#I#_H : MTIAReg16<I, "f"#I, ["ft"#!sub(I, 20)]>, DwarfRegNum<[!add(I, 32)]>;
  foreach I = 0...31 in {
    def F#I#_F : MTIAReg32<!cast<MTIAReg16>("F"#I#"_H")>,
                 DwarfRegAlias<!cast<Register>("F"#I#"_H")>;
    def F#I#_D : MTIAReg64<!cast<MTIAReg32>("F"#I#"_F")>,
                 DwarfRegAlias<!cast<Register>("F"#I#"_H")>;
  }
}

// The fields of fcsr: what the compiler has to order accesses by.
def FFLAGS : MTIAReg<0, "fflags">;
def FRM : MTIAReg<0, "frm">;
} // Namespace

class GPRClass<dag regs> : RegisterClass<"MTIA", [i64], 64, regs>;

// Allocation order: argument and temporary registers before the saved ones,
// which cost a store and a load; reserved ones last.
def GPR : GPRClass<(add (sequence "X%u", 10, 17), (sequence "X%u", 5, 7),
                        (sequence "X%u", 28, 31), (sequence "X%u", 8, 9),
                        (sequence "X%u", 18, 27), (sequence "X%u", 0, 4))>;

def GPRNoX0 : GPRClass<(sub GPR, X0)>;
def GPRNoX2 : GPRClass<(sub GPR, X2)>;
def GPRNoX0X2 : GPRClass<(sub GPR, X0, X2)>;

// Targets of an indirect call: not ra and not t0, which would be popped from or
// pushed to the return address stack as a return.
def GPRJALR : GPRClass<(sub GPR, (sequence "X%u", 0, 5))>;

// Targets of an indirect tail call: neither callee-saved nor ra/t0.
def GPRTC : GPRClass<(add (sequence "X%u", 6, 7), (sequence "X%u", 10, 17),
                          (sequence "X%u", 28, 31))>;

def SP : GPRClass<(add X2)>;

// x8 to x15, for the three-bit fields of compressed instructions.
def GPRC : GPRClass<(add (sequence "X%u", 10, 15), (sequence "X%u", 8, 9))>;

// Floating point: the same order, and first of all the registers that a
// compressed load or store can name (fa0 to fa5).
class FPRClass<ValueType vt, dag regs, list<ValueType> more = []>
    : RegisterClass<"MTIA", [vt] # more, vt.Size, regs>;
class FPROrder<string view> {
  dag Regs = (add (sequence "F%u_"#view, 15, 10), (sequence "F%u_"#view, 16, 17),
                  (sequence "F%u_"#view, 0, 7), (sequence "F%u_"#view, 28, 31),
                  (sequence "F%u_"#view, 8, 9), (sequence "F%u_"#view, 18, 27));
  dag Compressed = (add (sequence "F%u_"#view, 15, 10), (sequence "F%u_"#view, 8, 9));
}
def FPR16 : FPRClass<f16, FPROrder<"H">.Regs, [bf16]>;
def FPR32 : FPRClass<f32, FPROrder<"F">.Regs>;
def FPR32C : FPRClass<f32, FPROrder<"F">.Compressed>;
def FPR16C : FPRClass<f16, FPROrder<"H">.Compressed, [bf16]>;
def FPR64 : FPRClass<f64, FPROrder<"D">.Regs>;
def FPR64C : FPRClass<f64, FPROrder<"D">.Compressed>;
