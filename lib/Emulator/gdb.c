// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the packets of gdb's remote serial protocol do. An empty reply: the
// packet is not supported. Errors are Enn with Linux's error numbers.
#include "gdb.h"
#include "semihost.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// gdb's own numbers of signals (include/gdb/signals.def).
enum {
  SIGNAL_INT = 2,
  SIGNAL_ILL = 4,
  SIGNAL_TRAP = 5,
  SIGNAL_ABRT = 6,
  SIGNAL_BUS = 10,
  SIGNAL_SEGV = 11,
  SIGNAL_SYS = 12,
  SIGNAL_STOP = 17,
  SIGNAL_XCPU = 24,
};

static void reply_ok(struct mtia_gdb *gdb) { mtia_gdb_send(&gdb->link, "OK", 2); }
static void reply_error(struct mtia_gdb *gdb, int error) {
  mtia_gdb_reply(&gdb->link, "E%02x", error);
}
static void reply_nothing(struct mtia_gdb *gdb) { mtia_gdb_send(&gdb->link, "", 0); }

// Reads a hexadecimal number and what must follow it (0: anything).
static bool number(const char **p, uint64_t *value, char follows) {
  char *end;
  if (!((**p >= '0' && **p <= '9') || (**p >= 'a' && **p <= 'f') || (**p >= 'A' && **p <= 'F')))
    return false;
  errno = 0;
  *value = strtoull(*p, &end, 16);
  if (errno || (follows && *end != follows))
    return false;
  *p = end + (follows != 0);
  return true;
}

//===-- Threads ---------------------------------------------------------------===//

static unsigned core_count(const struct mtia_device *dev) { return 2 * dev->rows * dev->cols; }

static struct mtia_core *core_at(struct mtia_device *dev, unsigned i) {
  struct mtia_core *core = dev->pe[i / 2].core; // their hart numbers may be exchanged
  return core[0].hart == i ? &core[0] : &core[1];
}

static unsigned thread(const struct mtia_core *core) { return core->hart + 1; }

static struct mtia_core *find_thread(struct mtia_device *dev, uint64_t id) {
  if (id < 1 || id > core_count(dev))
    return NULL;
  struct mtia_core *core = core_at(dev, (unsigned)id - 1);
  return core->state == MTIA_CORE_OFF ? NULL : core;
}

// H: c for which threads go on, g for which is looked at. 0 and -1: any and all.
static void set_thread(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  char what = *p++;
  uint64_t id = 0;
  bool all = !strcmp(p, "-1");
  struct mtia_core *core = NULL;
  if ((what != 'c' && what != 'g') || (!all && !number(&p, &id, 0)) ||
      (!all && id && !(core = find_thread(dev, id)))) {
    reply_error(gdb, EINVAL);
    return;
  }
  if (what == 'c')
    gdb->resumed = core;
  else if (core)
    gdb->general = core;
  reply_ok(gdb);
}

static void list_threads(struct mtia_device *dev) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out) {
    reply_error(dev->gdb, ENOMEM);
    return;
  }
  char before = 'm';
  for (unsigned i = 0; i < core_count(dev); i++)
    if (core_at(dev, i)->state != MTIA_CORE_OFF) {
      fprintf(out, "%c%x", before, thread(core_at(dev, i)));
      before = ',';
    }
  fclose(out);
  mtia_gdb_send(&dev->gdb->link, text, size);
  free(text);
}

static void core_name(const struct mtia_core *core, char *buffer, size_t size) {
  snprintf(buffer, size, "PE (%u,%u) core %u", core->pe->row, core->pe->col, core->id);
}

static void thread_info(struct mtia_device *dev, const char *p) {
  uint64_t id;
  struct mtia_core *core = number(&p, &id, 0) ? find_thread(dev, id) : NULL;
  if (!core) {
    reply_error(dev->gdb, EINVAL);
    return;
  }
  char name[64], state[300], text[400], hex[2 * sizeof text + 1];
  core_name(core, name, sizeof name);
  mtia_gdb_core_state(core, state, sizeof state);
  int n = snprintf(text, sizeof text, "%s, %s", name, state);
  mtia_gdb_hex(hex, text, (size_t)n);
  mtia_gdb_send(&dev->gdb->link, hex, 2 * (size_t)n);
}

//===-- Documents -------------------------------------------------------------===//

static char *threads_xml(struct mtia_device *dev, size_t *size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, size);
  if (!out)
    return NULL;
  fputs("<?xml version=\"1.0\"?>\n<threads>\n", out);
  for (unsigned i = 0; i < core_count(dev); i++) {
    struct mtia_core *core = core_at(dev, i);
    char name[64], state[300];
    if (core->state == MTIA_CORE_OFF)
      continue;
    core_name(core, name, sizeof name);
    mtia_gdb_core_state(core, state, sizeof state);
    fprintf(out, "<thread id=\"%x\" core=\"%u\" name=\"%s\">", thread(core), core->hart, name);
    for (const char *p = state; *p; p++)
      if (*p == '<' || *p == '>' || *p == '&')
        fprintf(out, "&#%d;", *p);
      else
        fputc(*p, out);
    fputs("</thread>\n", out);
  }
  fputs("</threads>\n", out);
  fclose(out);
  return text;
}

// qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH. A document is made when its start is read.
static void transfer(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  uint64_t offset, length;
  bool features = !strncmp(p, "features:read:", 14);
  const char *annex = p + (features ? 14 : 13);
  if (!features && strncmp(p, "threads:read:", 13)) {
    reply_nothing(gdb);
    return;
  }
  const char *colon = strchr(annex, ':'), *q = colon ? colon + 1 : NULL;
  if (!q || !number(&q, &offset, ',') || !number(&q, &length, 0)) {
    reply_error(gdb, EINVAL);
    return;
  }
  if (features && strncmp(annex, "target.xml:", 11)) {
    reply_error(gdb, ENOENT);
    return;
  }
  const char *name = features ? "features" : "threads";
  if (offset == 0 || strcmp(gdb->xfer_name, name)) {
    free(gdb->xfer);
    gdb->xfer = features ? mtia_gdb_target_xml(gdb->general, &gdb->xfer_size)
                         : threads_xml(dev, &gdb->xfer_size);
    snprintf(gdb->xfer_name, sizeof gdb->xfer_name, "%s", gdb->xfer ? name : "");
  }
  if (!gdb->xfer) {
    reply_error(gdb, ENOMEM);
    return;
  }
  uint64_t left = offset < gdb->xfer_size ? gdb->xfer_size - offset : 0;
  if (length > MTIA_GDB_PACKET / 2)
    length = MTIA_GDB_PACKET / 2;
  bool last = length >= left;
  size_t n = last ? left : length, size = 0;
  char *out = gdb->packet; // the request has been read
  out[size++] = last ? 'l' : 'm';
  for (size_t i = 0; i < n; i++) {
    char c = gdb->xfer[offset + i];
    if (strchr("#$}*", c)) {
      out[size++] = '}';
      c ^= 0x20;
    }
    out[size++] = c;
  }
  mtia_gdb_send(&gdb->link, out, size);
}

//===-- Memory and registers --------------------------------------------------===//

static void read_memory(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  uint64_t addr, size;
  if (!number(&p, &addr, ',') || !number(&p, &size, 0)) {
    reply_error(gdb, EINVAL);
    return;
  }
  if (size > MTIA_GDB_PACKET / 2)
    size = MTIA_GDB_PACKET / 2;
  uint64_t n = 0;
  for (; n < size; n++) {
    const uint8_t *host = mtia_mem(dev, gdb->general->pe, addr + n, 1);
    if (!host)
      break;
    mtia_gdb_hex(gdb->packet + 2 * n, host, 1);
  }
  if (size && !n)
    reply_error(gdb, EFAULT);
  else
    mtia_gdb_send(&gdb->link, gdb->packet, 2 * n);
}

// M: hexadecimal; X: binary, with } before bytes that it changes.
static void write_memory(struct mtia_device *dev, const char *p, bool binary) {
  struct mtia_gdb *gdb = dev->gdb;
  uint64_t addr, size;
  uint8_t *data = (uint8_t *)gdb->packet;
  if (!number(&p, &addr, ',') || !number(&p, &size, ':') || size > MTIA_GDB_PACKET) {
    reply_error(gdb, EINVAL);
    return;
  }
  const char *end = gdb->packet + gdb->size;
  uint64_t n = 0;
  if (binary) {
    for (; p < end; p++) {
      if (*p == '}' && p + 1 < end)
        data[n++] = (uint8_t)(*++p ^ 0x20);
      else
        data[n++] = (uint8_t)*p;
    }
  } else if ((uint64_t)(end - p) == 2 * size && mtia_gdb_unhex(data, p, size)) {
    n = size;
  }
  if (n != size) {
    reply_error(gdb, EINVAL);
    return;
  }
  uint8_t *host = size ? mtia_mem(dev, gdb->general->pe, addr, size) : NULL;
  if (size && !host) {
    reply_error(gdb, EFAULT);
    return;
  }
  if (size) {
    memcpy(host, data, size);
    mtia_debug_written(dev, host, size);
  }
  reply_ok(gdb);
}

// A core without vectors answers that they are not available.
static void read_vector(struct mtia_gdb *gdb, const uint8_t *bytes, bool has_it) {
  char hex[2 * MTIA_VLENB + 1];
  memset(hex, 'x', sizeof hex);
  if (has_it)
    mtia_gdb_hex(hex, bytes, MTIA_VLENB);
  mtia_gdb_send(&gdb->link, hex, 2 * MTIA_VLENB);
}

static void write_vector(struct mtia_gdb *gdb, uint8_t *bytes, bool has_it, const char *p) {
  uint8_t value[MTIA_VLENB];
  if (!has_it || strlen(p) != 2 * MTIA_VLENB || !mtia_gdb_unhex(value, p, MTIA_VLENB)) {
    reply_error(gdb, EINVAL);
    return;
  }
  mtia_debug_touch(gdb->general->dev);
  memcpy(bytes, value, MTIA_VLENB);
  reply_ok(gdb);
}

static void read_register(struct mtia_gdb *gdb, const char *p) {
  uint64_t n, value;
  unsigned size;
  char hex[17];
  const char *rest = p;
  bool has_it;
  const uint8_t *vector =
      number(&rest, &n, 0) ? mtia_gdb_vector_register(gdb->general, n, &has_it) : NULL;
  if (vector) {
    read_vector(gdb, vector, has_it);
    return;
  }
  if (!number(&p, &n, 0) || !mtia_gdb_read_register(gdb->general, n, &value, &size)) {
    reply_error(gdb, EINVAL);
    return;
  }
  mtia_gdb_hex(hex, &value, size);
  mtia_gdb_send(&gdb->link, hex, 2 * size);
}

static void write_register(struct mtia_gdb *gdb, const char *p) {
  uint64_t n, value = 0, old;
  unsigned size;
  const char *rest = p;
  bool has_it;
  uint8_t *vector =
      number(&rest, &n, '=') ? mtia_gdb_vector_register(gdb->general, n, &has_it) : NULL;
  if (vector) {
    write_vector(gdb, vector, has_it, rest);
    return;
  }
  bool ok = number(&p, &n, '=') && mtia_gdb_read_register(gdb->general, n, &old, &size) &&
            strlen(p) == 2 * size && mtia_gdb_unhex(&value, p, size) &&
            mtia_gdb_write_register(gdb->general, n, value);
  if (ok)
    reply_ok(gdb);
  else
    reply_error(gdb, EINVAL);
}

static void read_registers(struct mtia_gdb *gdb) {
  char hex[16 * MTIA_GDB_G_REGISTERS + 1];
  uint64_t value;
  unsigned n = 0, size;
  for (; n < MTIA_GDB_G_REGISTERS; n++) {
    if (!mtia_gdb_read_register(gdb->general, n, &value, &size))
      break;
    mtia_gdb_hex(hex + 16 * n, &value, 8);
  }
  mtia_gdb_send(&gdb->link, hex, 16 * n);
}

static void write_registers(struct mtia_gdb *gdb, const char *p) {
  size_t n = strlen(p) / 16;
  uint64_t value, old;
  unsigned size;
  for (unsigned i = 0; i < n; i++)
    if (!mtia_gdb_read_register(gdb->general, i, &old, &size) ||
        !mtia_gdb_unhex(&value, p + 16 * i, 8) ||
        !mtia_gdb_write_register(gdb->general, i, value)) {
      reply_error(gdb, EINVAL);
      return;
    }
  reply_ok(gdb);
}

// Z and z: KIND,ADDRESS,LENGTH[;conditions, which are gdb's to evaluate].
static void set_point(struct mtia_device *dev, const char *p, bool insert) {
  struct mtia_gdb *gdb = dev->gdb;
  uint64_t kind, addr, len;
  if (!number(&p, &kind, ',') || !number(&p, &addr, ',') || !number(&p, &len, 0)) {
    reply_error(gdb, EINVAL);
  } else if (kind > MTIA_POINT_ACCESS) {
    reply_nothing(gdb);
  } else if (kind <= MTIA_POINT_HARDWARE_BREAK && !mtia_mem(dev, gdb->general->pe, addr, 2)) {
    reply_error(gdb, EFAULT); // gdb tells the user which breakpoint it is
  } else if (insert ? mtia_debug_insert(dev, (enum mtia_point)kind, addr, len)
                    : mtia_debug_remove(dev, (enum mtia_point)kind, addr, len)) {
    reply_ok(gdb);
  } else {
    reply_error(gdb, EINVAL);
  }
}

//===-- Going on --------------------------------------------------------------===//

static void resume(struct mtia_device *dev, bool pass) {
  dev->gdb->go = true;
  mtia_debug_resume(dev, pass);
}

// One action of vCont.
struct action {
  char what;   // c, s, r, t
  bool signal; // the trap is passed to the program
  uint64_t from, to;
  uint64_t id; // 0: all
};

static bool parse_action(const char **p, struct action *a) {
  uint64_t signal = 0;
  memset(a, 0, sizeof *a);
  char what = *(*p)++;
  switch (what) {
  case 'C':
  case 'S':
    if (!number(p, &signal, 0))
      return false;
    a->what = what == 'C' ? 'c' : 's';
    a->signal = signal != 0;
    break;
  case 'r':
    if (!number(p, &a->from, ',') || !number(p, &a->to, 0))
      return false;
    a->what = 's';
    break;
  case 'c':
  case 's':
  case 't':
    a->what = what;
    break;
  default:
    return false;
  }
  if (**p == ':') {
    ++*p;
    if (!strncmp(*p, "-1", 2))
      *p += 2;
    else if (!number(p, &a->id, 0))
      return false;
  }
  if (**p == ';')
    return *++*p != 0;
  return !**p;
}

// vCont: the first action that names a core, or all, is the core's; a core without one stands
// still.
static void resume_each(struct mtia_device *dev, const char *p) {
  struct action action[64];
  unsigned actions = 0;
  bool pass = false, any = false;
  while (*p) {
    if (actions == sizeof action / sizeof *action || !parse_action(&p, &action[actions++])) {
      reply_error(dev->gdb, EINVAL);
      return;
    }
  }
  for (unsigned i = 0; i < core_count(dev); i++) {
    struct mtia_core *core = core_at(dev, i);
    struct action *a = NULL;
    for (unsigned j = 0; j < actions && !a; j++)
      if (!action[j].id || action[j].id == thread(core))
        a = &action[j];
    core->held = !a || a->what == 't';
    core->step = a && a->what == 's' ? MTIA_STEP : MTIA_GO;
    core->step_from = a ? a->from : 0;
    core->step_to = a ? a->to : 0;
    any |= !core->held && core->state != MTIA_CORE_OFF;
    if (a && a->signal && core == mtia_debug_stopped(dev)->core)
      pass = true;
  }
  if (any)
    resume(dev, pass);
  else
    reply_error(dev->gdb, EINVAL);
}

// c, C, s, S: of gdb before vCont. Hc chooses the core that steps; the others go on.
static void resume_all(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  char what = *p++;
  uint64_t signal = 0, pc;
  struct mtia_core *core = gdb->resumed ? gdb->resumed : gdb->general;
  bool bad = false;
  if (what == 'C' || what == 'S') {
    bad = !number(&p, &signal, 0);
    p += *p == ';';
  }
  if (*p && !bad) {
    bad = !number(&p, &pc, 0);
    if (!bad)
      mtia_debug_set_pc(core, pc);
  }
  if (bad) {
    reply_error(gdb, EINVAL);
    return;
  }
  for (unsigned i = 0; i < core_count(dev); i++) {
    struct mtia_core *c = core_at(dev, i);
    c->held = false;
    c->step = (what == 's' || what == 'S') && c == core ? MTIA_STEP : MTIA_GO;
    c->step_from = c->step_to = 0;
  }
  resume(dev, signal != 0);
}

//===-- Packets ---------------------------------------------------------------===//

static void monitor(struct mtia_device *dev, const char *hex) {
  struct mtia_gdb *gdb = dev->gdb;
  size_t n = strlen(hex) / 2;
  char line[512];
  if (n >= sizeof line || strlen(hex) % 2 || !mtia_gdb_unhex(line, hex, n)) {
    reply_error(gdb, EINVAL);
    return;
  }
  line[n] = 0;
  char *text = mtia_gdb_monitor(dev, gdb->general, line);
  if (!text) {
    reply_error(gdb, ENOMEM);
    return;
  }
  mtia_gdb_print(&gdb->link, text);
  free(text);
  reply_ok(gdb);
}

static bool starts(const char **p, const char *prefix) {
  size_t n = strlen(prefix);
  if (strncmp(*p, prefix, n))
    return false;
  *p += n;
  return true;
}

static void query(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  if (starts(&p, "qSupported"))
    mtia_gdb_reply(&gdb->link,
                   "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;"
                   "vContSupported+;swbreak+;hwbreak+",
                   MTIA_GDB_PACKET);
  else if (starts(&p, "qXfer:"))
    transfer(dev, p);
  else if (starts(&p, "qfThreadInfo"))
    list_threads(dev);
  else if (starts(&p, "qsThreadInfo"))
    mtia_gdb_send(&gdb->link, "l", 1);
  else if (starts(&p, "qThreadExtraInfo,"))
    thread_info(dev, p);
  else if (!strcmp(p, "qC"))
    mtia_gdb_reply(&gdb->link, "QC%x", thread(gdb->general));
  else if (starts(&p, "qAttached")) // gdb's end shall be the end of the run
    mtia_gdb_send(&gdb->link, "0", 1);
  else if (starts(&p, "qRcmd,"))
    monitor(dev, p);
  else if (starts(&p, "qSymbol"))
    reply_ok(gdb);
  else
    reply_nothing(gdb);
}

static void detach(struct mtia_device *dev) {
  for (unsigned i = 0; i < core_count(dev); i++) {
    core_at(dev, i)->held = false;
    core_at(dev, i)->step = MTIA_GO;
  }
  resume(dev, false);
  dev->gdb->detached = true;
}

static void multi_letter(struct mtia_device *dev, const char *p) {
  struct mtia_gdb *gdb = dev->gdb;
  if (!strcmp(p, "vCont?")) {
    const char *can = "vCont;c;C;s;S;t;r";
    mtia_gdb_send(&gdb->link, can, strlen(can));
  } else if (starts(&p, "vCont;")) {
    resume_each(dev, p);
  } else if (starts(&p, "vKill")) {
    reply_ok(gdb);
    gdb->go = gdb->killed = true;
  } else {
    reply_nothing(gdb);
  }
}

static void handle(struct mtia_device *dev) {
  struct mtia_gdb *gdb = dev->gdb;
  const char *p = gdb->packet;
  uint64_t id;
  switch (*p++) {
  case '?':
    mtia_gdb_send(&gdb->link, gdb->stop_reply, strlen(gdb->stop_reply));
    break;
  case 'g':
    read_registers(gdb);
    break;
  case 'G':
    write_registers(gdb, p);
    break;
  case 'p':
    read_register(gdb, p);
    break;
  case 'P':
    write_register(gdb, p);
    break;
  case 'm':
    read_memory(dev, p);
    break;
  case 'M':
  case 'X':
    write_memory(dev, p, p[-1] == 'X');
    break;
  case 'Z':
  case 'z':
    set_point(dev, p, p[-1] == 'Z');
    break;
  case 'H':
    set_thread(dev, p);
    break;
  case 'T':
    if (number(&p, &id, 0) && find_thread(dev, id))
      reply_ok(gdb);
    else
      reply_error(gdb, ESRCH);
    break;
  case 'c':
  case 'C':
  case 's':
  case 'S':
    resume_all(dev, p - 1);
    break;
  case 'v':
    multi_letter(dev, p - 1);
    break;
  case 'q':
    query(dev, p - 1);
    break;
  case 'Q':
    if (!strcmp(p, "StartNoAckMode")) {
      reply_ok(gdb);
      gdb->link.no_ack = true;
    } else {
      reply_nothing(gdb);
    }
    break;
  case 'D':
    reply_ok(gdb);
    detach(dev);
    break;
  case 'k':
    gdb->go = gdb->killed = true;
    break;
  default:
    reply_nothing(gdb);
  }
}

//===-- Stops -----------------------------------------------------------------===//

static unsigned signal_of(const struct mtia_debug_stop *stop) {
  switch (stop->why) {
  case MTIA_STOP_INTERRUPT:
    return SIGNAL_INT;
  case MTIA_STOP_STUCK:
    // Not SIGTRAP: gdb takes that for the end of a step and makes the next one.
    return stop->cause == MTIA_ERR_MAX_CYCLES ? SIGNAL_XCPU : SIGNAL_STOP;
  case MTIA_STOP_HALTED:
    return SIGNAL_STOP;
  case MTIA_STOP_FAILED:
    return SIGNAL_ABRT;
  case MTIA_STOP_TRAP:
    break;
  default:
    return SIGNAL_TRAP;
  }
  switch (stop->cause) {
  case 0:
  case 4:
  case 6:
    return SIGNAL_BUS;
  case 1:
  case 5:
  case 7:
    return SIGNAL_SEGV;
  case 2:
  case MTIA_CAUSE_COMMAND:
    return SIGNAL_ILL;
  case 8:
  case 9:
  case 11:
    return SIGNAL_SYS;
  default:
    return SIGNAL_ABRT;
  }
}

// T, the thread, why, and the registers that gdb asks for next.
static void make_stop_reply(struct mtia_gdb *gdb, const struct mtia_debug_stop *stop) {
  char reason[64] = "", pc[17], sp[17], fp[17];
  const struct mtia_core *core = stop->core;
  if (stop->why == MTIA_STOP_BREAK)
    snprintf(reason, sizeof reason, stop->point == MTIA_POINT_BREAK ? "swbreak:;" : "hwbreak:;");
  else if (stop->why == MTIA_STOP_WATCH)
    snprintf(reason, sizeof reason, "%s:%" PRIx64 ";",
             stop->point == MTIA_POINT_WRITE  ? "watch"
             : stop->point == MTIA_POINT_READ ? "rwatch"
                                              : "awatch",
             stop->addr);
  uint64_t at = mtia_debug_pc(core);
  mtia_gdb_hex(pc, &at, 8);
  mtia_gdb_hex(sp, &core->x[2], 8);
  mtia_gdb_hex(fp, &core->x[8], 8);
  gdb->signal = signal_of(stop);
  snprintf(gdb->stop_reply, sizeof gdb->stop_reply, "T%02xthread:%x;%s20:%s;02:%s;08:%s;",
           gdb->signal, thread(core), reason, pc, sp, fp);
}

// Serves gdb until it lets the cores run. False: the run is over.
static bool serve(struct mtia_device *dev) {
  struct mtia_gdb *gdb = dev->gdb;
  gdb->go = false;
  while (!gdb->go) {
    size_t length;
    if (!mtia_gdb_receive(&gdb->link, gdb->packet, MTIA_GDB_PACKET, &length)) {
      mtia_fail(dev, MTIA_ERR_STOPPED, "gdb has closed the connection without detaching");
      return false;
    }
    gdb->size = length;
    if (length > MTIA_GDB_PACKET)
      reply_error(gdb, E2BIG);
    else
      handle(dev);
  }
  if (gdb->killed) {
    mtia_fail(dev, MTIA_ERR_STOPPED, "killed by gdb");
    return false;
  }
  if (gdb->detached) {
    mtia_debug_destroy(dev);
    mtia_gdb_link_close(&gdb->link);
  }
  return true;
}

static void report_stop(struct mtia_device *dev, const struct mtia_debug_stop *stop) {
  struct mtia_gdb *gdb = dev->gdb;
  if (stop->text) {
    mtia_gdb_print(&gdb->link, stop->text);
    if (stop->text[strlen(stop->text) - 1] != '\n')
      mtia_gdb_print(&gdb->link, "\n");
  }
  if (stop->why == MTIA_STOP_HALTED)
    mtia_gdb_print(&gdb->link, "the core has halted\n");
  gdb->general = stop->core;
  make_stop_reply(gdb, stop);
}

bool mtia_gdb_listen(struct mtia_device *dev, const char *where, char *address, size_t size,
                     struct mtia_error *error) {
  if (dev->gdb || dev->ran)
    return mtia_error_set(error, MTIA_ERR_USAGE, "gdb is to be waited for once, before the run");
  if (dev->trace || dev->profile || dev->checks || dev->reference)
    return mtia_error_set(error, MTIA_ERR_USAGE, "gdb cannot debug %s",
                          dev->trace     ? "a run whose instructions are traced"
                          : dev->profile ? "a run that is profiled"
                          : dev->checks  ? "a run that is checked"
                                         : "the reference cores; leave --core reference away");
  dev->gdb = calloc(1, sizeof *dev->gdb);
  if (!dev->gdb)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  return mtia_gdb_link_listen(&dev->gdb->link, where, address, size, error);
}

bool mtia_gdb_start(struct mtia_device *dev) {
  struct mtia_gdb *gdb = dev->gdb;
  if (!mtia_gdb_link_accept(&gdb->link, &dev->error))
    return false;
  if (!mtia_debug_create(dev, mtia_gdb_interrupted, &gdb->link))
    return mtia_error_set(&dev->error, MTIA_ERR_HOST, "out of memory for the debugger");
  const struct mtia_debug_stop start = {.why = MTIA_STOP_START, .core = core_at(dev, 0)};
  report_stop(dev, &start);
  return serve(dev);
}

bool mtia_gdb_stopped(struct mtia_device *dev) {
  struct mtia_gdb *gdb = dev->gdb;
  if (!dev->debug || !gdb)
    return false;
  mtia_host_flush(dev);
  const struct mtia_debug_stop *stop = mtia_debug_stopped(dev);
  if (stop->why != MTIA_STOP_NONE) {
    report_stop(dev, stop);
    mtia_gdb_send(&gdb->link, gdb->stop_reply, strlen(gdb->stop_reply));
    return serve(dev);
  }
  if (dev->error.category)
    mtia_gdb_reply(&gdb->link, "X%02x", gdb->signal ? gdb->signal : SIGNAL_ABRT);
  else
    mtia_gdb_reply(&gdb->link, "W%02x", (unsigned)dev->exit_status & 255);
  mtia_debug_destroy(dev);
  mtia_gdb_link_close(&gdb->link);
  return false;
}

void mtia_gdb_destroy(struct mtia_device *dev) {
  if (!dev->gdb)
    return;
  mtia_debug_destroy(dev);
  mtia_gdb_link_close(&dev->gdb->link);
  free(dev->gdb->xfer);
  free(dev->gdb);
}
