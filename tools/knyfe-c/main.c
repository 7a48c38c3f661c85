// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- main.c - The knyfe-c command -----------------------------------------===*/
#include "ast.h"
#include "check.h"
#include "diag.h"
#include "explain.h"
#include "format.h"
#include "lsp.h"
#include "options.h"
#include "process.h"
#include "tune.h"

#include <stdlib.h>
#include <string.h>

/* The kernel that the options choose; NULL after a message. */
static struct kn_kernel *choose_kernel(struct kn_file *file, const struct kn_options *o) {
  struct kn_kernel *k = file->kernels;
  if (!k) {
    struct kn_range end = {file->size, file->size};
    kn_report(file, KN_DIAG_no_kernel, end, "the file has functions only, and no kernel");
    kn_hint(file, "import it from the file that has the kernel");
    return NULL;
  }
  if (!o->kernel && !k->next)
    return k;
  char names[512];
  size_t n = 0;
  for (names[0] = 0; k; k = k->next) {
    if (o->kernel && !strcmp(o->kernel, k->name))
      return k;
    if (n < sizeof names)
      n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", k->name);
  }
  if (o->kernel)
    kn_report_plain(KN_DIAG_usage, "%s has no kernel '%s'; it has %s", file->path, o->kernel,
                    names);
  else
    kn_report_plain(KN_DIAG_usage, "%s has several kernels; choose one of %s with --kernel",
                    file->path, names);
  return NULL;
}

/* FILE.knyfe with another ending, in the current directory; text forms for reading go to stdout. */
static char *default_output(const struct kn_options *o) {
  static const char *const endings[] = {NULL, NULL, NULL, ".c", ".s", ".elf"};
  if (!endings[o->emit])
    return strdup("-");
  const char *base = strrchr(o->input, '/') ? strrchr(o->input, '/') + 1 : o->input;
  size_t n = strlen(base);
  if (n > 6 && !strcmp(base + n - 6, ".knyfe"))
    n -= 6;
  if (!strcmp(base, "-"))
    base = "kernel", n = 6;
  char *path = malloc(n + 5);
  if (!path)
    abort();
  sprintf(path, "%.*s%s", (int)n, base, endings[o->emit]);
  return path;
}

/* Text of a form into a malloc'ed buffer; NULL after a message. */
static char *emit_text(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                       enum kn_emit form, size_t *size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, size);
  if (!out)
    abort();
  bool ok = true;
  if (form == KN_EMIT_AST)
    kn_print(out, file, k);
  else
    ok = kn_backend_emit(file, k, &o->target, form, out);
  fclose(out);
  if (ok)
    return text;
  free(text);
  return NULL;
}

/* C text to assembly or ELF at `output`, by the driver that lies beside us. It writes its output
 * whole or not at all itself. */
static bool compile_c(const char *text, size_t size, const char *name, const struct kn_options *o,
                      const char *output, bool quietly) {
  char *clang = kn_sibling("mtia-clang"), *dir = clang ? kn_make_temp_dir() : NULL;
  if (!dir) {
    free(clang);
    return false;
  }
  char *file_name = malloc(strlen(name) + 3);
  if (!file_name)
    abort();
  sprintf(file_name, "%s.c", name);
  char *source = kn_join_path(dir, file_name);
  // Long numbers are made by instructions: all PEs would load one line of the constants, at once.
  char *argv[12] = {clang,  (char *)"-O3", (char *)"-mllvm", (char *)"-mtia-max-build-ints-cost=8",
                    source, (char *)"-o",  (char *)output};
  int argc = 7;
  if (o->emit == KN_EMIT_S)
    argv[argc++] = (char *)"-S";
  char *headers = kn_compiled_headers(clang), *said = kn_join_path(dir, "stderr");
  bool ok = kn_write_file(source, text, size);
  /* Half of the time goes into parsing headers. Whatever is wrong with the compiled ones (they were
   * moved, say): then without them. */
  bool done = false;
  if (ok && headers && !o->target.verbose) {
    argv[argc] = (char *)"-include-pch";
    argv[argc + 1] = headers;
    done = quietly ? kn_run_quietly(argv) : kn_run_to_file(argv, said);
    argv[argc] = argv[argc + 1] = NULL;
    size_t bytes;
    char *warnings = done && !quietly ? kn_read_file(said, &bytes) : NULL;
    if (warnings)
      fwrite(warnings, 1, bytes, stderr);
    free(warnings);
  }
  ok = ok && (done || (quietly ? kn_run_quietly(argv) : kn_run(argv, NULL, o->target.verbose)));
  kn_remove_temp_dir(dir);
  free(headers);
  free(said);
  free(source);
  free(file_name);
  free(clang);
  return ok;
}

/* The C text of what was compiled to `output`, malloc'ed; NULL after a message. */
/* For kn_explain_command. */
static char *emit_c(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o) {
  size_t size;
  return emit_text(file, k, o, KN_EMIT_C, &size);
}

static char *compile_elf(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                         const char *output) {
  size_t size;
  char *text = emit_text(file, k, o, KN_EMIT_C, &size);
  if (text && compile_c(text, size, k->name, o, output, false))
    return text;
  free(text);
  return NULL;
}

static bool emit(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o) {
  bool compiled = o->emit == KN_EMIT_S || o->emit == KN_EMIT_ELF;
  if (o->emit != KN_EMIT_AST && !o->target.dynamic && !kn_require_static(file, k))
    return false;
  size_t size;
  char *text = emit_text(file, k, o, compiled ? KN_EMIT_C : o->emit, &size);
  if (!text)
    return false;
  if (o->target.verbose)
    fprintf(stderr, "knyfe-c: %.1f ms to here\n", 1e3 * kn_seconds());
  char *output = o->output ? strdup(o->output) : default_output(o);
  bool ok = compiled ? compile_c(text, size, k->name, o, output, false)
                     : kn_write_file(output, text, size);
  free(output);
  free(text);
  return ok;
}

static bool format_file(struct kn_file *file, const struct kn_options *o) {
  size_t size;
  file->skip_imports = true;
  char *text = kn_parse(file) ? kn_format(file, &size) : NULL;
  bool ok = text && kn_write_file(o->output ? o->output : "-", text, size);
  free(text);
  return ok;
}

/* Without --grid, a schedule's grid is that of the target (R2.10). */
static void take_grid(const struct kn_kernel *k, struct kn_options *o) {
  for (const struct kn_decision *d = k->schedule; d && !o->grid_given; d = d->next)
    if (d->key == KN_GRID) {
      o->target.grid_rows = o->grids[0].rows = (unsigned)d->values[0];
      o->target.grid_cols = o->grids[0].cols = (unsigned)d->values[1];
    }
}

static bool tune(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o) {
  /* What --tune compiles is always an ELF file. */
  struct kn_options elf = *o;
  elf.emit = KN_EMIT_ELF;
  if (!elf.output && o->emit <= KN_EMIT_MTIA) /* its text goes to standard output */
    elf.output = "-";
  return kn_tune_command(file, k, &elf, &(struct kn_ways){emit_c, compile_c});
}

static bool run(struct kn_options *o) {
  struct kn_file *file = kn_file_open(o->input);
  if (!file)
    return false;
  if (o->format) {
    bool formatted = format_file(file, o);
    kn_file_close(file);
    return formatted;
  }
  bool ok = kn_parse(file);
  ok &= kn_check(file); /* also after a syntax error: the other statements may have mistakes too */
  struct kn_kernel *k = ok ? choose_kernel(file, o) : NULL;
  ok = k != NULL;
  bool check_dynamic = o->check && o->target.dynamic; /* sizes come after the compilation */
  for (unsigned i = 0; ok && !check_dynamic && i < o->num_shapes; i++)
    ok = kn_bind_shape(file, k, o->shapes[i]);
  if (ok)
    take_grid(k, o);
  if (ok && o->tune)
    ok = tune(file, k, o);
  if (ok && o->interp)
    ok = kn_interp_command(file, k, o);
  else if (ok && o->explain)
    ok = kn_explain_command(file, k, o, emit_c, compile_elf);
  else if (ok && o->check)
    ok = kn_check_command(file, k, o, compile_elf);
  else if (ok)
    ok = emit(file, k, o);
  if (o->target.verbose)
    fprintf(stderr, "knyfe-c: %.1f ms in all\n", 1e3 * kn_seconds());
  kn_file_close(file);
  return ok;
}

int main(int argc, char **argv) {
  struct kn_options options;
  kn_seconds();
  if (argc < 2) {
    fputs(kn_help_text, stderr);
    return 1;
  }
  if (!kn_parse_options(argc, argv, &options))
    return 1;
  if (options.help) {
    fputs(kn_help_text, stdout);
    return 0;
  }
  if (options.version) {
    puts("knyfe-c " KNYFE_VERSION);
    return 0;
  }
  if (options.lsp)
    return kn_lsp(stdin, stdout) ? 0 : 1;
  return run(&options) ? 0 : 1;
}
