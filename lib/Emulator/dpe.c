// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dot-product engine: mml.

#include "units.h"

#include <string.h>

//===-- Floating point --------------------------------------------------------===//

#define INLINE static inline __attribute__((always_inline))

// Along k, one element after the other: a product rounded to binary32, then a sum. Columns are
// independent of each other, so the compiler takes many at once. Nothing is contracted.
INLINE void tile_float(int32_t acc[MTIA_TILE][MTIA_TILE], const uint8_t *const a[MTIA_TILE],
                       const uint8_t *const b[MTIA_TILE], unsigned rows, unsigned cols,
                       unsigned type) {
  float y[16][MTIA_TILE] = {{0}}; // [element][column]
  for (unsigned j = 0; j < cols; j++)
    for (unsigned l = 0; l < 16; l++) {
      uint16_t half;
      memcpy(&half, b[j] + 2 * l, 2);
      y[l][j] = type == MML_F16 ? mtia_float_of_f16(half) : mtia_float_of_bf16(half);
    }
  for (unsigned i = 0; i < rows; i++) {
    float sum[MTIA_TILE];
    memcpy(sum, acc[i], sizeof sum);
    for (unsigned l = 0; l < 16; l++) {
      uint16_t half;
      memcpy(&half, a[i] + 2 * l, 2);
      float x = type == MML_F16 ? mtia_float_of_f16(half) : mtia_float_of_bf16(half);
      for (unsigned j = 0; j < MTIA_TILE; j++)
        sum[j] += x * y[l][j];
    }
    for (unsigned j = 0; j < cols; j++)
      acc[i][j] = (int32_t)mtia_bits_of(sum[j]);
  }
}

//===-- Integers --------------------------------------------------------------===//

void mtia_dpe_tile_portable(int32_t acc[MTIA_TILE][MTIA_TILE], const uint8_t *const a[MTIA_TILE],
                            const uint8_t *const b[MTIA_TILE], unsigned rows, unsigned cols,
                            unsigned type) {
  if (type >= MML_F16) {
    tile_float(acc, a, b, rows, cols, type);
    return;
  }
  for (unsigned i = 0; i < rows; i++)
    for (unsigned j = 0; j < cols; j++) {
      int32_t sum = 0; // 32 products of 9-bit numbers
      for (unsigned l = 0; l < 32; l++) {
        int32_t x = type & 1 ? a[i][l] : (int8_t)a[i][l];
        int32_t y = type & 2 ? b[j][l] : (int8_t)b[j][l];
        sum += x * y;
      }
      acc[i][j] = (int32_t)((uint32_t)acc[i][j] + (uint32_t)sum);
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 static inline __attribute__((target("avx2"), always_inline))

// 16 bytes as 16 numbers of 16 bits.
AVX2 __m256i widen(const uint8_t *in, bool is_unsigned) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)in);
  return is_unsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
}

// 8 x 8 words, rows for columns.
AVX2 void transpose(__m256i r[8]) {
  __m256i t[8];
  for (unsigned i = 0; i < 8; i += 2) { // pairs of rows: words 0 and 1, 2 and 3 of each half
    t[i] = _mm256_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (unsigned i = 0; i < 8; i += 4) // four rows: word 0, 1, 2, 3 of each half
    for (unsigned k = 0; k < 2; k++) {
      r[i + 2 * k] = _mm256_unpacklo_epi64(t[i + k], t[i + k + 2]);
      r[i + 2 * k + 1] = _mm256_unpackhi_epi64(t[i + k], t[i + k + 2]);
    }
  for (unsigned i = 0; i < 4; i++) {
    t[i] = _mm256_permute2x128_si256(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2x128_si256(r[i], r[i + 4], 0x31);
  }
  memcpy(r, t, sizeof t);
}

// count rows of the result; pairs: two neighbouring elements of every row of B, [pair][row].
AVX2 void multiply_rows(int32_t (*acc)[MTIA_TILE], const uint8_t *const *a,
                        int32_t (*pairs)[MTIA_TILE], unsigned count, bool is_unsigned) {
  __m256i sum[2][4];
  int32_t wide[2][16] __attribute__((aligned(32)));
  for (unsigned r = 0; r < count; r++) {
    for (unsigned h = 0; h < 2; h++)
      _mm256_store_si256((__m256i *)(wide[r] + 8 * h), widen(a[r] + 16 * h, is_unsigned));
    for (unsigned v = 0; v < 4; v++)
      sum[r][v] = _mm256_loadu_si256((const __m256i *)(acc[r] + 8 * v));
  }
  for (unsigned l = 0; l < 16; l++)
    for (unsigned r = 0; r < count; r++) {
      __m256i x = _mm256_set1_epi32(wide[r][l]);
      for (unsigned v = 0; v < 4; v++) {
        __m256i y = _mm256_load_si256((const __m256i *)(pairs[l] + 8 * v));
        sum[r][v] = _mm256_add_epi32(sum[r][v], _mm256_madd_epi16(x, y));
      }
    }
  for (unsigned r = 0; r < count; r++)
    for (unsigned v = 0; v < 4; v++)
      _mm256_storeu_si256((__m256i *)(acc[r] + 8 * v), sum[r][v]);
}

// Two rows of the result at a time, in four vectors of 8 columns each; a step adds the products of
// two neighbouring elements (vpmaddwd: 16 x 16 bits, sums of two fit).
static __attribute__((target("avx2"))) void tile_avx2(int32_t acc[MTIA_TILE][MTIA_TILE],
                                                      const uint8_t *const a[MTIA_TILE],
                                                      const uint8_t *const b[MTIA_TILE],
                                                      unsigned rows, unsigned cols, unsigned type) {
  if (type >= MML_F16) {
    tile_float(acc, a, b, rows, cols, type);
    return;
  }
  int32_t pairs[16][MTIA_TILE] __attribute__((aligned(32)));
  for (unsigned j = 0; j < MTIA_TILE; j += 8)
    for (unsigned h = 0; h < 2; h++) {
      __m256i block[8];
      for (unsigned i = 0; i < 8; i++)
        block[i] = j + i < cols ? widen(b[j + i] + 16 * h, type & 2) : _mm256_setzero_si256();
      transpose(block);
      for (unsigned l = 0; l < 8; l++)
        _mm256_store_si256((__m256i *)(pairs[8 * h + l] + j), block[l]);
    }
  unsigned i = 0;
  for (; i + 2 <= rows; i += 2)
    multiply_rows(acc + i, a + i, pairs, 2, type & 1);
  if (i < rows)
    multiply_rows(acc + i, a + i, pairs, 1, type & 1);
}
#endif

mtia_tile_fn *mtia_dpe_tile(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2"))
    return tile_avx2;
#endif
  return mtia_dpe_tile_portable;
}

// The rows of an operand: in operand buffer ob, or, if that is -1, in a CB. Rows of 32 bytes at
// multiples of 32 in buffers of multiples of 32 never wrap.
static void find_rows(const struct mtia_cp *cp, int ob, const struct mtia_range *range,
                      uint32_t stride, unsigned rows, const uint8_t *row[MTIA_TILE]) {
  if (ob >= 0) {
    for (unsigned i = 0; i < rows; i++)
      row[i] = cp->operand[ob][i];
    return;
  }
  const struct mtia_cb *cb = &cp->cb[range->cb];
  uint32_t place = (uint32_t)(range->from % cb->size);
  for (unsigned i = 0; i < rows; i++) {
    row[i] = cp->pe->local + cb->base + place;
    place += stride; // less than the size, as the last row is still inside
    if (place >= cb->size)
      place -= cb->size;
  }
}

void mtia_dpe_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  unsigned rows = c->mml.rows, cols = c->mml.cols;
  cp->mmls++;
  if (!rows || !cols)
    return;
  const uint8_t *a[MTIA_TILE], *b[MTIA_TILE];
  unsigned from_b = c->mml.oa < 0; // index of B's range
  find_rows(cp, c->mml.oa, &c->read[0], c->mml.stride_a, rows, a);
  find_rows(cp, c->mml.ob, &c->read[from_b], c->mml.stride_b, cols, b);
  int32_t (*acc)[MTIA_TILE] = cp->acc[c->acc];
  if (c->mml.zero)
    for (unsigned i = 0; i < rows; i++)
      memset(acc[i], 0, cols * sizeof acc[i][0]);
  cp->tile(acc, a, b, rows, cols, c->mml.type);
  cp->places += (uint64_t)rows * cols * 32;
  cp->macs += (uint64_t)rows * cols * (c->mml.type >= MML_F16 ? 16 : 32);
  cp->local_read += 32u * ((c->mml.oa < 0 ? rows : 0) + (c->mml.ob < 0 ? cols : 0));
}

uint32_t mtia_dpe_cycles(const struct mtia_device_params *p, const struct mtia_command *c) {
  if (!c->mml.rows || !c->mml.cols)
    return 1;
  uint32_t rows = c->mml.rows > c->mml.cols ? c->mml.rows : c->mml.cols; // of 32 B
  return (rows * MTIA_TILE + p->dpe_width - 1) / p->dpe_width;
}
