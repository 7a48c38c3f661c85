// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Access to circular buffers by absolute byte number; wraps at their end.

#include "check.h"
#include "units.h"

#include <string.h>

// Bytes from byte number b to the end of the buffer, at most `bytes`.
static uint32_t until_end(const struct mtia_cb *cb, uint64_t b, uint32_t bytes) {
  uint32_t rest = cb->size - (uint32_t)(b % cb->size);
  return rest < bytes ? rest : bytes;
}

void mtia_cb_read(const struct mtia_cp *cp, unsigned cb, uint64_t b, void *to, uint32_t bytes) {
  uint8_t *out = to;
  if (cp->pe->dev->check)
    mtia_check_cb_read(cp, cb, b, to, bytes);
  while (bytes) {
    uint32_t n = until_end(&cp->cb[cb], b, bytes);
    memcpy(out, mtia_cb_at(cp, cb, b), n);
    out += n;
    b += n;
    bytes -= n;
  }
}

void mtia_cb_write(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *from,
                   uint32_t bytes) {
  const uint8_t *in = from;
  if (cp->pe->dev->check)
    mtia_check_cb_write(cp, cb, b, from, bytes);
  while (bytes) {
    uint32_t n = until_end(&cp->cb[cb], b, bytes);
    // A DMA may copy within one local memory.
    memmove(mtia_cb_at(cp, cb, b), in, n);
    in += n;
    b += n;
    bytes -= n;
  }
}

void mtia_cb_zero(const struct mtia_cp *cp, unsigned cb, uint64_t b, uint32_t bytes) {
  if (cp->pe->dev->check)
    mtia_check_cb_write(cp, cb, b, NULL, bytes);
  while (bytes) {
    uint32_t n = until_end(&cp->cb[cb], b, bytes);
    memset(mtia_cb_at(cp, cb, b), 0, n);
    b += n;
    bytes -= n;
  }
}
