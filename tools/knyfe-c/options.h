// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- options.h - The command line of knyfe-c ------------------------------===*/
#ifndef KNYFE_OPTIONS_H
#define KNYFE_OPTIONS_H

#include "backend.h"

#define KN_MAX_ARGS 256
#define KN_MAX_GRIDS 8

/* name=value as given to --arg and --out. */
struct kn_binding {
  const char *name; /* not terminated: name_size bytes */
  size_t name_size;
  const char *value;
};

struct kn_options {
  const char *input, *output, *kernel;
  enum kn_emit emit;
  bool emit_given, grid_given, check, adversarial, explain, json, measure, interp, format, lsp,
      help, version;
  const char *shapes[KN_MAX_ARGS];
  unsigned num_shapes;
  struct kn_binding args[KN_MAX_ARGS], outs[KN_MAX_ARGS];
  unsigned num_args, num_outs;
  uint64_t seed;
  unsigned tune; /* runs; 0: no --tune */
  const char *tune_cache;
  struct {
    unsigned rows, cols;
  } grids[KN_MAX_GRIDS]; /* of --check; the first one is target's */
  unsigned num_grids;
  struct kn_target target;
};

/* False after a message. */
bool kn_parse_options(int argc, char **argv, struct kn_options *options);
extern const char kn_help_text[];

#endif
