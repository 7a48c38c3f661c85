// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel library: functions of the operators of build/kernels/libmtia_kernels.a, to be called
// from a kernel, and the arguments of the same kernels launched alone
// (mtia-run build/kernels/<family>.elf --kernel <kernel>).
//
//   enum mtia_status mtia_<kernel>(const struct mtia_<family>_args *args);
//
// Every function keeps these rules:
//   - Both cores of every PE of the sub-grid call it with the same arguments (the objects may be
//     different, what is in them must not be). It returns when this PE's part is done and stored;
//     whoever reads what other PEs have written puts __mtia_bar(MTIA_BAR_GRID) in between.
//   - It returns the same status on all cores. A status other than MTIA_STATUS_OK: nothing was
//     written.
//   - All of local memory, the circular buffers, the accumulators and the command registers are
//     its own: what was there before is lost. It begins and ends with idle units, empty circular
//     buffers and counters that are 0.
//   - Extents may be 0 where the family's section doesn't say otherwise; nothing is to be done
//   then.
//   - Tensors are as in <mtia/kernel_abi.h>: row major, rows begin at multiples of 32 bytes. They
//     may be in SRAM or DRAM. Outputs don't overlap inputs where the section doesn't allow it.
//   - Memory that a function needs beside its tensors comes from the caller as a tensor argument;
//     mtia_<kernel>_get_buffer_size(args, rows, columns) says how many bytes on that sub-grid.
//
// What exists is in the tables <mtia/kernels/<family>.def>: a row MTIA_VARIANT(kernel, types,
// units, ...) for each kernel; the head of the file says what the columns behind these mean.
#ifndef MTIA_KERNELS_H
#define MTIA_KERNELS_H

#include <mtia/kernel_abi.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Name and meaning of each status.
#define MTIA_STATUS_LIST(S)                                                                        \
  S(OK, "done")                                                                                    \
  S(SHAPE, "extents that don't fit each other")                                                    \
  S(VALUE, "a scalar argument outside its range")                                                  \
  S(LAYOUT, "a tensor whose strides or alignment this kernel cannot use")                          \
  S(LIMIT, "more than this kernel can do")                                                         \
  S(BUFFER, "a buffer smaller than get_buffer_size says")                                          \
  S(INDEX, "an index or an offset out of range")

enum mtia_status {
#define MTIA_STATUS_(name, text) MTIA_STATUS_##name,
  MTIA_STATUS_LIST(MTIA_STATUS_)
#undef MTIA_STATUS_
};

static inline const char *mtia_status_text(enum mtia_status status) {
  switch (status) {
#define MTIA_STATUS_(name, text)                                                                   \
  case MTIA_STATUS_##name:                                                                         \
    return text;
    MTIA_STATUS_LIST(MTIA_STATUS_)
#undef MTIA_STATUS_
  }
  return "no status";
}

//===----------------------------------------------------------------------===//
// Concatenation and split
//
//   concat_T         y[m] = x0[m], x1[m], x2[m], x3[m] one after the other; xi: [M, Ni], y: [M, N]
//   concat8_T        the same of x0 to x7
//   concat_blocks_T  y[a] = x0[a], .. x7[a], blocks of rows; xi: [A, Ni, C], y: [A, N, C]
//   split_T          the inverse of concat8_T: x: [M, N] to yi: [M, Ni]
//   split_blocks_T   the inverse of concat_blocks_T: x: [A, N, C] to yi: [A, Ni, C]
//
// N is the sum of all Ni; inputs and outputs that aren't needed have Ni = 0. Bits are moved, not
// numbers. Other axes are these after a reshape: that of [D0, D1, D2, D3] along axis 1 is that of
// blocks with A = D0, Ni rows for each of Di1 * D2, C = D3. SHAPE: N is not the sum, or another
// extent differs.
//===----------------------------------------------------------------------===//

struct mtia_concat_args {
  struct mtia_tensor x0, x1, x2, x3, y;
  struct mtia_tensor x4, x5, x6, x7;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_concat_args *args);
#include <mtia/kernels/concat.def>

struct mtia_split_args {
  struct mtia_tensor x, y0, y1, y2, y3, y4, y5, y6, y7;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_split_args *args);
#include <mtia/kernels/split.def>

//===----------------------------------------------------------------------===//
// Transpose
//
//   transpose_T   y[b, n, m] = x[b, m, n]              x: [B, M, N], y: [B, N, M]
//   permute_T     y's dimension i is x's dimension p[i]: y = numpy.transpose(x, (p0, p1, p2, p3))
//                                                      x, y: 4 dimensions; fewer begin with ones
//
// Bits are moved, not numbers. SHAPE: y's extents are not x's in that order. VALUE: p0 to p3 are
// not 0 to 3 in some order.
//===----------------------------------------------------------------------===//

struct mtia_transpose_args {
  struct mtia_tensor x, y;
  int32_t p0, p1, p2, p3;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_transpose_args *args);
#include <mtia/kernels/transpose.def>

//===----------------------------------------------------------------------===//
// Quantise, dequantise, functions of one tensor
//
//   kernel                      x to y                        y[m, n] =
//   quantise_X_Y                X: f32 f16 bf16, Y: i8 u8     q(float32(x) * scale)
//   quantise_channel_X_Y        the same                      the same with scales[n]
//   dequantise_X_Y              X: i8 u8 i32, Y: f32 f16 bf16 float32(x - zero) * scale
//   dequantise_channel_X_Y      the same                      the same with scales[n]
//   requantise_X_Y              X: i8 u8 i32, Y: i8 u8        q(float32(x - x_zero) * scale)
//   requantise_channel_i32_Y    Y: i8 u8                      q(float32(x) * scales[n])
//   tanh sigmoid exp gelu silu  _T: f32 f16 bf16              the function (docs/numerics.md)
//   relu rsqrt reciprocal
//   clamp_T                     f32 f16 bf16                  min(max(x, low), high), NaN of NaN
//   convert_X_Y                 see the table                 x; f32 to i32: to nearest, ties to
//                                                             even, saturated, NaN is 0
//
//   x, y: [M, N]; scales: f32[N]
//
// Products and functions in binary32, rounded once to the type of y. q(f) by `style`, clamped to
// the type of y; r() is to the nearest integer, of NaN 0, saturated to 32 bits:
//   0  r(f) + zero, ties to even      1  r(f) + zero, ties away from zero
//   2  r(f + float32(zero)), the sum rounded to binary32, ties to even
// A scale is a factor: to quantise, one over what a step of y is worth. VALUE: another style.
//===----------------------------------------------------------------------===//

struct mtia_eltwise_args {
  struct mtia_tensor x, y, scales;
  int32_t x_zero;
  float scale;
  int32_t zero, style;
  float low, high;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_eltwise_args *args);
#include <mtia/kernels/eltwise.def>

//===----------------------------------------------------------------------===//
// Dynamic quantisation
//
//   dynamic_quantise_X_Y       one scale (and zero point): scale: f32[1], zero: i32[1]
//   dynamic_quantise_rows_X_Y  one for each row: scale: f32[M], zero: i32[M]
//
//   x: [M, N] of X: f32 f16 bf16; y: [M, N] of Y
//
// low and high are the least and the greatest of x and 0 (NaN are left out); infinite x give an
// infinite scale, and zero and every finite number's y are 0 then.
//   u8, as PyTorch chooses it: scale = (high - low) / 255 in binary64; 0.1 if it is 0 in binary32,
//     or one over it infinite there. If it is below 6.1e-5 (binary32) it becomes that, and low, if
//     high = 0, -6.1e-5 * 255, otherwise low * (6.1e-5 / float32(scale)), in binary32.
//     zero = -low / scale in binary64, clamped to 0..255, to nearest, ties to even. (PyTorch takes
//     255 - high / scale where that has the smaller error: the same after rounding.)
//     y = clamp(r(x * inverse) + zero), r to nearest, ties to even; inverse = 1 / float32(scale)
//   i8, symmetric: scale = max(-low, high) / 127 in binary32; inverse = 1 / scale; both are 1 where
//     that is infinite. y = r(x * inverse), clamped to -127..127; no zero point
//
// SHAPE: extents that don't fit. Rows are dealt out eight at a time.
//===----------------------------------------------------------------------===//

struct mtia_dynamic_quantise_args {
  struct mtia_tensor x, y, scale, zero;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_dynamic_quantise_args *args);
#include <mtia/kernels/dynamic_quantise.def>

//===----------------------------------------------------------------------===//
// Operators of two and three tensors, with broadcasting
//
//   kernel                            y =
//   add_T sub_T mul_T min_T max_T     a op b          T: f32 f16 bf16: in binary32, rounded to T
//   fma_T                             a * b + c       (min, max: NaN loses, -0 < +0); i32 i8:
//                                                     exact, saturated
//   requantise_add_T, requantise_mul_T  q((a' op b') * scale)   T: i8 u8;
//                                     a' = float32(a - a_zero) * a_scale, b' likewise; q as above
//                                     by `style`; with `relu` not 0 never below zero
//
//   y: [Y0, Y1, Y2, Y3]; a, b, c: 4 dimensions, each that of y or 1, which is repeated
//
// All tensors are of 4 dimensions: fewer begin with ones. A stride of 0 repeats as well. SHAPE: a
// dimension that is neither; VALUE: another style than 0, 1, 2.
//===----------------------------------------------------------------------===//

struct mtia_broadcast_args {
  struct mtia_tensor a, b, c, y;
  float a_scale;
  int32_t a_zero;
  float b_scale;
  int32_t b_zero;
  float scale;
  int32_t zero, style, relu;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_broadcast_args *args);
#include <mtia/kernels/broadcast.def>

//===----------------------------------------------------------------------===//
// Choice
//
//   where_T    y = a where condition is not 0, else b
//
//   y: [Y0, Y1, Y2, Y3]; condition (bool), a, b: 4 dimensions, each that of y or 1, which is
//   repeated
//
// All tensors are of 4 dimensions: fewer begin with ones. Bits are moved. SHAPE: a dimension that
// is neither.
//===----------------------------------------------------------------------===//

struct mtia_where_args {
  struct mtia_tensor condition, a, b, y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_where_args *args);
#include <mtia/kernels/where.def>

//===----------------------------------------------------------------------===//
// Dot interaction of DLRM
//
//   y[b] = dense[b][0..D), then for i = 1..F-1, for j = 0..i-1: dot(f[b][i], f[b][j])
//   with F = S + 1 features f[b][0] = dense[b], f[b][i] = sparse[b][i - 1]
//
//   dense: [B, D], sparse: [B, S, D], y: [B, D + F(F-1)/2], one type
//
// As in PyTorch's DLRM: the dense feature and the lower triangle of f * f^T, row by row, without
// its diagonal. f16, bf16: sums in binary32 in the order of D, from +0, rounded once; f32: in the
// order of D, from +0, each product added by a fused multiply-add. i8: the product is
// clamp(round(float32(dot) * scale) + zero), the dense feature clamp(round(float32(x) *
// dense_scale) + zero), ties to even; only i8 has these scalars.
// SHAPE: other extents.
//===----------------------------------------------------------------------===//

struct mtia_interaction_args {
  struct mtia_tensor dense, sparse;
  float scale, dense_scale;
  int32_t zero;
  struct mtia_tensor y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_interaction_args *args);
#include <mtia/kernels/interaction.def>

//===----------------------------------------------------------------------===//
// Softmax over the last dimension
//
//   softmax       y[m, n] = e^(t[m, n] - max t[m]) / the row's sum of these powers
//   log_softmax   y[m, n] = t[m, n] - max t[m] - log(that sum)
//
//   softmax_mask  as softmax
//
//   x, y: [M, N] of the kernel's type; t = x * scale, rounded to f32; softmax_mask:
//   t[m, n] = x[m, n] * scale + mask[floor(m / every) mod R, n], product and sum each rounded to
//   f32; mask: [R, N] of the kernel's type
//
// Scores [B, H, T, N] are x with B * H * T rows: a mask [T, N] goes with `every` 1, one of samples'
// keys, [B, N], with H * T. A boolean mask becomes numbers, 0 and -infinity, by where_T, once for
// all heads. (-infinity added to infinity or to a NaN is a NaN: PyTorch's masked_fill would leave
// them out.)
//
// A row with a NaN or +infinity, or with nothing but -infinity, becomes NaN; -infinity elsewhere
// gives 0 (log_softmax: -infinity). y may be x. Arithmetic is f32, by the SE: its exp, 16 partial
// sums, its reciprocal (docs/numerics.md). Before the result is rounded to y's type
//   softmax's relative error is at most (|t - max t| + N / 16 + 32) * 2^-24, while results are
//   normal numbers of f32;
//   log_softmax's absolute error at most (|t - max t| + N / 16 + 32 + 4 |log sum|) * 2^-24.
// N / 16 is what sums of N numbers can lose; what they lose is a few units.
// SHAPE: x and y have different extents, or the mask has others or no row. VALUE: every is below 1.
//===----------------------------------------------------------------------===//

struct mtia_softmax_args {
  struct mtia_tensor x;
  float scale;
  struct mtia_tensor y;
  struct mtia_tensor mask; // of softmax_mask only, and `every`
  int32_t every;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_softmax_args *args);
#include <mtia/kernels/softmax.def>

//===----------------------------------------------------------------------===//
// Normalisation over the last dimension
//
//   layernorm   y = (x - mean) / sqrt(variance + epsilon) * weight + bias, of each row; the
//   variance
//               is that of the row's numbers (divided by N)
//   rmsnorm     y = x / sqrt(mean of x^2 + epsilon) * weight + bias
//   l2norm      y = x / max(sqrt(sum of x^2), epsilon) * weight + bias
//
//   x, y: [M, N], weight: [N] or [0] (1), bias: [N] or [0] (0), all of the kernel's type
//
// Arithmetic is f32, by the SE (16 partial sums, its rsqrt; docs/numerics.md), the last steps in 16
// bits by vectors. The variance is the mean square of the differences from the mean. NaN and
// infinities go their way as in IEEE arithmetic: a NaN makes its row NaN. Sums of squares
// beyond 3.4e38 are infinity, and y then 0. y may be x. Error before y is rounded to its type, at
// most, with u = 2^-24, z = y without weight and bias, f the factor that z = (x - mean) f has:
//   |weight| (u (N / 16 + 32) |z| + f (u (N / 16 + 8) mean|x| + 2^-148)) + 2 u (|y| + |bias|)
// where the term with f is layernorm's only: its mean is rounded, below 2^-126 to multiples of
// 2^-149.
// SHAPE: extents that don't fit. VALUE: epsilon is below 0 or NaN.
//===----------------------------------------------------------------------===//

struct mtia_norm_args {
  struct mtia_tensor x, weight, bias;
  float epsilon;
  struct mtia_tensor y;
};

#define MTIA_VARIANT(kernel, ...) enum mtia_status mtia_##kernel(const struct mtia_norm_args *args);
#include <mtia/kernels/norm.def>

//===----------------------------------------------------------------------===//
// Jagged rows to a padded dense tensor, and back
//
//   jagged_to_padded_TYPE_INDEX   dense[b, m] = m < len(b) ? values[offsets[b] + m] : padding
//   padded_to_jagged_TYPE_INDEX   values[offsets[b] + m] = m < M ? dense[b, m] : padding, of all
//                                 m < len(b)
//
//   values: [L, D], dense: [B, M, D] of TYPE; offsets: [B + 1] of INDEX; len(b) = offsets[b + 1] -
//   offsets[b]
//
// Bits are moved, not numbers; the padding is rounded to TYPE. Offsets ascend from 0 to L. What is
// below 0 counts as 0, what is beyond L as L, and a segment that would end before it begins as
// empty; rows of values that are in no segment are not written.
// SHAPE: extents that don't fit. LAYOUT: dense has gaps between its segments. VALUE: the padding is
// no number of an integer TYPE.
//===----------------------------------------------------------------------===//

struct mtia_jagged_args {
  struct mtia_tensor values, offsets, dense;
  float padding;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_jagged_args *args);
#include <mtia/kernels/jagged.def>

//===----------------------------------------------------------------------===//
// Cumulative sums of the last dimension
//
//   exclusive 0   y[m, n] = x[m, 0] + ... + x[m, n]
//   exclusive 1   y[m, n] = x[m, 0] + ... + x[m, n - 1], 0 for n = 0; y may have one more column,
//   for
//                 the sum of the row: offsets [1, B + 1] of lengths [1, B]
//
//   x: [M, N], y: [M, N] or, exclusive, [M, N + 1], of the kernel's type
//
// Integers are exact modulo 2^32, 2^64. f32: rows of up to 128 elements in their order, in longer
// ones trees of 8, 16 of them joined by doubling, one 128 after the other, PEs' parts of a row one
// after the other; error at most (N / 64 + 128) * 2^-24 of the sum of sizes in front. An element
// behind a NaN is NaN, one in front of it is not. y may be x where it has as many columns.
// SHAPE: extents that don't fit. VALUE: exclusive is not 0 or 1.
//===----------------------------------------------------------------------===//

struct mtia_cumsum_args {
  struct mtia_tensor x;
  int32_t exclusive;
  struct mtia_tensor y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_cumsum_args *args);
#include <mtia/kernels/cumsum.def>

//===----------------------------------------------------------------------===//
// The k greatest elements of rows
//
//   values[m, j] = x[m, indices[m, j]], the j-th greatest of x[m]
//
//   x: [M, N], values: [M, K] of the kernel's type, indices: [M, K] of i32; K up to 128
//
// In descending order; of equal elements that of the lower index comes first. A NaN is greater than
// infinity (and comes out as the standard NaN), -0 is equal to 0 (and comes out as 0).
// SHAPE: extents that don't fit, K > N. LIMIT: K > 128.
//===----------------------------------------------------------------------===//

struct mtia_topk_args {
  struct mtia_tensor x, values, indices;
};

#define MTIA_VARIANT(kernel, ...) enum mtia_status mtia_##kernel(const struct mtia_topk_args *args);
#include <mtia/kernels/topk.def>

//===----------------------------------------------------------------------===//
// Matrix product
//
// y[b, m, n] = c[b, m, n] + sum over k of x[b, m, k] * w[b, k, n]
//
//   matmul_<types>_nn   x: [B, M, K], w: [B, K, N]
//   matmul_<types>_nt   x: [B, M, K], w: [B, N, K]
//   matmul_<types>_tn   x: [B, K, M], w: [B, K, N]
//   matmul_<types>_tt   x: [B, K, M], w: [B, N, K]
//   c, y: [B, M, N]
//
// c may be empty (an extent of 0) and then counts as 0; it may be y. Extents up to 2^30, and as
// many bytes of K; K may be 0. Integers: 32-bit sums that wrap. Floating point: binary32 sums
// from c (or +0) on, in the order of k, products rounded to binary32 first, rounded to y's type at
// the end. Fastest is nt, as the DPE wants k innermost in both operands; w turned
// or x turned costs nothing where the DPE binds, both some time (docs/matmul.md).
//
// SHAPE: extents that don't fit. LIMIT: an extent is too large.
//===----------------------------------------------------------------------===//

struct mtia_matmul_args {
  struct mtia_tensor x, w, c, y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_matmul_args *args);
#include <mtia/kernels/matmul.def>

//===----------------------------------------------------------------------===//
// Chain of two matrix products, as a low-rank factorisation of a weight has it
//
// t[m, r] = scale * sum over k of x[m, k] * u[k, r];  y[m, n] = sum over r of t[m, r] * v[r, n]
//
//   x: [M, K], y: [M, N]
//   chain_<types>_nn   u: [K, R], v: [R, N]
//   chain_<types>_tt   u: [R, K], v: [N, R]
//   buffer: bytes for t; best in SRAM. At least 64 rows of t or all of them, rows padded to 32
//           bytes; _get_buffer_size() is what suits M and the SRAM best. Its content is lost.
//
// t has x's type: floating-point sums (binary32, in the order of k from +0) are scaled, then
// rounded to it; integer sums (32 bits, wrapping) are scaled in binary32, rounded to the nearest
// integer, ties to even, and clamped to -128..127. y's sums are made likewise, without scale; of
// integers they are y. R and K may be 0.
//
// SHAPE: extents that don't fit. LIMIT: an extent above 2^30 or as many bytes of K or R. BUFFER:
// buffer has less room than 64 rows of t.
//===----------------------------------------------------------------------===//

struct mtia_chain_args {
  struct mtia_tensor x, u, v, buffer;
  float scale;
  struct mtia_tensor y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_chain_args *args);                              \
  uint64_t mtia_##kernel##_get_buffer_size(const struct mtia_chain_args *args, uint32_t rows,      \
                                           uint32_t columns);
#include <mtia/kernels/chain.def>

//===----------------------------------------------------------------------===//
// Gated MLP, first half; the second is matmul_<type>_nn or _nt of h and down
//
// h[m, f] = silu(sum over k of x[m, k] * gate[k, f]) * (sum over k of x[m, k] * up[k, f])
//
//   x: [M, K], h: [M, F]
//   gated_mlp_<type>_nn   gate, up: [K, F]
//   gated_mlp_<type>_nt   gate, up: [F, K]
//
// Sums in binary32, in the order of k from +0; silu is the SE's (docs/numerics.md), the product is
// in binary32 and rounded to h's type. K may be 0.
//
// SHAPE: extents that don't fit. LIMIT: an extent above 2^30, or as many bytes of K.
//===----------------------------------------------------------------------===//

struct mtia_gated_mlp_args {
  struct mtia_tensor x, gate, up, h;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_gated_mlp_args *args);
#include <mtia/kernels/gated_mlp.def>

//===----------------------------------------------------------------------===//
// The products of attention, for each of H heads (and samples); softmax is between them
//
//   attention_scores_<type>   y[h, m, n] = scale * sum over k of x[h, m, k] * w[h, n, k]
//                             x: queries [H, M, K], w: keys [H, N, K], y: scores [H, M, N]
//   attention_values_<type>   y[h, m, n] = scale * sum over k of x[h, m, k] * w[h, k, n]
//                             x: probabilities [H, M, K], w: values [H, K, N], y: [H, M, N]
//
// Sums in binary32, in the order of k from +0; the scale multiplies in binary32; then rounded to
// y's type.
//
// SHAPE: extents that don't fit. LIMIT: an extent above 2^30, or as many bytes of K.
//===----------------------------------------------------------------------===//

struct mtia_attention_args {
  struct mtia_tensor x, w;
  float scale;
  struct mtia_tensor y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_attention_args *args);
#include <mtia/kernels/attention.def>

//===----------------------------------------------------------------------===//
// Fully connected layer
//
//   sum = bias[n] + sum over k of (x[m, k] - zero_x) * (w[n, k] - zero_w)
//   y[m, n] = out(function(scale * sum))
//
//   x: [M, K], w: [N, K], y: [M, N]; bias: [0] or [N], i32 for integers, f32 for f16 and bf16
//
// Integers (x i8 or u8, w i8). The sum wraps at 32 bits; its order does not matter, and neither
// does where the terms of the zero points are added: the kernel adds up the rows of x and w itself,
// while it multiplies. Who has the sums of w's rows from elsewhere puts -zero_x times them into the
// bias and gives zero_x = 0. zero_x, zero_w, zero_y are within the tensors' types (VALUE).
//   y i8, u8   rounding 0, 1, 2 (styles of docs/isa/xmtia.md, 4): f = f32(sum) * s, rounded, plus
//              zero_y, clamped to the type; s = scales[n] if scales is [N], scale if it is [0].
//              rounding 3: multiplier and shift for all columns, or fixed[2 n] and fixed[2 n + 1]
//              if fixed is [2 N], not [0]. With FC_RELU results are at least zero_y; the scale must
//              not be below 0. The other functions are applied to f; out() multiplies by out_scale,
//              rounds, adds zero_y, clamps. Not with rounding 3 (VALUE).
//   y f32      f, and the function of it; rounding is 0
//   y i32      the sum; no function (VALUE)
//
// f16 and bf16: binary32 sums, from the bias on in the order of k, where k is dealt out to
// several PEs of their parts' sums (docs/numerics.md); the function; once more rounded to y's type.
// What else is in the arguments is not read. Sums of numbers whose partial sums are exact are
// exact; others differ from the exact sum by at most (K + 2) * 2^-23 times the sum of the products'
// magnitudes.
//
// SHAPE: extents that don't fit. LAYOUT: data or rows not at multiples of 32 bytes. LIMIT: M, N or
// K * bytes of 2^31 and more.
//===----------------------------------------------------------------------===//

enum mtia_fc_function {
  MTIA_FC_NONE,
  MTIA_FC_RELU,
  MTIA_FC_GELU,
  MTIA_FC_SILU,
  MTIA_FC_SIGMOID,
  MTIA_FC_TANH,
};

struct mtia_fc_args {
  struct mtia_tensor x, w, bias;
  float scale;
  int32_t multiplier, shift;        // rounding 3
  struct mtia_tensor scales, fixed; // per column, f32 and i32
  int32_t zero_x, zero_w, zero_y;
  int32_t function; // enum mtia_fc_function
  int32_t rounding; // enum mtia_round
  float out_scale;  // behind a function other than ReLU
  struct mtia_tensor y;
};

// mtia_<kernel>_prefetch is the same layer, and brings `next`, the weights [N', K'] of a layer that
// comes later, with x's type, from DRAM into the SRAM that caches it (dma.prefetch), while this one
// multiplies: for layers that the DPE bounds, or whose operands are in SRAM. Where the SRAM caches
// nothing, or next is in SRAM, that has no effect. next is as all tensors in data and pitch.
#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_fc_args *args);                                 \
  enum mtia_status mtia_##kernel##_prefetch(const struct mtia_fc_args *args,                       \
                                            const struct mtia_tensor *next);
#include <mtia/kernels/fc.def>

//===----------------------------------------------------------------------===//
// Reductions of the last or a middle dimension
//
//   OP_rows_TYPE     y[m] = OP over n of x[m, n];            x: [M, N], y: [M]
//   OP_middle_TYPE   y[a, b] = OP over r of x[a, r, b];      x: [A, R, B], y: [A, B]
//
//   OP       y's type                      of nothing (N or R = 0)
//   sum      x's; of i8: i32               0
//   mean     x's, floating-point           NaN
//   max min  x's                           refused (SHAPE)
//   prod     x's, floating-point           1
//   argmax argmin   i32: the least index   refused (SHAPE)
//            of the greatest, least element
//
// Sums of i8 are exact while they have 32 bits, sums of i32 are modulo 2^32. Floating-point numbers
// are added and multiplied in f32 and rounded to y's type once: rows of up to 16 KB in 16 partial
// results by the SE (docs/numerics.md; products in 64, by vectors), longer ones chunk after chunk;
// a middle dimension in ascending order of r. mean is the sum times the rounded 1 / N. Error of a
// sum before the last rounding: at most (N / 16 + 8) * 2^-24 (middle: R * 2^-24) of the sum of
// sizes; of a product 2 N * 2^-24 of itself, if nothing overflows or underflows on the way. A NaN
// makes sums, means and products NaN, and loses in the others; with nothing but NaN max is
// -infinity, min infinity, argmax and argmin are 0. -0 and 0 are equal for argmax and argmin.
// LIMIT: an index beyond 2^31.
//===----------------------------------------------------------------------===//

struct mtia_reduce_rows_args {
  struct mtia_tensor x, y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_reduce_rows_args *args);
#include <mtia/kernels/reduce_rows.def>

struct mtia_reduce_middle_args {
  struct mtia_tensor x, y;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_reduce_middle_args *args);
#include <mtia/kernels/reduce_middle.def>

//===----------------------------------------------------------------------===//
// Embedding bags
//
// Features f = 0..F-1 look up one table each, `features`[f]; of feature f, out[b] has columns
// `columns`[f] .. `columns`[f + 1] - 1 (FBGEMM's D_offsets). With bag g = f * B + b and
// D = columns[f + 1] - columns[f]
//
//   sum[d] = sum over offsets[g] <= i < offsets[g + 1] of weights[i] * row(indices[i])[d]
//
//   embedding_bags_*  many tables: F features, of tables[N, 4]: byte of `table` at which a table
//                     begins, its rows, bytes from row to row (any number), 0. (Without one tensor
//                     for all: table.data = 0, and addresses.) most_columns: the greatest D.
//   embedding_bag_*   one: F = 1, table: [R, W], D from out. tables, features, columns and
//                     most_columns are not read.
//
//   kernel's table  a row, D elements x, s and b: scale and bias
//   f32, f16, bf16  x
//   u8f32, u4f32    x, then s, b as f32: s * x + b
//   u8f16, u4f16    s, b as f16, then x: s * x + b
//   u4h             x, then s, b as f16: s * x + b
//
// Two u4 are in a byte, the even one in the low half; the half byte behind an odd D is not read.
// Rows may begin at any byte, and be longer: aligned to 16 as in FBGEMM.
//
//   indices: [L]; i32 or i64, as offsets. weights: [L], or [0] for none
//   offsets: by `form` [F * B + 1], or [F * B] without the last one (which then is L), or [F * B]
//            lengths of bags
//   out:     [B, columns of all features]: f32, f16, or u8: for each feature D + 8 columns
//   counts:  [2] indices and offsets that were out of range
//   buffer:  bytes; [0] where get_buffer_size() says 0
//
// Arithmetic: as FBGEMM's and PyTorch's references, in binary32, each operation rounded, in the
// order of the indices, from +0: with (s, b) multiplied by the weight, if there are weights,
// sum = fma(s, x, sum + b); for floating-point rows sum = fma(weight, x, sum), or sum + x. So
// results do not depend on the sub-grid. A bag is not divided: the order would change.
//   mean     sum * (1 / n), n the length of the bag without padding; 0 for none
//   max      the greatest fma(s, x, b), or x, by fmax (a NaN loses), of what is neither padding nor
//            pruned; 0 if there is nothing. Not weighted
//   f16      the binary32 result, rounded once more
//   u8       D bytes, scale and bias as f32 behind: with least and greatest result of the bag and
//            range = greatest - least, scale = range / 255, bias = least, and
//            q = round((x - least) * (255 / (range + 1e-8))), ties to even (FBGEMM's row-wise 8-bit
//            format); NaN is 0
//
// Index -1 is a pruned row, `padding` (below 0: none) an index that is left out: both add a row of
// zeros to a sum, which is not read. (Left out altogether it would make a difference only for
// infinite weights.) A pruned row counts for the mean's n, as in FBGEMM, padding does not, as in
// PyTorch. Other indices outside 0..rows-1 count as row 0; offsets outside 0..L or below the one in
// front, and negative lengths, are clamped, and what bags of other indices get is not specified
// then. How many is in `counts`. With `strict`, INDEX instead, found by reading indices and offsets
// once before anything is written.
//
// Extents from 0; D from 1. VALUE: pooling, form or strict that is none, max with weights. SHAPE:
// extents that do not fit. LIMIT: u8 results of more than 4096 columns. tables, features and
// columns are believed.
//===----------------------------------------------------------------------===//

enum mtia_bags_pooling { MTIA_BAGS_SUM, MTIA_BAGS_MEAN, MTIA_BAGS_MAX };
enum mtia_bags_form {
  MTIA_BAGS_OFFSETS,      // with the last one
  MTIA_BAGS_OFFSETS_OPEN, // without
  MTIA_BAGS_LENGTHS,
};

struct mtia_embedding_bag_args {
  struct mtia_tensor table, tables, features, columns, indices, offsets, weights;
  int64_t padding;
  int32_t pooling; // enum mtia_bags_pooling
  int32_t form;    // enum mtia_bags_form
  int32_t strict;
  int32_t most_columns;
  struct mtia_tensor out, counts, buffer;
};

#define MTIA_VARIANT(kernel, ...)                                                                  \
  enum mtia_status mtia_##kernel(const struct mtia_embedding_bag_args *args);                      \
  uint64_t mtia_##kernel##_get_buffer_size(const struct mtia_embedding_bag_args *args,             \
                                           uint32_t rows, uint32_t columns);
#include <mtia/kernels/embedding_bag.def>

#ifdef __cplusplus
}
#endif

#endif
