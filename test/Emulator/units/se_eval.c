// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   se-eval FUNCTION < words > words
//
// The SIMD engine's function of each binary32 of the input, for the model in
// Inputs/se_functions.py.

#include "se.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  uint32_t word;
  if (argc != 2)
    return 1;
  unsigned function = (unsigned)atoi(argv[1]);
  while (fread(&word, 4, 1, stdin) == 1) {
    uint32_t result = mtia_bits_of(mtia_se_function(function, mtia_float_of(word)));
    if (fwrite(&result, 4, 1, stdout) != 1)
      return 1;
  }
  return 0;
}
