//===-- MTIASystemOperands.td - Control and status registers -*- tablegen -*-=//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names of CSRs: RISC-V privileged architecture 1.12, chapter 2.2. The cores of
// a processing element have machine and user mode only.
//
//===----------------------------------------------------------------------===//

include "llvm/TableGen/SearchableTable.td"

class SysReg<string name, bits<12> enc> {
  string Name = name;
  bits<12> Encoding = enc;
  // A second name, accepted in assembly but never printed.
  string AltName = name;
}

def MTIASysRegsList : GenericTable {
  let FilterClass = "SysReg";
  let CppTypeName = "SysReg";
  let Fields = ["Name", "Encoding", "AltName"];
  let PrimaryKey = ["Encoding"];
  let PrimaryKeyName = "lookupSysRegByEncoding";
}

def lookupSysRegByName : SearchIndex {
  let Table = MTIASysRegsList;
  let Key = ["Name"];
}

def lookupSysRegByAltName : SearchIndex {
  let Table = MTIASysRegsList;
  let Key = ["AltName"];
}

// Unprivileged floating point and vector state.
def : SysReg<"fflags", 0x001>;
def : SysReg<"frm", 0x002>;
def : SysReg<"fcsr", 0x003>;
def : SysReg<"vstart", 0x008>;
def : SysReg<"vxsat", 0x009>;
def : SysReg<"vxrm", 0x00A>;
def : SysReg<"vcsr", 0x00F>;
def : SysReg<"vl", 0xC20>;
def : SysReg<"vtype", 0xC21>;
def : SysReg<"vlenb", 0xC22>;

// Unprivileged counters.
def CYCLE : SysReg<"cycle", 0xC00>;
def TIME : SysReg<"time", 0xC01>;
def INSTRET : SysReg<"instret", 0xC02>;
foreach i = 3...31 in
  def : SysReg<"hpmcounter"#i, !add(0xC00, i)>;

// Machine information.
def : SysReg<"mvendorid", 0xF11>;
def : SysReg<"marchid", 0xF12>;
def : SysReg<"mimpid", 0xF13>;
def : SysReg<"mhartid", 0xF14>;
def : SysReg<"mconfigptr", 0xF15>;

// Machine trap setup and handling.
def : SysReg<"mstatus", 0x300>;
def : SysReg<"misa", 0x301>;
def : SysReg<"medeleg", 0x302>;
def : SysReg<"mideleg", 0x303>;
def : SysReg<"mie", 0x304>;
def : SysReg<"mtvec", 0x305>;
def : SysReg<"mcounteren", 0x306>;
def : SysReg<"menvcfg", 0x30A>;
def : SysReg<"mcountinhibit", 0x320> { let AltName = "mucounteren"; }
def : SysReg<"mscratch", 0x340>;
def : SysReg<"mepc", 0x341>;
def : SysReg<"mcause", 0x342>;
def : SysReg<"mtval", 0x343> { let AltName = "mbadaddr"; }
def : SysReg<"mip", 0x344>;
def : SysReg<"mtinst", 0x34A>;
def : SysReg<"mtval2", 0x34B>;
def : SysReg<"mseccfg", 0x747>;

// Physical memory protection.
foreach i = [0, 2, 4, 6, 8, 10, 12, 14] in
  def : SysReg<"pmpcfg"#i, !add(0x3A0, i)>;
foreach i = 0...63 in
  def : SysReg<"pmpaddr"#i, !add(0x3B0, i)>;

// Machine counters.
def : SysReg<"mcycle", 0xB00>;
def : SysReg<"minstret", 0xB02>;
foreach i = 3...31 in {
  def : SysReg<"mhpmcounter"#i, !add(0xB00, i)>;
  def : SysReg<"mhpmevent"#i, !add(0x320, i)>;
}

// Supervisor registers: absent from the device, named so that code of other
// RISC-V machines can be read.
def : SysReg<"sstatus", 0x100>;
def : SysReg<"sie", 0x104>;
def : SysReg<"stvec", 0x105>;
def : SysReg<"scounteren", 0x106>;
def : SysReg<"senvcfg", 0x10A>;
def : SysReg<"sscratch", 0x140>;
def : SysReg<"sepc", 0x141>;
def : SysReg<"scause", 0x142>;
def : SysReg<"stval", 0x143> { let AltName = "sbadaddr"; }
def : SysReg<"sip", 0x144>;
def : SysReg<"satp", 0x180> { let AltName = "sptbr"; }

// Debug and trace.
def : SysReg<"tselect", 0x7A0>;
def : SysReg<"tdata1", 0x7A1>;
def : SysReg<"tdata2", 0x7A2>;
def : SysReg<"tdata3", 0x7A3>;
def : SysReg<"mcontext", 0x7A8>;
def : SysReg<"dcsr", 0x7B0>;
def : SysReg<"dpc", 0x7B1>;
def : SysReg<"dscratch0", 0x7B2> { let AltName = "dscratch"; }
def : SysReg<"dscratch1", 0x7B3>;
