// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device files of arbitrary bytes: no crash; what is refused is refused with file, line and
// column; what is accepted can be written and read again and is the same.
#include "device.h"
#include "mtia/emulator.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct mtia_device_params first, second;
  struct mtia_error error = {0};
  char name[32], again[32], *text = NULL;
  size_t length = 0;
  if (!mtia_device_read("fuzz", (const char *)data, size, name, sizeof name, &first, &error)) {
    if (error.category != MTIA_ERR_FILE || strncmp(error.text, "fuzz:", 5))
      abort();
    return 0;
  }
  FILE *out = open_memstream(&text, &length);
  if (!out)
    return 0;
  mtia_device_write(name, &first, out);
  fclose(out);
  if (!mtia_device_read("written", text, length, again, sizeof again, &second, &error) ||
      memcmp(&first, &second, sizeof first) || strcmp(name, again))
    abort();
  free(text);
  return 0;
}
