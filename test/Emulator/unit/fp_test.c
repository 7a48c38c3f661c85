// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floating point by hand: one case per rule of the RISC-V manual or of IEEE 754 that is easy to
// get wrong. The breadth is in test/Emulator/fp.
#include "fp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint64_t f64(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint32_t f32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

#define F64_INF UINT64_C(0x7ff0000000000000)
#define F64_SNAN (F64_INF | 1)
#define F64_MAX (F64_INF - 1)
#define F64_MIN UINT64_C(0x0010000000000000) // smallest normal
#define F64_SIGN (UINT64_C(1) << 63)

// `call` with rounding mode `mode` gives `value` and raises exactly `raised`.
#define GIVES(value, raised, mode, call)                                                           \
  do {                                                                                             \
    struct mtia_fp fp_ = {.rm = (mode)}, *fp = &fp_;                                               \
    assert_int_equal((uint64_t)(call), (uint64_t)(value));                                         \
    assert_int_equal(fp_.flags, raised);                                                           \
  } while (0)

// Ties of all five modes: 1 + 2^-53 is half way, in both signs.
static void test_rounding(void **state) {
  const uint64_t half = f64(0x1p-53), one = f64(1), up = one + 1;
  static const struct {
    unsigned mode, plus, minus; // whether the magnitude goes up
  } rows[] = {{MTIA_FP_RNE, 0, 0}, {MTIA_FP_RTZ, 0, 0}, {MTIA_FP_RDN, 0, 1},
              {MTIA_FP_RUP, 1, 0}, {MTIA_FP_RMM, 1, 1}, {MTIA_FP_ROD, 1, 1}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    GIVES(one + rows[i].plus, MTIA_FP_NX, (uint8_t)rows[i].mode, mtia_f64_add(one, half, fp));
    GIVES((one | F64_SIGN) + rows[i].minus, MTIA_FP_NX, (uint8_t)rows[i].mode,
          mtia_f64_sub(one | F64_SIGN, half, fp));
  }
  GIVES(up + 1, MTIA_FP_NX, MTIA_FP_RNE, mtia_f64_add(up, half, fp)); // to even is up here
  GIVES(up, MTIA_FP_NX, MTIA_FP_ROD, mtia_f64_add(up, half, fp));     // odd already
}

static void test_overflow(void **state) {
  const unsigned flags = MTIA_FP_OF | MTIA_FP_NX;
  GIVES(F64_INF, flags, MTIA_FP_RNE, mtia_f64_add(F64_MAX, F64_MAX, fp));
  GIVES(F64_INF, flags, MTIA_FP_RMM, mtia_f64_add(F64_MAX, F64_MAX, fp));
  GIVES(F64_INF, flags, MTIA_FP_RUP, mtia_f64_add(F64_MAX, F64_MAX, fp));
  GIVES(F64_MAX, flags, MTIA_FP_RTZ, mtia_f64_add(F64_MAX, F64_MAX, fp));
  GIVES(F64_MAX, flags, MTIA_FP_RDN, mtia_f64_add(F64_MAX, F64_MAX, fp));
  GIVES(F64_INF | F64_SIGN, flags, MTIA_FP_RDN, mtia_f64_sub(F64_MAX | F64_SIGN, F64_MAX, fp));
  // Less than half a unit in the last place beyond the largest number: no overflow.
  GIVES(F64_MAX, MTIA_FP_NX, MTIA_FP_RNE, mtia_f64_add(F64_MAX, f64(0x1p969), fp));
  GIVES(F64_INF, flags, MTIA_FP_RNE, mtia_f64_add(F64_MAX, f64(0x1p970), fp));
  GIVES(0x7c00, flags, MTIA_FP_RNE, mtia_f32_to_f16(f32(65520), fp));
  GIVES(0x7bff, MTIA_FP_NX, MTIA_FP_RNE, mtia_f32_to_f16(f32(65519), fp));
}

// Tininess is detected after rounding.
static void test_underflow(void **state) {
  const uint64_t min = F64_MIN, almost_one = f64(1) - 1; // 1 - 2^-53
  // 2^-1022 * (1 - 2^-53) has 53 bits: with unbounded exponent it is exact and below the
  // smallest normal number, so tiny, though the delivered result is that number.
  GIVES(min, MTIA_FP_NX | MTIA_FP_UF, MTIA_FP_RNE, mtia_f64_mul(min, almost_one, fp));
  // 2^-1022 - 2^-1080: with unbounded exponent it rounds up to 2^-1022, so it is not tiny.
  GIVES(min, MTIA_FP_NX, MTIA_FP_RNE, mtia_f64_fma(f64(0x1p-540), f64(-0x1p-540), min, fp));
  GIVES(min - 1, MTIA_FP_NX | MTIA_FP_UF, MTIA_FP_RTZ,
        mtia_f64_fma(f64(0x1p-540), f64(-0x1p-540), min, fp));
  // An exact subnormal result raises nothing.
  GIVES(min >> 1, 0, MTIA_FP_RNE, mtia_f64_mul(min, f64(0.5), fp));
  GIVES(1, MTIA_FP_NX | MTIA_FP_UF, MTIA_FP_RUP, mtia_f64_mul(min, min, fp));
  GIVES(0, MTIA_FP_NX | MTIA_FP_UF, MTIA_FP_RNE, mtia_f64_mul(min, min, fp));
}

static void test_nan(void **state) {
  // Payload and sign of NaN operands are dropped.
  const uint64_t nan = MTIA_F64_NAN, odd_nan = UINT64_C(0xfff8000000001234), one = f64(1);
  GIVES(nan, 0, MTIA_FP_RNE, mtia_f64_add(odd_nan, one, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_add(F64_SNAN, one, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_sub(F64_INF, F64_INF, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_mul(F64_INF, 0, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_div(0, F64_SIGN, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_div(F64_INF, F64_INF, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_sqrt(f64(-1), fp));
  GIVES(F64_SIGN, 0, MTIA_FP_RNE, mtia_f64_sqrt(F64_SIGN, fp)); // the root of -0 is -0
  GIVES(MTIA_F32_NAN, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_f32(F64_SNAN, fp));
  GIVES(MTIA_F16_NAN, 0, MTIA_FP_RNE, mtia_f32_to_f16(0xffc00001, fp));
  // Infinity * 0 + NaN is invalid even if the NaN is quiet (manual, F, fused operations).
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_fma(F64_INF, 0, odd_nan, fp));
  GIVES(nan, 0, MTIA_FP_RNE, mtia_f64_fma(F64_INF, one, odd_nan, fp));
  GIVES(nan, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_fma(F64_INF, one, F64_INF | F64_SIGN, fp));
}

static void test_compare(void **state) {
  const uint64_t nan = MTIA_F64_NAN, one = f64(1), minus = F64_SIGN;
  GIVES(1, 0, MTIA_FP_RNE, mtia_f64_eq(0, minus, fp));
  GIVES(0, 0, MTIA_FP_RNE, mtia_f64_lt(minus, 0, fp));
  GIVES(1, 0, MTIA_FP_RNE, mtia_f64_le(0, minus, fp));
  GIVES(1, 0, MTIA_FP_RNE, mtia_f64_lt(f64(-2), f64(-1), fp));
  GIVES(0, 0, MTIA_FP_RNE, mtia_f64_eq(nan, nan, fp));
  GIVES(0, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_eq(F64_SNAN, one, fp));
  GIVES(0, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_lt(nan, one, fp));
  GIVES(0, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_le(one, nan, fp));
  GIVES(minus, 0, MTIA_FP_RNE, mtia_f64_min(0, minus, fp));
  GIVES(0, 0, MTIA_FP_RNE, mtia_f64_max(minus, 0, fp));
  GIVES(one, 0, MTIA_FP_RNE, mtia_f64_min(nan, one, fp));
  GIVES(one, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_max(one, F64_SNAN, fp)); // the number all the same
  GIVES(nan, 0, MTIA_FP_RNE, mtia_f64_min(nan | minus, nan, fp));
}

static void test_zero_sums(void **state) {
  const uint64_t one = f64(1), minus = F64_SIGN;
  GIVES(0, 0, MTIA_FP_RNE, mtia_f64_sub(one, one, fp));
  GIVES(minus, 0, MTIA_FP_RDN, mtia_f64_sub(one, one, fp));
  GIVES(minus, 0, MTIA_FP_RNE, mtia_f64_add(minus, minus, fp));
  GIVES(0, 0, MTIA_FP_RUP, mtia_f64_add(minus, 0, fp));
  GIVES(minus, 0, MTIA_FP_RNE, mtia_f64_fma(minus, one, minus, fp));
  GIVES(minus, 0, MTIA_FP_RDN, mtia_f64_fma(one, one, f64(-1), fp));
  // A product that underflows to zero is not an exact zero: its sign stays.
  GIVES(minus, MTIA_FP_NX | MTIA_FP_UF, MTIA_FP_RNE, mtia_f64_fma(minus | 1, 1, 0, fp));
}

static void test_division(void **state) {
  GIVES(F64_INF | F64_SIGN, MTIA_FP_DZ, MTIA_FP_RNE, mtia_f64_div(f64(-1), 0, fp));
  GIVES(F64_INF, 0, MTIA_FP_RNE, mtia_f64_div(F64_INF, 0, fp)); // exact: no DZ
  GIVES(0, 0, MTIA_FP_RNE, mtia_f64_div(f64(3), F64_INF, fp));
  GIVES(f64(1.5), 0, MTIA_FP_RNE, mtia_f64_div(f64(3), f64(2), fp));
}

static void test_integers(void **state) {
  const uint64_t low = UINT64_C(1) << 63;
  GIVES(INT64_MAX, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_int(MTIA_F64_NAN, 64, true, fp));
  GIVES(INT64_MAX, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_int(f64(0x1p63), 64, true, fp));
  GIVES(low, 0, MTIA_FP_RNE, mtia_f64_to_int(f64(-0x1p63), 64, true, fp));
  GIVES(INT32_MAX, MTIA_FP_NX, MTIA_FP_RTZ, mtia_f64_to_int(f64(0x1p31 - 0.5), 32, true, fp));
  GIVES(INT32_MAX, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_int(f64(0x1p31 - 0.5), 32, true, fp));
  GIVES(UINT64_MAX, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_int(F64_INF, 64, false, fp));
  GIVES(0, MTIA_FP_NX, MTIA_FP_RTZ, mtia_f64_to_int(f64(-0.75), 32, false, fp));
  GIVES(0, MTIA_FP_NV, MTIA_FP_RNE, mtia_f64_to_int(f64(-0.75), 32, false, fp));
  GIVES(UINT32_MAX, 0, MTIA_FP_RNE, mtia_f64_to_int(f64(0x1p32 - 1), 32, false, fp));
  GIVES(-2, MTIA_FP_NX, MTIA_FP_RNE, mtia_f64_to_int(f64(-2.5), 64, true, fp));
  GIVES(-3, MTIA_FP_NX, MTIA_FP_RMM, mtia_f64_to_int(f64(-2.5), 64, true, fp));
  GIVES(f64(0x1p64), MTIA_FP_NX, MTIA_FP_RNE, mtia_f64_from_u64(UINT64_MAX, fp));
  GIVES(f64(0x1p64) - 1, MTIA_FP_NX, MTIA_FP_RTZ, mtia_f64_from_u64(UINT64_MAX, fp));
  GIVES(f64(-0x1p63), 0, MTIA_FP_RNE, mtia_f64_from_i64(INT64_MIN, fp));
  GIVES(0, 0, MTIA_FP_RDN, mtia_f32_from_i64(0, fp)); // +0 in every mode
  GIVES(0x7c00, MTIA_FP_OF | MTIA_FP_NX, MTIA_FP_RNE, mtia_f16_from_i64(65520, fp));
}

static void test_classify(void **state) {
  assert_int_equal(mtia_f16_classify(0xfc00), MTIA_FP_NEG_INF);
  assert_int_equal(mtia_f16_classify(0xbc00), MTIA_FP_NEG_NORMAL);
  assert_int_equal(mtia_f16_classify(0x8001), MTIA_FP_NEG_SUBNORMAL);
  assert_int_equal(mtia_f16_classify(0x8000), MTIA_FP_NEG_ZERO);
  assert_int_equal(mtia_f16_classify(0x0000), MTIA_FP_POS_ZERO);
  assert_int_equal(mtia_f16_classify(0x03ff), MTIA_FP_POS_SUBNORMAL);
  assert_int_equal(mtia_f16_classify(0x0400), MTIA_FP_POS_NORMAL);
  assert_int_equal(mtia_f16_classify(0x7c00), MTIA_FP_POS_INF);
  assert_int_equal(mtia_f16_classify(0x7c01), MTIA_FP_SNAN);
  assert_int_equal(mtia_f16_classify(0xfe00), MTIA_FP_QNAN);
}

// Every f16 and bf16 value survives the way to f32 and f64 and back.
static void test_round_trip(void **state) {
  for (unsigned i = 0; i <= 0xffff; i++) {
    struct mtia_fp fp = {.rm = MTIA_FP_RNE};
    bool nan = (i & 0x7fff) > 0x7c00, bnan = (i & 0x7fff) > 0x7f80;
    uint16_t bits = (uint16_t)i;
    assert_int_equal(mtia_f32_to_f16(mtia_f16_to_f32(bits, &fp), &fp), nan ? MTIA_F16_NAN : i);
    assert_int_equal(mtia_f64_to_f16(mtia_f16_to_f64(bits, &fp), &fp), nan ? MTIA_F16_NAN : i);
    assert_int_equal(mtia_f32_to_bf16(mtia_bf16_to_f32(bits, &fp), &fp), bnan ? MTIA_BF16_NAN : i);
    assert_int_equal(mtia_f64_to_bf16(mtia_bf16_to_f64(bits, &fp), &fp), bnan ? MTIA_BF16_NAN : i);
    if (!bnan) // the upper half of an f32
      assert_int_equal(mtia_bf16_to_f32(bits, &fp), i << 16);
    assert_int_equal(fp.flags & ~MTIA_FP_NV, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rounding),  cmocka_unit_test(test_overflow),
      cmocka_unit_test(test_underflow), cmocka_unit_test(test_nan),
      cmocka_unit_test(test_compare),   cmocka_unit_test(test_zero_sums),
      cmocka_unit_test(test_division),  cmocka_unit_test(test_integers),
      cmocka_unit_test(test_classify),  cmocka_unit_test(test_round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
