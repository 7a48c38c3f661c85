// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic of the SIMD engine on single numbers; docs/numerics.md says what each
// function means. The functions know nothing of commands and buffers.
#ifndef MTIA_EMULATOR_SE_H
#define MTIA_EMULATOR_SE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

//===-- binary32 and its neighbours -------------------------------------------===//

static inline float mtia_float_of(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}

#define MTIA_NUM_NAN UINT32_C(0x7FC00000)

// One NaN: hosts differ in the sign and payload they make.
static inline uint32_t mtia_bits_of(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  return f == f ? bits : MTIA_NUM_NAN;
}

// Exact. Multiplying by 2^112 moves the exponent and makes subnormal numbers normal.
static inline float mtia_float_of_f16(uint16_t h) {
  uint32_t magnitude = (uint32_t)(h & 0x7FFF) << 13;
  uint32_t bits = magnitude >= 0x0F800000 ? magnitude + 0x70000000 // infinite, NaN
                                          : mtia_bits_of(mtia_float_of(magnitude) * 0x1p112f);
  return mtia_float_of(bits | (uint32_t)(h & 0x8000) << 16);
}

static inline float mtia_float_of_bf16(uint16_t h) { return mtia_float_of((uint32_t)h << 16); }

// Rounded to nearest even; a NaN is 0x7E00 or 0x7FC0.
uint16_t mtia_f16_of(float f);
uint16_t mtia_bf16_of(float f);

// Nearest integer, saturated to 32 bits, NaN: 0. Ties go to even, or away from zero.
int32_t mtia_se_round(float f);
int32_t mtia_se_round_away(float f);

// The number wins against a NaN, -0 < +0; as fmin.s and fmax.s of the cores.
float mtia_se_min(float a, float b);
float mtia_se_max(float a, float b);

//===-- Quantisation ----------------------------------------------------------===//

enum mtia_quant_style {
  QUANT_EVEN = 0,   // round, ties to even; add the zero point
  QUANT_AWAY = 1,   // round, ties away from zero; add the zero point
  QUANT_BEFORE = 2, // add the zero point in binary32; round, ties to even
  QUANT_FIXED = 3,  // integer multiplier and shift
};

// What QMODE, QSCALE, QCLAMP and QOUT say to one command.
struct mtia_quant {
  uint8_t style;    // enum mtia_quant_style
  uint8_t function; // number of a function of se.un, 0: none
  int8_t shift;     // QUANT_FIXED: positive to the left
  bool channel;     // scales (and shifts) from a table
  bool by_row;      // ... one per row instead of one per column
  uint8_t table;    // index of the table's range among the command's reads
  uint32_t scale;   // bits of a binary32; QUANT_FIXED: multiplier
  int32_t zero, low, high;
  uint32_t out_scale; // behind a function
  int32_t out_zero;
};

// f is already multiplied by the scale. Not QUANT_FIXED. Saturated to low..high.
int32_t mtia_quantise(float f, unsigned style, int32_t zero, int32_t low, int32_t high);
int32_t mtia_quantise_fixed(int32_t x, int32_t multiplier, int shift, int32_t zero, int32_t low,
                            int32_t high);

//===-- Commands on local memory ----------------------------------------------===//

enum mtia_se_type { SE_I8, SE_U8, SE_I32, SE_F32, SE_F16, SE_BF16, SE_U4, SE_TYPES };

static inline bool mtia_se_is_integer(unsigned type) { return type <= SE_I32 || type == SE_U4; }

enum { SE_COPY = 0, SE_QUANTISE = 1, SE_DEQUANTISE = 2 }; // se.un, beside the functions
enum { SE_ADD = 0, SE_SUB = 1, SE_MUL = 2, SE_MIN = 3, SE_MAX = 4, SE_FMA = 5, SE_QUANTISED = 8 };
enum { SE_EACH = 0, SE_ONE = 1, SE_PER_ROW = 2, SE_PER_COLUMN = 3 }; // input 2 of se.bin
enum { SE_RED_SUM = 0, SE_RED_MAX = 1, SE_RED_MIN = 2, SE_RED_SQUARES = 3 };
enum { SE_ACC_MAX = 1, SE_ACC_ONTO = 2 }; // bits of se.rowacc's operation
// Where a row has its scale and bias.
enum { SE_PLAIN = 0, SE_F32_BEHIND = 1, SE_F16_FRONT = 2, SE_F16_BEHIND = 3, SE_F32_FRONT = 4 };

struct mtia_se_op {
  uint8_t op, in1, in2, out; // enum mtia_se_type
  uint8_t broadcast;         // SE_EACH...
  uint8_t layout;            // SE_PLAIN...
  bool weights;
  uint32_t count;  // elements; of a row for se.rowacc and se.red
  uint32_t row;    // elements per row, for broadcasting and channels
  uint32_t rows;   // se.rowacc, se.red
  uint32_t stride; // of their rows
  uint32_t scale2; // QSCALE2
  int32_t zero2;
  struct mtia_quant quant;
};

//===-- Functions -------------------------------------------------------------===//

enum mtia_se_function {
  SE_EXP = 8,
  SE_SIGMOID = 9,
  SE_TANH = 10,
  SE_GELU = 11,
  SE_SILU = 12,
  SE_RSQRT = 13,
  SE_RECIPROCAL = 14,
  SE_RELU = 15,
};

// By tables and polynomials in binary32; the result is canonical if it is a NaN.
float mtia_se_function(unsigned function, float x);

#endif
