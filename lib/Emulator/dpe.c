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

#define AVX2 __attribute__((target("avx2")))

// 32 bytes as 32 numbers of 16 bits.
static AVX2 void widen(int16_t out[32], const uint8_t *in, bool is_unsigned) {
  for (unsigned h = 0; h < 2; h++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(in + 16 * h));
    __m256i words = is_unsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
    _mm256_storeu_si256((__m256i *)(out + 16 * h), words);
  }
}

// The result tile is four vectors of 8 columns per row; step l2 adds the
// products of elements 2*l2 and 2*l2+1 (vpmaddwd: 16 x 16 bits, sums of two fit).
static AVX2 void tile_avx2(int32_t acc[MTIA_TILE][MTIA_TILE], const uint8_t *const a[MTIA_TILE],
                           const uint8_t *const b[MTIA_TILE], unsigned rows, unsigned cols,
                           unsigned type) {
  if (type >= MML_F16) {
    tile_float(acc, a, b, rows, cols, type);
    return;
  }
  int32_t pairs[16][MTIA_TILE] __attribute__((aligned(32))); // [l2][column]
  int16_t wide[32] __attribute__((aligned(32)));
  if (cols < MTIA_TILE)
    memset(pairs, 0, sizeof pairs);
  for (unsigned j = 0; j < cols; j++) {
    widen(wide, b[j], type & 2);
    for (unsigned l2 = 0; l2 < 16; l2++)
      memcpy(&pairs[l2][j], wide + 2 * l2, 4);
  }
  for (unsigned i = 0; i < rows; i++) {
    widen(wide, a[i], type & 1);
    __m256i sum[4];
    for (unsigned v = 0; v < 4; v++)
      sum[v] = _mm256_loadu_si256((const __m256i *)(acc[i] + 8 * v));
    for (unsigned l2 = 0; l2 < 16; l2++) {
      int32_t pair;
      memcpy(&pair, wide + 2 * l2, 4);
      __m256i x = _mm256_set1_epi32(pair);
      for (unsigned v = 0; v < 4; v++) {
        __m256i y = _mm256_load_si256((const __m256i *)(pairs[l2] + 8 * v));
        sum[v] = _mm256_add_epi32(sum[v], _mm256_madd_epi16(x, y));
      }
    }
    for (unsigned v = 0; v < 4; v++)
      _mm256_storeu_si256((__m256i *)(acc[i] + 8 * v), sum[v]);
  }
}
#endif

mtia_tile_fn *mtia_dpe_tile(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2"))
    return tile_avx2;
#endif
  return mtia_dpe_tile_portable;
}

void mtia_dpe_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  unsigned rows = c->mml.rows, cols = c->mml.cols;
  cp->mmls++;
  if (!rows || !cols)
    return;
  // Rows of 32 bytes at multiples of 32 in buffers of multiples of 32 never wrap.
  const uint8_t *a[MTIA_TILE], *b[MTIA_TILE];
  unsigned from_b = c->mml.oa < 0; // index of B's range
  for (unsigned i = 0; i < rows; i++)
    a[i] = c->mml.oa >= 0
               ? cp->operand[c->mml.oa][i]
               : mtia_cb_at(cp, c->read[0].cb, c->read[0].from + (uint64_t)i * c->mml.stride_a);
  for (unsigned j = 0; j < cols; j++)
    b[j] = c->mml.ob >= 0 ? cp->operand[c->mml.ob][j]
                          : mtia_cb_at(cp, c->read[from_b].cb,
                                       c->read[from_b].from + (uint64_t)j * c->mml.stride_b);
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
