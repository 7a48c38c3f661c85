// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- elsewhere.c - What other languages have, written in this one ---------===*/
#include "elsewhere.h"

#include <stddef.h>
#include <string.h>

#define NO_CIRCLES "there are no functions of angles; let the caller give their values as a tensor"
#define NO_ORDER                                                                                   \
  "nothing is sorted; the greatest is argmax[n] x[n], the next one argmax[n] where(n == first, "   \
  "-inf, x[n])"
#define PRODUCT "a product of matrices is y[m, n] = sum[k] a[m, k] * b[k, n]"
#define WRITE_OUT                                                                                  \
  "it takes several statements, as in examples/softmax.knyfe, examples/layernorm.knyfe"
#define POWER "write pow(a, b), or x * x"

static const struct {
  const char *word, *form;
} forms[] = {
    {"sin", NO_CIRCLES},
    {"cos", NO_CIRCLES},
    {"tan", NO_CIRCLES},
    {"atan2", NO_CIRCLES},
    {"log1p", "write log(1.0 + x)"},
    {"expm1", "write exp(x) - 1.0"},
    {"exp2", "write exp(x * 0.69314718) or pow(2.0, x)"},
    {"log2", "write log(x) * 1.44269504"},
    {"log10", "write log(x) * 0.43429448"},
    {"softplus", "write relu(x) + log(1.0 + exp(-abs(x)))"},
    {"sign", "write f32(x > 0) - f32(x < 0)"},
    {"isnan", "write x != x"},
    {"relu6", "write clamp(x, 0, 6)"},
    {"select", "write where(condition, value, otherwise)"},
    {"square", "write x * x"},
    {"power", POWER},
    {"**", POWER},
    {"^", POWER},
    {"maximum", "write max(a, b)"},
    {"minimum", "write min(a, b)"},
    {"fma", "write a * b + c"},
    {"float", "the type is f32"},
    {"double", "the greatest floating-point type is f32"},
    {"f64", "the greatest floating-point type is f32; sums are formed in double by the reference"},
    {"half", "the type is f16"},
    {"int", "the types are i8, u8, i16, i32, i64"},
    {"round_even", "write round(x)"},
    {"len", "the name of a dimension in an expression is its size"},
    {"dot", PRODUCT},
    {"matmul", PRODUCT},
    {"einsum", PRODUCT},
    {"@", PRODUCT},
    {"topk", NO_ORDER},
    {"sort", NO_ORDER},
    {"argsort", NO_ORDER},
    {"cumsum", "a running sum is y[i] = sum[j in 0..i + 1] x[j]"},
    {"softmax", WRITE_OUT},
    {"layernorm", WRITE_OUT},
    {"std", "write sqrt(mean[n] (x[n] - m) * (x[n] - m)) below m = mean[n] x[n]"},
    {"var", "write mean[n] (x[n] - m) * (x[n] - m) below m = mean[n] x[n]"},
    {"norm", "write sqrt(sum[n] x[n] * x[n])"},
    {"count", "write sum[n] i32(condition)"},
    {"logsumexp", "write top + log(sum[n] exp(x[n] - top)) below top = max[n] x[n]"},
    {"?", "write where(condition, value, otherwise)"},
    {"if", "write where(condition, value, otherwise)"},
    {"and", "write &&"},
    {"or", "write ||"},
    {":", "a slice is y[i] = x[i + 3], with the shape of y written"},
    {".", "a method has no form here; transposing is another order of indices"},
};

const char *kn_elsewhere(const char *word) {
  for (size_t i = 0; word && i < sizeof forms / sizeof *forms; i++)
    if (!strcmp(forms[i].word, word))
      return forms[i].form;
  return NULL;
}
