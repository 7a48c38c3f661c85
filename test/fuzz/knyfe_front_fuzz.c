// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parser, checks, printer and interpreter on arbitrary bytes: messages, never a
// crash. Kernels that pass the checks are interpreted with tiny tensors.
#include "ast.h"
#include "diag.h"
#include "format.h"
#include "interp.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 4096 /* of one tensor: the point is the code, not the size */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Can the kernel be interpreted in no time?
static bool small(const struct kn_kernel *k) {
  const struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (const struct kn_tensor *t = lists[i]; t; t = t->next) {
      int64_t bytes = 32;
      for (unsigned d = 0; d < t->rank; d++) {
        if (t->dims[d]->size < 0 || t->dims[d]->size > 16)
          return false;
        bytes *= t->dims[d]->size ? t->dims[d]->size : 1;
        if (bytes > MAX_BYTES)
          return false;
      }
    }
  for (const struct kn_dim *d = k->dims; d; d = d->next)
    if (d->size < 0)
      return false;
  return true;
}

static void interpret(struct kn_file *file, struct kn_kernel *k) {
  unsigned count = k->num_inputs + k->num_outputs;
  void **tensors = calloc(count, sizeof *tensors);
  double **errors = calloc(count, sizeof *errors);
  for (unsigned i = 0; i < count; i++)
    tensors[i] = calloc(1, MAX_BYTES);
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    if (kn_tensor_bytes(t) > MAX_BYTES)
      abort();
    char *bytes = tensors[t->id];
    for (size_t i = 0; t->type != KN_BOOL && i < kn_tensor_bytes(t); i++)
      bytes[i] = (char)(i * 37 + t->id);
  }
  for (struct kn_tensor *t = k->outputs; t; t = t->next)
    errors[t->id] = calloc(1, MAX_BYTES * sizeof **errors);
  kn_interpret(file, k, tensors, errors);
  for (unsigned i = 0; i < count; i++) {
    free(tensors[i]);
    free(errors[i]);
  }
  free(tensors);
  free(errors);
}

// Formatting again changes nothing.
static void format(struct kn_file *file) {
  size_t size, again_size;
  char *once = kn_format(file, &size);
  if (!once)
    abort();
  struct kn_file *formatted = kn_file_from_text("once", once, size);
  char *again = kn_format(formatted, &again_size);
  if (!again || size != again_size || memcmp(once, again, size))
    abort();
  free(again);
  free(once);
  kn_file_close(formatted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct kn_file *file = kn_file_from_text("fuzz", (const char *)data, size);
  char *text;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  file->diags->out = out;
  file->no_imports = true;
  file->fuel = 20000;
  bool ok = kn_parse(file);
  if (ok)
    format(file);
  ok &= kn_check(file);
  if (!ok != (file->diags->errors > 0))
    abort(); /* refused without a word, or accepted with one */
  for (struct kn_kernel *k = file->kernels; ok && k; k = k->next) {
    for (struct kn_dim *d = k->dims; d; d = d->next)
      if (d->size < 0)
        kn_set_dim(k, d->base ? d->base : d, 3);
    kn_print(out, file, k);
    if (small(k))
      interpret(file, k);
  }
  kn_file_close(file);
  fclose(out);
  free(text);
  return 0;
}
