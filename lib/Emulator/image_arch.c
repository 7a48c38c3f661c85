// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The section .riscv.attributes: what an executable was compiled for. RISC-V ELF psABI,
// "Attributes": 'A', then sub-sections (length, vendor, parts (tag, length, attributes)).
#include "image.h"

#include <string.h>

#define TAG_FILE 1
#define TAG_ARCH 5 // as every odd one: a string

struct bytes {
  const uint8_t *at, *end;
};

static uint64_t uleb(struct bytes *b) {
  uint64_t value = 0;
  for (unsigned shift = 0; b->at < b->end; shift += 7) {
    uint8_t byte = *b->at++;
    value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
    if (!(byte & 0x80))
      break;
  }
  return value;
}

// A string up to its NUL, or NULL.
static const char *string(struct bytes *b) {
  const char *s = (const char *)b->at;
  const uint8_t *nul = memchr(b->at, 0, (size_t)(b->end - b->at));
  if (!nul)
    return NULL;
  b->at = nul + 1;
  return s;
}

// Takes the next part off: `len` bytes from `start` on, of which some have been read.
static bool part(struct bytes *b, const uint8_t *start, uint64_t len, struct bytes *out) {
  if (len > (uint64_t)(b->end - start) || start + len < b->at)
    return false;
  *out = (struct bytes){b->at, start + len};
  b->at = start + len;
  return true;
}

static uint32_t word(struct bytes *b) {
  uint32_t value = 0;
  if (b->end - b->at < 4) {
    b->at = b->end;
    return 0;
  }
  memcpy(&value, b->at, 4);
  b->at += 4;
  return value;
}

// "rv64i2p1_m2p0_v1p0", "rv64gcv": v, one of the zve*, or zfbfmin, which comes with them.
static bool names_vectors(const char *arch) {
  if (strncmp(arch, "rv", 2))
    return false;
  size_t first = strcspn(arch, "_");
  for (size_t i = 4; i < first && arch[i] != 'z' && arch[i] != 's' && arch[i] != 'x'; i++)
    if (arch[i] == 'v')
      return true;
  for (const char *name = strchr(arch, '_'); name; name = strchr(name + 1, '_'))
    if ((name[1] == 'v' && (name[2] < 'a' || name[2] > 'z')) || !strncmp(name + 1, "zve", 3) ||
        !strncmp(name + 1, "zfbfmin", 7))
      return true;
  return false;
}

static bool file_attributes(struct bytes b) {
  while (b.at < b.end) {
    uint64_t tag = uleb(&b);
    if (tag % 2 == 0) {
      uleb(&b);
      continue;
    }
    const char *text = string(&b);
    if (!text)
      return false;
    if (tag == TAG_ARCH && names_vectors(text))
      return true;
  }
  return false;
}

bool mtia_image_names_vectors(const uint8_t *section, size_t size) {
  struct bytes b = {section, section + size}, vendor, attributes;
  if (!size || *b.at++ != 'A')
    return false;
  while (b.at < b.end) {
    const uint8_t *start = b.at;
    uint32_t len = word(&b);
    if (!part(&b, start, len, &vendor))
      return false;
    const char *name = string(&vendor);
    if (!name || strcmp(name, "riscv"))
      continue;
    while (vendor.at < vendor.end) {
      const uint8_t *from = vendor.at;
      uint64_t tag = uleb(&vendor);
      uint32_t bytes = word(&vendor);
      if (!part(&vendor, from, bytes, &attributes))
        return false;
      if (tag == TAG_FILE && file_attributes(attributes))
        return true;
    }
  }
  return false;
}
