// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signatures of conformance tests. The format is that of Spike's +signature and of the
// Sail model's --test-signature.
#include "image.h"
#include "internal.h"

#include <stdlib.h>

enum { MOST = 16 << 20 }; // bytes: conformance tests leave some kilobytes

char *mtia_signature(struct mtia_device *dev, unsigned bytes, struct mtia_error *error) {
  const struct mtia_symbol *from = mtia_image_find(dev, "begin_signature");
  const struct mtia_symbol *to = mtia_image_find(dev, "end_signature");
  if (!bytes || bytes > 16 || bytes & (bytes - 1)) {
    mtia_error_set(error, MTIA_ERR_USAGE,
                   "a line of a signature has 1, 2, 4, 8 or 16 bytes, not %u", bytes);
    return NULL;
  }
  if (!from || !to || from->addr > to->addr) {
    mtia_error_set(error, MTIA_ERR_USAGE,
                   "the program has no signature: no symbols begin_signature and, not in front of "
                   "it, end_signature");
    return NULL;
  }
  if (to->addr - from->addr > MOST) {
    mtia_error_set(error, MTIA_ERR_USAGE,
                   "the signature, from begin_signature to end_signature, has %llu bytes; at most "
                   "%d are printed",
                   (unsigned long long)(to->addr - from->addr), MOST);
    return NULL;
  }
  uint64_t size = to->addr - from->addr, lines = (size + bytes - 1) / bytes;
  const uint8_t *host = size ? mtia_mem(dev, &dev->pe[0], from->addr, size) : NULL;
  if (size && !host) {
    mtia_error_set(error, MTIA_ERR_ACCESS, "the signature, %#llx to %#llx, is not in a memory",
                   (unsigned long long)from->addr, (unsigned long long)to->addr);
    return NULL;
  }
  char *text = malloc(lines * (2 * bytes + 1) + 1), *out = text;
  if (!text) {
    mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the signature");
    return NULL;
  }
  for (uint64_t line = 0; line < size; line += bytes) {
    if (line)
      *out++ = '\n';
    for (unsigned i = bytes; i-- > 0;) {
      unsigned byte = line + i < size ? host[line + i] : 0;
      *out++ = "0123456789abcdef"[byte >> 4];
      *out++ = "0123456789abcdef"[byte & 15];
    }
  }
  *out = 0;
  return text;
}
