// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parser, checks, printer and interpreter on arbitrary bytes: messages, never a
// crash. Kernels that pass the checks are interpreted with tiny tensors.
#include "ast.h"
#include "diag.h"
#include "interp.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 4096 /* of one tensor: the point is the code, not the size */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Can the kernel be interpreted in no time? Explicit ranges may be as long as they like.
static bool small(const struct kn_file *file, const struct kn_kernel *k) {
  const struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (const struct kn_tensor *t = lists[i]; t; t = t->next) {
      int64_t bytes = 8;
      for (unsigned d = 0; d < t->rank; d++) {
        if (t->dims[d]->size < 0 || t->dims[d]->size > 16)
          return false;
        bytes *= t->dims[d]->size;
        if (bytes > MAX_BYTES)
          return false;
      }
    }
  for (const struct kn_stmt *s = k->stmts; s; s = s->next)
    if (s->num_index_vars > 6)
      return false;
  return !memmem(file->text, file->size, "..", 2);
}

static void interpret(struct kn_file *file, struct kn_kernel *k) {
  unsigned count = k->num_inputs + k->num_outputs;
  void **tensors = calloc(count, sizeof *tensors);
  for (unsigned i = 0; i < count; i++)
    tensors[i] = calloc(1, MAX_BYTES);
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    char *bytes = tensors[t->id];
    for (size_t i = 0; t->type != KN_BOOL && i < kn_tensor_bytes(t); i++)
      bytes[i] = (char)(i * 37 + t->id);
  }
  kn_interpret(file, k, tensors, NULL);
  for (unsigned i = 0; i < count; i++)
    free(tensors[i]);
  free(tensors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct kn_file *file = kn_file_from_text("fuzz", (const char *)data, size);
  char *text;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  file->diags->out = out;
  file->no_imports = true;
  bool ok = kn_parse(file);
  ok &= kn_check(file);
  if (!ok != (file->diags->errors > 0))
    abort(); /* refused without a word, or accepted with one */
  for (struct kn_kernel *k = file->kernels; ok && k; k = k->next) {
    for (struct kn_dim *d = k->dims; d; d = d->next)
      if (d->size < 0)
        kn_set_dim(k, d->base ? d->base : d, 3);
    kn_print(out, file, k);
    if (small(file, k))
      interpret(file, k);
  }
  kn_file_close(file);
  fclose(out);
  free(text);
  return 0;
}
