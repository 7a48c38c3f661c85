// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "emulator_fuzz.h"
#include "semihost.h"

#include <stdlib.h>

struct mtia_device *fuzz_device(const struct mtia_device_options *options) {
  struct mtia_error error = {0};
  struct mtia_device *dev = mtia_device_create(options, &error);
  if (!dev) {
    fprintf(stderr, "no device: %s\n", error.text);
    abort();
  }
  return dev;
}

void fuzz_check_error(const struct mtia_error *error) {
  if (error->category == MTIA_ERR_INTERNAL || !error->text[0]) {
    fprintf(stderr, "%s: %s\n", mtia_error_category_name(error->category), error->text);
    abort();
  }
}

//===-- Semihosting without a host --------------------------------------------===//

bool mtia_host_create(struct mtia_device *dev, struct mtia_error *error) { return true; }
void mtia_host_destroy(struct mtia_device *dev) {}
bool mtia_host_set_args(struct mtia_device *dev, int argc, const char *const *argv,
                        struct mtia_error *error) {
  return true;
}
void mtia_host_flush(struct mtia_device *dev) {}
int64_t mtia_host_write(struct mtia_device *dev, bool errors, const uint8_t *data, size_t size) {
  volatile uint8_t sum = 0; // the sanitizer sees what would have been written
  for (size_t i = 0; i < size; i++)
    sum = (uint8_t)(sum + data[i]);
  return (int64_t)size;
}
int64_t mtia_host_read(struct mtia_device *dev, uint8_t *data, size_t size) { return 0; }
void mtia_semihost_call(struct mtia_core *core) { core->x[10] = UINT64_MAX; }
