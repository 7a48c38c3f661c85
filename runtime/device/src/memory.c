// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// memcpy, memmove, memset and memcmp by the largest words that both operands are aligned to;
// picolibc's are made for size and take byte by byte. Eight loads come before their stores, so that
// none waits. No byte outside of the operands is touched: the checks of the emulator would find it.
// Weak, as a program may bring one of its own.
#include <stddef.h>
#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) word;
typedef uint32_t __attribute__((may_alias)) half_word;
typedef uint16_t __attribute__((may_alias)) quarter;

// Never a call of itself for its own loop.
#define FUNCTION __attribute__((weak, no_builtin("memcpy", "memmove", "memset", "memcmp", "bcmp")))

enum { SHORT = 16 }; // below that, aligning costs more than it saves

// A block of eight, from the lowest or from the highest one on; d and s are moved.
#define COPY_8(type)                                                                               \
  do {                                                                                             \
    type a = ((const type *)s)[0], b = ((const type *)s)[1], c = ((const type *)s)[2];             \
    type e = ((const type *)s)[3], f = ((const type *)s)[4], g = ((const type *)s)[5];             \
    type h = ((const type *)s)[6], i = ((const type *)s)[7];                                       \
    ((type *)d)[0] = a, ((type *)d)[1] = b, ((type *)d)[2] = c, ((type *)d)[3] = e;                \
    ((type *)d)[4] = f, ((type *)d)[5] = g, ((type *)d)[6] = h, ((type *)d)[7] = i;                \
  } while (0)
#define COPY_UP(type)                                                                              \
  do {                                                                                             \
    for (; n >= 8 * sizeof(type); n -= 8 * sizeof(type)) {                                         \
      COPY_8(type);                                                                                \
      d += 8 * sizeof(type), s += 8 * sizeof(type);                                                \
    }                                                                                              \
    for (; n >= sizeof(type); n -= sizeof(type)) {                                                 \
      *(type *)d = *(const type *)s;                                                               \
      d += sizeof(type), s += sizeof(type);                                                        \
    }                                                                                              \
  } while (0)
#define COPY_DOWN(type)                                                                            \
  do {                                                                                             \
    for (; n >= 8 * sizeof(type); n -= 8 * sizeof(type)) {                                         \
      d -= 8 * sizeof(type), s -= 8 * sizeof(type);                                                \
      COPY_8(type);                                                                                \
    }                                                                                              \
    for (; n >= sizeof(type); n -= sizeof(type)) {                                                 \
      d -= sizeof(type), s -= sizeof(type);                                                        \
      *(type *)d = *(const type *)s;                                                               \
    }                                                                                              \
  } while (0)
// d is aligned to words; the other one may be less.
#define COPY(DIRECTION)                                                                            \
  do {                                                                                             \
    if ((uintptr_t)s % sizeof(word) == 0)                                                          \
      DIRECTION(word);                                                                             \
    else if ((uintptr_t)s % sizeof(half_word) == 0)                                                \
      DIRECTION(half_word);                                                                        \
    else if ((uintptr_t)s % sizeof(quarter) == 0)                                                  \
      DIRECTION(quarter);                                                                          \
    DIRECTION(unsigned char);                                                                      \
  } while (0)

// Also where d lies below s and they overlap.
static inline __attribute__((always_inline)) void copy_up(unsigned char *d, const unsigned char *s,
                                                          size_t n) {
  if (n >= SHORT) {
    for (; (uintptr_t)d % sizeof(word); n--)
      *d++ = *s++;
    COPY(COPY_UP);
    return;
  }
  while (n--)
    *d++ = *s++;
}

FUNCTION void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  copy_up(to, from, n);
  return to;
}

FUNCTION void *memmove(void *to, const void *from, size_t n) {
  if ((uintptr_t)to - (uintptr_t)from >= n) {
    copy_up(to, from, n);
    return to;
  }
  unsigned char *d = (unsigned char *)to + n;
  const unsigned char *s = (const unsigned char *)from + n;
  if (n >= SHORT) {
    for (; (uintptr_t)d % sizeof(word); n--)
      *--d = *--s;
    COPY(COPY_DOWN);
    return to;
  }
  while (n--)
    *--d = *--s;
  return to;
}

FUNCTION void *memset(void *to, int byte, size_t n) {
  unsigned char *d = to;
  if (n >= SHORT) {
    word all = (unsigned char)byte * UINT64_C(0x0101010101010101);
    for (; (uintptr_t)d % sizeof(word); n--)
      *d++ = (unsigned char)byte;
    for (; n >= 8 * sizeof(word); n -= 8 * sizeof(word), d += 8 * sizeof(word)) {
      word *w = (word *)d;
      w[0] = all, w[1] = all, w[2] = all, w[3] = all;
      w[4] = all, w[5] = all, w[6] = all, w[7] = all;
    }
    for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word))
      *(word *)d = all;
  }
  while (n--)
    *d++ = (unsigned char)byte;
  return to;
}

FUNCTION int memcmp(const void *left, const void *right, size_t n) {
  const unsigned char *a = left, *b = right;
  if (n >= SHORT && ((uintptr_t)a ^ (uintptr_t)b) % sizeof(word) == 0) {
    for (; (uintptr_t)a % sizeof(word); n--, a++, b++)
      if (*a != *b)
        return *a - *b;
    for (; n >= 4 * sizeof(word); n -= 4 * sizeof(word)) {
      const word *u = (const word *)a, *v = (const word *)b;
      if ((u[0] ^ v[0]) | (u[1] ^ v[1]) | (u[2] ^ v[2]) | (u[3] ^ v[3]))
        break;
      a += 4 * sizeof(word), b += 4 * sizeof(word);
    }
    // The bytes say which is the greater one.
    for (; n >= sizeof(word) && *(const word *)a == *(const word *)b; n -= sizeof(word))
      a += sizeof(word), b += sizeof(word);
  }
  for (; n; n--, a++, b++)
    if (*a != *b)
      return *a - *b;
  return 0;
}
