// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device files: parameters of another machine, as differences from mtia_v1.
//
//   file      = { line "\n" }
//   line      = [ "device" name | parameter "=" number ] [ "#" text ]
//   parameter = a name of device_mtia_v1.inc
//   number    = decimal digits, as many "_" between them as wanted
//
// `device` comes first. What no line sets is as on mtia_v1.

#include "device.h"
#include "internal.h"
#include "units.h"
#include "vec.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// What the emulator is built for; everything else may be any number from 1 to MOST.
enum { MOST = 1u << 30 };
struct limit {
  const char *name;
  uint32_t least, most;
  uint32_t multiple; // of this; POWER: a power of two
};
enum { POWER = 0 };

static const struct limit limits[] = {
    {"grid_rows", 1, MTIA_GROUP_MAX, 1},
    {"grid_columns", 1, MTIA_GROUP_MAX, 1},
    {"local_bytes", MTIA_LOCAL_SIZE, MTIA_LOCAL_ROOM, 4096},
    {"sram_bytes", 1 << 20, MTIA_SRAM_ROOM, 1 << 20},
    {"sram_cache_bytes", 0, MTIA_SRAM_ROOM, 1 << 20},
    {"launch", 0, MOST, 1},
    {"core_issue", 1, 1, 1}, // cores issue an instruction per cycle
    {"core_local_load", 1, 200, 1},
    {"core_local_store", 1, 200, 1},
    {"core_store_buffer", 1, 16, 1},
    {"core_icache_bytes", 1024, 1 << 20, POWER},
    {"core_icache_ways", 1, 16, POWER},
    {"core_dcache_bytes", 1024, 1 << 20, POWER},
    {"core_dcache_ways", 1, 16, POWER},
    {"core_cache_line", 64, 64, 1}, // lines of Zicbom, docs/isa/xmtia.md 1.5
    {"vector_bytes", 64, 64, 1},    // VLEN
    {"vector_queue", 0, MTIA_VQUEUE_MAX, 1},
    {"cp_queue_depth", 1, 31, 1}, // rounds of a multicast group, fi.c
    {"cp_pointer_depth", 1, 1 << 16, 1},
    {"local_banks", 1, MTIA_BANKS_MAX, 1},
    {"local_bank_width", 32, 32, 1}, // the unit in which commands are aligned
    {"fi_outstanding", 8, 1 << 16, 1},
    {"fi_request", 32, 4096, POWER},
    {"sram_slices", 4, 1024, 4},
    {"sram_interleave", 64, 4096, POWER},
    {"dram_burst", 1, 4096, 1},
    {"dram_interleave", 256, 1 << 20, POWER},
    {"dpe_width", 32, 1024, 32},
};

static const struct limit *limit_of(const struct mtia_param_info *info) {
  static const struct limit usual = {NULL, 1, MOST, 1}, latency = {NULL, 0, 1 << 16, 1};
  for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++)
    if (!strcmp(limits[i].name, info->name))
      return &limits[i];
  return strcmp(info->unit, "cycle") ? &usual : &latency;
}

struct reader {
  const char *name;
  const char *at, *end;
  const char *line_begin;
  unsigned line;
  struct mtia_error *error;
};

// file:line:column of `where`, what is wrong, what to do.
__attribute__((format(printf, 3, 4))) static bool refuse(struct reader *r, const char *where,
                                                         const char *fmt, ...) {
  char text[600];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return mtia_error_set(r->error, MTIA_ERR_FILE, "%s:%u:%u: %s", r->name, r->line,
                        (unsigned)(where - r->line_begin) + 1, text);
}

static void skip_blanks(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
    r->at++;
}

static bool at_word(const struct reader *r) {
  return r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_');
}

// Takes a word of letters, digits and underscores.
static bool take_word(struct reader *r, char *word, size_t size) {
  const char *begin = r->at;
  while (at_word(r))
    r->at++;
  size_t n = (size_t)(r->at - begin);
  if (n >= size)
    return refuse(r, begin, "a word of %zu characters; at most %zu make sense here", n, size - 1);
  memcpy(word, begin, n);
  word[n] = 0;
  return true;
}

static bool end_of_line(struct reader *r) {
  skip_blanks(r);
  if (r->at < r->end && *r->at == '#')
    while (r->at < r->end && *r->at != '\n')
      r->at++;
  return r->at == r->end || *r->at == '\n' ||
         refuse(r, r->at, "expected the end of the line or a comment behind #");
}

static const struct mtia_param_info *find(const char *name) {
  for (const struct mtia_param_info *p = mtia_param_table; p->group || p->name; p++)
    if (p->name && !strcmp(p->name, name))
      return p;
  return NULL;
}

// The parameter whose name shares the longest beginning with a wrong one.
static const char *similar(const char *name) {
  const char *best = "clock_mhz";
  size_t most = 0;
  for (const struct mtia_param_info *p = mtia_param_table; p->group || p->name; p++) {
    size_t n = 0;
    while (p->name && name[n] && name[n] == p->name[n])
      n++;
    if (n > most)
      most = n, best = p->name;
  }
  return best;
}

static bool take_number(struct reader *r, uint64_t *number) {
  const char *begin = r->at;
  if (r->at == r->end || !isdigit((unsigned char)*r->at))
    return refuse(r, r->at, "expected a number without a sign, like 64");
  *number = 0;
  for (; at_word(r); r->at++) {
    if (*r->at == '_')
      continue;
    if (!isdigit((unsigned char)*r->at))
      return refuse(r, r->at, "'%c' in a number; numbers are decimal", *r->at);
    *number = *number * 10 + (uint64_t)(*r->at - '0');
    if (*number > UINT32_MAX)
      return refuse(r, begin, "the number is too large");
  }
  return true;
}

static bool in_limits(struct reader *r, const char *where, const struct mtia_param_info *info,
                      uint64_t number) {
  const struct limit *limit = limit_of(info);
  if (number < limit->least || number > limit->most) {
    if (limit->least == limit->most)
      return refuse(r, where, "%s is %" PRIu64 "; the emulator can only do %" PRIu32, info->name,
                    number, limit->least);
    return refuse(r, where, "%s is %" PRIu64 "; expected %" PRIu32 " to %" PRIu32 " (%s)",
                  info->name, number, limit->least, limit->most, info->unit);
  }
  if (limit->multiple == POWER && (number & (number - 1)))
    return refuse(r, where, "%s is %" PRIu64 "; expected a power of two", info->name, number);
  if (limit->multiple != POWER && number % limit->multiple)
    return refuse(r, where, "%s is %" PRIu64 "; expected a multiple of %" PRIu32, info->name,
                  number, limit->multiple);
  return true;
}

// Where each parameter was set, to name the line when two don't fit.
struct origin {
  unsigned line;
  const char *line_begin, *where;
};

static bool parameter(struct reader *r, const char *where, const char *name, struct origin *origin,
                      struct mtia_device_params *params) {
  const struct mtia_param_info *info = find(name);
  uint64_t number;
  if (!info)
    return refuse(r, where, "there is no parameter '%s'; '%s' is similar (docs/timing.md has all)",
                  name, similar(name));
  struct origin *place = &origin[info->offset / sizeof(uint32_t)];
  if (place->line)
    return refuse(r, where, "%s is set in line %u already", name, place->line);
  skip_blanks(r);
  if (r->at == r->end || *r->at != '=')
    return refuse(r, r->at, "expected '=' and a number behind %s", name);
  r->at++;
  skip_blanks(r);
  *place = (struct origin){r->line, r->line_begin, r->at};
  if (!take_number(r, &number) || !in_limits(r, place->where, info, number))
    return false;
  uint32_t value = (uint32_t)number;
  memcpy((char *)params + info->offset, &value, sizeof value);
  return true;
}

static bool line(struct reader *r, bool *named, char *device, size_t size, struct origin *origin,
                 struct mtia_device_params *params) {
  char word[64];
  skip_blanks(r);
  const char *where = r->at;
  if (!at_word(r))
    return end_of_line(r);
  if (!take_word(r, word, sizeof word))
    return false;
  if (!strcmp(word, "device")) {
    skip_blanks(r);
    if (*named)
      return refuse(r, where, "the device has a name already: %s", device);
    if (!at_word(r))
      return refuse(r, r->at, "expected the device's name: letters, digits, underscores");
    *named = true;
    return take_word(r, device, size) && end_of_line(r);
  }
  if (!*named)
    return refuse(r, where, "expected 'device' and a name before the first parameter");
  return parameter(r, where, word, origin, params) && end_of_line(r);
}

// Conditions on several parameters. At fault is the one of them that the file sets.
static bool fit(struct reader *r, const struct origin *origin, const struct mtia_device_params *p) {
#define AT(name) (origin[offsetof(struct mtia_device_params, name) / sizeof(uint32_t)])
  struct {
    bool good;
    struct origin a, b;
    const char *why;
  } rule[] = {
      {p->sram_slices % p->dram_channels == 0, AT(dram_channels), AT(sram_slices),
       "sram_slices is not a multiple of dram_channels; each channel stands among its slices"},
      {p->sram_cache_bytes <= p->sram_bytes, AT(sram_cache_bytes), AT(sram_bytes),
       "sram_cache_bytes is more than sram_bytes, of which it is a part"},
      {p->sram_interleave >= p->fi_request, AT(fi_request), AT(sram_interleave),
       "fi_request is more than sram_interleave; a request has to stay in one slice"},
      {p->fi_outstanding >= p->sram_interleave / p->fi_request + 1, AT(fi_outstanding),
       AT(sram_interleave), "fi_outstanding requests don't fetch a block of sram_interleave bytes"},
      {p->dram_interleave >= p->sram_interleave, AT(dram_interleave), AT(sram_interleave),
       "dram_interleave is less than sram_interleave"},
      {p->core_icache_bytes / p->core_icache_ways >= 64, AT(core_icache_ways),
       AT(core_icache_bytes), "a way of the instruction cache is less than a line of 64 bytes"},
      {p->core_dcache_bytes / p->core_dcache_ways >= 64, AT(core_dcache_ways),
       AT(core_dcache_bytes), "a way of the data cache is less than a line of 64 bytes"},
      {p->sram_cache_bytes % ((uint64_t)p->sram_slices * p->sram_interleave * p->sram_cache_ways) ==
           0,
       AT(sram_cache_bytes), AT(sram_cache_ways),
       "sram_cache_bytes is not a multiple of sram_slices x sram_interleave x sram_cache_ways"},
  };
#undef AT
  for (unsigned i = 0; i < sizeof rule / sizeof *rule; i++) {
    if (rule[i].good)
      continue;
    const struct origin *at = rule[i].a.line ? &rule[i].a : &rule[i].b;
    r->line = at->line;
    r->line_begin = at->line_begin;
    return refuse(r, at->where, "%s", rule[i].why);
  }
  return true;
}

bool mtia_device_read(const char *name, const char *text, size_t bytes, char *device, size_t size,
                      struct mtia_device_params *params, struct mtia_error *error) {
  struct reader r = {.name = name, .at = text, .end = text + bytes, .error = error};
  struct origin *origin = calloc(sizeof *params / sizeof(uint32_t), sizeof *origin);
  bool named = false, good = true;
  if (!origin)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for %s", name);
  *params = mtia_v1_params;
  r.line_begin = text;
  r.line = 1;
  while (good && r.at < r.end) {
    good = line(&r, &named, device, size, origin, params);
    if (good && r.at < r.end) { // behind the newline
      r.line_begin = ++r.at;
      r.line++;
    }
  }
  if (good && !named)
    good = refuse(&r, r.at, "the file names no device; expected 'device' and a name");
  good = good && fit(&r, origin, params);
  free(origin);
  return good;
}

void mtia_device_write(const char *device, const struct mtia_device_params *params, FILE *out) {
  fprintf(out, "device %s\n", device);
  for (const struct mtia_param_info *p = mtia_param_table; p->group || p->name; p++) {
    uint32_t value;
    if (p->group) {
      fprintf(out, "\n# %s\n", p->group);
      continue;
    }
    memcpy(&value, (const char *)params + p->offset, sizeof value);
    fprintf(out, "%s = %" PRIu32 " # %s; %s\n", p->name, value, p->unit, p->why);
  }
}
