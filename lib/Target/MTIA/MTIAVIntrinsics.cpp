//===-- MTIAVIntrinsics.cpp - Which instruction a vector intrinsic is -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAVIntrinsics.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/IntrinsicsRISCV.h"

using namespace llvm;
using namespace llvm::MTIAVIntrinsics;

namespace {

#define BOTH(name) Intrinsic::riscv_##name, Intrinsic::riscv_##name##_mask
#define ONLY(name) Intrinsic::riscv_##name, 0
#define OP(inst) MTIA::Pseudo##inst

// Forms by the second source: `inst` is the mnemonic up to the form's first letter.
#define FORM_V(name, inst, flags) {BOTH(name), ByForm, NoImm, 1, flags, {OP(inst##V), 0, 0}},
#define FORM_X(name, inst, flags) {BOTH(name), ByForm, NoImm, 1, flags, {0, OP(inst##X), 0}},
#define FORM_F(name, inst, flags) {BOTH(name), ByForm, NoImm, 1, flags, {0, OP(inst##F), 0}},
#define FORM_VX(name, inst, flags)                                                                 \
  {BOTH(name), ByForm, NoImm, 1, flags, {OP(inst##V), OP(inst##X), 0}},
#define FORM_VF(name, inst, flags)                                                                 \
  {BOTH(name), ByForm, NoImm, 1, flags, {OP(inst##V), OP(inst##F), 0}},
#define FORM_XI(name, inst, imm, flags)                                                            \
  {BOTH(name), ByForm, imm, 1, flags, {0, OP(inst##X), OP(inst##I)}},
#define FORM_VXI(name, inst, imm, flags)                                                           \
  {BOTH(name), ByForm, imm, 1, flags, {OP(inst##V), OP(inst##X), OP(inst##I)}},
// One form.
#define FORM_1(name, inst, flags) {BOTH(name), ByForm, NoImm, 0, flags, {OP(inst), 0, 0}},
#define ONLY_1(name, inst, flags) {ONLY(name), ByForm, NoImm, 0, flags, {OP(inst), 0, 0}},
// Multiply-add: the scalar comes first.
#define FORM_MA(name, inst, v, x)                                                                  \
  {BOTH(name), ByForm, NoImm, 0, PolicyAlways, {OP(inst##v), OP(inst##x), 0}},
// With v0 as a source.
#define CARRY_VX(name, inst) {ONLY(name), ByForm, NoImm, 1, Carry, {OP(inst##VM), OP(inst##XM), 0}},
#define CARRY_VXI(name, inst, flags)                                                               \
  {ONLY(name), ByForm, SImm5, 1, flags, {OP(inst##VM), OP(inst##XM), OP(inst##IM)}},
// Memory: one instruction for each width.
#define WIDTHS(pre, post)                                                                          \
  {OP(pre##8##post), OP(pre##16##post), OP(pre##32##post), OP(pre##64##post)}
#define MEM(name, by, flags, pre, post) {BOTH(name), by, NoImm, 0, flags, WIDTHS(pre, post)},

#define COMPARE_VXI(name, inst) FORM_VXI(name, inst, SImm5, NoPassthru | NoPolicy)
#define COMPARE_VX(name, inst) FORM_VX(name, inst, NoPassthru | NoPolicy)
#define COMPARE_VF(name, inst) FORM_VF(name, inst, NoPassthru | NoPolicy)
#define REDUCE(name, inst) FORM_1(name, inst##_VS, NoPolicy)

constexpr Row Rows[] = {
    // ---- Loads and stores ----
    MEM(vle, ByDataWidth, Load, VLE, _V) MEM(vleff, ByDataWidth, Load, VLE,
                                             FF_V) MEM(vse, ByDataWidth, Store | NoPolicy, VSE, _V)
        MEM(vlse, ByDataWidth, Load, VLSE, _V) MEM(vsse, ByDataWidth, Store | NoPolicy, VSSE, _V)
            MEM(vluxei, ByIndexWidth, Load, VLUXEI, _V) MEM(vloxei, ByIndexWidth, Load, VLOXEI, _V)
                MEM(vsuxei, ByIndexWidth, Store | NoPolicy, VSUXEI,
                    _V) MEM(vsoxei, ByIndexWidth, Store | NoPolicy, VSOXEI, _V)
                    ONLY_1(vlm, VLM_V, Load | NoPassthru) ONLY_1(vsm, VSM_V, Store | NoPolicy)
#define SEGMENT(nf)                                                                                \
  MEM(vlseg##nf, BySEWOperand, Load, VLSEG##nf##E, _V)                                             \
  MEM(vlseg##nf##ff, BySEWOperand, Load, VLSEG##nf##E, FF_V)                                       \
  MEM(vsseg##nf, BySEWOperand, Store | NoPolicy, VSSEG##nf##E, _V)                                 \
  MEM(vlsseg##nf, BySEWOperand, Load, VLSSEG##nf##E, _V)                                           \
  MEM(vssseg##nf, BySEWOperand, Store | NoPolicy, VSSSEG##nf##E, _V)                               \
  MEM(vluxseg##nf, ByIndexWidth, Load, VLUXSEG##nf##EI, _V)                                        \
  MEM(vloxseg##nf, ByIndexWidth, Load, VLOXSEG##nf##EI, _V)                                        \
  MEM(vsuxseg##nf, ByIndexWidth, Store | NoPolicy, VSUXSEG##nf##EI, _V)                            \
  MEM(vsoxseg##nf, ByIndexWidth, Store | NoPolicy, VSOXSEG##nf##EI, _V)
                        SEGMENT(2) SEGMENT(3) SEGMENT(4) SEGMENT(5) SEGMENT(6) SEGMENT(7) SEGMENT(8)

    // ---- Integers ----
    FORM_VXI(vadd, VADD_V, SImm5, None) FORM_VX(vsub, VSUB_V, None)
        FORM_XI(vrsub, VRSUB_V, SImm5, None) FORM_VX(vwaddu, VWADDU_V, None)
            FORM_VX(vwadd, VWADD_V, None) FORM_VX(vwsubu, VWSUBU_V, None)
                FORM_VX(vwsub, VWSUB_V, None) FORM_VX(vwaddu_w, VWADDU_W, None)
                    FORM_VX(vwadd_w, VWADD_W, None) FORM_VX(vwsubu_w, VWSUBU_W, None)
                        FORM_VX(vwsub_w, VWSUB_W, None){
                            BOTH(vzext),
                            ByRatio,
                            NoImm,
                            0,
                            None,
                            {OP(VZEXT_VF2), OP(VZEXT_VF4), OP(VZEXT_VF8)}},
    {BOTH(vsext), ByRatio, NoImm, 0, None, {OP(VSEXT_VF2), OP(VSEXT_VF4), OP(VSEXT_VF8)}},
    CARRY_VXI(vadc, VADC_V, Carry) CARRY_VX(vsbc, VSBC_V)
        CARRY_VXI(vmadc_carry_in, VMADC_V, Carry | NoPassthru){ONLY(vmsbc_borrow_in),
                                                               ByForm,
                                                               NoImm,
                                                               1,
                                                               Carry | NoPassthru,
                                                               {OP(VMSBC_VVM), OP(VMSBC_VXM), 0}},
    {ONLY(vmadc), ByForm, SImm5, 1, NoPassthru, {OP(VMADC_VV), OP(VMADC_VX), OP(VMADC_VI)}},
    {ONLY(vmsbc), ByForm, NoImm, 1, NoPassthru, {OP(VMSBC_VV), OP(VMSBC_VX), 0}},
    FORM_VXI(vand, VAND_V, SImm5, None) FORM_VXI(vor, VOR_V, SImm5, None)
        FORM_VXI(vxor, VXOR_V, SImm5, None) FORM_VXI(vsll, VSLL_V, UImm5, None)
            FORM_VXI(vsrl, VSRL_V, UImm5, None) FORM_VXI(vsra, VSRA_V, UImm5, None)
                FORM_VXI(vnsrl, VNSRL_W, UImm5, None) FORM_VXI(vnsra, VNSRA_W, UImm5, None)
                    COMPARE_VXI(vmseq, VMSEQ_V) COMPARE_VXI(vmsne, VMSNE_V)
                        COMPARE_VX(vmsltu, VMSLTU_V) COMPARE_VX(vmslt, VMSLT_V)
                            COMPARE_VXI(vmsleu, VMSLEU_V) COMPARE_VXI(vmsle, VMSLE_V)
    // With vectors: the operands change places. vmsge and vmsgeu have no instruction of
    // their own (MTIADAGToDAGISel::selectVectorCompare).
    FORM_XI(vmsgtu, VMSGTU_V, SImm5, NoPassthru | NoPolicy) FORM_XI(vmsgt, VMSGT_V, SImm5,
                                                                    NoPassthru | NoPolicy)
        FORM_VX(vminu, VMINU_V, None) FORM_VX(vmin, VMIN_V, None) FORM_VX(vmaxu, VMAXU_V, None)
            FORM_VX(vmax, VMAX_V, None) FORM_VX(vmul, VMUL_V, None) FORM_VX(vmulh, VMULH_V, None)
                FORM_VX(vmulhu, VMULHU_V, None) FORM_VX(vmulhsu, VMULHSU_V, None) FORM_VX(
                    vdivu, VDIVU_V, None) FORM_VX(vdiv, VDIV_V, None) FORM_VX(vremu, VREMU_V, None)
                    FORM_VX(vrem, VREM_V, None) FORM_VX(vwmul, VWMUL_V, None)
                        FORM_VX(vwmulu, VWMULU_V, None) FORM_VX(vwmulsu, VWMULSU_V, None)
                            FORM_MA(vmacc, VMACC_V, V, X) FORM_MA(vnmsac, VNMSAC_V, V, X)
                                FORM_MA(vmadd, VMADD_V, V, X) FORM_MA(vnmsub, VNMSUB_V, V, X)
                                    FORM_MA(vwmaccu, VWMACCU_V, V, X)
                                        FORM_MA(vwmacc, VWMACC_V, V, X)
                                            FORM_MA(vwmaccsu, VWMACCSU_V, V,
                                                    X){BOTH(vwmaccus),
                                                       ByForm,
                                                       NoImm,
                                                       0,
                                                       PolicyAlways,
                                                       {0, OP(VWMACCUS_VX), 0}},
    CARRY_VXI(vmerge, VMERGE_V, Carry){ONLY(vmv_v_v), ByForm, NoImm, 0, None, {OP(VMV_V_V), 0, 0}},
    {ONLY(vmv_v_x), ByForm, SImm5, 0, None, {0, OP(VMV_V_X), OP(VMV_V_I)}},

    // ---- Fixed point ----
    FORM_VXI(vsaddu, VSADDU_V, SImm5, None) FORM_VXI(vsadd, VSADD_V, SImm5, None) FORM_VX(
        vssubu, VSSUBU_V, None) FORM_VX(vssub, VSSUB_V, None) FORM_VX(vaaddu, VAADDU_V, None)
        FORM_VX(vaadd, VAADD_V, None) FORM_VX(vasubu, VASUBU_V, None) FORM_VX(vasub, VASUB_V, None)
            FORM_VX(vsmul, VSMUL_V, None) FORM_VXI(vssrl, VSSRL_V, UImm5, None)
                FORM_VXI(vssra, VSSRA_V, UImm5, None) FORM_VXI(vnclipu, VNCLIPU_W, UImm5, None)
                    FORM_VXI(vnclip, VNCLIP_W, UImm5, None)

    // ---- Floating point ----
    FORM_VF(vfadd, VFADD_V, None) FORM_VF(vfsub, VFSUB_V, None) FORM_F(vfrsub, VFRSUB_V, None)
        FORM_VF(vfwadd, VFWADD_V, None) FORM_VF(vfwsub, VFWSUB_V, None)
            FORM_VF(vfwadd_w, VFWADD_W, None) FORM_VF(vfwsub_w, VFWSUB_W, None) FORM_VF(
                vfmul, VFMUL_V, None) FORM_VF(vfdiv, VFDIV_V, None) FORM_F(vfrdiv, VFRDIV_V, None)
                FORM_VF(vfwmul, VFWMUL_V, None) FORM_MA(vfmacc, VFMACC_V, V, F)
                    FORM_MA(vfnmacc, VFNMACC_V, V, F) FORM_MA(vfmsac, VFMSAC_V, V, F)
                        FORM_MA(vfnmsac, VFNMSAC_V, V, F) FORM_MA(vfmadd, VFMADD_V, V, F) FORM_MA(
                            vfnmadd, VFNMADD_V, V, F) FORM_MA(vfmsub, VFMSUB_V, V, F)
                            FORM_MA(vfnmsub, VFNMSUB_V, V, F) FORM_MA(vfwmacc, VFWMACC_V, V, F)
                                FORM_MA(vfwnmacc, VFWNMACC_V, V, F) FORM_MA(
                                    vfwmsac, VFWMSAC_V, V, F) FORM_MA(vfwnmsac, VFWNMSAC_V, V, F)
                                    FORM_MA(vfwmaccbf16, VFWMACCBF16_V, V, F) FORM_1(
                                        vfsqrt, VFSQRT_V, None) FORM_1(vfrsqrt7, VFRSQRT7_V, None)
                                        FORM_1(vfrec7, VFREC7_V, None) FORM_VF(vfmin, VFMIN_V, None)
                                            FORM_VF(vfmax, VFMAX_V, None) FORM_VF(vfsgnj, VFSGNJ_V,
                                                                                  None)
                                                FORM_VF(vfsgnjn, VFSGNJN_V, None)
                                                    FORM_VF(vfsgnjx, VFSGNJX_V, None)
                                                        FORM_1(vfclass, VFCLASS_V, None)
                                                            COMPARE_VF(vmfeq, VMFEQ_V)
                                                                COMPARE_VF(vmfne, VMFNE_V)
                                                                    COMPARE_VF(vmflt, VMFLT_V)
                                                                        COMPARE_VF(vmfle, VMFLE_V)
    // With vectors: the operands change places.
    FORM_F(vmfgt, VMFGT_V, NoPassthru | NoPolicy) FORM_F(vmfge, VMFGE_V, NoPassthru | NoPolicy)
    // With vectors: vmerge.
    {ONLY(vfmerge), ByForm, NoImm, 1, Carry, {OP(VMERGE_VVM), OP(VFMERGE_VFM), 0}},
    {ONLY(vfmv_v_f), ByForm, NoImm, 0, None, {0, OP(VFMV_V_F), 0}},
    FORM_1(vfcvt_xu_f_v, VFCVT_XU_F_V, None) FORM_1(vfcvt_x_f_v, VFCVT_X_F_V, None) FORM_1(
        vfcvt_rtz_xu_f_v, VFCVT_RTZ_XU_F_V, None) FORM_1(vfcvt_rtz_x_f_v, VFCVT_RTZ_X_F_V, None)
        FORM_1(vfcvt_f_xu_v, VFCVT_F_XU_V, None) FORM_1(vfcvt_f_x_v, VFCVT_F_X_V, None) FORM_1(
            vfwcvt_xu_f_v, VFWCVT_XU_F_V, None) FORM_1(vfwcvt_x_f_v, VFWCVT_X_F_V, None)
            FORM_1(vfwcvt_rtz_xu_f_v, VFWCVT_RTZ_XU_F_V, None) FORM_1(
                vfwcvt_rtz_x_f_v, VFWCVT_RTZ_X_F_V, None) FORM_1(vfwcvt_f_xu_v, VFWCVT_F_XU_V, None)
                FORM_1(vfwcvt_f_x_v, VFWCVT_F_X_V, None) FORM_1(vfwcvt_f_f_v, VFWCVT_F_F_V, None)
                    FORM_1(vfwcvtbf16_f_f_v, VFWCVTBF16_F_F_V, None) FORM_1(
                        vfncvt_xu_f_w, VFNCVT_XU_F_W, None) FORM_1(vfncvt_x_f_w, VFNCVT_X_F_W, None)
                        FORM_1(vfncvt_rtz_xu_f_w, VFNCVT_RTZ_XU_F_W, None)
                            FORM_1(vfncvt_rtz_x_f_w, VFNCVT_RTZ_X_F_W, None)
                                FORM_1(vfncvt_f_xu_w, VFNCVT_F_XU_W, None)
                                    FORM_1(vfncvt_f_x_w, VFNCVT_F_X_W, None)
                                        FORM_1(vfncvt_f_f_w, VFNCVT_F_F_W, None)
                                            FORM_1(vfncvt_rod_f_f_w, VFNCVT_ROD_F_F_W, None)
                                                FORM_1(vfncvtbf16_f_f_w, VFNCVTBF16_F_F_W, None)

    // ---- Reductions ----
    REDUCE(vredsum, VREDSUM) REDUCE(vredand, VREDAND) REDUCE(vredor, VREDOR)
        REDUCE(vredxor, VREDXOR) REDUCE(vredminu, VREDMINU) REDUCE(vredmin, VREDMIN)
            REDUCE(vredmaxu, VREDMAXU) REDUCE(vredmax, VREDMAX) REDUCE(vwredsumu, VWREDSUMU)
                REDUCE(vwredsum, VWREDSUM) REDUCE(vfredosum, VFREDOSUM) REDUCE(vfredusum, VFREDUSUM)
                    REDUCE(vfredmin, VFREDMIN) REDUCE(vfredmax, VFREDMAX)
                        REDUCE(vfwredosum, VFWREDOSUM) REDUCE(vfwredusum, VFWREDUSUM)

    // ---- Masks; vmclr and vmset: MTIADAGToDAGISel::selectVectorConstantMask ----
    ONLY_1(vmand, VMAND_MM, None) ONLY_1(vmnand, VMNAND_MM, None) ONLY_1(vmandn, VMANDN_MM, None)
        ONLY_1(vmxor, VMXOR_MM, None) ONLY_1(vmor, VMOR_MM, None) ONLY_1(vmnor, VMNOR_MM, None)
            ONLY_1(vmorn, VMORN_MM, None) ONLY_1(vmxnor, VMXNOR_MM, None)
                FORM_1(vcpop, VCPOP_M, NoPolicy) FORM_1(vfirst, VFIRST_M, NoPolicy)
                    FORM_1(vmsbf, VMSBF_M, NoPassthru | NoPolicy)
                        FORM_1(vmsof, VMSOF_M, NoPassthru | NoPolicy)
                            FORM_1(vmsif, VMSIF_M, NoPassthru | NoPolicy)
                                FORM_1(viota, VIOTA_M, None) FORM_1(vid, VID_V, None)

    // ---- Permutation ----
    ONLY_1(vmv_x_s, VMV_X_S, NoVL) ONLY_1(vfmv_f_s, VFMV_F_S, NoVL){
        ONLY(vmv_s_x), ByForm, NoImm, 0, None, {0, OP(VMV_S_X), 0}},
    {ONLY(vfmv_s_f), ByForm, NoImm, 0, None, {0, OP(VFMV_S_F), 0}},
    FORM_XI(vslideup, VSLIDEUP_V, UImm5, PolicyAlways)
        FORM_XI(vslidedown, VSLIDEDOWN_V, UImm5, PolicyAlways) FORM_X(vslide1up, VSLIDE1UP_V, None)
            FORM_X(vslide1down, VSLIDE1DOWN_V, None) FORM_F(vfslide1up, VFSLIDE1UP_V, None)
                FORM_F(vfslide1down, VFSLIDE1DOWN_V, None) FORM_V(vrgather_vv, VRGATHER_V, None)
                    FORM_XI(vrgather_vx, VRGATHER_V, UImm5, None)
                        FORM_1(vrgatherei16_vv, VRGATHEREI16_VV, None)
                            ONLY_1(vcompress, VCOMPRESS_VM, None)

    // ---- Zvbb ----
    FORM_VX(vandn, VANDN_V, None) FORM_1(vbrev, VBREV_V, None) FORM_1(vbrev8, VBREV8_V, None)
        FORM_1(vrev8, VREV8_V, None) FORM_1(vclz, VCLZ_V, None) FORM_1(vctz, VCTZ_V, None)
            FORM_1(vcpopv, VCPOP_V, None) FORM_VX(vrol, VROL_V, None)
                FORM_VXI(vror, VROR_V, UImm6, None) FORM_VXI(vwsll, VWSLL_V, UImm5, None)};

} // namespace

const Row *MTIAVIntrinsics::lookup(unsigned IntrinsicID) {
  static const DenseMap<unsigned, const Row *> Index = [] {
    DenseMap<unsigned, const Row *> Map;
    for (const Row &R : Rows) {
      Map[R.ID] = &R;
      if (R.MaskedID)
        Map[R.MaskedID] = &R;
    }
    return Map;
  }();
  return Index.lookup(IntrinsicID);
}

bool MTIAVIntrinsics::isVector(unsigned IntrinsicID) {
  StringRef Name = Intrinsic::getBaseName(IntrinsicID);
  return Name.starts_with("llvm.riscv.v") || Name.starts_with("llvm.riscv.tuple.");
}
