// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel's author writes against: the definition of a kernel with its
// arguments, and names for the numbers of the instruction set.
//
//   struct fc_args { struct mtia_tensor x, w; float scale; struct mtia_tensor y; };
//
//   MTIA_KERNEL(fc_i8, struct fc_args, MTIA_IN(x, MTIA_I8, "M", "K"),
//               MTIA_IN(w, MTIA_I8, "N", "K"), MTIA_SCALAR(scale, MTIA_F32),
//               MTIA_OUT(y, MTIA_I8, "M", "N")) {
//     const int8_t *x = mtia_ptr(&args->x, 0);
//     ...
//   }
//
// The body runs on every core of every PE of the sub-grid; `args` is a
// `const struct fc_args *`. A file may define several kernels, a program too.
// The order of the arguments is free; a field that no argument names stays zero.
#ifndef MTIA_KERNEL_H
#define MTIA_KERNEL_H

#include <mtia/intrinsics.h>
#include <mtia/kernel_abi.h>
#include <mtia/memory_map.h>
#include <stddef.h>
#include <stdint.h>

// ---- Checks that turn into errors on the line of the MTIA_KERNEL ----

#ifdef __cplusplus
#define MTIA_EXTERN_C extern "C"
#define MTIA_CHECK_(cond, msg) 0
#define MTIA_SAME_(T, field, type) 1
#else
#define MTIA_EXTERN_C extern
// An expression of value 0.
#define MTIA_CHECK_(cond, msg)                                                                     \
  (0 * sizeof(struct {                                                                             \
     char c;                                                                                       \
     _Static_assert(cond, msg);                                                                    \
   }))
#define MTIA_SAME_(T, field, type) __builtin_types_compatible_p(__typeof__(((T *)0)->field), type)
#endif

// The C type of a scalar argument, by the name of its dtype.
#define MTIA_CTYPE_MTIA_I8 int8_t
#define MTIA_CTYPE_MTIA_U8 uint8_t
#define MTIA_CTYPE_MTIA_I16 int16_t
#define MTIA_CTYPE_MTIA_I32 int32_t
#define MTIA_CTYPE_MTIA_I64 int64_t
#define MTIA_CTYPE_MTIA_F16 _Float16
#define MTIA_CTYPE_MTIA_BF16 __bf16
#define MTIA_CTYPE_MTIA_F32 float
#define MTIA_CTYPE_MTIA_BOOL _Bool

#define MTIA_COUNT_(...) MTIA_COUNT_N_(0, ##__VA_ARGS__, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define MTIA_COUNT_N_(z, a, b, c, d, e, f, g, h, i, j, k, n, ...) n

#define MTIA_DIM_OK_(s)                                                                            \
  MTIA_CHECK_(sizeof(s) <= MTIA_DIM_SIZE && sizeof(s) > 1,                                         \
              "a dimension has 1 to 63 characters: " #s)
#define MTIA_DIMS_0_(...) 0
#define MTIA_DIMS_1_(a) MTIA_DIM_OK_(a)
#define MTIA_DIMS_2_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_1_(__VA_ARGS__)
#define MTIA_DIMS_3_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_2_(__VA_ARGS__)
#define MTIA_DIMS_4_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_3_(__VA_ARGS__)
#define MTIA_DIMS_5_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_4_(__VA_ARGS__)
#define MTIA_DIMS_6_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_5_(__VA_ARGS__)
#define MTIA_DIMS_7_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_6_(__VA_ARGS__)
#define MTIA_DIMS_8_(a, ...) MTIA_DIM_OK_(a) + MTIA_DIMS_7_(__VA_ARGS__)
#define MTIA_DIMS_TOO_MANY_(...) MTIA_CHECK_(0, "a tensor has at most 8 dimensions (MTIA_MAX_RANK)")
#define MTIA_DIMS_9_ MTIA_DIMS_TOO_MANY_
#define MTIA_DIMS_10_ MTIA_DIMS_TOO_MANY_
#define MTIA_DIMS_11_ MTIA_DIMS_TOO_MANY_
#define MTIA_PASTE_(a, b, c) a##b##c
#define MTIA_PASTE(a, b, c) MTIA_PASTE_(a, b, c)
#define MTIA_DIMS_(...) MTIA_PASTE(MTIA_DIMS_, MTIA_COUNT_(__VA_ARGS__), _)(__VA_ARGS__)

// ---- Arguments ----

// mtia_args_type is a typedef that MTIA_KERNEL puts around the list.
#define MTIA_TENSOR_(field, kind_, dtype_, ...)                                                    \
  {                                                                                                \
      .name = #field,                                                                              \
      .kind = kind_,                                                                               \
      .dtype = dtype_,                                                                             \
      .rank = MTIA_COUNT_(__VA_ARGS__),                                                            \
      .reserved = 0,                                                                               \
      .offset = offsetof(mtia_args_type, field) +                                                  \
                MTIA_CHECK_(MTIA_SAME_(mtia_args_type, field, struct mtia_tensor),                 \
                            "the field '" #field "' must be a struct mtia_tensor") +               \
                MTIA_CHECK_(sizeof(#field) <= MTIA_NAME_SIZE, "'" #field "' is too long") +        \
                MTIA_DIMS_(__VA_ARGS__),                                                           \
      .dim = {__VA_ARGS__},                                                                        \
  }

// A tensor that the kernel reads, writes, or both (SCRATCH: for itself): field of the argument
// struct, enum mtia_dtype, one string per dimension ("256", "M", "B+1").
#define MTIA_IN(field, dtype, ...) MTIA_TENSOR_(field, MTIA_ARG_IN, dtype, ##__VA_ARGS__)
#define MTIA_OUT(field, dtype, ...) MTIA_TENSOR_(field, MTIA_ARG_OUT, dtype, ##__VA_ARGS__)
#define MTIA_SCRATCH(field, dtype, ...) MTIA_TENSOR_(field, MTIA_ARG_SCRATCH, dtype, ##__VA_ARGS__)
#define MTIA_INOUT(field, dtype, ...) MTIA_TENSOR_(field, MTIA_ARG_INOUT, dtype, ##__VA_ARGS__)

// One value. The field's C type must be the one of the dtype (MTIA_I32: int32_t).
#define MTIA_SCALAR(field, dtype_)                                                                 \
  {                                                                                                \
      .name = #field,                                                                              \
      .kind = MTIA_ARG_SCALAR,                                                                     \
      .dtype = dtype_,                                                                             \
      .rank = 0,                                                                                   \
      .reserved = 0,                                                                               \
      .offset = offsetof(mtia_args_type, field) +                                                  \
                MTIA_CHECK_(MTIA_SAME_(mtia_args_type, field, MTIA_CTYPE_##dtype_),                \
                            "the type of the field '" #field "' is not the one of " #dtype_) +     \
                MTIA_CHECK_(sizeof(#field) <= MTIA_NAME_SIZE, "'" #field "' is too long"),         \
      .dim = {},                                                                                   \
  }

// ---- Kernels ----

// The descriptors are static objects of the entry function, so that the
// arguments' initialisers can name the type through a local typedef.
// (__extension__ keeps -Wpedantic quiet about the empty list of dimensions.)
#define MTIA_KERNEL(kernel, type, ...)                                                             \
  MTIA_EXTERN_C void kernel(const void *block);                                                    \
  static inline void kernel##_mtia_body(const type *args);                                         \
  void kernel(const void *block) {                                                                 \
    typedef type mtia_args_type;                                                                   \
    __extension__ static const struct mtia_arg_desc mtia_args[]                                    \
        __attribute__((used, section(".mtia.args"))) = {__VA_ARGS__};                              \
    static const struct mtia_kernel_desc mtia_desc                                                 \
        __attribute__((used, section(".mtia.kernels"))) = {                                        \
            .magic = MTIA_KERNEL_MAGIC,                                                            \
            .version = MTIA_KERNEL_VERSION,                                                        \
            .arg_count = sizeof(mtia_args) / sizeof(struct mtia_arg_desc),                         \
            .entry = (uint64_t)&kernel,                                                            \
            .args = (uint64_t)mtia_args,                                                           \
            .block_size = sizeof(type) + MTIA_CHECK_(sizeof(#kernel) <= MTIA_NAME_SIZE,            \
                                                     "the kernel's name is too long"),             \
            .reserved = 0,                                                                         \
            .name = #kernel,                                                                       \
        };                                                                                         \
    kernel##_mtia_body((const mtia_args_type *)block);                                             \
  }                                                                                                \
  static inline void kernel##_mtia_body(const type *args)

// ---- Vectors ----

// A function that only core 1 calls: it may use vectors, whatever the file's -march is. In a
// function without it (and without v in -march) the compiler never makes a vector instruction, so
// both cores can run it. Never inlined into a function that has no vectors.
#ifdef __MTIA_VECTOR_ARCH__
#define MTIA_VECTOR __attribute__((target(__MTIA_VECTOR_ARCH__)))
#else
#define MTIA_VECTOR
#endif

// ---- Where this core is ----

// Operand of mtia.id.
enum mtia_id {
  MTIA_ID_ROW = 0,      // in the sub-grid; row 0 is north
  MTIA_ID_COL = 1,      // column 0 is west
  MTIA_ID_CORE = 2,     // 0 scalar, 1 scalar and vector
  MTIA_ID_ROWS = 3,     // of the sub-grid
  MTIA_ID_COLS = 4,     //
  MTIA_ID_PE = 5,       // row * columns + column
  MTIA_ID_GRID_ROW = 6, // in the full grid
  MTIA_ID_GRID_COL = 7, //
};

static inline unsigned mtia_row(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_ROW); }
static inline unsigned mtia_col(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_COL); }
static inline unsigned mtia_core(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_CORE); }
static inline unsigned mtia_rows(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_ROWS); }
static inline unsigned mtia_cols(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_COLS); }
static inline unsigned mtia_pe(void) { return (unsigned)__builtin_mtia_id(MTIA_ID_PE); }

// Operand of mtia.bar: who waits for whom.
enum mtia_scope {
  MTIA_BAR_PE = 0,   // both cores of this PE
  MTIA_BAR_CORE = 1, // this core number of all PEs of the sub-grid
  MTIA_BAR_GRID = 2, // all cores of the sub-grid
};

// Last operand of mtia.dma.in.
enum mtia_multicast {
  MTIA_MC_NONE = 0,
  MTIA_MC_ROW = 1, // one fetch for the PEs of this row that MCAST names
  MTIA_MC_COL = 2,
};

// Flags and types of mtia.mml.
enum mtia_mml_flag { MTIA_MML_ADV = 1, MTIA_MML_ZERO = 2 };
enum mtia_mml_type {
  MTIA_MML_S8S8 = 0,
  MTIA_MML_U8S8 = 1,
  MTIA_MML_S8U8 = 2,
  MTIA_MML_U8U8 = 3,
  MTIA_MML_F16 = 4, // accumulators of binary32: redf, drainf
  MTIA_MML_BF16 = 5,
};

// Operands of mtia.red. The network runs one way: north to south, west to east.
enum mtia_red_in { MTIA_RED_IN_NONE = 0, MTIA_RED_IN_NORTH = 1, MTIA_RED_IN_WEST = 2 };
enum mtia_red_out { MTIA_RED_OUT_NONE = 0, MTIA_RED_OUT_SOUTH = 1, MTIA_RED_OUT_EAST = 2 };

// Type and flags of mtia.drain and mtia.drainf.
enum mtia_drain_type {
  MTIA_DRAIN_I32 = 0, // the accumulator as it is
  MTIA_DRAIN_I8 = 1,
  MTIA_DRAIN_U8 = 2,
  MTIA_DRAIN_F32 = 3,
  MTIA_DRAIN_F16 = 4,
  MTIA_DRAIN_BF16 = 5,
};
enum mtia_drain_flag { MTIA_DRAIN_RELU = 1, MTIA_DRAIN_CHAN = 2 };

// Flags of mtia.acc.minmax.
enum mtia_minmax_flag { MTIA_MINMAX_F32 = 1, MTIA_MINMAX_MERGE = 2 };

// Elements of the SE, in MTIA_CR_SE_FMT.
enum mtia_se_type {
  MTIA_SE_I8 = 0,
  MTIA_SE_U8 = 1,
  MTIA_SE_I32 = 2,
  MTIA_SE_F32 = 3,
  MTIA_SE_F16 = 4,
  MTIA_SE_BF16 = 5,
  MTIA_SE_U4 = 6, // only what mtia.se.rowacc reads
};

// What input 2 of mtia.se.bin is.
enum mtia_se_second {
  MTIA_SE_EACH = 0,
  MTIA_SE_ONE = 1,     // one element for all
  MTIA_SE_PER_ROW = 2, // one for each row of SE_ROW.lo elements
  MTIA_SE_PER_COL = 3, // one row for all
};

// Value of MTIA_CR_SE_FMT; add MTIA_SE_CHAN for scales from QCHAN.
#define MTIA_SE_CHAN (UINT64_C(1) << 14)
static inline uint64_t mtia_se_fmt(enum mtia_se_type in1, enum mtia_se_type in2,
                                   enum mtia_se_type out, enum mtia_se_second second) {
  return (uint64_t)in1 | (uint64_t)in2 << 4 | (uint64_t)out << 8 | (uint64_t)second << 12;
}

// Operations of mtia.se.un; those from MTIA_SE_EXP on are functions for mtia_qmode() too.
enum mtia_se_unary {
  MTIA_SE_COPY = 0,
  MTIA_SE_QUANTISE = 1,
  MTIA_SE_DEQUANTISE = 2,
  MTIA_SE_EXP = 8,
  MTIA_SE_SIGMOID = 9,
  MTIA_SE_TANH = 10,
  MTIA_SE_GELU = 11,
  MTIA_SE_SILU = 12,
  MTIA_SE_RSQRT = 13,
  MTIA_SE_RECIPROCAL = 14,
  MTIA_SE_RELU = 15,
};

// Operations of mtia.se.bin; with MTIA_SE_QUANTISED added, all but fma, of quantised numbers.
enum mtia_se_binary {
  MTIA_SE_ADD = 0,
  MTIA_SE_SUB = 1,
  MTIA_SE_MUL = 2,
  MTIA_SE_MIN = 3,
  MTIA_SE_MAX = 4,
  MTIA_SE_FMA = 5,
  MTIA_SE_QUANTISED = 8,
};

// Operations of mtia.se.rowacc: sum or maximum, from nothing or onto what is there.
enum mtia_se_rowacc {
  MTIA_SE_ROWS_SUM = 0,
  MTIA_SE_ROWS_MAX = 1,
  MTIA_SE_ROWS_SUM_ONTO = 2,
  MTIA_SE_ROWS_MAX_ONTO = 3,
};

// Where a row of mtia.se.rowacc has its scale and bias: bits 10..8 of SE_ROW.hi.
enum mtia_se_layout {
  MTIA_SE_PLAIN = 0,
  MTIA_SE_F32_BEHIND = 1,
  MTIA_SE_F16_FRONT = 2,
  MTIA_SE_F16_BEHIND = 3,
  MTIA_SE_F32_FRONT = 4,
};

// SE_ROW.hi: layout, and the CB with the weights or -1.
static inline uint32_t mtia_se_row(enum mtia_se_layout layout, int weights) {
  return (uint32_t)layout << 8 | (weights < 0 ? 0 : UINT32_C(1) << 31 | (uint32_t)weights);
}

// Operations of mtia.se.red.
enum mtia_se_red {
  MTIA_SE_RED_SUM = 0,
  MTIA_SE_RED_MAX = 1,
  MTIA_SE_RED_MIN = 2,
  MTIA_SE_RED_SQUARES = 3,
};

// Element sizes of mtia.mlu.*, and where its result goes.
enum mtia_mlu_size { MTIA_MLU_8 = 0, MTIA_MLU_16 = 1, MTIA_MLU_32 = 2, MTIA_MLU_4 = 3 };
enum mtia_mlu_target { MTIA_MLU_MEMORY = 0, MTIA_MLU_DPE = 1 };

// Added to the CB of the indices of mtia.dma.gather.
enum { MTIA_GATHER_64 = 32 };

// Command registers (docs/isa/xmtia.md, 1.1).
enum mtia_cr {
  MTIA_CR_DMA_IN = 0,
  MTIA_CR_DMA_IN_PITCH = 1,
  MTIA_CR_DMA_OUT = 2,
  MTIA_CR_DMA_OUT_PITCH = 3,
  MTIA_CR_MCAST = 4,
  MTIA_CR_MML_A = 5,
  MTIA_CR_MML_B = 6,
  MTIA_CR_MML_INC = 7,
  MTIA_CR_BLOCK = 8,
  MTIA_CR_BIAS = 9,
  MTIA_CR_OUT = 10,
  MTIA_CR_QSCALE = 11,
  MTIA_CR_QCLAMP = 12,
  MTIA_CR_QCHAN = 13,
  MTIA_CR_GATHER = 14,
  MTIA_CR_GATHER_PITCH = 15,
  MTIA_CR_SE_FMT = 16,
  MTIA_CR_SE_LEN = 17,
  MTIA_CR_SE_SRC = 18,
  MTIA_CR_SE_ROW = 19,
  MTIA_CR_MLU_SHAPE = 20,
  MTIA_CR_MLU_SRC = 21,
  MTIA_CR_MLU_DST = 22,
  MTIA_CR_PREFETCH = 23,
  MTIA_CR_QMODE = 24,
  MTIA_CR_QOUT = 25,
  MTIA_CR_QSCALE2 = 26,
  MTIA_CR_SE_STRIDE = 27,
  MTIA_CR_GATHER_LIMIT = 28,
};

// Bits 1..0 of QMODE: how a scaled number becomes an integer.
enum mtia_round {
  MTIA_ROUND_EVEN = 0,   // ties to even, then the zero point is added
  MTIA_ROUND_AWAY = 1,   // ties away from zero
  MTIA_ROUND_BEFORE = 2, // the zero point is added before rounding
  MTIA_ROUND_FIXED = 3,  // 31-bit multiplier in the scale's place, and a shift
};

// ---- Small helpers ----

// Rounded up to the alignment of DMA (32 bytes).
static inline uint64_t mtia_align_up(uint64_t bytes) {
  return (bytes + MTIA_DMA_ALIGN - 1) & ~(uint64_t)(MTIA_DMA_ALIGN - 1);
}

// Value of CR BLOCK: a block of m rows and n columns, each 0..128.
static inline uint64_t mtia_block(unsigned m, unsigned n) {
  return (uint64_t)m | (uint64_t)n << 16;
}

// The bits of a binary32, as QSCALE wants them.
static inline uint32_t mtia_f32_bits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Value of CR QMODE: a rounding style, the number of a function of se.un (0: none), a shift.
static inline uint64_t mtia_qmode(enum mtia_round style, unsigned function, int shift) {
  return (uint64_t)style | (uint64_t)function << 4 | (uint64_t)(uint8_t)shift << 8;
}

// Byte `offset` of a tensor's data, for loads and stores by a core.
static inline void *mtia_ptr(const struct mtia_tensor *tensor, uint64_t offset) {
  return (void *)(uintptr_t)(tensor->data + offset);
}

#endif
