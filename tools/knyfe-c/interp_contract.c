// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- interp_contract.c - sum[k] a * b, at speed ---------------------------===//
 *
 * Narrow integers: each operand is copied into rows of i16 with k innermost, one row per value of
 * the indices that it depends on; then every result is a dot product of two
 * rows, which compilers turn into multiply-add of pairs. All sums are modulo
 * 2^32, so their order does not matter.
 *===----------------------------------------------------------------------===*/
#include "interp_contract.h"
#include "interp.h"

#include <math.h>
#include <stdlib.h>

/* 128 rows of 2048 i16 are 512 KB: they stay in the second-level cache. */
#define ROWS_PER_BLOCK 128

struct packed {
  int16_t *rows;
  int64_t row_strides[KN_MAX_RANK]; /* in rows; 0 where the operand does not depend on the index */
};

static bool pack(const struct kn_contraction *c, int which, struct packed *p) {
  int64_t count = 1, index[KN_MAX_RANK] = {0};
  for (unsigned i = c->rank; i-- > 0;) {
    bool used = c->operands[which].strides[i] != 0;
    p->row_strides[i] = used ? count : 0;
    count *= used ? c->extents[i] : 1;
  }
  p->rows = malloc((size_t)(count * c->k) * sizeof *p->rows + 1);
  if (!p->rows)
    return false;
  const char *data = c->operands[which].data;
  enum kn_type type = c->operands[which].type;
  int64_t element = kn_type_bits(type) / 8;
  int16_t *to = p->rows;
  for (int64_t row = 0; row < count; row++) {
    int64_t at = 0;
    for (unsigned i = 0; i < c->rank; i++)
      at += index[i] * c->operands[which].strides[i];
    for (int64_t k = 0; k < c->k; k++, at += c->operands[which].k_stride)
      *to++ = (int16_t)kn_load_int(type, data + at * element);
    for (unsigned i = c->rank; i-- > 0;) {
      if (!p->row_strides[i])
        continue;
      if (++index[i] < c->extents[i])
        break;
      index[i] = 0;
    }
  }
  return true;
}

/* Four dot products with one common row. */
__attribute__((target_clones("avx2", "default"))) static void dot4(const int16_t *restrict a,
                                                                   const int16_t *restrict b,
                                                                   int64_t b_stride, int64_t count,
                                                                   int32_t *restrict out) {
  uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (int64_t k = 0; k < count; k++) {
    s0 += (uint32_t)(a[k] * b[k]);
    s1 += (uint32_t)(a[k] * b[b_stride + k]);
    s2 += (uint32_t)(a[k] * b[2 * b_stride + k]);
    s3 += (uint32_t)(a[k] * b[3 * b_stride + k]);
  }
  out[0] = (int32_t)s0;
  out[1] = (int32_t)s1;
  out[2] = (int32_t)s2;
  out[3] = (int32_t)s3;
}

static int32_t dot(const int16_t *a, const int16_t *b, int64_t count) {
  uint32_t s = 0;
  for (int64_t k = 0; k < count; k++)
    s += (uint32_t)(a[k] * b[k]);
  return (int32_t)s;
}

/* Results [from, to) of the last index, the others fixed: rows a and b are those of its value 0. */
static void last_index(const struct kn_contraction *c, const int16_t *a, const int16_t *b,
                       int64_t a_step, int64_t b_step, int64_t from, int64_t to, int32_t *out) {
  if (a_step && !b_step) {
    last_index(c, b, a, b_step, a_step, from, to, out);
    return;
  }
  int64_t i = from;
  if (!a_step)
    for (; i + 4 <= to; i += 4)
      dot4(a, b + i * b_step, b_step, c->k, out + i);
  for (; i < to; i++)
    out[i] = dot(a + i * a_step, b + i * b_step, c->k);
}

int32_t *kn_contract(const struct kn_contraction *c) {
  struct packed p[2] = {{0}, {0}};
  int64_t outer = 1, last = c->extents[c->rank - 1];
  for (unsigned i = 0; i + 1 < c->rank; i++)
    outer *= c->extents[i];
  int32_t *out = malloc((size_t)(outer * last) * sizeof *out + 1);
  if (!out || !pack(c, 0, &p[0]) || !pack(c, 1, &p[1])) {
    free(out);
    out = NULL;
    goto done;
  }
  for (int64_t from = 0; from < last; from += ROWS_PER_BLOCK) {
    int64_t to = from + ROWS_PER_BLOCK < last ? from + ROWS_PER_BLOCK : last;
    int64_t index[KN_MAX_RANK] = {0};
    for (int64_t o = 0; o < outer; o++) {
      int64_t row[2] = {0, 0};
      for (unsigned i = 0; i + 1 < c->rank; i++)
        for (int w = 0; w < 2; w++)
          row[w] += index[i] * p[w].row_strides[i];
      last_index(c, p[0].rows + row[0] * c->k, p[1].rows + row[1] * c->k,
                 p[0].row_strides[c->rank - 1] * c->k, p[1].row_strides[c->rank - 1] * c->k, from,
                 to, out + o * last);
      for (unsigned i = c->rank - 1; i-- > 0;) {
        if (++index[i] < c->extents[i])
          break;
        index[i] = 0;
      }
    }
  }
done:
  free(p[0].rows);
  free(p[1].rows);
  return out;
}

double kn_dot_f32(const float *a, int64_t a_stride, const float *b, int64_t b_stride, int64_t count,
                  double *magnitude) {
  double sum = 0, size = 0;
  for (int64_t k = 0; k < count; k++) {
    float product = a[k * a_stride] * b[k * b_stride];
    sum += product;
    size += fabsf(product);
  }
  *magnitude = size;
  return sum;
}
