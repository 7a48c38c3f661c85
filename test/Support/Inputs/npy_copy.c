// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Test tool: npy-copy in.npy out.npy loads and saves, printing type and shape.
#include "mtia/npy.h"

#include <stdio.h>

int main(int argc, char **argv) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  char text[200];
  if (argc != 3)
    return fprintf(stderr, "usage: npy-copy in.npy out.npy\n"), 2;
  if (!mtia_npy_load(argv[1], &npy, &error) ||
      !mtia_npy_save(argv[2], npy.type, npy.ndim, npy.dims, npy.data, &error))
    return fprintf(stderr, "%s\n", error.text), 1;
  puts(mtia_npy_describe(npy.type, npy.ndim, npy.dims, text, sizeof text));
  mtia_npy_free(&npy);
  return 0;
}
