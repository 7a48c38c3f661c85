// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutations of KNYFE-C text by words: most results still parse, so that what stands behind the
// parser is tried as well. Words and lines come from the input itself, a table, and (crossing two
// inputs) the other one.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

// Each line: words that may stand in each other's place.
static const char *const words[] = {
    "i4 i8 u8 i16 i32 i64 f16 bf16 f32 bool rowq8 rowq4 rowq8h rowq4h",
    "sum prod max min argmax argmin mean any all",
    "exp log sqrt rsqrt tanh sigmoid erf gelu silu relu abs floor ceil trunc round round_away",
    "where min max clamp pow leaky_relu pad quantize dequantize",
    "+ - * / % << >> & | ^ && || < <= > >= == !=",
    "0 1 2 3 7 8 31 63 64 100 127 128 -1 65535 2147483647 -2147483648 9223372036854775807 0.5 1e30 "
    "-3.0 1e-40 inf nan true false",
    "( ) [ ] { } , : ; -> = += .. # \n",
    "kernel def import schedule in lo hi scale zero_point rounding even away zero down up grid "
    "split "
    "tile resident buffers unit local sram dram dpe core",
    "N M K B D E N + 1|2 * N|N - K|ceil(N / 2)|N * M|3",
    "i j k m n i + 1|2 * i|N - 1 - i|i / 2|i % 3|i + j",
};
enum { GROUPS = sizeof words / sizeof *words };

struct piece {
  const char *text;
  size_t size;
};

static struct piece nth_word(const char *line, unsigned n) {
  // A group with '|' has words with spaces in its second half.
  const char *p = line;
  for (;; n--) {
    size_t size = strcspn(p, strchr(line, '|') && p > line && p[-1] == '|' ? "|" : " |");
    if (!n)
      return (struct piece){p, size};
    p += size;
    if (!*p++)
      return nth_word(line, n - 1);
  }
}

static unsigned count_words(const char *line) {
  unsigned n = 1;
  for (const char *p = line; *p; p++)
    n += *p == ' ' || *p == '|';
  return n;
}

static bool is_word(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The word or sign at or behind a place.
static struct piece word_at(const uint8_t *data, size_t size, size_t at) {
  while (at && is_word(data[at]) && is_word(data[at - 1]))
    at--;
  while (at < size && (data[at] == ' ' || data[at] == '\n'))
    at++;
  size_t end = at;
  while (end < size && is_word(data[end]))
    end++;
  if (end == at && end < size) {
    end++;
    if (end < size && strchr("<>=&|.+-", data[at]) && strchr("<>=&|.", data[end]))
      end++;
  }
  return (struct piece){(const char *)data + at, end - at};
}

static struct piece line_at(const uint8_t *data, size_t size, size_t at) {
  size_t end = at;
  while (at && data[at - 1] != '\n')
    at--;
  while (end < size && data[end] != '\n')
    end++;
  return (struct piece){(const char *)data + at, end + (end < size) - at};
}

// Replaces [at, at + old) by the piece; the new size.
static size_t put(uint8_t *data, size_t size, size_t max, size_t at, size_t old,
                  struct piece piece) {
  if (piece.size > 512 || size - old + piece.size > max)
    return size;
  char copy[512];
  memcpy(copy, piece.text, piece.size); // may lie in data itself
  memmove(data + at + piece.size, data + at + old, size - at - old);
  memcpy(data + at, copy, piece.size);
  return size - old + piece.size;
}

static unsigned long draw(uint64_t *state, uint64_t n) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return n ? (*state >> 33) % n : 0;
}

// A word that may stand where `old` does, if a group has it.
static struct piece alike(struct piece old, uint64_t *state) {
  for (unsigned g = 0; g < GROUPS; g++) {
    unsigned n = count_words(words[g]);
    for (unsigned i = 0; i < n; i++) {
      struct piece w = nth_word(words[g], i);
      if (w.size == old.size && !memcmp(w.text, old.text, w.size))
        return nth_word(words[g], (unsigned)draw(state, n));
    }
  }
  unsigned g = (unsigned)draw(state, GROUPS);
  return nth_word(words[g], (unsigned)draw(state, count_words(words[g])));
}

static size_t mutate_once(uint8_t *data, size_t size, size_t max, uint64_t *state) {
  struct piece old = word_at(data, size, draw(state, size));
  size_t at = (size_t)((const uint8_t *)old.text - data);
  struct piece other = word_at(data, size, draw(state, size));
  switch (draw(state, 10)) {
  case 0: // leave a word out
    return put(data, size, max, at, old.size, (struct piece){"", 0});
  case 1: // a word twice, or another one beside it
    return put(data, size, max, at, 0, other);
  case 2:
  case 3:
    return put(data, size, max, at, old.size, other);
  case 4: // a line once more
    return put(data, size, max,
               (size_t)((const uint8_t *)line_at(data, size, at ? at - 1 : 0).text - data), 0,
               line_at(data, size, draw(state, size)));
  case 5: { // a line less
    struct piece line = line_at(data, size, at ? at - 1 : 0);
    return put(data, size, max, (size_t)((const uint8_t *)line.text - data), line.size,
               (struct piece){"", 0});
  }
  default:
    return put(data, size, max, at, old.size, alike(old, state));
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  if (!size || draw(&state, 12) == 0)
    return LLVMFuzzerMutate(data, size, max);
  for (unsigned long n = 1 + draw(&state, 4); n && size; n--)
    size = mutate_once(data, size, max, &state);
  return size;
}

// A line of the other input in front of a line of this one, or for a word one of the other's.
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed) {
  uint64_t state = seed * 0x9E3779B97F4A7C15u + 3;
  if (!a_size || !b_size || a_size > max)
    return 0;
  memcpy(out, a, a_size);
  struct piece place = draw(&state, 2) ? line_at(out, a_size, draw(&state, a_size))
                                       : word_at(out, a_size, draw(&state, a_size));
  bool line = place.size && place.text[place.size - 1] == '\n';
  struct piece from =
      line ? line_at(b, b_size, draw(&state, b_size)) : word_at(b, b_size, draw(&state, b_size));
  return put(out, a_size, max, (size_t)((const uint8_t *)place.text - out),
             line && draw(&state, 2) ? 0 : place.size, from);
}
