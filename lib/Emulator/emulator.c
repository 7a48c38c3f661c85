// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The public interface: makes, runs and destroys devices.
#include "check.h"
#include "core.h"
#include "defer.h"
#include "gdb.h"
#include "htif.h"
#include "image.h"
#include "launch.h"
#include "memory.h"
#include "profile.h"
#include "sched.h"
#include "semihost.h"
#include "timeline.h"

#include <fenv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { START_JITTER = 3000 }; // cycles: longer than a DMA and than the quantum of sched.c

static void init_pes(struct mtia_device *dev) {
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    struct mtia_pe *pe = &dev->pe[i];
    pe->row = i / dev->cols;
    pe->col = i % dev->cols;
    pe->index = i;
    pe->dev = dev;
    for (uint8_t id = 0; id < 2; id++) {
      struct mtia_core *core = &pe->core[id];
      core->dev = dev;
      core->pe = pe;
      core->id = id;
      core->hart = 2 * i + id;
      core->mtimecmp = UINT64_MAX;
    }
  }
}

static bool choose_params(struct mtia_device *dev, const struct mtia_device_options *options,
                          struct mtia_error *error) {
  dev->p = &mtia_v1_params;
  strcpy(dev->name, "mtia_v1");
  if (!options->device)
    return true;
  dev->p = dev->own_params = calloc(1, sizeof *dev->own_params);
  if (!dev->p)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  return mtia_device_read(options->device_name, options->device, options->device_size, dev->name,
                          sizeof dev->name, dev->own_params, error);
}

void mtia_write_device(FILE *out) { mtia_device_write("mtia_v1", &mtia_v1_params, out); }

static bool create(struct mtia_device *dev, const struct mtia_device_options *options,
                   struct mtia_error *error) {
  if (!choose_params(dev, options, error))
    return false;
  const struct mtia_device_params *p = dev->p;
  dev->rows = options->rows ? options->rows : p->grid_rows;
  dev->cols = options->columns ? options->columns : p->grid_columns;
  dev->functional = options->functional || options->reference;
  dev->reference = options->reference;
  dev->vector_ones = options->vector_ones;
  dev->schedule = options->schedule;
  dev->threads = options->threads;
  mtia_jitter(dev, 1); // small seeds begin alike
  dev->max_cycles = options->max_cycles ? options->max_cycles : UINT64_MAX;
  if (dev->rows > p->grid_rows || dev->cols > p->grid_columns)
    return mtia_error_set(error, MTIA_ERR_USAGE, "a sub-grid of %ux%u; the device has %ux%u PEs",
                          dev->rows, dev->cols, p->grid_rows, p->grid_columns);
  dev->pe = calloc((size_t)dev->rows * dev->cols, sizeof *dev->pe);
  if (!dev->pe)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for %u PEs", dev->rows * dev->cols);
  init_pes(dev);
  if (!mtia_memory_create(dev, error) || !mtia_sched_create(dev, error) ||
      !mtia_code_create(dev, error) || !mtia_host_create(dev, error) ||
      !mtia_grid_create(dev, error))
    return false;
  dev->units = true;
  for (unsigned i = 0; i < dev->rows * dev->cols; i++)
    if (!mtia_cp_create(dev, &dev->pe[i], error))
      return false;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++)
    if (!mtia_vec_create(&dev->pe[i / 2].core[i % 2]))
      return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for vector registers");
  return true;
}

struct mtia_device *mtia_device_create(const struct mtia_device_options *options,
                                       struct mtia_error *error) {
  struct mtia_device *dev = calloc(1, sizeof *dev);
  if (!dev) {
    mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
    return NULL;
  }
  if (!create(dev, options, error)) {
    mtia_device_destroy(dev);
    return NULL;
  }
  return dev;
}

void mtia_device_destroy(struct mtia_device *dev) {
  if (!dev)
    return;
  for (unsigned i = 0; dev->pe && i < dev->rows * dev->cols; i++) {
    if (dev->units)
      mtia_cp_destroy(dev, &dev->pe[i]);
    mtia_cache_destroy(dev->pe[i].core[0].cache);
    mtia_cache_destroy(dev->pe[i].core[1].cache);
    mtia_vec_destroy(&dev->pe[i].core[0]);
    mtia_vec_destroy(&dev->pe[i].core[1]);
    free(dev->pe[i].core[0].reference_command);
    free(dev->pe[i].core[1].reference_command);
  }
  if (dev->units)
    mtia_grid_destroy(dev);
  mtia_gdb_destroy(dev);
  mtia_debug_destroy(dev);
  mtia_profile_destroy(dev);
  mtia_timeline_destroy(dev);
  mtia_check_destroy(dev);
  mtia_launch_destroy(dev);
  mtia_htif_destroy(dev);
  mtia_image_destroy(dev);
  mtia_host_destroy(dev);
  mtia_code_destroy(dev);
  mtia_sched_destroy(dev);
  mtia_memory_destroy(dev);
  mtia_error_clear(&dev->error);
  free(dev->own_params);
  free(dev->pe);
  free(dev);
}

bool mtia_set_command_line(struct mtia_device *dev, int argc, const char *const *argv,
                           struct mtia_error *error) {
  return mtia_host_set_args(dev, argc, argv, error);
}

static bool start_core(struct mtia_device *dev, struct mtia_core *core, uint64_t time,
                       struct mtia_error *error) {
  if (!dev->functional && !core->cache && !(core->cache = mtia_cache_create(dev->p)))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for caches");
  core->pc = dev->image->entry;
  core->mode = MTIA_MACHINE;
  mtia_core_start(core, time);
  return true;
}

// The launch cost contains the loading of code and arguments: launched kernels find them in their
// caches. (128 cores that fetched the same cold lines would wait for one DRAM channel instead.)
// Of more code than the cache holds it is the start and what lies around the kernel's entry.
static void warm_caches(struct mtia_core *core) {
  const struct mtia_image *image = core->dev->image;
  if (core->dev->functional)
    return;
  uint64_t code = image->code, end = image->text_end, cache = core->dev->p->core_icache_bytes;
  if (end - code > cache) {
    uint64_t entry = core->x[11];
    code = entry - code < cache / 2 ? code : entry - cache / 2;
    code = end - code < cache ? end - cache : code;
    mtia_cache_warm_code(core, code, code + cache);
    code = image->code;
    end = code + cache / 64; // last, so that it stays
  }
  mtia_cache_warm_code(core, code, end);
  mtia_cache_warm_data(core, core->x[10], core->x[10] + core->x[12]);
}

// A program runs on one core: on the one with vectors if it is compiled for that. Whichever it is,
// it has hart number 0, which programs expect.
static bool start_program(struct mtia_device *dev, struct mtia_error *error) {
  struct mtia_core *core = dev->pe[0].core;
  dev->program_core = dev->image->vectors ? 1 : 0;
  core[dev->program_core].hart = 0;
  core[!dev->program_core].hart = 1;
  return start_core(dev, &core[dev->program_core], 0, error);
}

static bool start(struct mtia_device *dev, struct mtia_error *error) {
  if (!dev->image)
    return mtia_error_set(error, MTIA_ERR_USAGE, "nothing is loaded");
  if (dev->ran)
    return mtia_error_set(error, MTIA_ERR_USAGE, "a device runs once");
  dev->ran = true;
  if (!mtia_is_kernel(dev) && !mtia_htif_create(dev, error))
    return false;
  if (!mtia_is_kernel(dev))
    return start_program(dev, error);
  if (!mtia_launch_prepare(dev, error))
    return false;
  if (dev->checks && !mtia_check_start(dev))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the checks");
  for (unsigned i = 0; i < dev->rows * dev->cols; i++)
    for (unsigned id = 0; id < 2; id++) {
      struct mtia_core *core = &dev->pe[i].core[id];
      mtia_launch_registers(dev, core->x);
      core->csr.mstatus = MSTATUS_FS_INITIAL | (core->v->present ? MSTATUS_VS_INITIAL : 0);
      if (!start_core(dev, core, mtia_jitter(dev, START_JITTER), error))
        return false;
      warm_caches(core);
    }
  return true;
}

bool mtia_trace_instructions(struct mtia_device *dev, FILE *out, struct mtia_error *error) {
  if (!mtia_debug_can_step(dev))
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "instructions are traced of a run without a debugger, on the fast cores");
  if (!mtia_debug_create(dev, NULL, NULL))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the trace");
  dev->trace = out;
  return true;
}

bool mtia_profile(struct mtia_device *dev, struct mtia_error *error) {
  if (!mtia_debug_can_step(dev))
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "a run is profiled without a debugger and without a trace of "
                          "instructions, on the fast cores");
  if (!mtia_debug_create(dev, NULL, NULL) || !mtia_profile_create(dev))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the profile");
  return true;
}

// Checks follow data, a debugger looks at them, and programs with HTIF do both: not put off there.
static bool can_defer(const struct mtia_device *dev) {
  return dev->threads != 1 && !dev->check && !dev->gdb && !dev->htif;
}

bool mtia_run(struct mtia_device *dev, struct mtia_error *error) {
  if (!start(dev, error))
    return false;
  if (can_defer(dev) && !mtia_defer_create(dev, dev->threads >= 2))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  // The caller may round otherwise, or trap, or flush subnormal numbers to zero: fp_fast.h.
  fenv_t callers;
  fegetenv(&callers);
  fesetenv(FE_DFL_ENV);
  if (!dev->gdb || mtia_gdb_start(dev)) {
    do
      dev->cycles = mtia_sched_run(dev);
    while (mtia_gdb_stopped(dev));
  }
  mtia_defer_destroy(dev);
  fesetenv(&callers);
  mtia_host_flush(dev);
  if (dev->check)
    mtia_check_finish(dev);
  if (dev->error.category) {
    if (!error->category) {
      *error = dev->error;
      memset(&dev->error, 0, sizeof dev->error); // the report has a new owner
    }
    return false;
  }
  return true;
}

int mtia_exit_status(const struct mtia_device *dev) { return dev->exit_status; }

uint64_t mtia_cycles(const struct mtia_device *dev) { return dev->cycles; }

uint64_t mtia_launch_cycles(const struct mtia_device *dev) {
  return !dev->functional && dev->image && mtia_is_kernel(dev) ? dev->p->launch : 0;
}
