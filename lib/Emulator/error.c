// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "internal.h"

#include <stdlib.h>
#include <string.h>

const char *mtia_error_category_name(enum mtia_error_category category) {
  static const char *const names[] = {
#define X(id, text) text,
      MTIA_ERRORS(X)
#undef X
  };
  return category < sizeof names / sizeof *names ? names[category] : "?";
}

void mtia_error_clear(struct mtia_error *error) {
  free(error->report);
  memset(error, 0, sizeof *error);
}

static void set(struct mtia_error *error, enum mtia_error_category category, const char *fmt,
                va_list args) {
  if (!error || error->category != MTIA_OK)
    return;
  error->category = category;
  vsnprintf(error->text, sizeof error->text, fmt, args);
}

bool mtia_error_set(struct mtia_error *error, enum mtia_error_category category, const char *fmt,
                    ...) {
  va_list args;
  va_start(args, fmt);
  set(error, category, fmt, args);
  va_end(args);
  return false;
}

void mtia_fail(struct mtia_device *dev, enum mtia_error_category category, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  set(&dev->error, category, fmt, args);
  va_end(args);
  dev->stop = true;
}
