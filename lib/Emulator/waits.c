// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph of waits. Its nodes are the cores, the commands at the heads of the
// units' queues, and the commands that a CB's counters wait for; an edge leads from
// who waits to who has to act first. A cycle is a deadlock; without one, the nodes
// that wait for nobody (cores that have halted) say what everybody waits for.
#include "waits.h"
#include "image.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_CYCLES = 3, // printed
  LABEL = 64,
  // Nodes of a PE: cores, units, then for each CB who is to publish and who is to release.
  UNIT_NODE = MTIA_CORES,
  PUBLISH_NODE = UNIT_NODE + UNIT_COUNT,
  RELEASE_NODE = PUBLISH_NODE + MTIA_CBS,
  PE_NODES = RELEASE_NODE + MTIA_CBS,
};

struct edge {
  unsigned to;
  struct edge *next;
  char label[LABEL];
};

struct node {
  struct edge *edge; // in the order in which they were found
  bool waits;        // it, or somebody for it
  bool seen, on_path;
};

struct graph {
  struct mtia_device *dev;
  struct node *node;
  unsigned nodes;
  bool failed; // out of memory: the report is shorter
};

//===-- Building --------------------------------------------------------------===//

static unsigned node_of(const struct mtia_pe *pe, unsigned place) {
  return pe->index * PE_NODES + place;
}

__attribute__((format(printf, 4, 5))) static void add_edge(struct graph *g, unsigned from,
                                                           unsigned to, const char *fmt, ...) {
  struct edge **end = &g->node[from].edge;
  while (*end) {
    if ((*end)->to == to)
      return;
    end = &(*end)->next;
  }
  struct edge *edge = *end = calloc(1, sizeof *edge);
  if (!edge) {
    g->failed = true;
    return;
  }
  va_list args;
  va_start(args, fmt);
  vsnprintf(edge->label, sizeof edge->label, fmt, args);
  va_end(args);
  edge->to = to;
  g->node[from].waits = true;
}

// The node that stands for an unfinished command.
static unsigned command_node(const struct mtia_command *c) {
  if (c->unit != UNIT_COUNT && c->state == CMD_QUEUED)
    return node_of(c->pe, UNIT_NODE + c->unit);
  return c->publishes ? node_of(c->pe, PUBLISH_NODE + c->write.cb)
                      : node_of(c->pe, RELEASE_NODE + c->read[0].cb);
}

// Who has to issue something that isn't there: the cores of the PE but `self`, if any of them has
// not halted.
static void wait_for_cores(struct graph *g, unsigned from, struct mtia_pe *pe,
                           const struct mtia_core *self, const char *label) {
  bool some = false;
  for (unsigned i = 0; i < MTIA_CORES; i++) {
    const struct mtia_core *core = &pe->core[i];
    if (core == self || core->state == MTIA_CORE_OFF || core->state == MTIA_CORE_HALTED)
      continue;
    add_edge(g, from, node_of(pe, i), "%s", label);
    some = true;
  }
  for (unsigned i = 0; !some && i < MTIA_CORES; i++)
    if (&pe->core[i] != self)
      add_edge(g, from, node_of(pe, i), "%s", label);
}

static void wait_for_cb(struct graph *g, unsigned from, struct mtia_pe *pe,
                        const struct mtia_core *self, unsigned cb, bool space) {
  const struct mtia_cb *b = &pe->cp->cb[cb];
  const struct mtia_command *mover = space ? b->release : b->publish;
  char label[LABEL];
  snprintf(label, sizeof label, space ? "space in CB %u" : "data in CB %u", cb);
  if (mover)
    add_edge(g, from, command_node(mover), "%s", label);
  else
    wait_for_cores(g, from, pe, self, label);
}

static void wait_for_barrier(struct graph *g, const struct mtia_core *core, unsigned scope) {
  struct mtia_device *dev = g->dev;
  for (unsigned i = 0; i < MTIA_CORES * dev->rows * dev->cols; i++) {
    const struct mtia_core *other = &dev->pe[i / 2].core[i % 2];
    const struct mtia_cp_core *state = &other->pe->cp->core[other->id];
    bool member = scope == 0 ? other->pe == core->pe : scope == 2 || other->id == core->id;
    if (member && !(state->wait == WAIT_BARRIER && state->wait_what == scope))
      add_edge(g, node_of(core->pe, core->id), node_of(other->pe, other->id), "barrier %u", scope);
  }
}

static void add_core(struct graph *g, struct mtia_core *core) {
  struct mtia_cp *cp = core->pe->cp;
  const struct mtia_cp_core *state = &cp->core[core->id];
  unsigned from = node_of(core->pe, core->id);
  if (core->state != MTIA_CORE_WAITING)
    return;
  switch (state->wait) {
  case WAIT_QUEUE:
    add_edge(g, from, node_of(core->pe, UNIT_NODE + state->wait_what), "a place in the queue");
    return;
  case WAIT_DATA:
    wait_for_cb(g, from, core->pe, core, state->wait_what, false);
    return;
  case WAIT_SPACE:
    wait_for_cb(g, from, core->pe, core, state->wait_what, true);
    return;
  case WAIT_POINTERS:
  case WAIT_SYNC:
    for (const struct mtia_command *c = state->oldest; c; c = c->younger)
      if (state->wait == WAIT_SYNC || c->unit == UNIT_COUNT)
        add_edge(g, from, command_node(c), state->wait == WAIT_SYNC ? "sync" : "push and pop");
    return;
  case WAIT_COUNTER: // any core could count
    for (unsigned i = 0; i < MTIA_CORES * g->dev->rows * g->dev->cols; i++) {
      const struct mtia_core *other = &g->dev->pe[i / 2].core[i % 2];
      if (other != core)
        add_edge(g, from, node_of(other->pe, other->id), "counter %u", state->wait_what);
    }
    return;
  case WAIT_BARRIER:
    wait_for_barrier(g, core, state->wait_what);
    return;
  default:
    return;
  }
}

// What keeps a command from starting, or from moving its counter, beside its unit.
static void add_checks(struct graph *g, unsigned from, const struct mtia_command *c) {
  bool space;
  const struct mtia_range *r = mtia_cp_missing(c, &space);
  if (r)
    wait_for_cb(g, from, c->pe, NULL, r->cb, space);
  const struct mtia_command *e = mtia_cp_conflict(c);
  if (e && (mtia_cp_starts_in_order(c) || c->unit == UNIT_COUNT || c->state == CMD_WORKED))
    add_edge(g, from, command_node(e), "earlier %s", mtia_command_name(e));
}

static void add_multicast(struct graph *g, unsigned from, const struct mtia_command *c) {
  const struct mtia_round *round = c->dma.round;
  const struct mtia_group *group = round->group;
  for (unsigned i = 0; i < MTIA_GROUP_MAX; i++) {
    if (!(group->mask >> i & 1) || (round->ready >> i & 1))
      continue;
    struct mtia_pe *pe =
        group->axis == 1 ? mtia_pe_at(g->dev, group->line, i) : mtia_pe_at(g->dev, i, group->line);
    if (pe == c->pe)
      continue;
    if (round->issued >> i & 1)
      add_edge(g, from, node_of(pe, UNIT_NODE + UNIT_DMA_IN), "multicast");
    else
      add_edge(g, from, node_of(pe, group->core), "multicast");
  }
}

static void wait_for_reduction(struct graph *g, unsigned from, struct mtia_pe *pe,
                               const char *label) {
  if (pe->cp->unit[UNIT_RE].first)
    add_edge(g, from, node_of(pe, UNIT_NODE + UNIT_RE), "%s", label);
  else
    wait_for_cores(g, from, pe, NULL, label);
}

static void add_links(struct graph *g, unsigned from, const struct mtia_command *c) {
  struct mtia_pe *pe = c->pe, *to = mtia_re_target(c);
  if (c->red.in && !pe->cp->port[c->red.in - 1].arrived)
    wait_for_reduction(g, from,
                       c->red.in == RED_IN_NORTH ? mtia_pe_at(g->dev, pe->row - 1, pe->col)
                                                 : mtia_pe_at(g->dev, pe->row, pe->col - 1),
                       "a tile");
  if (to && to->cp->port[c->red.out - 1].taken)
    wait_for_reduction(g, from, to, "the port");
}

static void add_unit(struct graph *g, struct mtia_pe *pe, unsigned u) {
  const struct mtia_unit *unit = &pe->cp->unit[u];
  const struct mtia_command *c = unit->first;
  unsigned from = node_of(pe, UNIT_NODE + u);
  if (!c)
    return;
  add_checks(g, from, c);
  bool space;
  if (c->kind == CMD_DMA_IN && c->dma.round && !mtia_cp_missing(c, &space))
    add_multicast(g, from, c);
  if (c->kind == CMD_RED)
    add_links(g, from, c);
}

static void add_mover(struct graph *g, unsigned from, const struct mtia_command *c) {
  if (!c)
    return;
  if (c->unit != UNIT_COUNT && c->state == CMD_QUEUED)
    add_edge(g, from, node_of(c->pe, UNIT_NODE + c->unit), "%s", mtia_command_name(c));
  else
    add_checks(g, from, c);
}

static bool build(struct graph *g, struct mtia_device *dev) {
  g->dev = dev;
  g->nodes = dev->rows * dev->cols * PE_NODES;
  g->failed = false;
  g->node = calloc(g->nodes, sizeof *g->node);
  for (unsigned i = 0; g->node && i < dev->rows * dev->cols; i++) {
    struct mtia_pe *pe = &dev->pe[i];
    for (unsigned c = 0; c < MTIA_CORES; c++)
      add_core(g, &pe->core[c]);
    for (unsigned u = 0; u < UNIT_COUNT; u++)
      add_unit(g, pe, u);
    for (unsigned b = 0; b < MTIA_CBS; b++) {
      add_mover(g, node_of(pe, PUBLISH_NODE + b), pe->cp->cb[b].publish);
      add_mover(g, node_of(pe, RELEASE_NODE + b), pe->cp->cb[b].release);
    }
  }
  return g->node;
}

static void destroy(struct graph *g) {
  for (unsigned i = 0; g->node && i < g->nodes; i++)
    for (struct edge *edge = g->node[i].edge; edge;) {
      struct edge *next = edge->next;
      free(edge);
      edge = next;
    }
  free(g->node);
}

//===-- Words -----------------------------------------------------------------===//

static const struct mtia_command *command_at(const struct mtia_pe *pe, unsigned place) {
  if (place >= RELEASE_NODE)
    return pe->cp->cb[place - RELEASE_NODE].release;
  if (place >= PUBLISH_NODE)
    return pe->cp->cb[place - PUBLISH_NODE].publish;
  return pe->cp->unit[place - UNIT_NODE].first;
}

// "file.c:12", or the pc.
static const char *line_of(struct mtia_device *dev, uint64_t pc, char *buffer, size_t size) {
  const char *file;
  int line;
  if (mtia_image_line(dev, pc, &file, &line))
    snprintf(buffer, size, "%s:%d", file, line);
  else
    snprintf(buffer, size, "pc 0x%" PRIx64, pc);
  return buffer;
}

// "PE (0,1) core 0 (kernel.c:12)", "PE (0,1) DPE: mml (kernel.c:30)"
static void print_node(FILE *out, const struct graph *g, unsigned n) {
  const struct mtia_pe *pe = &g->dev->pe[n / PE_NODES];
  unsigned place = n % PE_NODES;
  char line[400];
  fprintf(out, "PE (%u,%u) ", pe->row, pe->col);
  if (place < MTIA_CORES) {
    const struct mtia_core *core = &pe->core[place];
    fprintf(out, "core %u (%s)", place,
            core->state == MTIA_CORE_HALTED ? "halted"
                                            : line_of(g->dev, core->pc, line, sizeof line));
    return;
  }
  const struct mtia_command *c = command_at(pe, place);
  fprintf(out, "%s: %s (%s)", place < PUBLISH_NODE ? mtia_unit_name[place - UNIT_NODE] : "CP",
          c ? mtia_command_name(c) : "nothing",
          c ? line_of(g->dev, c->pc, line, sizeof line) : "idle");
}

static bool is_halted(const struct graph *g, unsigned n) {
  return n % PE_NODES < MTIA_CORES &&
         g->dev->pe[n / PE_NODES].core[n % PE_NODES].state == MTIA_CORE_HALTED;
}

//===-- Cycles ----------------------------------------------------------------===//

struct cycle {
  unsigned *node;
  const struct edge **by; // the edge that leaves node[i]
  unsigned length, same;  // how many more have this form in other PEs
};

struct search {
  const struct graph *g;
  unsigned *path;
  const struct edge **by;
  unsigned length;
  struct cycle cycle[MAX_CYCLES];
  unsigned cycles, more;
};

// The same places, in another PE or in others that lie to each other in the same way.
static bool same_form(const struct cycle *c, const unsigned *node, unsigned length) {
  bool same = c->length == length;
  for (unsigned i = 0; same && i < length; i++)
    same =
        node[i] - node[0] == c->node[i] - c->node[0] && node[i] % PE_NODES == c->node[i] % PE_NODES;
  return same;
}

static void note_cycle(struct search *s, unsigned from) {
  unsigned length = s->length - from;
  for (unsigned i = 0; i < s->cycles; i++)
    if (same_form(&s->cycle[i], s->path + from, length)) {
      s->cycle[i].same++;
      return;
    }
  if (s->cycles == MAX_CYCLES) {
    s->more++;
    return;
  }
  struct cycle *c = &s->cycle[s->cycles];
  *c = (struct cycle){calloc(length, sizeof *c->node), calloc(length, sizeof(void *)), length, 0};
  if (!c->node || !c->by) {
    free(c->node);
    free(c->by);
    return;
  }
  memcpy(c->node, s->path + from, length * sizeof *c->node);
  memcpy(c->by, s->by + from, length * sizeof *c->by);
  s->cycles++;
}

static void print_cycle(FILE *out, const struct graph *g, const struct cycle *c) {
  if (c->same)
    fprintf(out, "wait cycle, and %u more of the same form in other PEs:\n", c->same);
  else
    fprintf(out, "wait cycle:\n");
  for (unsigned i = 0; i < c->length; i++) {
    fprintf(out, "  ");
    print_node(out, g, c->node[i]);
    fprintf(out, " waits for %s from\n", c->by[i]->label);
  }
  fprintf(out, "  ");
  print_node(out, g, c->node[0]);
  fprintf(out, "\n");
}

// Depth first, without recursion: a chain may be as long as the graph.
static void search_from(struct search *s, unsigned start) {
  struct node *node = s->g->node;
  if (node[start].seen)
    return;
  s->length = 1;
  s->path[0] = start;
  s->by[0] = NULL;
  node[start].seen = node[start].on_path = true;
  while (s->length) {
    unsigned top = s->length - 1, n = s->path[top];
    const struct edge *edge = s->by[top] ? s->by[top]->next : node[n].edge;
    s->by[top] = edge;
    if (!edge) {
      node[n].on_path = false;
      s->length--;
    } else if (node[edge->to].on_path) {
      unsigned from = top;
      while (s->path[from] != edge->to)
        from--;
      note_cycle(s, from);
    } else if (!node[edge->to].seen) {
      node[edge->to].seen = node[edge->to].on_path = true;
      s->path[s->length] = edge->to;
      s->by[s->length++] = NULL;
    }
  }
}

static void print_ends(const struct graph *g, FILE *out) {
  bool *needed = calloc(g->nodes, sizeof *needed);
  unsigned count = 0;
  for (unsigned i = 0; needed && i < g->nodes; i++)
    for (const struct edge *edge = g->node[i].edge; edge; edge = edge->next)
      needed[edge->to] |= !g->node[edge->to].edge;
  for (unsigned i = 0; needed && i < g->nodes; i++) {
    if (!needed[i] || ++count > MAX_CYCLES)
      continue;
    fprintf(out, count == 1 ? "no wait cycle; in the end everybody waits for " : "and for ");
    print_node(out, g, i);
    fprintf(out, is_halted(g, i) ? ", which will do nothing more\n" : "\n");
  }
  if (count > MAX_CYCLES)
    fprintf(out, "and for %u more\n", count - MAX_CYCLES);
  free(needed);
}

void mtia_waits_text(struct mtia_device *dev, FILE *out) {
  struct graph g;
  if (build(&g, dev)) {
    struct search s = {
        .g = &g, .path = calloc(g.nodes, sizeof *s.path), .by = calloc(g.nodes, sizeof(void *))};
    for (unsigned i = 0; s.path && s.by && i < g.nodes; i++)
      search_from(&s, i);
    for (unsigned i = 0; i < s.cycles; i++) {
      print_cycle(out, &g, &s.cycle[i]);
      free(s.cycle[i].node);
      free(s.cycle[i].by);
    }
    if (s.more)
      fprintf(out, "and %u more wait cycles; --wait-graph has them all\n", s.more);
    if (!s.cycles)
      print_ends(&g, out);
    free(s.path);
    free(s.by);
  }
  destroy(&g);
}

//===-- Graphviz --------------------------------------------------------------===//

static void print_quoted(FILE *out, const struct graph *g, unsigned n) {
  char *text = NULL;
  size_t size;
  FILE *memory = open_memstream(&text, &size);
  if (!memory)
    return;
  print_node(memory, g, n);
  fclose(memory);
  fputc('"', out);
  for (const char *p = text; p && *p; p++)
    fprintf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
  fputc('"', out);
  free(text);
}

void mtia_waits_dot(struct mtia_device *dev, FILE *out) {
  struct graph g;
  fprintf(out, "digraph waits {\n  rankdir = LR;\n  node [shape = box];\n");
  if (build(&g, dev)) {
    bool *used = calloc(g.nodes, sizeof *used);
    for (unsigned i = 0; used && i < g.nodes; i++)
      for (const struct edge *edge = g.node[i].edge; edge; edge = edge->next)
        used[i] = used[edge->to] = true;
    for (unsigned i = 0; used && i < g.nodes; i++) {
      if (!used[i])
        continue;
      fprintf(out, "  n%u [label = ", i);
      print_quoted(out, &g, i);
      fprintf(out, "%s];\n", is_halted(&g, i) ? ", style = filled, fillcolor = lightgray" : "");
    }
    for (unsigned i = 0; i < g.nodes; i++)
      for (const struct edge *edge = g.node[i].edge; edge; edge = edge->next)
        fprintf(out, "  n%u -> n%u [label = \"%s\"];\n", i, edge->to, edge->label);
    free(used);
  }
  destroy(&g);
  fprintf(out, "}\n");
}

char *mtia_wait_graph(struct mtia_device *dev) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  mtia_waits_dot(dev, out);
  fclose(out);
  return text;
}
