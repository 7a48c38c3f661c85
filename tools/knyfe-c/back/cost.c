// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cost.h"

static double up(double a, double b) {
  long n = (long)((a + b - 1) / b);
  return (double)n;
}

static double larger(double a, double b) { return a > b ? a : b; }

const char *kn_resource_name(enum kn_resource resource) {
  static const char *const names[] = {
#define X(id, name) [id] = name,
      KN_RESOURCES(X)
#undef X
  };
  return names[resource];
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

// A row takes whole requests in, and whole cycles of the port out.
double kn_cost_dma(bool in, double rows, double bytes) {
  if (in)
    return rows * larger(up(bytes, KN_DEV_fi_request), up(bytes, KN_DEV_fi_in_width));
  return rows * up(bytes, KN_DEV_fi_out_width);
}

double kn_cost_memory(bool dram, double rows, double bytes) {
  if (!dram)
    return bytes / ((double)KN_DEV_sram_slices * KN_DEV_sram_slice_width);
  double row = rows > 0 ? bytes / rows : 0;
  return rows * up(row, KN_DEV_dram_burst) * KN_DEV_dram_burst /
         (KN_DEV_dram_channels * (KN_DEV_dram_channel_centi / 100.0));
}

double kn_cost_share(bool dram, unsigned pes) {
  double all = 1 / kn_cost_memory(dram, 1, KN_DEV_dram_burst) * KN_DEV_dram_burst;
  double each = all / (pes ? pes : 1);
  return each < KN_DEV_fi_in_width ? each : KN_DEV_fi_in_width;
}

// The slices stand around the grid: on the average half of its rows or columns, and half of the
// other, are between a PE and a slice, there and back.
double kn_cost_latency(bool dram, unsigned grid_rows, unsigned grid_cols) {
  double hops = (KN_DEV_grid_rows + KN_DEV_grid_columns) / 2.0;
  (void)grid_rows;
  (void)grid_cols;
  return 2 * hops * KN_DEV_noc_hop + (double)KN_DEV_fi_request / KN_DEV_sram_slice_width +
         KN_DEV_sram_latency + (dram ? KN_DEV_dram_latency : 0);
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

double kn_cost_mml(double rows, double cols) {
  return larger(up(32 * larger(rows, cols), KN_DEV_dpe_width), 1);
}

double kn_cost_tile(double rows, double cols) {
  return larger(rows * up(4 * cols, KN_DEV_re_width), 1);
}

double kn_cost_red(void) {
  return 4096.0 / (KN_DEV_re_width < KN_DEV_re_link_width ? KN_DEV_re_width : KN_DEV_re_link_width);
}

double kn_cost_se(double rows, double elements, unsigned bits) {
  return rows * up(elements, bits <= 8    ? KN_DEV_se_int8
                             : bits <= 16 ? KN_DEV_se_fp16
                                          : KN_DEV_se_fp32);
}

double kn_cost_mlu(double rows, double bytes) { return rows * up(bytes, KN_DEV_mlu_width); }

double kn_cost_barrier(unsigned grid_rows, unsigned grid_cols) {
  return KN_DEV_barrier_pe + 2.0 * KN_DEV_barrier_hop * (grid_rows + grid_cols - 2);
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

double kn_cost_registers(double elements, unsigned bits) {
  return up(elements * bits, 8 * KN_DEV_vector_bytes);
}

// Operations of the arithmetic pipeline per register of 16 f32; f16 and bf16 are widened before
// and narrowed after. Measured: docs/simd.md, at 64 elements.
static const double functions[] = {
    [KN_MIN] = 1,   [KN_MAX] = 1,      [KN_CLAMP] = 2,  [KN_WHERE] = 1, [KN_ABS] = 1,
    [KN_RELU] = 1,  [KN_QUANTIZE] = 4, [KN_PAD] = 1,    [KN_EXP] = 28,  [KN_DEQUANTIZE] = 4,
    [KN_LOG] = 35,  [KN_SQRT] = 17,    [KN_RSQRT] = 20, [KN_TANH] = 54, [KN_SIGMOID] = 50,
    [KN_ERF] = 60,  [KN_GELU] = 66,    [KN_SILU] = 51,  [KN_POW] = 100, [KN_LEAKY_RELU] = 3,
    [KN_FLOOR] = 7, [KN_CEIL] = 7,     [KN_TRUNC] = 7,  [KN_ROUND] = 7, [KN_ROUND_AWAY] = 9};

double kn_cost_function(enum kn_builtin function, enum kn_type type, unsigned lanes) {
  bool narrow = kn_type_is_float(type) && kn_type_bits(type) == 16;
  bool simple = functions[function] < 4;
  double n = kn_cost_registers(lanes, narrow && !simple ? 32 : kn_type_bits(type));
  return n * (functions[function] + (narrow && !simple ? 2 : 0));
}

double kn_cost_element(const struct kn_expr *e) {
  double width = kn_type_bits(e->type) / (8.0 * KN_DEV_vector_bytes), cycles = width;
  switch (e->kind) {
  case KN_READ: // subscripts are addresses
  case KN_INT:
  case KN_FLOAT:
  case KN_INDEX:
  case KN_DIM:
    return 0;
  case KN_BINARY:
    cycles = kn_type_bits(e->args[0]->type) / (8.0 * KN_DEV_vector_bytes);
    if (e->op == KN_DIV && kn_type_is_float(e->type))
      cycles += (e->type == KN_F16 ? KN_DEV_core_fdiv_h : KN_DEV_core_fdiv_s) * width;
    break;
  case KN_CALL:
    cycles = kn_cost_function((enum kn_builtin)e->builtin, e->type, 64) / 64;
    break;
  default:
    break;
  }
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      cycles += kn_cost_element(e->args[i]);
  return cycles;
}
