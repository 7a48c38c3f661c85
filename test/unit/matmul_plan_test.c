// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plan of matrix products (kernels/matmul/plan.h) and of chains (kernels/chain/plan.h), on the
// host: what is planned fits, covers the product, and reads what the equations say.
#include "../../kernels/chain/plan.h"
#include "../../kernels/matmul/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct mm_shape shape(uint64_t batch, uint64_t m, uint64_t n, uint32_t k, uint32_t out) {
  return (struct mm_shape){
      .batch = batch, .m = m, .n = n, .k = k, .out = out, .columns = 64, .rows = 8, .cols = 8};
}

static void check(const struct mm_shape *s) {
  struct mm_plan p = mm_choose(s);
  uint32_t least = (p.chunk + 31) / 32 * 32 * 64;
  // Teams divide the sub-grid; sets cover the product, panels the sets.
  assert_int_equal(s->rows % p.team_rows, 0);
  assert_int_equal(s->cols % p.team_cols, 0);
  assert_true((uint64_t)p.strip_sets * p.team_rows * 64 >= s->m);
  assert_true((uint64_t)p.block_sets * p.team_cols * s->columns >= s->n);
  assert_true(p.panels * p.panel >= p.block_sets && (p.panels - 1) * p.panel < p.block_sets);
  // Everything fits into local memory; each buffer has what is kept and a chunk beside it.
  assert_true(p.x_size + p.w_size + mm_y_size(s) + mm_c_size(s) + mm_wide_size(s) + s->aside <=
              MTIA_LOCAL_SIZE);
  assert_true(p.x_size % 32 == 0 && p.w_size % 32 == 0);
  uint32_t strip = 64 * mm_pad(s->k);
  bool keeps_x = p.mode == MM_PANEL || p.mode == MM_KEEP_X;
  bool keeps_w = p.mode == MM_PANEL || p.mode == MM_KEEP_W;
  assert_true(p.x_size >= (keeps_x ? strip : least));
  assert_true(p.w_size >= (keeps_w ? p.panel * strip : least));
}

static void fits(void **state) {
  (void)state;
  srand(1);
  static const uint32_t sides[] = {1, 2, 3, 5, 7, 8};
  for (int i = 0; i < 20000; i++) {
    struct mm_shape s = shape(1 + rand() % 70, 1 + rand() % 1500, 1 + rand() % 1500,
                              1 + rand() % (i % 2 ? 300 : 5000), i % 3 ? 4 : 2);
    s.onto = i % 5 == 0;
    if (i % 7 == 0) {
      s.columns = 32;
      s.aside = 32768;
      s.onto = false;
    }
    s.x_far = i % 11 == 0;
    s.w_far = i % 13 == 0;
    s.rows = sides[rand() % 6];
    s.cols = sides[rand() % 6];
    check(&s);
  }
}

// Long k: blocks of 64 x 64 per PE read 16 / A + 16 / B bytes per cycle and PE; the SRAM has 16.
static void long_k_is_shared(void **state) {
  (void)state;
  struct mm_shape s = shape(64, 256, 256, 1024, 2);
  struct mm_plan p = mm_choose(&s);
  assert_int_equal(p.team_rows, 4);
  assert_int_equal(p.team_cols, 4);
  s = shape(1, 1024, 1024, 8192, 2);
  p = mm_choose(&s);
  assert_int_equal(p.team_rows * p.team_cols, 64);
}

// The published chain: 8192 x 4096 and 4096 x 16384 in FP16.
static void chain_equations(void **state) {
  (void)state;
  struct chain_shape s = {
      .m = 32768, .k = 8192, .r = 4096, .n = 16384, .size = 2, .out = 2, .rows = 8, .cols = 8};
  uint64_t rows = chain_best_strip(&s);
  uint64_t panels = 2 * 512 * 16384;
  assert_int_equal(rows % 512, 0);
  assert_true(rows * (8192 + 16384) + panels <= MTIA_SRAM_SIZE);
  assert_true((rows + 512) * (8192 + 16384) + panels > MTIA_SRAM_SIZE);
  assert_true(rows >= 351); // intensity: the DPE binds
  uint64_t strips = (s.m + rows - 1) / rows;
  assert_int_equal(chain_traffic(&s, rows),
                   32768ull * (16384 + 32768) + strips * 2 * 4096ull * (8192 + 16384));
  s.m = 5; // fewer rows than a strip: all of them
  assert_int_equal(chain_best_strip(&s), 5);
  assert_int_equal(chain_bytes(&s, 5), 5 * 8192);
  assert_int_equal(chain_fit(&s, 8192 * 4, 8192), 0); // too little for 64 rows, or all
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(fits), cmocka_unit_test(long_k_is_shared),
                                     cmocka_unit_test(chain_equations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
