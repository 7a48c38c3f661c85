// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of mtia-run.
#ifndef MTIA_RUN_OPTIONS_H
#define MTIA_RUN_OPTIONS_H

#include "mtia/emulator.h"
#include "mtia/kernel_abi.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_PAIRS MTIA_MAX_ARGS

// name=value
struct pair {
  char *name;
  const char *value;
};

struct pairs {
  struct pair item[MAX_PAIRS];
  unsigned count;
};

struct options {
  const char *elf;
  const char **words; // for the program: those that mtia-run does not know
  int word_count;
  bool forced_words; // there was a "--"
  struct pairs args, outs, dims, places;
  const char *kernel;
  unsigned rows, columns;
  bool functional, reference, vector_ones, stats, list, profile;
  const char *stats_json;
  const char *signature;
  unsigned signature_bytes; // per line
  const char *trace_instructions;
  const char *trace;
  const char *check;
  const char *wait_graph;
  const char *dump; // on an error
  struct mtia_timeline_options timeline;
  const char *device;
  const char *gdb;  // where to wait for gdb
  unsigned threads; // of the host; 0: as many as save time
  uint64_t max_cycles;
  uint64_t schedule; // seed; 0: none
};

// Returns false and prints a message if the command line is wrong. *exit_now: --help or --version
// have been answered.
bool parse_options(int argc, char **argv, struct options *options, bool *exit_now);
void free_options(struct options *options);

// "mtia-run: error: ..." on stderr; returns false.
bool complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
