// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: mtia-run [options] file.elf [options] [words]\n"
    "\n"
    "Runs a kernel or an ordinary program on the emulated device.\n"
    "\n"
    "Kernels:\n"
    "  --arg NAME=FILE.npy     tensor argument from a NumPy file\n"
    "  --arg NAME=NUMBER       scalar argument\n"
    "  --out NAME=FILE.npy     write an output tensor (whole or not at all)\n"
    "  --dim NAME=EXTENT       extent of a dimension that no input has\n"
    "  --place NAME=sram|dram  where a tensor is; default: SRAM if all tensors fit, else DRAM\n"
    "  --grid RxC              rows and columns of PEs, 1x1 to 8x8; default 8x8\n"
    "  --kernel NAME           which one, if the file has several\n"
    "  --list                  print the kernels of the file and their arguments\n"
    "Programs (no kernel in the file; core 0 of PE (0,0) runs it, core 1 if it is\n"
    "compiled with vectors):\n"
    "  words that are not options become argv[1], argv[2], ...; so does everything\n"
    "  behind '--'. The exit status is the program's.\n"
    "  --signature FILE        write what the program leaves between begin_signature and\n"
    "                          end_signature; --signature-granularity N: bytes per line, 4\n"
    "Both:\n"
    "  --functional            do not model time; results are the same\n"
    "  --core fast|reference   reference: functional, simple and slow; results are the same\n"
    "  --vector-agnostic keep|ones  ones: vector elements that are agnostic become ones, to\n"
    "                          find code that relies on their value; default: keep\n"
    "  --device FILE           other parameters of the machine than mtia_v1's\n"
    "  --print-device          print those of mtia_v1 as such a file\n"
    "  --max-cycles N          stop after N cycles with a report of who does what\n"
    "  --wait-graph FILE       if nothing moves any more: who waits for whom, for graphviz\n"
    "  --dump-on-error FILE    of a run that fails: registers and memory, for gdb program.elf "
    "FILE\n"
    "  --gdb PORT              wait for gdb (target remote localhost:PORT); 0: any free port;\n"
    "                          a path with a /: unix socket; -: standard input and output\n"
    "  --trace FILE            what cores, units and buffers do when, for ui.perfetto.dev\n"
    "  --trace-pes R,C[:R,C]   of this PE, or of those from the one to the other\n"
    "  --trace-window FROM:TO  in these cycles\n"
    "  --trace-limit N         at most N events; default 1000000\n"
    "  --check=all             look for mistakes with memory, or --check=LIST with commas: "
    "uninit,\n"
    "                          bounds, race, cb, stale, align; not in all: slow\n"
    "  --schedule SEED         delay cores, commands and DMAs at random, as they may be: results\n"
    "                          must stay the same\n"
    "  --threads 1|2           of the host; default: a second one where it saves time. Results "
    "and\n"
    "                          cycles are the same\n"
    "  --profile               print cycles by source line (compile with -g), what bounds the run\n"
    "  --trace-instructions FILE  a line per executed instruction; - for standard output\n"
    "  --stats                 print cycles, instructions and use of the units\n"
    "  --stats-json FILE       the same as JSON\n"
    "  --help, --version\n"
    "\n"
    "An option may be written --name=value, too. Exit status 1: an error, described on stderr.\n";

bool complain(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fputs("mtia-run: error: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  return false;
}

static bool parse_number(const char *option, const char *text, uint64_t *number) {
  char *end;
  errno = 0;
  *number = strtoull(text, &end, 0);
  if (!isdigit((unsigned char)*text) || *end || errno)
    return complain("%s: '%s' is not a number", option, text);
  return true;
}

static bool parse_grid(const char *text, struct options *o) {
  char *end;
  bool ok = isdigit((unsigned char)*text);
  unsigned long rows = strtoul(text, &end, 10);
  ok = ok && (*end == 'x' || *end == 'X') && isdigit((unsigned char)end[1]);
  unsigned long columns = ok ? strtoul(end + 1, &end, 10) : 0;
  if (!ok || *end || rows < 1 || rows > 8 || columns < 1 || columns > 8)
    return complain("--grid: '%s' is no grid; expected rows x columns from 1x1 to 8x8, like 4x8",
                    text);
  o->rows = (unsigned)rows;
  o->columns = (unsigned)columns;
  return true;
}

// A number without a sign in front of *text, which moves behind it.
static bool take_number(const char **text, uint64_t *number) {
  char *end;
  errno = 0;
  if (!isdigit((unsigned char)**text))
    return false;
  *number = strtoull(*text, &end, 10);
  *text = end;
  return !errno;
}

static bool take_pe(const char **text, unsigned *row, unsigned *column) {
  uint64_t r, c;
  if (!take_number(text, &r) || *(*text)++ != ',' || !take_number(text, &c) || r > 7 || c > 7)
    return false;
  *row = (unsigned)r;
  *column = (unsigned)c;
  return true;
}

static bool parse_pes(const char *value, struct options *o) {
  struct mtia_timeline_options *t = &o->timeline;
  const char *text = value;
  bool ok = take_pe(&text, &t->row, &t->column);
  t->last_row = t->row;
  t->last_column = t->column;
  if (ok && *text == ':') {
    text++;
    ok = take_pe(&text, &t->last_row, &t->last_column) && t->last_row >= t->row &&
         t->last_column >= t->column;
  }
  return (ok && !*text) ||
         complain("--trace-pes: '%s' is no PE and no range of PEs; expected row,column or "
                  "row,column:row,column, like 0,0:1,7",
                  value);
}

static bool parse_window(const char *value, struct options *o) {
  const char *text = value;
  bool ok = take_number(&text, &o->timeline.from) && *text++ == ':' &&
            take_number(&text, &o->timeline.to) && !*text && o->timeline.to > o->timeline.from;
  return ok || complain("--trace-window: '%s' is no window; expected first:end in cycles, like "
                        "1000:5000",
                        value);
}

static bool parse_pair(const char *option, const char *text, const char *what,
                       struct pairs *pairs) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text || !equals[1])
    return complain("%s: expected %s, found '%s'", option, what, text);
  if (pairs->count == MAX_PAIRS)
    return complain("%s: given more than %d times", option, MAX_PAIRS);
  struct pair *pair = &pairs->item[pairs->count++];
  pair->name = strndup(text, (size_t)(equals - text));
  pair->value = equals + 1;
  return pair->name || complain("out of memory");
}

static bool set_option(struct options *o, const char *name, const char *value) {
  if (!strcmp(name, "--arg"))
    return parse_pair(name, value, "NAME=FILE.npy or NAME=NUMBER", &o->args);
  if (!strcmp(name, "--out"))
    return parse_pair(name, value, "NAME=FILE.npy", &o->outs);
  if (!strcmp(name, "--dim"))
    return parse_pair(name, value, "NAME=EXTENT", &o->dims);
  if (!strcmp(name, "--place"))
    return parse_pair(name, value, "NAME=sram or NAME=dram", &o->places);
  if (!strcmp(name, "--grid"))
    return parse_grid(value, o);
  if (!strcmp(name, "--kernel"))
    return o->kernel = value, true;
  if (!strcmp(name, "--trace-instructions"))
    return o->trace_instructions = value, true;
  if (!strcmp(name, "--trace"))
    return o->trace = value, true;
  if (!strcmp(name, "--schedule")) {
    if (!parse_number(name, value, &o->schedule))
      return false;
    return o->schedule || complain("--schedule: a seed is a number from 1 on");
  }
  if (!strcmp(name, "--threads")) {
    o->threads = !strcmp(value, "1") ? 1 : !strcmp(value, "2") ? 2 : 0;
    return o->threads ||
           complain("--threads: the emulator runs on 1 or 2 threads, not '%s'", value);
  }
  if (!strcmp(name, "--check"))
    return o->check = value, true;
  if (!strcmp(name, "--dump-on-error"))
    return o->dump = value, true;
  if (!strcmp(name, "--wait-graph"))
    return o->wait_graph = value, true;
  if (!strcmp(name, "--trace-pes"))
    return parse_pes(value, o);
  if (!strcmp(name, "--trace-window"))
    return parse_window(value, o);
  if (!strcmp(name, "--trace-limit"))
    return parse_number(name, value, &o->timeline.limit);
  if (!strcmp(name, "--device"))
    return o->device = value, true;
  if (!strcmp(name, "--gdb"))
    return o->gdb = value, true;
  if (!strcmp(name, "--stats-json"))
    return o->stats_json = value, true;
  if (!strcmp(name, "--max-cycles")) {
    if (!parse_number(name, value, &o->max_cycles))
      return false;
    return o->max_cycles || complain("--max-cycles: at least one cycle");
  }
  if (!strcmp(name, "--signature"))
    return o->signature = value, true;
  if (!strcmp(name, "--signature-granularity")) {
    uint64_t bytes;
    if (!parse_number(name, value, &bytes))
      return false;
    o->signature_bytes = bytes <= 16 && !(bytes & (bytes - 1)) ? (unsigned)bytes : 0;
    return o->signature_bytes || complain("%s: a line has 1, 2, 4, 8 or 16 bytes", name);
  }
  if (!strcmp(name, "--core")) {
    o->reference = !strcmp(value, "reference");
    return o->reference || !strcmp(value, "fast") ||
           complain("--core %s: there are the cores fast and reference", value);
  }
  if (!strcmp(name, "--vector-agnostic")) {
    o->vector_ones = !strcmp(value, "ones");
    return o->vector_ones || !strcmp(value, "keep") ||
           complain("--vector-agnostic %s: elements can be kept or become ones (keep, ones)",
                    value);
  }
  return complain("%s is not supported yet", name);
}

static const char *const with_value[] = {"--arg",
                                         "--out",
                                         "--dim",
                                         "--place",
                                         "--grid",
                                         "--kernel",
                                         "--stats-json",
                                         "--max-cycles",
                                         "--trace",
                                         "--trace-pes",
                                         "--wait-graph",
                                         "--dump-on-error",
                                         "--trace-window",
                                         "--trace-limit",
                                         "--gdb",
                                         "--device",
                                         "--check",
                                         "--schedule",
                                         "--threads",
                                         "--core",
                                         "--trace-instructions",
                                         "--signature",
                                         "--signature-granularity",
                                         "--vector-agnostic"};

// The option of with_value that `word` is, alone or with "=value".
static const char *find_option(const char *word, const char **value) {
  for (unsigned i = 0; i < sizeof with_value / sizeof *with_value; i++) {
    size_t n = strlen(with_value[i]);
    if (strncmp(word, with_value[i], n) || (word[n] && word[n] != '='))
      continue;
    *value = word[n] ? word + n + 1 : NULL;
    return with_value[i];
  }
  return NULL;
}

bool parse_options(int argc, char **argv, struct options *o, bool *exit_now) {
  memset(o, 0, sizeof *o);
  o->signature_bytes = 4;
  o->timeline = (struct mtia_timeline_options){
      .last_row = UINT_MAX, .last_column = UINT_MAX, .to = UINT64_MAX, .limit = 1000000};
  *exit_now = false;
  o->words = calloc((size_t)argc + 1, sizeof *o->words);
  if (!o->words)
    return complain("out of memory");
  for (int i = 1; i < argc; i++) {
    const char *word = argv[i], *value;
    const char *option = find_option(word, &value);
    if (option) {
      if (!value && ++i == argc)
        return complain("%s: its value is missing", option);
      if (!set_option(o, option, value ? value : argv[i]))
        return false;
    } else if (!strcmp(word, "--functional")) {
      o->functional = true;
    } else if (!strcmp(word, "--list")) {
      o->list = true;
    } else if (!strcmp(word, "--profile")) {
      o->profile = true;
    } else if (!strcmp(word, "--stats")) {
      o->stats = true;
    } else if (!o->elf && (!strcmp(word, "--help") || !strcmp(word, "-h"))) {
      fputs(help, stdout);
      return *exit_now = true;
    } else if (!o->elf && !strcmp(word, "--version")) {
      printf("mtia-run %s, device mtia_v1\n", MTIA_VERSION);
      return *exit_now = true;
    } else if (!o->elf && !strcmp(word, "--print-device")) {
      mtia_write_device(stdout);
      return *exit_now = true;
    } else if (o->elf && !strcmp(word, "--")) {
      o->forced_words = true;
      while (++i < argc)
        o->words[o->word_count++] = argv[i];
    } else if (o->elf) {
      o->words[o->word_count++] = word;
    } else if (*word == '-' && word[1]) {
      return complain("unknown option %s; see mtia-run --help", word);
    } else {
      o->elf = word;
    }
  }
  const char *stepping = o->trace_instructions ? "--trace-instructions" : "--profile";
  if (o->gdb && (o->trace_instructions || o->profile))
    return complain("--gdb and %s exclude each other", stepping);
  if (o->trace_instructions && o->trace)
    return complain("--trace and --trace-instructions exclude each other");
  if (o->trace_instructions && o->profile)
    return complain("--profile and --trace-instructions exclude each other");
  return o->elf || complain("no ELF file given; see mtia-run --help");
}

static void free_pairs(struct pairs *pairs) {
  for (unsigned i = 0; i < pairs->count; i++)
    free(pairs->item[i].name);
}

void free_options(struct options *o) {
  free_pairs(&o->args);
  free_pairs(&o->outs);
  free_pairs(&o->dims);
  free_pairs(&o->places);
  free(o->words);
}
