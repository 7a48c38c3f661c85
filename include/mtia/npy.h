// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- mtia/npy.h - Tensors as NumPy .npy files -----------------------------===//
 *
 * Reads format versions 1, 2 and 3 in either byte order and either axis order;
 * writes version 1, little endian, C order. A tensor in memory is always little
 * endian and C order. No function ever reads outside the bytes it is given,
 * whatever they contain.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *===----------------------------------------------------------------------===*/
#ifndef MTIA_NPY_H
#define MTIA_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NumPy itself stops at 64 (NumPy 2) or 32 dimensions; no kernel needs more than this. */
#define MTIA_NPY_MAX_DIMS 16

/* Element types: enumerator, size in bytes, name in messages, NumPy type string.
 * NumPy has no bfloat16; ml_dtypes saves one as two raw bytes, "V2". */
#define MTIA_NPY_TYPES(X)                                                                          \
  X(MTIA_NPY_BOOL, 1, "bool", "b1")                                                                \
  X(MTIA_NPY_I8, 1, "i8", "i1")                                                                    \
  X(MTIA_NPY_U8, 1, "u8", "u1")                                                                    \
  X(MTIA_NPY_I16, 2, "i16", "i2")                                                                  \
  X(MTIA_NPY_U16, 2, "u16", "u2")                                                                  \
  X(MTIA_NPY_I32, 4, "i32", "i4")                                                                  \
  X(MTIA_NPY_U32, 4, "u32", "u4")                                                                  \
  X(MTIA_NPY_I64, 8, "i64", "i8")                                                                  \
  X(MTIA_NPY_U64, 8, "u64", "u8")                                                                  \
  X(MTIA_NPY_F16, 2, "f16", "f2")                                                                  \
  X(MTIA_NPY_BF16, 2, "bf16", "V2")                                                                \
  X(MTIA_NPY_F32, 4, "f32", "f4")                                                                  \
  X(MTIA_NPY_F64, 8, "f64", "f8")

enum mtia_npy_type {
#define X(id, size, name, code) id,
  MTIA_NPY_TYPES(X)
#undef X
      MTIA_NPY_NUM_TYPES
};

struct mtia_npy {
  enum mtia_npy_type type;
  unsigned ndim; /* 0: a scalar, one element */
  int64_t dims[MTIA_NPY_MAX_DIMS];
  size_t count; /* number of elements, the product of dims */
  size_t bytes; /* count * size of an element */
  void *data;   /* malloc'ed, never NULL after success; mtia_npy_free() releases it */
};

/* A message without a newline, with the file's name when one is known. */
struct mtia_npy_error {
  char text[512];
};

size_t mtia_npy_type_size(enum mtia_npy_type type);
/* "i8", "f32", ... */
const char *mtia_npy_type_name(enum mtia_npy_type type);
/* By that name; false if there is none of it. */
bool mtia_npy_type_by_name(const char *name, enum mtia_npy_type *type);

/* Parses the `size` bytes of a whole file. `name` is used in messages. On failure *out is all
 * zero and *error says what was found and what was expected. Bytes after the data are an error:
 * the file is then not what its header says. */
bool mtia_npy_parse(const char *name, const void *file, size_t size, struct mtia_npy *out,
                    struct mtia_npy_error *error);

/* Reads and parses a file. */
bool mtia_npy_load(const char *path, struct mtia_npy *out, struct mtia_npy_error *error);

/* Writes a file whole or not at all (a temporary file beside it, then a rename; devices such as
 * /dev/stdout are written in place). `data` has C order. */
bool mtia_npy_save(const char *path, enum mtia_npy_type type, unsigned ndim, const int64_t *dims,
                   const void *data, struct mtia_npy_error *error);

/* Checks type and shape. A dimension of -1 matches any extent. The message names `name` (the file
 * or the argument) and gives both sides, like "x.npy: found i8[3, 4], expected i32[3, 5]". */
bool mtia_npy_expect(const char *name, const struct mtia_npy *npy, enum mtia_npy_type type,
                     unsigned ndim, const int64_t *dims, struct mtia_npy_error *error);

/* "i8[3, 4]" into buffer; -1 prints as "?". Always terminated. Returns buffer. */
char *mtia_npy_describe(enum mtia_npy_type type, unsigned ndim, const int64_t *dims, char *buffer,
                        size_t size);

void mtia_npy_free(struct mtia_npy *npy);

#ifdef __cplusplus
}
#endif
#endif
