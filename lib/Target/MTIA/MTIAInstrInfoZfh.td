//===-- MTIAInstrInfoZfh.td - Half-precision floating point -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Zfhmin and Zfbfmin: to move and to convert. The arithmetic is Zfh's.
let Predicates = [HasHalfFPLoadStoreMove] in {
def FLH : FPLoad_ri<FPHalf>;
def FSH : FPStore_rri<FPHalf>;
def FMV_X_H : FPMove_r<0b11100, 0b000, FPHalf, GPR, FPHalf.RC, WriteFMvFtoI>;
def FMV_H_X : FPMove_r<0b11110, 0b000, FPHalf, FPHalf.RC, GPR, WriteFMvItoF>;

def : InstAlias<"flh $rd, (${rs1})", (FLH FPR16:$rd, GPR:$rs1, 0), 0>;
def : InstAlias<"fsh $rs2, (${rs1})", (FSH FPR16:$rs2, GPR:$rs1, 0), 0>;
def PseudoFLH : FPLoadSymbol<"flh", FPR16>;
def PseudoFSH : FPStoreSymbol<"fsh", FPR16>;
}
let Predicates = [HasStdExtZfhmin] in {
def FCVT_S_H : FPToFP_r<FPSingle, FPHalf, frmarglegacy>;
def FCVT_H_S : FPToFP_r<FPHalf, FPSingle>;
}
// A register of halves holds a BF16 number too.
let Predicates = [HasStdExtZfbfmin] in {
def FCVT_BF16_S : InstFR1<0b01000, FPHalf, 0b01000, FPHalf.RC, FPSingle.RC>,
                  Sched<[WriteFCvtFtoF]>;
def FCVT_S_BF16 : InstFR1<0b01000, FPSingle, 0b00110, FPSingle.RC, FPHalf.RC, frmarglegacy>,
                  Sched<[WriteFCvtFtoF]>;
}
let Predicates = [HasStdExtZfhmin, HasStdExtD] in {
def FCVT_D_H : FPToFP_r<FPDouble, FPHalf, frmarglegacy>;
def FCVT_H_D : FPToFP_r<FPHalf, FPDouble>;
}

let Predicates = [HasStdExtZfh] in {
def FMADD_H : FPMA_rrr<OPC_MADD, FPHalf>;
def FMSUB_H : FPMA_rrr<OPC_MSUB, FPHalf>;
def FNMSUB_H : FPMA_rrr<OPC_NMSUB, FPHalf>;
def FNMADD_H : FPMA_rrr<OPC_NMADD, FPHalf>;

def FADD_H : FPALU_rr_frm<0b00000, FPHalf, WriteFAdd, "fadd", true>;
def FSUB_H : FPALU_rr_frm<0b00001, FPHalf, WriteFAdd, "fadd">;
def FMUL_H : FPALU_rr_frm<0b00010, FPHalf, WriteFMul, "fmul", true>;
def FDIV_H : FPALU_rr_frm<0b00011, FPHalf, FPHalf.Div, "fdiv">;
def FSQRT_H : FPSqrt_r<FPHalf>;

def FSGNJ_H : FPSgnj_rr<0b000, FPHalf>;
def FSGNJN_H : FPSgnj_rr<0b001, FPHalf>;
def FSGNJX_H : FPSgnj_rr<0b010, FPHalf>;
def FMIN_H : FPMinMax_rr<0b000, FPHalf>;
def FMAX_H : FPMinMax_rr<0b001, FPHalf>;

def FEQ_H : FPCmp_rr<0b010, FPHalf, true>;
def FLT_H : FPCmp_rr<0b001, FPHalf>;
def FLE_H : FPCmp_rr<0b000, FPHalf>;
def FCLASS_H : FPMove_r<0b11100, 0b001, FPHalf, GPR, FPHalf.RC, WriteFClass>;

def FCVT_W_H : FPToInt_r<0b00000, FPHalf>;
def FCVT_WU_H : FPToInt_r<0b00001, FPHalf>;
def FCVT_L_H : FPToInt_r<0b00010, FPHalf>;
def FCVT_LU_H : FPToInt_r<0b00011, FPHalf>;
def FCVT_H_W : IntToFP_r<0b00000, FPHalf>;
def FCVT_H_WU : IntToFP_r<0b00001, FPHalf>;
def FCVT_H_L : IntToFP_r<0b00010, FPHalf>;
def FCVT_H_LU : IntToFP_r<0b00011, FPHalf>;

def : InstAlias<"fmv.h $rd, $rs", (FSGNJ_H FPR16:$rd, FPR16:$rs, FPR16:$rs)>;
def : InstAlias<"fabs.h $rd, $rs", (FSGNJX_H FPR16:$rd, FPR16:$rs, FPR16:$rs)>;
def : InstAlias<"fneg.h $rd, $rs", (FSGNJN_H FPR16:$rd, FPR16:$rs, FPR16:$rs)>;
// fgt a, b is flt b, a.
def : InstAlias<"fgt.h $rd, $rs, $rt", (FLT_H GPR:$rd, FPR16:$rt, FPR16:$rs), 0>;
def : InstAlias<"fge.h $rd, $rs, $rt", (FLE_H GPR:$rd, FPR16:$rt, FPR16:$rs), 0>;
}
