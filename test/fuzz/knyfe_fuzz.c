// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole compiler up to its C text on arbitrary bytes: text or a message, never a crash, a hang
// or an internal error. Sizes, the grid and the form are drawn from the bytes.
#include "ast.h"
#include "backend.h"
#include "diag.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t hash(const uint8_t *data, size_t size) {
  uint64_t h = 14695981039346656037u;
  for (size_t i = 0; i < size; i++)
    h = (h ^ data[i]) * 1099511628211u;
  return h ^ h >> 29;
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  abort();
}

static void on_message(void *data, enum kn_message_kind kind, enum kn_diag_id id,
                       struct kn_range range, const char *text) {
  if (id == KN_DIAG_internal)
    fail(text);
}

// C for the kernel, with some sizes or without.
static void compile(struct kn_file *file, struct kn_kernel *k, uint64_t h) {
  static const int64_t sizes[] = {0, 1, 2, 3, 7, 16, 33, 64, 100, 257, 1000, 40000};
  struct kn_target target = {.grid_rows = 1 + (unsigned)(h & 7),
                             .grid_cols = 1 + (unsigned)(h >> 3 & 7),
                             .dynamic = (h >> 6) % 3 == 0};
  h >>= 8;
  for (struct kn_dim *d = k->dims; d; d = d->next) {
    h = h * 6364136223846793005u + 1442695040888963407u;
    if (d->size < 0 && !d->expr && !(target.dynamic && h >> 60))
      kn_set_dim(k, d, sizes[(h >> 32) % (sizeof sizes / sizeof *sizes)]);
  }
  if (!target.dynamic && !kn_require_static(file, k))
    return;
  unsigned errors = file->diags->errors;
  enum kn_emit forms[] = {KN_EMIT_C, KN_EMIT_C, KN_EMIT_C, KN_EMIT_MTIA, KN_EMIT_MLIR};
  char *text;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  bool ok = kn_backend_emit(file, k, &target, forms[(h >> 40) % 5], out);
  fclose(out);
  if (ok != (file->diags->errors == errors))
    fail(ok ? "accepted with an error" : "refused without a word");
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct kn_file *file = kn_file_from_text("fuzz", (const char *)data, size);
  file->diags->sink = on_message;
  file->no_imports = true;
  file->fuel = 20000;
  bool ok = kn_parse(file);
  ok &= kn_check(file);
  uint64_t h = hash(data, size);
  for (struct kn_kernel *k = file->kernels; ok && k; k = k->next)
    compile(file, k, h);
  kn_file_close(file);
  return 0;
}
