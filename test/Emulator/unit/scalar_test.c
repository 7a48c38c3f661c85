// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar arguments: every bit pattern below is written down from the format's definition.
#include "mtia/kernel_abi.h"
#include "scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint64_t good(unsigned dtype, const char *text, unsigned size) {
  uint8_t bytes[8];
  char why[200] = "";
  uint64_t value = 0;
  if (!mtia_scalar_parse(dtype, text, bytes, why, sizeof why))
    fail_msg("'%s' %s", text, why);
  memcpy(&value, bytes, size);
  return value;
}

static void bad(unsigned dtype, const char *text, const char *message) {
  uint8_t bytes[8];
  char why[200] = "";
  assert_false(mtia_scalar_parse(dtype, text, bytes, why, sizeof why));
  assert_string_equal(why, message);
}

static void test_integers(void **state) {
  assert_int_equal(good(MTIA_I8, "-128", 1), 0x80);
  assert_int_equal(good(MTIA_U8, "255", 1), 0xff);
  assert_int_equal(good(MTIA_I16, "-1", 2), 0xffff);
  assert_int_equal(good(MTIA_I32, "0x7fffffff", 4), 0x7fffffff);
  assert_int_equal(good(MTIA_I64, "-9223372036854775808", 8), 1ull << 63);
  bad(MTIA_I8, "128", "is outside the range of i8, -128 to 127");
  bad(MTIA_U8, "-1", "is outside the range of u8, 0 to 255");
  bad(MTIA_I64, "9223372036854775808",
      "is outside the range of i64, -9223372036854775808 to 9223372036854775807");
  bad(MTIA_I32, "1.5", "is not an integer; type i32");
  bad(MTIA_I32, "", "is not a number");
  bad(MTIA_I32, " 1", "is not a number");
}

static void test_floats(void **state) {
  assert_int_equal(good(MTIA_F32, "1", 4), 0x3f800000);
  assert_int_equal(good(MTIA_F32, "-0.0", 4), 0x80000000);
  assert_int_equal(good(MTIA_F32, "0x1p-149", 4), 1);
  assert_int_equal(good(MTIA_F32, "inf", 4), 0x7f800000);
  bad(MTIA_F32, "1e39", "is too large for f32");
  bad(MTIA_F32, "one", "is not a number; type f32");
  // f16: 5 bits of exponent, 10 of fraction.
  assert_int_equal(good(MTIA_F16, "1", 2), 0x3c00);
  assert_int_equal(good(MTIA_F16, "-2", 2), 0xc000);
  assert_int_equal(good(MTIA_F16, "65504", 2), 0x7bff);
  assert_int_equal(good(MTIA_F16, "0x1p-24", 2), 0x0001); // least subnormal
  assert_int_equal(good(MTIA_F16, "0x1p-25", 2), 0x0000); // half of it: to even
  assert_int_equal(good(MTIA_F16, "0x1.8p-25", 2), 0x0001);
  assert_int_equal(good(MTIA_F16, "0x1.ffcp-15", 2), 0x0400); // rounds up into the normal ones
  assert_int_equal(good(MTIA_F16, "0x1.002p0", 2), 0x3c00);   // tie: to even, down
  assert_int_equal(good(MTIA_F16, "0x1.006p0", 2), 0x3c02);   // tie: to even, up
  assert_int_equal(good(MTIA_F16, "-inf", 2), 0xfc00);
  bad(MTIA_F16, "65520", "is too large for f16");
  // bf16: the upper half of f32.
  assert_int_equal(good(MTIA_BF16, "1", 2), 0x3f80);
  assert_int_equal(good(MTIA_BF16, "0x1.01p0", 2), 0x3f80); // tie: to even
  assert_int_equal(good(MTIA_BF16, "0x1.03p0", 2), 0x3f82);
  bad(MTIA_BF16, "3.4e38", "is too large for bf16");
}

static void test_bool(void **state) {
  assert_int_equal(good(MTIA_BOOL, "true", 1), 1);
  assert_int_equal(good(MTIA_BOOL, "0", 1), 0);
  bad(MTIA_BOOL, "2", "is not a bool; expected 0, 1, false or true");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_integers),
      cmocka_unit_test(test_floats),
      cmocka_unit_test(test_bool),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
