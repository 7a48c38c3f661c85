// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emulator as a command: files in, files out, everything else is in the library.
#include "mtia/emulator.h"
#include "mtia/npy.h"
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool report(struct mtia_error *error) {
  complain("%s: %s", mtia_error_category_name(error->category), error->text);
  if (error->report)
    fputs(error->report, stderr);
  mtia_error_clear(error);
  return false;
}

// The whole file, or NULL after a message.
static void *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  char *data = NULL;
  size_t room = 0;
  *size = 0;
  if (!file) {
    complain("%s: %s", path, strerror(errno));
    return NULL;
  }
  do {
    if (*size == room) {
      room = room ? 2 * room : 1 << 20;
      char *bigger = realloc(data, room);
      if (!bigger) {
        complain("%s: out of memory", path);
        goto failed;
      }
      data = bigger;
    }
    *size += fread(data + *size, 1, room - *size, file);
  } while (!feof(file) && !ferror(file));
  if (ferror(file)) {
    complain("%s: %s", path, strerror(errno));
    goto failed;
  }
  fclose(file);
  return data;
failed:
  fclose(file);
  free(data);
  return NULL;
}

// A file that appears whole or not at all: it has another name until it is closed. Those in /dev
// are written at once.
struct output {
  const char *path;
  char *temporary; // NULL: in /dev
  FILE *file;
};

// False: errno says why.
static bool open_output(struct output *o, const char *path) {
  *o = (struct output){.path = path};
  if (strncmp(path, "/dev/", 5)) {
    o->temporary = malloc(strlen(path) + 5);
    if (!o->temporary)
      return false;
    sprintf(o->temporary, "%s.tmp", path);
  }
  o->file = fopen(o->temporary ? o->temporary : path, "wb");
  if (!o->file)
    free(o->temporary);
  return o->file;
}

// Keeps what was written, if that is wanted and has worked. False: errno says why.
static bool close_output(struct output *o, bool keep) {
  bool ok = !ferror(o->file);
  ok = !fclose(o->file) && ok && keep;
  if (ok && o->temporary)
    ok = !rename(o->temporary, o->path);
  int why = errno;
  if (!ok && o->temporary)
    remove(o->temporary);
  free(o->temporary);
  errno = why;
  return ok;
}

static bool write_text(const char *path, const char *text) {
  struct output o;
  bool ok = open_output(&o, path);
  if (ok) {
    fprintf(o.file, "%s\n", text);
    ok = close_output(&o, true);
  }
  return ok || complain("%s: %s", path, strerror(errno));
}

static bool set_argument(struct mtia_device *dev, const struct pair *arg,
                         struct mtia_error *error) {
  struct mtia_npy_error npy_error;
  struct mtia_npy npy;
  bool tensor = false;
  if (!mtia_find_argument(dev, arg->name, &tensor, NULL) || !tensor) // unknown: it explains
    return mtia_set_scalar(dev, arg->name, arg->value, error) || report(error);
  if (!mtia_npy_load(arg->value, &npy, &npy_error))
    return complain("--arg %s: %s", arg->name, npy_error.text);
  bool ok = mtia_set_tensor(dev, arg->name, &npy, arg->value, error);
  mtia_npy_free(&npy);
  return ok || report(error);
}

static bool set_place(struct mtia_device *dev, const struct pair *place, struct mtia_error *error) {
  bool sram = !strcmp(place->value, "sram");
  if (!sram && strcmp(place->value, "dram"))
    return complain("--place %s: '%s' is no memory; expected sram or dram", place->name,
                    place->value);
  return mtia_set_place(dev, place->name, sram ? MTIA_PLACE_SRAM : MTIA_PLACE_DRAM, error) ||
         report(error);
}

static bool set_dim(struct mtia_device *dev, const struct pair *dim, struct mtia_error *error) {
  char *end;
  errno = 0;
  unsigned long long extent = strtoull(dim->value, &end, 10);
  if (*dim->value < '0' || *dim->value > '9' || *end || errno || extent > INT64_MAX)
    return complain("--dim %s: '%s' is no extent", dim->name, dim->value);
  return mtia_set_dim(dev, dim->name, extent, error) || report(error);
}

static bool set_up_kernel(struct mtia_device *dev, const struct options *o,
                          struct mtia_error *error) {
  if (o->word_count)
    return complain("%s: a kernel takes no words, but '%s' was given; see mtia-run --help", o->elf,
                    o->words[0]);
  if (o->signature)
    return complain("%s: --signature is for programs, and this is a kernel", o->elf);
  if (o->kernel && !mtia_select_kernel(dev, o->kernel, error))
    return report(error);
  for (unsigned i = 0; i < o->dims.count; i++)
    if (!set_dim(dev, &o->dims.item[i], error))
      return false;
  for (unsigned i = 0; i < o->args.count; i++)
    if (!set_argument(dev, &o->args.item[i], error))
      return false;
  for (unsigned i = 0; i < o->places.count; i++)
    if (!set_place(dev, &o->places.item[i], error))
      return false;
  // Before the run, not after it: a typing error shall not cost minutes.
  for (unsigned i = 0; i < o->outs.count; i++) {
    bool output = false;
    struct mtia_npy none;
    if (!mtia_find_argument(dev, o->outs.item[i].name, NULL, &output) || !output) {
      mtia_get_tensor(dev, o->outs.item[i].name, &none, error);
      return report(error);
    }
  }
  return true;
}

static bool set_up_program(struct mtia_device *dev, const struct options *o,
                           struct mtia_error *error) {
  const char *kernel_option = o->args.count     ? "--arg"
                              : o->outs.count   ? "--out"
                              : o->dims.count   ? "--dim"
                              : o->places.count ? "--place"
                              : o->kernel       ? "--kernel"
                                                : NULL;
  if (kernel_option)
    return complain("%s: %s is for kernels, and this is an ordinary program; put words for the "
                    "program behind --",
                    o->elf, kernel_option);
  const char **argv = malloc(((size_t)o->word_count + 1) * sizeof *argv);
  if (!argv)
    return complain("out of memory");
  argv[0] = o->elf;
  memcpy(argv + 1, o->words, (size_t)o->word_count * sizeof *argv);
  bool ok = mtia_set_command_line(dev, o->word_count + 1, argv, error) || report(error);
  free(argv);
  return ok;
}

static bool write_outputs(struct mtia_device *dev, const struct options *o,
                          struct mtia_error *error) {
  for (unsigned i = 0; i < o->outs.count; i++) {
    const struct pair *out = &o->outs.item[i];
    struct mtia_npy_error npy_error;
    struct mtia_npy npy;
    if (!mtia_get_tensor(dev, out->name, &npy, error))
      return report(error);
    bool ok = mtia_npy_save(out->value, npy.type, npy.ndim, npy.dims, npy.data, &npy_error);
    mtia_npy_free(&npy);
    if (!ok)
      return complain("--out %s: %s", out->name, npy_error.text);
  }
  return true;
}

static bool write_stats(struct mtia_device *dev, const struct options *o) {
  if (o->profile)
    mtia_write_profile(dev, stdout);
  if (o->stats)
    mtia_write_stats(dev, stdout);
  if (!o->stats_json)
    return true;
  char *json = mtia_stats_json(dev);
  bool ok = json ? write_text(o->stats_json, json) : complain("out of memory");
  free(json);
  return ok;
}

static bool write_signature(struct mtia_device *dev, const struct options *o,
                            struct mtia_error *error) {
  if (!o->signature)
    return true;
  char *text = mtia_signature(dev, o->signature_bytes, error);
  bool ok = text ? write_text(o->signature, text) : report(error);
  free(text);
  return ok;
}

static bool list_kernels(struct mtia_device *dev, const struct options *o) {
  if (!mtia_is_kernel(dev))
    return complain("%s: an ordinary program without kernels", o->elf);
  char *text = mtia_describe_kernels(dev);
  if (!text)
    return complain("out of memory");
  fputs(text, stdout);
  free(text);
  return true;
}

// The text of a run that fails is there up to the failure, so it has its name from the start.
static bool run_traced(struct mtia_device *dev, const char *path, struct mtia_error *error) {
  bool standard = !strcmp(path, "-");
  FILE *out = standard ? stdout : fopen(path, "w");
  if (!out)
    return complain("--trace-instructions %s: %s", path, strerror(errno));
  bool ok = mtia_trace_instructions(dev, out, error) && mtia_run(dev, error);
  if (!ok)
    report(error);
  bool written = !ferror(out);
  if (!standard && fclose(out))
    written = false;
  return (written ||
          complain("--trace-instructions %s: cannot write: %s", path, strerror(errno))) &&
         ok;
}

// The trace of a run that has failed is complete, and often what one wants to look at.
static bool run_timeline(struct mtia_device *dev, const struct options *o,
                         struct mtia_error *error) {
  struct output out;
  if (!open_output(&out, o->trace))
    return complain("--trace %s: %s", o->trace, strerror(errno));
  if (!mtia_trace_timeline(dev, out.file, &o->timeline, error)) {
    close_output(&out, false);
    return report(error);
  }
  bool ok = mtia_run(dev, error) || report(error);
  uint64_t cut = mtia_timeline_finish(dev);
  if (cut)
    fprintf(stderr,
            "mtia-run: note: --trace %s ends behind %llu events; --trace-pes and --trace-window "
            "choose which, --trace-limit how many\n",
            o->trace, (unsigned long long)cut);
  if (!close_output(&out, true))
    ok = complain("--trace %s: cannot write: %s", o->trace, strerror(errno));
  return ok;
}

// The line is for scripts, too: with port 0 they learn the port from it.
static bool wait_for_gdb(struct mtia_device *dev, const char *where, struct mtia_error *error) {
  char address[256];
  if (!mtia_gdb_listen(dev, where, address, sizeof address, error))
    return report(error);
  if (*address)
    fprintf(stderr, "mtia-run: waiting for gdb: target remote %s\n", address);
  return true;
}

static void write_wait_graph(struct mtia_device *dev, const struct options *o) {
  char *text = mtia_wait_graph(dev);
  if (text)
    write_text(o->wait_graph, text);
  else
    complain("out of memory");
  free(text);
}

static void write_dump(struct mtia_device *dev, const struct options *o) {
  struct mtia_error error = {0};
  struct output out;
  if (!open_output(&out, o->dump)) {
    complain("--dump-on-error %s: %s", o->dump, strerror(errno));
    return;
  }
  bool ok = mtia_core_dump(dev, out.file, &error);
  if (!ok)
    report(&error);
  if (close_output(&out, ok))
    fprintf(stderr, "mtia-run: note: gdb-multiarch %s %s shows where every core was\n", o->elf,
            o->dump);
  else if (ok)
    complain("--dump-on-error %s: %s", o->dump, strerror(errno));
}

static bool load_and_run(struct mtia_device *dev, const struct options *o,
                         struct mtia_error *error) {
  if (o->list)
    return list_kernels(dev, o);
  bool ready = mtia_is_kernel(dev) ? set_up_kernel(dev, o, error) : set_up_program(dev, o, error);
  ready = ready && (!o->gdb || wait_for_gdb(dev, o->gdb, error));
  if (!ready)
    return false;
  if (o->check && !mtia_check(dev, o->check, error))
    return report(error);
  if (o->profile && !mtia_profile(dev, error))
    return report(error);
  bool ok = o->trace_instructions ? run_traced(dev, o->trace_instructions, error)
            : o->trace            ? run_timeline(dev, o, error)
                                  : mtia_run(dev, error) || report(error);
  mtia_check_notes(dev, "mtia-run: note: ", stderr);
  if (!ok && o->dump)
    write_dump(dev, o);
  if (!ok && o->wait_graph)
    write_wait_graph(dev, o);
  // A kernel that ended itself with a status has said why, and has no outputs.
  if (ok && mtia_is_kernel(dev) && mtia_exit_status(dev) != 0)
    return true;
  return ok && write_signature(dev, o, error) && write_outputs(dev, o, error) &&
         write_stats(dev, o);
}

static bool run(const struct options *o, int *status) {
  struct mtia_error error = {0};
  struct mtia_device_options device = {
      .rows = o->rows,
      .columns = o->columns,
      .functional = o->functional,
      .reference = o->reference,
      .vector_ones = o->vector_ones,
      .schedule = o->schedule,
      .max_cycles = o->max_cycles,
      .threads = o->threads,
  };
  size_t size;
  void *elf = read_file(o->elf, &size), *text = NULL;
  if (o->device && elf) {
    device.device = text = read_file(o->device, &device.device_size);
    device.device_name = o->device;
  }
  if (!elf || (o->device && !text)) {
    free(elf);
    return false;
  }
  struct mtia_device *dev = mtia_device_create(&device, &error);
  bool ok = dev && mtia_load_elf(dev, o->elf, elf, size, &error);
  if (!ok)
    report(&error);
  ok = ok && load_and_run(dev, o, &error);
  if (ok)
    *status = mtia_exit_status(dev);
  mtia_device_destroy(dev);
  free(elf);
  free(text);
  return ok;
}

int main(int argc, char **argv) {
  struct options options;
  bool exit_now;
  int status = 0;
  bool ok = parse_options(argc, argv, &options, &exit_now);
  if (ok && !exit_now)
    ok = run(&options, &status);
  free_options(&options);
  if (fflush(stdout) || ferror(stdout))
    ok = complain("cannot write to standard output: %s", strerror(errno));
  return ok ? status : 1;
}
