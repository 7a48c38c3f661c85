//===-- MTIACallingConv.td - Callee-saved registers --------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where arguments and results go is decided in MTIACallingConv.cpp: the psABI's
// rules for values of two registers and for variable arguments do not fit the
// declarative form.
//
//===----------------------------------------------------------------------===//

// The order is the order of the spill slots: ra and s0 on top, as the psABI's
// frame records have it.
def CSR_LP64 : CalleeSavedRegs<(add X1, X8, X9, (sequence "X%u", 18, 27))>;
// fs0 to fs11, as far as the ABI passes values in them.
def CSR_LP64F : CalleeSavedRegs<(add CSR_LP64, F8_F, F9_F, (sequence "F%u_F", 18, 27))>;
def CSR_LP64D : CalleeSavedRegs<(add CSR_LP64, F8_D, F9_D, (sequence "F%u_D", 18, 27))>;

// The psABI's vector calling convention: riscv_vector_cc.
defvar VectorsKept = (add (sequence "V%u", 1, 7), (sequence "V%u", 24, 31));
def CSR_LP64V : CalleeSavedRegs<(add CSR_LP64, VectorsKept)>;
def CSR_LP64FV : CalleeSavedRegs<(add CSR_LP64F, VectorsKept)>;
def CSR_LP64DV : CalleeSavedRegs<(add CSR_LP64D, VectorsKept)>;
// What a call keeps is more than what its callee stores, register by register: groups too.
defvar GroupsKept = (add VectorsKept, V2M2, V4M2, V6M2, (sequence "V%uM2", 24, 31, 2),
                         V4M4, V24M4, V28M4, V24M8);
def CSR_LP64VGroups : CalleeSavedRegs<(add CSR_LP64, GroupsKept)>;
def CSR_LP64FVGroups : CalleeSavedRegs<(add CSR_LP64F, GroupsKept)>;
def CSR_LP64DVGroups : CalleeSavedRegs<(add CSR_LP64D, GroupsKept)>;

// Interrupt handlers must preserve everything that a function may write.
def CSR_Interrupt
    : CalleeSavedRegs<(add X1, (sequence "X%u", 5, 31))>;
def CSR_InterruptF : CalleeSavedRegs<(add CSR_Interrupt, (sequence "F%u_F", 0, 31))>;
def CSR_InterruptD : CalleeSavedRegs<(add CSR_Interrupt, (sequence "F%u_D", 0, 31))>;

// preserve_most: everything but t1, t2 and t3.
def CSR_MostRegs : CalleeSavedRegs<(sub CSR_Interrupt, X6, X7, X28)>;
def CSR_MostRegsF : CalleeSavedRegs<(add CSR_MostRegs, F8_F, F9_F, (sequence "F%u_F", 18, 27))>;
def CSR_MostRegsD : CalleeSavedRegs<(add CSR_MostRegs, F8_D, F9_D, (sequence "F%u_D", 18, 27))>;

def CSR_NoRegs : CalleeSavedRegs<(add)>;
