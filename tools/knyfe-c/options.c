// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- options.c - The command line of knyfe-c ------------------------------===*/
#include "options.h"
#include "diag.h"
#include "tune.h"

#include <stdlib.h>
#include <string.h>

const char kn_help_text[] =
    "usage: knyfe-c FILE.knyfe [options]\n"
    "\n"
    "Compiles an operator description (docs/knyfe.md) to a kernel for the device.\n"
    "\n"
    "  -o FILE            where the result goes; default: FILE with the form's ending,\n"
    "                     standard output for ast, mlir and mtia\n"
    "  --emit=FORM        ast, mlir, mtia, c, s or elf (default)\n"
    "  --shape M=1,K=2    sizes of dimensions; may be given several times\n"
    "  --dynamic          dimensions without a size get theirs at the launch\n"
    "  --kernel NAME      which kernel, if the file has several\n"
    "  --grid RxC         sub-grid of the device, 1x1 to 8x8 (default); --check takes several:\n"
    "                     --grid 1x1,2x3,8x8\n"
    "  --check            compile, run on the emulator and compare with the reference\n"
    "                     interpreter on random inputs; exit status 1 if they differ; with\n"
    "                     --dynamic, the kernel for all sizes is run with those of --shape\n"
    "  --check=adversarial  the same with NaN, infinities, denormals, extremes, empty bags\n"
    "  --explain          say what the kernel will do and cost, and why; --explain=json for "
    "programs\n"
    "  --measure          --explain beside what the emulator measures\n"
    "  --seed N           seed of the random inputs (default 1)\n"
    "  --tune, --tune=N   look for a faster schedule with at most N runs (default 12) on the\n"
    "                     emulator, print it and use it; --seed says which are tried\n"
    "  --tune-cache DIR   where measurements are kept; default: the user's cache directory\n"
    "  --interp           run the reference interpreter only\n"
    "  --arg NAME=VALUE   input of --interp and --check: a .npy file, or a number for a scalar\n"
    "  --format           write the file in its one form, to standard output or -o FILE\n"
    "  --lsp              be a language server on standard input and output\n"
    "  --out NAME=FILE    where --interp writes an output (.npy)\n"
    "  -v                 say what is done and how long it takes\n"
    "  --help, --version\n";

static bool usage(const char *format, const char *what) {
  char text[512];
  snprintf(text, sizeof text, format, what);
  kn_report_plain(KN_DIAG_usage, "%s (knyfe-c --help lists the options)", text);
  return false;
}

static bool parse_emit(const char *value, struct kn_options *o) {
  static const char *const forms[] = {"ast", "mlir", "mtia", "c", "s", "elf"};
  for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++)
    if (!strcmp(forms[i], value)) {
      o->emit = (enum kn_emit)i;
      return o->emit_given = true;
    }
  return usage("--emit: '%.100s' is none of ast, mlir, mtia, c, s, elf", value);
}

static bool parse_grid(const char *value, struct kn_options *o) {
  const char *p = value;
  o->num_grids = 0;
  do {
    if (p[0] < '1' || p[0] > '8' || p[1] != 'x' || p[2] < '1' || p[2] > '8' ||
        (p[3] && p[3] != ',') || o->num_grids == KN_MAX_GRIDS)
      return usage("--grid: '%.100s' is no RxC with R and C from 1 to 8, such as 4x8, and no list "
                   "of at most 8 such, such as 1x1,4x8",
                   value);
    o->grids[o->num_grids].rows = (unsigned)(p[0] - '0');
    o->grids[o->num_grids++].cols = (unsigned)(p[2] - '0');
    p += p[3] ? 4 : 3;
  } while (p[-1] == ',');
  o->target.grid_rows = o->grids[0].rows;
  o->target.grid_cols = o->grids[0].cols;
  return o->grid_given = true;
}

static bool parse_seed(const char *value, struct kn_options *o) {
  char *end;
  o->seed = strtoull(value, &end, 0);
  return (*value >= '0' && *value <= '9' && !*end) || usage("--seed: '%.100s' is no number", value);
}

static bool parse_tune(const char *value, struct kn_options *o) {
  char *end;
  unsigned long n = strtoul(value, &end, 10);
  o->tune = (unsigned)n;
  return (*value >= '1' && *value <= '9' && !*end && n <= 10000) ||
         usage("--tune: '%.100s' is no number of runs from 1 to 10000", value);
}

static bool parse_binding(const char *option, const char *value, struct kn_binding *list,
                          unsigned *count) {
  const char *eq = strchr(value, '=');
  if (!eq || eq == value || !eq[1]) {
    kn_report_plain(KN_DIAG_usage, "%s: '%.100s' is no NAME=VALUE", option, value);
    return false;
  }
  if (*count == KN_MAX_ARGS)
    return usage("more than 64 times %s", option);
  list[(*count)++] = (struct kn_binding){value, (size_t)(eq - value), eq + 1};
  return true;
}

static bool parse_shape(const char *value, struct kn_options *o) {
  if (o->num_shapes == KN_MAX_ARGS)
    return usage("more than 64 times %s", "--shape");
  o->shapes[o->num_shapes++] = value;
  return true;
}

/* If argv[*i] is the option `name`, its value (after '=' or the next word), else NULL. */
static const char *value_of(const char *name, int argc, char **argv, int *i, bool *failed) {
  size_t n = strlen(name);
  if (strncmp(argv[*i], name, n))
    return NULL;
  if (argv[*i][n] == '=' && name[1] == '-')
    return argv[*i] + n + 1;
  if (argv[*i][n])
    return n == 2 && name[1] != '-' ? argv[*i] + n : NULL; /* -oFILE */
  if (*i + 1 >= argc) {
    *failed = true;
    usage("%s needs a value", name);
    return NULL;
  }
  return argv[++*i];
}

static bool is_flag(const char *arg, struct kn_options *o) {
  if (!strcmp(arg, "--explain=json"))
    return o->json = o->explain = true;
  if (!strcmp(arg, "--measure"))
    return o->measure = o->explain = true;
  if (!strcmp(arg, "--tune"))
    return o->tune = KN_TUNE_RUNS;
  if (!strcmp(arg, "--check=adversarial"))
    return o->adversarial = o->check = true;
  const struct {
    const char *name;
    bool *flag;
  } flags[] = {{"--check", &o->check},
               {"--check=random", &o->check},
               {"--interp", &o->interp},
               {"--explain", &o->explain},
               {"--dynamic", &o->target.dynamic},
               {"--format", &o->format},
               {"--lsp", &o->lsp},
               {"--help", &o->help},
               {"-h", &o->help},
               {"--version", &o->version},
               {"-v", &o->target.verbose},
               {"--verbose", &o->target.verbose}};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (!strcmp(arg, flags[i].name))
      return *flags[i].flag = true;
  return false;
}

/* What is_flag() did not take: a value that there is not, or no option at all. */
static bool unknown(const char *arg) {
  static const char *const values[][2] = {{"--check", "random or adversarial"},
                                          {"--explain", "json, or nothing"}};
  static const char *const flags[] = {"--measure", "--interp",  "--dynamic", "--format",
                                      "--lsp",     "--verbose", "--help",    "--version"};
  const char *eq = strchr(arg, '=');
  size_t n = eq ? (size_t)(eq - arg) : 0;
  char text[128];
  for (size_t i = 0; eq && i < sizeof values / sizeof *values; i++)
    if (strlen(values[i][0]) == n && !strncmp(arg, values[i][0], n)) {
      snprintf(text, sizeof text, "%s: '%%.100s' is not %s", values[i][0], values[i][1]);
      return usage(text, eq + 1);
    }
  for (size_t i = 0; eq && i < sizeof flags / sizeof *flags; i++)
    if (strlen(flags[i]) == n && !strncmp(arg, flags[i], n))
      return usage("%s takes no value", flags[i]);
  return usage("unknown option '%.100s'", arg);
}

static bool parse_one(int argc, char **argv, int *i, struct kn_options *o) {
  const char *arg = argv[*i], *v;
  bool failed = false;
  if (is_flag(arg, o))
    return true;
  if (arg[0] != '-' || !arg[1]) {
    if (o->input)
      return usage("one input file at a time; what is '%.100s'?", arg);
    o->input = arg;
    return true;
  }
  if ((v = value_of("-o", argc, argv, i, &failed)))
    o->output = v;
  else if (!failed && (v = value_of("--emit", argc, argv, i, &failed)))
    return parse_emit(v, o);
  else if (!failed && (v = value_of("--shape", argc, argv, i, &failed)))
    return parse_shape(v, o);
  else if (!failed && (v = value_of("--kernel", argc, argv, i, &failed)))
    o->kernel = v;
  else if (!failed && (v = value_of("--grid", argc, argv, i, &failed)))
    return parse_grid(v, o);
  else if (!failed && !strncmp(arg, "--tune=", 7))
    return parse_tune(arg + 7, o);
  else if (!failed && (v = value_of("--tune-cache", argc, argv, i, &failed)))
    o->tune_cache = v;
  else if (!failed && (v = value_of("--seed", argc, argv, i, &failed)))
    return parse_seed(v, o);
  else if (!failed && (v = value_of("--arg", argc, argv, i, &failed)))
    return parse_binding("--arg", v, o->args, &o->num_args);
  else if (!failed && (v = value_of("--out", argc, argv, i, &failed)))
    return parse_binding("--out", v, o->outs, &o->num_outs);
  else if (!failed)
    return unknown(arg);
  return !failed;
}

/* Combinations that contradict each other. */
static bool consistent(const struct kn_options *o) {
  if (o->lsp)
    return !o->input || usage("%s takes no file", "--lsp");
  if (!o->input)
    return usage("no input file%s", "");
  if (o->check && o->interp)
    return usage("--check runs the interpreter anyway; leave out %s", "--interp");
  if (o->num_grids > 1 && !o->check)
    return usage("several grids go with %s only", "--check");
  if ((o->check || o->interp) && o->emit_given)
    return usage("%s and --emit do not go together", o->check ? "--check" : "--interp");
  if (o->interp && o->output)
    return usage("--interp writes its outputs with --out NAME=FILE, not with %s", "-o");
  if (o->format && (o->check || o->interp || o->emit_given))
    return usage("%s goes alone", "--format");
  if (o->tune && (o->interp || o->format))
    return usage("--tune and %s do not go together", o->interp ? "--interp" : "--format");
  if (o->tune && o->target.dynamic)
    return usage("a schedule is for given sizes: leave out %s", "--dynamic or --tune");
  if (o->tune_cache && !o->tune)
    return usage("%s goes with --tune", "--tune-cache");
  if (o->num_outs && !o->interp)
    return usage("%s goes with --interp", "--out");
  if (o->num_args && !o->interp && !o->check && !o->measure && !o->tune)
    return usage("%s goes with --interp, --check, --measure or --tune", "--arg");
  if (o->explain && (o->check || o->interp || o->format || o->emit_given))
    return usage("%s goes without --check, --interp, --format and --emit",
                 o->measure ? "--measure" : "--explain");
  if (o->explain && o->target.dynamic)
    return usage("%s needs the sizes that --dynamic leaves to the launch: give them with --shape",
                 o->measure ? "--measure" : "--explain");
  return true;
}

bool kn_parse_options(int argc, char **argv, struct kn_options *o) {
  *o = (struct kn_options){.emit = KN_EMIT_ELF, .seed = 1, .target = {8, 8, false, false, NULL}};
  o->grids[0].rows = o->grids[0].cols = 8;
  o->num_grids = 1;
  for (int i = 1; i < argc; i++)
    if (!parse_one(argc, argv, &i, o))
      return false;
  return o->help || o->version || consistent(o);
}
