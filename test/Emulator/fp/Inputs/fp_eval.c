// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluates lib/Emulator/fp.h: each line of stdin is `FORMAT OP RM A B C`, hexadecimal but for the
// names; each line of stdout is `RESULT FLAGS`. OP of conversions is to_FORMAT, to_iN, to_uN,
// from_i64, from_u64.
#include "fp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVAL(F, T, fraction, exponent)                                                             \
  static bool eval_##F(const char *op, uint64_t a, uint64_t b, uint64_t c, struct mtia_fp *fp,     \
                       uint64_t *r) {                                                              \
    T x = (T)a, y = (T)b, z = (T)c;                                                                \
    if (!strcmp(op, "add"))                                                                        \
      *r = mtia_##F##_add(x, y, fp);                                                               \
    else if (!strcmp(op, "sub"))                                                                   \
      *r = mtia_##F##_sub(x, y, fp);                                                               \
    else if (!strcmp(op, "mul"))                                                                   \
      *r = mtia_##F##_mul(x, y, fp);                                                               \
    else if (!strcmp(op, "div"))                                                                   \
      *r = mtia_##F##_div(x, y, fp);                                                               \
    else if (!strcmp(op, "sqrt"))                                                                  \
      *r = mtia_##F##_sqrt(x, fp);                                                                 \
    else if (!strcmp(op, "fma"))                                                                   \
      *r = mtia_##F##_fma(x, y, z, fp);                                                            \
    else if (!strcmp(op, "min"))                                                                   \
      *r = mtia_##F##_min(x, y, fp);                                                               \
    else if (!strcmp(op, "max"))                                                                   \
      *r = mtia_##F##_max(x, y, fp);                                                               \
    else if (!strcmp(op, "eq"))                                                                    \
      *r = mtia_##F##_eq(x, y, fp);                                                                \
    else if (!strcmp(op, "lt"))                                                                    \
      *r = mtia_##F##_lt(x, y, fp);                                                                \
    else if (!strcmp(op, "le"))                                                                    \
      *r = mtia_##F##_le(x, y, fp);                                                                \
    else if (!strcmp(op, "class"))                                                                 \
      *r = mtia_##F##_classify(x);                                                                 \
    else if (!strcmp(op, "from_i64"))                                                              \
      *r = mtia_##F##_from_i64((int64_t)a, fp);                                                    \
    else if (!strcmp(op, "from_u64"))                                                              \
      *r = mtia_##F##_from_u64(a, fp);                                                             \
    else if (!strncmp(op, "to_i", 4))                                                              \
      *r = mtia_##F##_to_int(x, (unsigned)atoi(op + 4), true, fp);                                 \
    else if (!strncmp(op, "to_u", 4))                                                              \
      *r = mtia_##F##_to_int(x, (unsigned)atoi(op + 4), false, fp);                                \
    else                                                                                           \
      return false;                                                                                \
    return true;                                                                                   \
  }
MTIA_FP_FORMATS(EVAL)

static bool eval(const char *format, const char *op, uint64_t a, uint64_t b, uint64_t c,
                 struct mtia_fp *fp, uint64_t *r) {
#define CONVERT(F, FT, G, GT)                                                                      \
  if (!strcmp(format, #F) && !strcmp(op, "to_" #G)) {                                              \
    *r = mtia_##F##_to_##G((FT)a, fp);                                                             \
    return true;                                                                                   \
  }
  MTIA_FP_CONVERSIONS(CONVERT)
#define CALL(F, T, fraction, exponent)                                                             \
  if (!strcmp(format, #F))                                                                         \
    return eval_##F(op, a, b, c, fp, r);
  MTIA_FP_FORMATS(CALL)
  return false;
}

int main(void) {
  char format[8], op[16];
  unsigned rm;
  uint64_t a, b, c, r;
  int words;
  while ((words = scanf("%7s %15s %x %" SCNx64 " %" SCNx64 " %" SCNx64, format, op, &rm, &a, &b,
                        &c)) == 6) {
    struct mtia_fp fp = {.rm = (uint8_t)rm};
    if (!eval(format, op, a, b, c, &fp, &r)) {
      fprintf(stderr, "fp_eval: %s %s: no such operation\n", format, op);
      return 1;
    }
    printf("%" PRIx64 " %x\n", r, fp.flags);
  }
  return words == EOF ? 0 : 1;
}
