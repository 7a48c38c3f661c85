// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mtia_npy_parse on arbitrary bytes: no crash, no read outside, and whatever is
// accepted is consistent with itself.
#include "mtia/npy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  if (!mtia_npy_parse("fuzz", data, size, &npy, &error)) {
    if (npy.data || !error.text[0])
      abort();
    return 0;
  }
  size_t count = 1;
  for (unsigned i = 0; i < npy.ndim; i++)
    count *= (size_t)npy.dims[i];
  if (count != npy.count || npy.bytes != count * mtia_npy_type_size(npy.type) || npy.bytes > size)
    abort();
  mtia_npy_free(&npy);
  return 0;
}
