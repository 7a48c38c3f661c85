// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sums of w along k, times a number, are added to the columns of a product of integers: zero
// points of x. Part of <mtia/knyfe_product.h> where KP_SUMS is 1; k is innermost in w.
//
// The SE adds up the rows of a chunk while the DPE multiplies it, core 1 adds up the chunks; the
// accumulators get that behind their last product, and wait for it there. Where w of 64 columns
// stays, so does that. Integers wrap.

#ifndef MTIA_KNYFE_SUMS_H
#define MTIA_KNYFE_SUMS_H
// The sums of a chunk onto those of the chunks before; the last time they become what is added to
// the columns. Integers wrap.
KP_SELDOM MTIA_VECTOR void kp_add_sums(int32_t *terms, const int32_t *sums, uint32_t columns,
                                       bool first, int32_t times) {
  mtia_i32x64 all = mtia_load_first_i32x64(sums, columns);
  if (!first)
    all = kn_add_i32x64(all, mtia_load_first_i32x64(terms, columns));
  if (times != 1)
    all = kn_mul_i32x64(all, mtia_splat_i32x64(times));
  mtia_store_first_i32x64(terms, columns, all);
}
#endif

// The SE adds up the rows of a chunk of w while the DPE multiplies it.
KP void KP_FN(begin_sums)(uint32_t at, struct kp_tile w) {
  const enum mtia_se_type of_w =
      KP_TYPE == MTIA_MML_S8U8 || KP_TYPE == MTIA_MML_U8U8 ? MTIA_SE_U8 : MTIA_SE_I8;
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(of_w, of_w, MTIA_SE_I32, MTIA_SE_EACH));
  __mtia_cr_w2(MTIA_CR_SE_LEN, 0, 0);
  __mtia_cr_w2(MTIA_CR_SE_SRC, at, 0);
  __mtia_cr_w2(MTIA_CR_SE_ROW, w.row, 0);
  __mtia_se_red(KP_CB_SUMS, KP_CB_W, w.rows, MTIA_SE_RED_SUM);
  __mtia_cb_push(KP_CB_SUMS, KP_TERMS);
}

// Behind the last chunk the accumulators get what they wait for.
KP void KP_FN(end_sums)(const struct kp_product *a, uint32_t columns, bool first, bool last) {
  const int32_t times = a->sums_times; // so that the product itself need not be in memory
  int32_t *terms = (int32_t *)(uintptr_t)__mtia_cb_tail(KP_CB_TERMS, 0);
  if (first)
    __mtia_cb_waits(KP_CB_TERMS, KP_TERMS);
  __mtia_cb_waitd(KP_CB_SUMS, KP_TERMS);
  kp_add_sums(terms, (const int32_t *)(uintptr_t)__mtia_cb_head(KP_CB_SUMS, 0), columns, first,
              last ? times : 1);
  __mtia_cb_pop(KP_CB_SUMS, KP_TERMS);
  if (last)
    __mtia_cb_push(KP_CB_TERMS, KP_TERMS);
}
