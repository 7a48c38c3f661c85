// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel's ELF file says about itself, and how its arguments reach it.
// Shared by the device runtime (which writes descriptors through the macros of
// <mtia/kernel.h>) and the emulator (which reads them).
//
// Section `.mtia.kernels` holds one `struct mtia_kernel_desc` per kernel, each
// followed by nothing else; section `.mtia.args` holds arrays of
// `struct mtia_arg_desc` they point to by address. All fields little endian.
//
// Launch: every core of every PE of the sub-grid starts at the ELF entry with
//   a0 = address of the argument block (MTIA_BLOCK_ALIGN aligned),
//   a1 = `entry` of the chosen kernel, a2 = size of the argument block.
// The start-up code sets gp and a stack per core, calls entry(a0) and executes
// mtia.halt.
#ifndef MTIA_KERNEL_ABI_H
#define MTIA_KERNEL_ABI_H

#include <stdint.h>

#define MTIA_KERNEL_MAGIC 0x4B41494D54ull // "TMIAK"
#define MTIA_KERNEL_VERSION 2
#define MTIA_MAX_ARGS 256
#define MTIA_MAX_RANK 8
#define MTIA_NAME_SIZE 64
#define MTIA_DIM_SIZE 64
#define MTIA_BLOCK_ALIGN 64

enum mtia_dtype {
  MTIA_I8 = 0,
  MTIA_U8 = 1,
  MTIA_I16 = 2,
  MTIA_I32 = 3,
  MTIA_I64 = 4,
  MTIA_F16 = 5,
  MTIA_BF16 = 6,
  MTIA_F32 = 7,
  MTIA_BOOL = 8,
};

enum mtia_arg_kind {
  MTIA_ARG_IN = 0,      // tensor, read only
  MTIA_ARG_OUT = 1,     // tensor, written by the kernel; content before the launch: zeros
  MTIA_ARG_INOUT = 2,   // tensor, read and written
  MTIA_ARG_SCALAR = 3,  // one value of dtype in the block itself
  MTIA_ARG_SCRATCH = 4, // tensor that only the kernel uses; nobody gives or reads it
};

// One argument. A dimension is a decimal number ("256"), a name ("M"), or what + - * /, parentheses
// and ceil(a / b) make of them ("B+1", "(N-K)/2+1"; / cuts off). Equal names have equal extents
// over all arguments: an input tensor tells the one unknown name of a dimension without a quotient.
// Extents of names that no input tensor tells come from `--dim`.
struct mtia_arg_desc {
  char name[MTIA_NAME_SIZE]; // NUL-terminated C identifier
  uint8_t kind;              // enum mtia_arg_kind
  uint8_t dtype;             // enum mtia_dtype
  uint8_t rank;              // tensors: 0..MTIA_MAX_RANK; scalars: 0
  uint8_t reserved;          // 0
  uint32_t offset;           // of struct mtia_tensor or the scalar in the block
  char dim[MTIA_MAX_RANK][MTIA_DIM_SIZE];
};

struct mtia_kernel_desc {
  uint64_t magic;   // MTIA_KERNEL_MAGIC
  uint32_t version; // MTIA_KERNEL_VERSION
  uint32_t arg_count;
  uint64_t entry;      // void entry(const void *block)
  uint64_t args;       // address of arg_count struct mtia_arg_desc
  uint32_t block_size; // bytes
  uint32_t reserved;   // 0
  char name[MTIA_NAME_SIZE];
};

// A tensor argument as the kernel sees it. Row major; the innermost dimension
// is dense; rows (all of the innermost dimension) start at multiples of 32
// bytes, and bytes between the end of a row and the next are not the kernel's
// to rely on. stride[] is in bytes. Tensors start at multiples of 64 bytes.
// dim[i] = 1 and stride[i] = 0 for i >= rank.
struct mtia_tensor {
  uint64_t data;
  uint64_t dim[MTIA_MAX_RANK];
  uint64_t stride[MTIA_MAX_RANK];
};

#endif
