//===-- MTIAInstrInfoD.td - Double-precision floating point -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtD] in {
def FLD : FPLoad_ri<FPDouble>;
def FSD : FPStore_rri<FPDouble>;
def FMV_X_D : FPMove_r<0b11100, 0b000, FPDouble, GPR, FPDouble.RC, WriteFMvFtoI>;
def FMV_D_X : FPMove_r<0b11110, 0b000, FPDouble, FPDouble.RC, GPR, WriteFMvItoF>;

def FMADD_D : FPMA_rrr<OPC_MADD, FPDouble>;
def FMSUB_D : FPMA_rrr<OPC_MSUB, FPDouble>;
def FNMSUB_D : FPMA_rrr<OPC_NMSUB, FPDouble>;
def FNMADD_D : FPMA_rrr<OPC_NMADD, FPDouble>;

def FADD_D : FPALU_rr_frm<0b00000, FPDouble, WriteFAdd, "fadd", true>;
def FSUB_D : FPALU_rr_frm<0b00001, FPDouble, WriteFAdd, "fadd">;
def FMUL_D : FPALU_rr_frm<0b00010, FPDouble, WriteFMul, "fmul", true>;
def FDIV_D : FPALU_rr_frm<0b00011, FPDouble, FPDouble.Div, "fdiv">;
def FSQRT_D : FPSqrt_r<FPDouble>;

def FSGNJ_D : FPSgnj_rr<0b000, FPDouble>;
def FSGNJN_D : FPSgnj_rr<0b001, FPDouble>;
def FSGNJX_D : FPSgnj_rr<0b010, FPDouble>;
def FMIN_D : FPMinMax_rr<0b000, FPDouble>;
def FMAX_D : FPMinMax_rr<0b001, FPDouble>;

def FEQ_D : FPCmp_rr<0b010, FPDouble, true>;
def FLT_D : FPCmp_rr<0b001, FPDouble>;
def FLE_D : FPCmp_rr<0b000, FPDouble>;
def FCLASS_D : FPMove_r<0b11100, 0b001, FPDouble, GPR, FPDouble.RC, WriteFClass>;

def FCVT_W_D : FPToInt_r<0b00000, FPDouble>;
def FCVT_WU_D : FPToInt_r<0b00001, FPDouble>;
def FCVT_L_D : FPToInt_r<0b00010, FPDouble>;
def FCVT_LU_D : FPToInt_r<0b00011, FPDouble>;
def FCVT_D_W : IntToFP_r<0b00000, FPDouble, frmarglegacy>;
def FCVT_D_WU : IntToFP_r<0b00001, FPDouble, frmarglegacy>;
def FCVT_D_L : IntToFP_r<0b00010, FPDouble>;
def FCVT_D_LU : IntToFP_r<0b00011, FPDouble>;
def FCVT_S_D : FPToFP_r<FPSingle, FPDouble>;
def FCVT_D_S : FPToFP_r<FPDouble, FPSingle, frmarglegacy>;

def : InstAlias<"fld $rd, (${rs1})", (FLD FPR64:$rd, GPR:$rs1, 0), 0>;
def : InstAlias<"fsd $rs2, (${rs1})", (FSD FPR64:$rs2, GPR:$rs1, 0), 0>;
def PseudoFLD : FPLoadSymbol<"fld", FPR64>;
def PseudoFSD : FPStoreSymbol<"fsd", FPR64>;
def : InstAlias<"fmv.d $rd, $rs", (FSGNJ_D FPR64:$rd, FPR64:$rs, FPR64:$rs)>;
def : InstAlias<"fabs.d $rd, $rs", (FSGNJX_D FPR64:$rd, FPR64:$rs, FPR64:$rs)>;
def : InstAlias<"fneg.d $rd, $rs", (FSGNJN_D FPR64:$rd, FPR64:$rs, FPR64:$rs)>;
// fgt a, b is flt b, a.
def : InstAlias<"fgt.d $rd, $rs, $rt", (FLT_D GPR:$rd, FPR64:$rt, FPR64:$rs), 0>;
def : InstAlias<"fge.d $rd, $rs, $rt", (FLE_D GPR:$rd, FPR64:$rt, FPR64:$rs), 0>;
}
