// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A quantised DLRM, layer by layer on the emulated device, with kernels of the library only:
//
//   dense features ─ quantise ─ FC 512 ─ FC 256 ─ FC 128 ─ dequantise ─┐
//   26 features ──── embedding bags, table-batched ────────────────────┴ interaction ─ quantise ─
//   FC 1024 ─ FC 1024 ─ FC 512 ─ FC 256 ─ FC 1 with sigmoid
//
//   dlrm KERNELS DATA    build/kernels, and the folder that dlrm.py has filled
//
// Each layer is a launch: a device is made, gets the kernel and its tensors, runs, and gives its
// result to the next one, which is also written to DATA/out_<layer>.npy for dlrm.py to check.
// Prints the cycles of each layer and the share of each operator, the launches apart.
#include "mtia/emulator.h"
#include "mtia/kernels.h"
#include "mtia/npy.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 16, MAX_LAYERS = 32, MAX_PATH = 512 };

// One argument of a launch: a tensor, or a number.
struct arg {
  const char *name;
  const struct mtia_npy *tensor;
  double number;
};

struct launch {
  const char *layer, *operator_, *elf, *kernel;
  struct arg args[MAX_ARGS]; // to the first without a name
  struct {
    const char *name;
    int64_t extent;
  } dims[2];           // that no input has; or NULL
  const char *in_dram; // a tensor for DRAM, or NULL; everything else is in SRAM if it fits
};

struct row {
  const char *layer, *operator_, *kernel;
  uint64_t cycles, launch;
};

static const char *kernels, *data;
static struct row rows[MAX_LAYERS];
static unsigned row_count;

_Noreturn static void fail(const char *format, ...) {
  va_list list;
  va_start(list, format);
  fputs("dlrm: error: ", stderr);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  va_end(list);
  exit(1);
}

static struct mtia_npy load(const char *name) {
  char path[MAX_PATH];
  struct mtia_npy npy;
  struct mtia_npy_error error;
  snprintf(path, sizeof path, "%s/%s.npy", data, name);
  if (!mtia_npy_load(path, &npy, &error))
    fail("%s", error.text);
  return npy;
}

static void save(const char *layer, const struct mtia_npy *npy) {
  char path[MAX_PATH];
  struct mtia_npy_error error;
  snprintf(path, sizeof path, "%s/out_%s.npy", data, layer);
  if (!mtia_npy_save(path, npy->type, npy->ndim, npy->dims, npy->data, &error))
    fail("%s", error.text);
}

static void *read_elf(const char *name, size_t *size) {
  char path[MAX_PATH];
  snprintf(path, sizeof path, "%s/%s.elf", kernels, name);
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0)
    fail("cannot read %s", path);
  long bytes = ftell(file);
  void *elf = malloc((size_t)bytes);
  rewind(file);
  if (!elf || fread(elf, 1, (size_t)bytes, file) != (size_t)bytes)
    fail("cannot read %s", path);
  fclose(file);
  *size = (size_t)bytes;
  return elf;
}

static bool set_args(struct mtia_device *dev, const struct launch *l, struct mtia_error *error) {
  for (const struct arg *a = l->args; a < l->args + MAX_ARGS && a->name; a++) {
    char number[40];
    snprintf(number, sizeof number, "%.9g", a->number);
    if (!(a->tensor ? mtia_set_tensor(dev, a->name, a->tensor, a->name, error)
                    : mtia_set_scalar(dev, a->name, number, error)))
      return false;
  }
  for (unsigned i = 0; i < 2 && l->dims[i].name; i++)
    if (!mtia_set_dim(dev, l->dims[i].name, (uint64_t)l->dims[i].extent, error))
      return false;
  return (!l->in_dram || mtia_set_place(dev, l->in_dram, MTIA_PLACE_DRAM, error));
}

// Runs one layer on the full grid and returns its output `out`.
static struct mtia_npy run(const struct launch *l, const char *out) {
  struct mtia_error error = {0};
  struct mtia_device_options options = {0};
  struct mtia_npy result;
  size_t size;
  void *elf = read_elf(l->elf, &size);
  struct mtia_device *dev = mtia_device_create(&options, &error);
  if (!dev || !mtia_load_elf(dev, l->elf, elf, size, &error) ||
      !mtia_select_kernel(dev, l->kernel, &error) || !set_args(dev, l, &error) ||
      !mtia_run(dev, &error) || !mtia_get_tensor(dev, out, &result, &error))
    fail("%s: %s: %s", l->layer, mtia_error_category_name(error.category), error.text);
  if (mtia_exit_status(dev) != 0)
    fail("%s: the kernel has refused its arguments", l->layer);
  if (row_count == MAX_LAYERS)
    fail("more than %d layers", MAX_LAYERS);
  rows[row_count++] =
      (struct row){l->layer, l->operator_, l->kernel, mtia_cycles(dev), mtia_launch_cycles(dev)};
  mtia_device_destroy(dev);
  free(elf);
  save(l->layer, &result);
  return result;
}

// The same bytes in another shape.
static void reshape(struct mtia_npy *npy, unsigned ndim, const int64_t *dims) {
  npy->ndim = ndim;
  memcpy(npy->dims, dims, ndim * sizeof *dims);
}

static struct mtia_npy empty(enum mtia_npy_type type) {
  return (struct mtia_npy){.type = type, .ndim = 1, .dims = {0}, .data = calloc(1, 1)};
}

// Input is released. The layer's weights, bias and scales are files.
static struct mtia_npy fully_connected(const char *layer, const char *kernel, struct mtia_npy x,
                                       enum mtia_fc_function function) {
  char name[64];
  struct mtia_npy part[3]; // w, bias, scales
  const char *const names[] = {"w", "bias", "scales"};
  for (unsigned i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "%s_%s", layer, names[i]);
    part[i] = load(name);
  }
  struct mtia_npy none = empty(MTIA_NPY_I32);
  struct launch l = {layer,
                     "FC",
                     "fc",
                     kernel,
                     {{"x", &x, 0},
                      {"w", &part[0], 0},
                      {"bias", &part[1], 0},
                      {"scale", NULL, 1},
                      {"multiplier", NULL, 0},
                      {"shift", NULL, 0},
                      {"scales", &part[2], 0},
                      {"fixed", &none, 0},
                      {"zero_x", NULL, 0},
                      {"zero_w", NULL, 0},
                      {"zero_y", NULL, 0},
                      {"function", NULL, function},
                      {"rounding", NULL, 0},
                      {"out_scale", NULL, 1}},
                     {{NULL, 0}},
                     NULL};
  struct mtia_npy y = run(&l, "y");
  for (unsigned i = 0; i < 3; i++)
    mtia_npy_free(&part[i]);
  mtia_npy_free(&none);
  mtia_npy_free(&x);
  return y;
}

// quantise and dequantise; the input is released.
static struct mtia_npy convert(const char *layer, const char *kernel, struct mtia_npy x,
                               float scale) {
  bool style = strncmp(kernel, "quantise", 8) == 0; // the rounding: to even
  struct launch l = {layer,
                     "quantise",
                     "eltwise",
                     kernel,
                     {{"x", &x, 0},
                      {"scale", NULL, (double)scale},
                      {"zero", NULL, 0},
                      {style ? "style" : NULL, NULL, 0}},
                     {{NULL, 0}},
                     NULL};
  struct mtia_npy y = run(&l, "y");
  mtia_npy_free(&x);
  return y;
}

static struct mtia_npy embedding(int64_t features, int64_t columns) {
  struct mtia_npy table = load("table"), tables = load("tables"), feature = load("features"),
                  starts = load("columns"), indices = load("indices"), offsets = load("offsets");
  struct mtia_npy weights = empty(MTIA_NPY_F32), buffer = empty(MTIA_NPY_U8);
  struct launch l = {"embedding",
                     "embedding bags",
                     "embedding_bag",
                     "embedding_bags_u8f32_i32_f16",
                     {{"table", &table, 0},
                      {"tables", &tables, 0},
                      {"features", &feature, 0},
                      {"columns", &starts, 0},
                      {"indices", &indices, 0},
                      {"offsets", &offsets, 0},
                      {"weights", &weights, 0},
                      {"padding", NULL, -1},
                      {"pooling", NULL, MTIA_BAGS_SUM},
                      {"form", NULL, MTIA_BAGS_OFFSETS},
                      {"strict", NULL, 1},
                      {"most_columns", NULL, (double)columns},
                      {"buffer", &buffer, 0}},
                     {{"B", ((int64_t)offsets.count - 1) / features}, {"D", features * columns}},
                     "table"};
  struct mtia_npy out = run(&l, "out");
  struct mtia_npy *all[] = {&table,   &tables,  &feature, &starts,
                            &indices, &offsets, &weights, &buffer};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
    mtia_npy_free(all[i]);
  return out;
}

static struct mtia_npy interaction(struct mtia_npy dense, struct mtia_npy sparse) {
  int64_t features = sparse.dims[1] + 1;
  struct launch l = {"interaction",
                     "interaction",
                     "interaction",
                     "interaction_f16",
                     {{"dense", &dense, 0}, {"sparse", &sparse, 0}},
                     {{"N", dense.dims[1] + features * (features - 1) / 2}},
                     NULL};
  struct mtia_npy y = run(&l, "y");
  mtia_npy_free(&dense);
  mtia_npy_free(&sparse);
  return y;
}

static void print_breakdown(int64_t batch) {
  uint64_t cycles = 0, launch = 0;
  for (unsigned i = 0; i < row_count; i++) {
    cycles += rows[i].cycles;
    launch += rows[i].launch;
  }
  printf("%-12s %-30s %8s %7s\n", "layer", "kernel", "cycles", "share");
  for (unsigned i = 0; i < row_count; i++)
    printf("%-12s %-30s %8llu %6.1f%%\n", rows[i].layer, rows[i].kernel,
           (unsigned long long)rows[i].cycles, 100.0 * (double)rows[i].cycles / (double)cycles);
  printf("\nbatch %lld: %llu cycles; the %u launches take %llu\n", (long long)batch,
         (unsigned long long)cycles, row_count, (unsigned long long)launch);
  for (unsigned i = 0; i < row_count; i++) {
    uint64_t sum = 0;
    bool seen = false;
    for (unsigned j = 0; j < row_count; j++)
      if (!strcmp(rows[j].operator_, rows[i].operator_)) {
        seen |= j < i;
        sum += rows[j].cycles;
      }
    if (!seen)
      printf("  %-16s %8llu %6.1f%%\n", rows[i].operator_, (unsigned long long)sum,
             100.0 * (double)sum / (double)cycles);
  }
}

int main(int argc, char **argv) {
  if (argc != 3)
    fail("usage: dlrm KERNELS DATA (dlrm.py makes DATA)");
  kernels = argv[1];
  data = argv[2];

  // Scales of the activations: what quantise multiplies by, or dequantise.
  struct mtia_npy scales = load("scales");
  const float *scale = scales.data;
  struct mtia_npy dense = load("dense"), sizes = load("sizes"); // features, columns
  const int64_t *size = sizes.data;
  int64_t batch = dense.dims[0];

  struct mtia_npy x = convert("quantise_x", "quantise_f32_i8", dense, scale[0]);
  x = fully_connected("bottom_0", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("bottom_1", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("bottom_2", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = convert("dequantise", "dequantise_i8_f16", x, scale[1]);

  struct mtia_npy sparse = embedding(size[0], size[1]);
  reshape(&sparse, 3, (const int64_t[]){batch, size[0], size[1]});

  x = interaction(x, sparse);
  x = convert("quantise_z", "quantise_f16_i8", x, scale[2]);
  x = fully_connected("top_0", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("top_1", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("top_2", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("top_3", "fc_s8s8_i8", x, MTIA_FC_RELU);
  x = fully_connected("top_4", "fc_s8s8_f32", x, MTIA_FC_SIGMOID);

  print_breakdown(batch);
  mtia_npy_free(&x);
  mtia_npy_free(&scales);
  mtia_npy_free(&sizes);
  return 0;
}
