// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernel launches. The descriptors come from the ELF file, so nothing in them
// is trusted before check_kernel and check_argument have seen it.
#include "launch.h"
#include "device.h"
#include "image.h"
#include "launch_dim.h"
#include "mtia/npy.h"
#include "scalar.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIMS 256
#define MAX_BLOCK 65536
#define ROW_ALIGN 32
#define TENSOR_ALIGN 64
#define PADDING 0xa5 // between rows: whoever relies on zeros there shall notice

// Argument block and DRAM tensors are in the upper half: image, heap and stacks have the lower.
#define LAUNCH_BASE (MTIA_DRAM_BASE + MTIA_DRAM_SIZE / 2)

struct argument {
  struct mtia_arg_desc desc;
  bool given;
  char *source;         // of the tensor, for messages
  struct mtia_npy data; // a copy of what was given
  uint8_t scalar[8];
  enum mtia_place place;
  // After unification and placement:
  uint64_t dim[MTIA_MAX_RANK], stride[MTIA_MAX_RANK];
  uint64_t rows, row_bytes, row_stride; // rows: all but the innermost dimension together
  uint64_t addr;
};

struct dimension {
  char name[MTIA_DIM_SIZE];
  uint64_t extent;
  char source[160]; // what fixed it: "x.npy", "--dim"
};

struct mtia_launch {
  struct mtia_kernel_desc kernel;
  struct argument arg[MTIA_MAX_ARGS];
  unsigned args;
  struct dimension dim[MAX_DIMS];
  unsigned dims;
  uint64_t block;
  bool done;
};

//===-- Descriptors -----------------------------------------------------------===//

static const char *const kind_names[] = {"in", "out", "inout", "scalar", "scratch"};
static const char *const dtype_names[] = {"i8",  "u8",   "i16", "i32", "i64",
                                          "f16", "bf16", "f32", "bool"};
static const enum mtia_npy_type npy_types[] = {MTIA_NPY_I8,   MTIA_NPY_U8,  MTIA_NPY_I16,
                                               MTIA_NPY_I32,  MTIA_NPY_I64, MTIA_NPY_F16,
                                               MTIA_NPY_BF16, MTIA_NPY_F32, MTIA_NPY_BOOL};

static size_t dtype_size(unsigned dtype) { return mtia_npy_type_size(npy_types[dtype]); }

static bool is_tensor(const struct argument *arg) { return arg->desc.kind != MTIA_ARG_SCALAR; }

bool mtia_is_kernel(const struct mtia_device *dev) {
  return dev->image && dev->image->kernels_size;
}

static bool bad(struct mtia_device *dev, struct mtia_error *error, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static bool bad(struct mtia_device *dev, struct mtia_error *error, const char *fmt, ...) {
  char text[500];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return mtia_error_set(error, MTIA_ERR_ELF,
                        "%s: %s; compile it with this version's <mtia/kernel.h>", dev->image->name,
                        text);
}

static size_t kernel_count(const struct mtia_device *dev) {
  return dev->image->kernels_size / sizeof(struct mtia_kernel_desc);
}

static bool terminated(const char *s, size_t size) { return *s && memchr(s, 0, size); }

static bool read_kernel(struct mtia_device *dev, size_t index, struct mtia_kernel_desc *kernel,
                        struct mtia_error *error) {
  if (dev->image->kernels_size % sizeof *kernel)
    return bad(dev, error, "section .mtia.kernels has %" PRIu64 " bytes, no multiple of %zu",
               dev->image->kernels_size, sizeof *kernel);
  const uint8_t *host =
      mtia_mem(dev, &dev->pe[0], dev->image->kernels + index * sizeof *kernel, sizeof *kernel);
  if (!host)
    return bad(dev, error, "section .mtia.kernels is not loaded");
  memcpy(kernel, host, sizeof *kernel);
  if (kernel->magic != MTIA_KERNEL_MAGIC)
    return bad(dev, error, "kernel descriptor %zu has magic %#" PRIx64 ", expected %#llx", index,
               kernel->magic, MTIA_KERNEL_MAGIC);
  if (kernel->version != MTIA_KERNEL_VERSION)
    return bad(dev, error, "kernel descriptor %zu has version %" PRIu32 ", this mtia-run knows %d",
               index, kernel->version, MTIA_KERNEL_VERSION);
  if (!terminated(kernel->name, sizeof kernel->name))
    return bad(dev, error, "kernel descriptor %zu has no proper name", index);
  if (kernel->arg_count > MTIA_MAX_ARGS || kernel->block_size > MAX_BLOCK)
    return bad(dev, error,
               "kernel %s: %" PRIu32 " arguments in %" PRIu32 " bytes; at most %d in %d",
               kernel->name, kernel->arg_count, kernel->block_size, MTIA_MAX_ARGS, MAX_BLOCK);
  return true;
}

static int64_t any_extent(const char *name, void *data) { return 1 << 10; }

static bool check_argument(struct mtia_device *dev, const struct mtia_kernel_desc *kernel,
                           const struct mtia_arg_desc *desc, unsigned index,
                           struct mtia_error *error) {
  if (!terminated(desc->name, sizeof desc->name))
    return bad(dev, error, "kernel %s: argument %u has no proper name", kernel->name, index);
  if (desc->kind > MTIA_ARG_SCRATCH || desc->dtype > MTIA_BOOL || desc->rank > MTIA_MAX_RANK)
    return bad(dev, error, "kernel %s: argument %s has kind %u, type %u, rank %u", kernel->name,
               desc->name, desc->kind, desc->dtype, desc->rank);
  bool scalar = desc->kind == MTIA_ARG_SCALAR;
  uint64_t size = scalar ? dtype_size(desc->dtype) : sizeof(struct mtia_tensor);
  if (desc->offset > kernel->block_size || size > kernel->block_size - desc->offset)
    return bad(dev, error, "kernel %s: argument %s at offset %" PRIu32 " is outside the block",
               kernel->name, desc->name, desc->offset);
  for (unsigned i = 0; !scalar && i < desc->rank; i++) {
    if (!terminated(desc->dim[i], MTIA_DIM_SIZE) ||
        mtia_dim_value(desc->dim[i], any_extent, NULL).status == MTIA_DIM_SYNTAX)
      return bad(dev, error,
                 "kernel %s: argument %s: dimension %u is '%.*s'; expected numbers and names with "
                 "+ - * / and parentheses",
                 kernel->name, desc->name, i, MTIA_DIM_SIZE, desc->dim[i]);
  }
  return true;
}

static bool read_arguments(struct mtia_device *dev, struct mtia_launch *launch,
                           struct mtia_error *error) {
  launch->args = launch->kernel.arg_count;
  for (unsigned i = 0; i < launch->args; i++) {
    struct mtia_arg_desc *desc = &launch->arg[i].desc;
    const uint8_t *host =
        mtia_mem(dev, &dev->pe[0], launch->kernel.args + i * sizeof *desc, sizeof *desc);
    if (!host)
      return bad(dev, error, "kernel %s: its argument descriptors are not loaded",
                 launch->kernel.name);
    memcpy(desc, host, sizeof *desc);
    if (!check_argument(dev, &launch->kernel, desc, i, error))
      return false;
  }
  return true;
}

// dev->launch is a kernel whose descriptors are all right, or NULL.
static bool open_kernel(struct mtia_device *dev, size_t index, struct mtia_error *error) {
  struct mtia_launch *launch = calloc(1, sizeof *launch);
  if (!launch)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  mtia_launch_destroy(dev);
  dev->launch = launch;
  bool ok = read_kernel(dev, index, &launch->kernel, error) && read_arguments(dev, launch, error);
  if (!ok)
    mtia_launch_destroy(dev);
  return ok;
}

void mtia_launch_destroy(struct mtia_device *dev) {
  struct mtia_launch *launch = dev->launch;
  if (!launch)
    return;
  for (unsigned i = 0; i < launch->args; i++) {
    free(launch->arg[i].source);
    mtia_npy_free(&launch->arg[i].data);
  }
  free(launch);
  dev->launch = NULL;
}

// "fc_i8, fc_f16"
static void list_kernels(struct mtia_device *dev, char *buffer, size_t size) {
  size_t used = 0;
  *buffer = 0;
  for (size_t i = 0; i < kernel_count(dev) && used < size; i++) {
    struct mtia_kernel_desc kernel;
    if (read_kernel(dev, i, &kernel, NULL))
      used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", kernel.name);
  }
}

bool mtia_select_kernel(struct mtia_device *dev, const char *name, struct mtia_error *error) {
  char names[400];
  if (!mtia_is_kernel(dev))
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "%s: an ordinary program without kernels; there is no kernel '%s'",
                          dev->image ? dev->image->name : "nothing is loaded", name);
  for (size_t i = 0; i < kernel_count(dev); i++) {
    struct mtia_kernel_desc kernel;
    if (!read_kernel(dev, i, &kernel, error))
      return false;
    if (!strcmp(kernel.name, name))
      return open_kernel(dev, i, error);
  }
  list_kernels(dev, names, sizeof names);
  return mtia_error_set(error, MTIA_ERR_USAGE, "%s: no kernel '%s'; it has: %s", dev->image->name,
                        name, names);
}

// Opens the only kernel if none has been selected.
static struct mtia_launch *get_launch(struct mtia_device *dev, struct mtia_error *error) {
  char names[400];
  if (dev->launch)
    return dev->launch;
  if (!mtia_is_kernel(dev)) {
    mtia_error_set(error, MTIA_ERR_USAGE,
                   "%s: an ordinary program without kernels; it takes no kernel arguments",
                   dev->image ? dev->image->name : "nothing is loaded");
    return NULL;
  }
  if (kernel_count(dev) > 1) {
    list_kernels(dev, names, sizeof names);
    mtia_error_set(error, MTIA_ERR_USAGE, "%s: several kernels; choose one with --kernel: %s",
                   dev->image->name, names);
    return NULL;
  }
  return open_kernel(dev, 0, error) ? dev->launch : NULL;
}

//===-- Text ------------------------------------------------------------------===//

// "i8[M, K]" or "f32"
static char *arg_type(const struct argument *arg, char *buffer, size_t size) {
  size_t used = (size_t)snprintf(buffer, size, "%s", dtype_names[arg->desc.dtype]);
  if (!is_tensor(arg))
    return buffer;
  used += (size_t)snprintf(buffer + used, size - used, "[");
  for (unsigned i = 0; i < arg->desc.rank && used < size; i++)
    used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", arg->desc.dim[i]);
  if (used < size)
    snprintf(buffer + used, size - used, "]");
  return buffer;
}

static char *npy_type(const struct mtia_npy *npy, char *buffer, size_t size) {
  return mtia_npy_describe(npy->type, npy->ndim, npy->dims, buffer, size);
}

char *mtia_describe_kernels(struct mtia_device *dev) {
  char *text = NULL, type[160];
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  for (size_t i = 0; mtia_is_kernel(dev) && i < kernel_count(dev); i++) {
    struct mtia_kernel_desc kernel;
    if (!read_kernel(dev, i, &kernel, NULL))
      continue;
    fprintf(out, "%s\n", kernel.name);
    for (unsigned j = 0; j < kernel.arg_count; j++) {
      struct argument arg = {0};
      const uint8_t *host =
          mtia_mem(dev, &dev->pe[0], kernel.args + j * sizeof arg.desc, sizeof arg.desc);
      if (!host)
        break;
      memcpy(&arg.desc, host, sizeof arg.desc);
      if (check_argument(dev, &kernel, &arg.desc, j, NULL))
        fprintf(out, "  %s: %s %s\n", arg.desc.name, kind_names[arg.desc.kind],
                arg_type(&arg, type, sizeof type));
    }
  }
  fclose(out);
  return text;
}

//===-- Giving arguments ------------------------------------------------------===//

static struct argument *find(struct mtia_launch *launch, const char *name) {
  for (unsigned i = 0; i < launch->args; i++)
    if (!strcmp(launch->arg[i].desc.name, name))
      return &launch->arg[i];
  return NULL;
}

static void list_args(const struct mtia_launch *launch, bool missing_only, char *buffer,
                      size_t size) {
  char type[160];
  size_t used = 0;
  *buffer = 0;
  for (unsigned i = 0; i < launch->args && used < size; i++) {
    const struct argument *arg = &launch->arg[i];
    if (missing_only &&
        (arg->given || arg->desc.kind == MTIA_ARG_OUT || arg->desc.kind == MTIA_ARG_SCRATCH))
      continue;
    used += (size_t)snprintf(buffer + used, size - used, "%s%s (%s %s)", used ? ", " : "",
                             arg->desc.name, kind_names[arg->desc.kind],
                             arg_type(arg, type, sizeof type));
  }
}

static struct argument *find_or_explain(struct mtia_launch *launch, const char *name,
                                        struct mtia_error *error) {
  char names[600];
  struct argument *arg = find(launch, name);
  if (arg)
    return arg;
  list_args(launch, false, names, sizeof names);
  mtia_error_set(error, MTIA_ERR_ARGUMENT, "kernel %s has no argument '%s'; it has: %s",
                 launch->kernel.name, name, *names ? names : "none");
  return NULL;
}

bool mtia_find_argument(struct mtia_device *dev, const char *name, bool *tensor, bool *output) {
  struct mtia_launch *launch = get_launch(dev, NULL);
  struct argument *arg = launch ? find(launch, name) : NULL;
  if (!arg)
    return false;
  if (tensor)
    *tensor = is_tensor(arg);
  if (output)
    *output = arg->desc.kind == MTIA_ARG_OUT || arg->desc.kind == MTIA_ARG_INOUT;
  return true;
}

static struct dimension *find_dim(struct mtia_launch *launch, const char *name) {
  for (unsigned i = 0; i < launch->dims; i++)
    if (!strcmp(launch->dim[i].name, name))
      return &launch->dim[i];
  return NULL;
}

static bool fix_dim(struct mtia_launch *launch, const char *name, uint64_t extent,
                    const char *source, struct mtia_error *error) {
  if (launch->dims == MAX_DIMS)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT, "more than %d dimensions", MAX_DIMS);
  struct dimension *dim = &launch->dim[launch->dims++];
  snprintf(dim->name, sizeof dim->name, "%s", name);
  snprintf(dim->source, sizeof dim->source, "%s", source);
  dim->extent = extent;
  return true;
}

bool mtia_set_dim(struct mtia_device *dev, const char *name, uint64_t extent,
                  struct mtia_error *error) {
  struct mtia_launch *launch = get_launch(dev, error);
  if (!launch)
    return false;
  struct dimension *dim = find_dim(launch, name);
  if (dim && dim->extent != extent)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "dimension %s is %" PRIu64 " by %s and %" PRIu64 " by --dim", name,
                          dim->extent, dim->source, extent);
  if (dim)
    return true;
  char known[300] = "";
  size_t used = 0;
  for (unsigned i = 0; i < launch->args; i++)
    for (unsigned j = 0; is_tensor(&launch->arg[i]) && j < launch->arg[i].desc.rank; j++) {
      char other[MTIA_DIM_SIZE];
      for (const char *text = launch->arg[i].desc.dim[j]; mtia_dim_next_name(&text, other);) {
        if (!strcmp(other, name))
          return fix_dim(launch, name, extent, "--dim", error);
        if (used < sizeof known)
          used += (size_t)snprintf(known + used, sizeof known - used, " %s", other);
      }
    }
  return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                        "kernel %s has no dimension '%s'; its tensors use:%s", launch->kernel.name,
                        name, *known ? known : " none");
}

static int64_t extent_of(const char *name, void *data) {
  struct dimension *dim = find_dim(data, name);
  return dim ? (int64_t)dim->extent : -1;
}

// The dimension's text with what is known of its names: "K = 5 (w.npy)".
static bool dim_mismatch(struct mtia_launch *launch, const struct argument *arg,
                         const struct mtia_npy *npy, unsigned index, int64_t expected,
                         struct mtia_error *error) {
  char found[160], type[160], why[300] = "", name[MTIA_DIM_SIZE];
  size_t used = 0;
  for (const char *text = arg->desc.dim[index]; mtia_dim_next_name(&text, name);) {
    struct dimension *dim = find_dim(launch, name);
    if (dim && used < sizeof why)
      used += (size_t)snprintf(why + used, sizeof why - used, "%s%s = %" PRIu64 " by %s",
                               used ? ", " : " (", name, dim->extent, dim->source);
  }
  if (used && used + 1 < sizeof why)
    strcat(why, ")");
  used = (size_t)snprintf(found, sizeof found, " instead of %" PRId64, expected);
  if (expected < 0)
    snprintf(found, sizeof found, ", which is too small");
  char instead[sizeof found];
  strcpy(instead, found);
  return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                        "%s: argument %s of kernel %s: found %s, expected %s%s: dimension %u is "
                        "%" PRId64 "%s",
                        arg->source, arg->desc.name, launch->kernel.name,
                        npy_type(npy, found, sizeof found), arg_type(arg, type, sizeof type), why,
                        index, npy->dims[index], instead);
}

// Checks the shape and learns the extents of names that are new; what needs other names waits.
static bool unify(struct mtia_launch *launch, struct argument *arg, const struct mtia_npy *npy,
                  struct mtia_error *error) {
  for (unsigned i = 0; i < arg->desc.rank; i++) {
    char name[MTIA_DIM_SIZE];
    int64_t extent = npy->dims[i];
    const struct mtia_dim d = mtia_dim_value(arg->desc.dim[i], extent_of, launch);
    if (d.status == MTIA_DIM_OK && d.value != npy->dims[i])
      return dim_mismatch(launch, arg, npy, i, d.value, error);
    if (d.status == MTIA_DIM_RANGE)
      return dim_mismatch(launch, arg, npy, i, -1, error);
    if (!mtia_dim_solve(arg->desc.dim[i], extent_of, launch, npy->dims[i], name, &extent))
      continue;
    if (extent < 0)
      return dim_mismatch(launch, arg, npy, i, -1, error);
    if (!fix_dim(launch, name, (uint64_t)extent, arg->source, error))
      return false;
  }
  return true;
}

// Names may stand in tensors that were given before those that tell them.
static bool unify_all(struct mtia_launch *launch, struct mtia_error *error) {
  unsigned known;
  do {
    known = launch->dims;
    for (unsigned i = 0; i < launch->args; i++)
      if (launch->arg[i].source && !unify(launch, &launch->arg[i], &launch->arg[i].data, error))
        return false;
  } while (launch->dims > known);
  return true;
}

bool mtia_set_tensor(struct mtia_device *dev, const char *name, const struct mtia_npy *npy,
                     const char *source, struct mtia_error *error) {
  char found[160], type[160];
  struct mtia_launch *launch = get_launch(dev, error);
  struct argument *arg = launch ? find_or_explain(launch, name, error) : NULL;
  if (!arg)
    return false;
  if (!is_tensor(arg))
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s is a scalar (%s), not a tensor; give a number: "
                          "--arg %s=1",
                          name, launch->kernel.name, dtype_names[arg->desc.dtype], name);
  if (arg->desc.kind == MTIA_ARG_OUT)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s is an output; use --out %s=file.npy", name,
                          launch->kernel.name, name);
  if (arg->desc.kind == MTIA_ARG_SCRATCH)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s is the kernel's own: nobody gives it", name,
                          launch->kernel.name);
  if (arg->given)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT, "argument %s is given twice: %s and %s", name,
                          arg->source, source);
  free(arg->source);
  if (!(arg->source = strdup(source)))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  if (npy->type != npy_types[arg->desc.dtype] || npy->ndim != arg->desc.rank)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "%s: argument %s of kernel %s: found %s, expected %s", source, name,
                          launch->kernel.name, npy_type(npy, found, sizeof found),
                          arg_type(arg, type, sizeof type));
  if (!unify(launch, arg, npy, error))
    return false;
  arg->data = *npy;
  arg->data.data = malloc(npy->bytes ? npy->bytes : 1);
  if (!arg->data.data)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for %s", source);
  memcpy(arg->data.data, npy->data, npy->bytes);
  arg->given = true;
  return true;
}

bool mtia_set_scalar(struct mtia_device *dev, const char *name, const char *number,
                     struct mtia_error *error) {
  char type[160], why[200];
  struct mtia_launch *launch = get_launch(dev, error);
  struct argument *arg = launch ? find_or_explain(launch, name, error) : NULL;
  if (!arg)
    return false;
  if (is_tensor(arg))
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s is a tensor (%s), not a number; give a file: "
                          "--arg %s=file.npy",
                          name, launch->kernel.name, arg_type(arg, type, sizeof type), name);
  if (arg->given)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT, "argument %s is given twice", name);
  if (!mtia_scalar_parse(arg->desc.dtype, number, arg->scalar, why, sizeof why))
    return mtia_error_set(error, MTIA_ERR_ARGUMENT, "argument %s of kernel %s: '%s' %s", name,
                          launch->kernel.name, number, why);
  arg->given = true;
  return true;
}

bool mtia_set_place(struct mtia_device *dev, const char *name, enum mtia_place place,
                    struct mtia_error *error) {
  struct mtia_launch *launch = get_launch(dev, error);
  struct argument *arg = launch ? find_or_explain(launch, name, error) : NULL;
  if (!arg)
    return false;
  if (!is_tensor(arg))
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s is a scalar: it has "
                          "no place",
                          name, launch->kernel.name);
  arg->place = place;
  return true;
}

//===-- Launching -------------------------------------------------------------===//

// Extents and strides of a tensor.
static bool shape(struct mtia_launch *launch, struct argument *arg, struct mtia_error *error) {
  unsigned rank = arg->desc.rank;
  for (unsigned i = 0; i < MTIA_MAX_RANK; i++)
    arg->dim[i] = 1, arg->stride[i] = 0;
  for (unsigned i = 0; i < rank; i++) {
    const struct mtia_dim d = mtia_dim_value(arg->desc.dim[i], extent_of, launch);
    if (d.status == MTIA_DIM_UNKNOWN)
      return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                            "argument %s of kernel %s: no input tensor gives dimension %s; use "
                            "--dim %s=extent",
                            arg->desc.name, launch->kernel.name, d.unknown, d.unknown);
    if (d.status != MTIA_DIM_OK)
      return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                            "argument %s of kernel %s: dimension %s is no extent with these inputs",
                            arg->desc.name, launch->kernel.name, arg->desc.dim[i]);
    arg->dim[i] = (uint64_t)d.value;
  }
  uint64_t size = dtype_size(arg->desc.dtype);
  bool overflow = __builtin_mul_overflow(rank ? arg->dim[rank - 1] : 1, size, &arg->row_bytes) ||
                  arg->row_bytes > MTIA_DRAM_SIZE;
  arg->row_stride = (arg->row_bytes + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
  arg->rows = 1;
  uint64_t stride = arg->row_stride;
  if (rank)
    arg->stride[rank - 1] = size;
  for (unsigned i = rank > 1 ? rank - 1 : 0; i-- > 0;) {
    arg->stride[i] = stride;
    overflow |= __builtin_mul_overflow(stride, arg->dim[i], &stride);
    overflow |= __builtin_mul_overflow(arg->rows, arg->dim[i], &arg->rows);
  }
  if (overflow || (arg->rows && arg->row_stride > MTIA_DRAM_SIZE / 2 / arg->rows))
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "argument %s of kernel %s does not fit into the device's memory",
                          arg->desc.name, launch->kernel.name);
  return true;
}

static uint64_t tensor_bytes(const struct argument *arg) {
  uint64_t bytes = arg->rows * arg->row_stride;
  return (bytes + TENSOR_ALIGN - 1) / TENSOR_ALIGN * TENSOR_ALIGN;
}

static bool place_tensors(struct mtia_device *dev, struct mtia_error *error) {
  struct mtia_launch *launch = dev->launch;
  uint64_t need[3] = {0, 0, 0}; // by enum mtia_place
  for (unsigned i = 0; i < launch->args; i++)
    if (is_tensor(&launch->arg[i]))
      need[launch->arg[i].place] += tensor_bytes(&launch->arg[i]);
  uint64_t sram_free = mtia_scratchpad(dev->p);
  if (need[MTIA_PLACE_SRAM] > sram_free)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "the tensors placed in SRAM need %" PRIu64 " bytes, it has %" PRIu64
                          "; place some in DRAM (--place name=dram)",
                          need[MTIA_PLACE_SRAM], sram_free);
  bool all_fit = need[MTIA_PLACE_AUTO] <= sram_free - need[MTIA_PLACE_SRAM];
  uint64_t sram = MTIA_SRAM_BASE;
  uint64_t dram = launch->block + MAX_BLOCK;
  for (unsigned i = 0; i < launch->args; i++) {
    struct argument *arg = &launch->arg[i];
    if (!is_tensor(arg))
      continue;
    bool in_sram = arg->place == MTIA_PLACE_SRAM || (arg->place == MTIA_PLACE_AUTO && all_fit);
    uint64_t *next = in_sram ? &sram : &dram;
    arg->addr = *next;
    *next += tensor_bytes(arg);
    if (dram > MTIA_DRAM_BASE + MTIA_DRAM_SIZE)
      return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                            "argument %s of kernel %s does not fit into the device's memory",
                            arg->desc.name, launch->kernel.name);
  }
  return true;
}

// Copies between dense rows on the host and padded rows on the device.
static void fill_tensor(struct mtia_device *dev, const struct argument *arg) {
  const uint8_t *from = arg->data.data;
  if (arg->rows * arg->row_stride == 0)
    return;
  uint8_t *to = mtia_mem(dev, NULL, arg->addr, arg->rows * arg->row_stride);
  for (uint64_t row = 0; row < arg->rows; row++, to += arg->row_stride) {
    if (from) // otherwise memory is zero already
      memcpy(to, from + row * arg->row_bytes, arg->row_bytes);
    memset(to + arg->row_bytes, PADDING, arg->row_stride - arg->row_bytes);
  }
}

static void write_block(struct mtia_device *dev) {
  struct mtia_launch *launch = dev->launch;
  uint8_t *block = mtia_mem(dev, NULL, launch->block, MAX_BLOCK);
  for (unsigned i = 0; i < launch->args; i++) {
    const struct argument *arg = &launch->arg[i];
    if (is_tensor(arg)) {
      struct mtia_tensor tensor = {.data = arg->addr};
      memcpy(tensor.dim, arg->dim, sizeof tensor.dim);
      memcpy(tensor.stride, arg->stride, sizeof tensor.stride);
      memcpy(block + arg->desc.offset, &tensor, sizeof tensor);
      fill_tensor(dev, arg);
    } else {
      memcpy(block + arg->desc.offset, arg->scalar, dtype_size(arg->desc.dtype));
    }
  }
}

bool mtia_launch_prepare(struct mtia_device *dev, struct mtia_error *error) {
  char names[600];
  struct mtia_launch *launch = get_launch(dev, error);
  if (!launch)
    return false;
  list_args(launch, true, names, sizeof names);
  if (*names)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT,
                          "kernel %s: arguments are missing: %s; give them with --arg "
                          "name=file.npy or --arg name=number",
                          launch->kernel.name, names);
  if (!unify_all(launch, error))
    return false;
  for (unsigned i = 0; i < launch->args; i++)
    if (is_tensor(&launch->arg[i]) && !shape(launch, &launch->arg[i], error))
      return false;
  launch->block = LAUNCH_BASE;
  if (dev->image->dram_end > launch->block)
    return mtia_error_set(error, MTIA_ERR_ELF,
                          "%s: the image ends at %#" PRIx64 ", in the half of "
                          "DRAM that belongs to arguments",
                          dev->image->name, dev->image->dram_end);
  if (!place_tensors(dev, error))
    return false;
  write_block(dev);
  launch->done = true;
  return true;
}

void mtia_launch_registers(const struct mtia_device *dev, uint64_t *x) {
  x[10] = dev->launch->block;
  x[11] = dev->launch->kernel.entry;
  x[12] = dev->launch->kernel.block_size;
}

bool mtia_launch_tensor(const struct mtia_device *dev, unsigned i, struct mtia_launch_tensor *t) {
  const struct mtia_launch *launch = dev->launch;
  for (unsigned k = 0; k < launch->args; k++) {
    const struct argument *arg = &launch->arg[k];
    if (!is_tensor(arg) || i--)
      continue;
    *t = (struct mtia_launch_tensor){.name = arg->desc.name,
                                     .addr = arg->addr,
                                     .rows = arg->rows,
                                     .row_bytes = arg->row_bytes,
                                     .row_stride = arg->row_stride,
                                     .input = arg->desc.kind == MTIA_ARG_IN ||
                                              arg->desc.kind == MTIA_ARG_INOUT,
                                     .output = arg->desc.kind != MTIA_ARG_IN,
                                     .scratch = arg->desc.kind == MTIA_ARG_SCRATCH};
    return true;
  }
  return false;
}

uint64_t mtia_launch_tensors(const struct mtia_device *dev) {
  return dev->launch->block + MAX_BLOCK;
}

bool mtia_get_tensor(struct mtia_device *dev, const char *name, struct mtia_npy *npy,
                     struct mtia_error *error) {
  memset(npy, 0, sizeof *npy);
  struct mtia_launch *launch = get_launch(dev, error);
  struct argument *arg = launch ? find_or_explain(launch, name, error) : NULL;
  if (!arg)
    return false;
  if (arg->desc.kind != MTIA_ARG_OUT && arg->desc.kind != MTIA_ARG_INOUT)
    return mtia_error_set(error, MTIA_ERR_ARGUMENT, "argument %s of kernel %s is no output", name,
                          launch->kernel.name);
  if (!launch->done)
    return mtia_error_set(error, MTIA_ERR_USAGE, "the kernel has not run");
  npy->type = npy_types[arg->desc.dtype];
  npy->ndim = arg->desc.rank;
  for (unsigned i = 0; i < npy->ndim; i++)
    npy->dims[i] = (int64_t)arg->dim[i];
  npy->bytes = arg->rows * arg->row_bytes;
  npy->count = npy->bytes / dtype_size(arg->desc.dtype);
  npy->data = malloc(npy->bytes ? npy->bytes : 1);
  if (!npy->data)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for %s", name);
  const uint8_t *from =
      npy->bytes ? mtia_mem(dev, NULL, arg->addr, arg->rows * arg->row_stride) : NULL;
  for (uint64_t row = 0; npy->bytes && row < arg->rows; row++)
    memcpy((uint8_t *)npy->data + row * arg->row_bytes, from + row * arg->row_stride,
           arg->row_bytes);
  return true;
}
