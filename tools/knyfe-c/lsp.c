// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- lsp.c - knyfe-c --lsp ------------------------------------------------===//
 *
 * JSON-RPC over stdio, https://microsoft.github.io/language-server-protocol/
 * (3.17). Documents come whole with every change and are parsed and checked
 * anew: a file has some ten lines. Positions are lines and UTF-16 units.
 *===----------------------------------------------------------------------===*/
#include "lsp.h"
#include "ast.h"
#include "diag.h"
#include "format.h"
#include "lexer.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Error codes of JSON-RPC. */
enum { PARSE_ERROR = -32700, NOT_INITIALIZED = -32002, METHOD_NOT_FOUND = -32601 };

struct document {
  char *uri, *text;
  struct document *next;
};

struct server {
  FILE *out;
  struct document *documents;
  bool initialized, shut_down, exited;
};

/*===----------------------------------------------------------------------===//
 * Messages
 *===----------------------------------------------------------------------===*/

static void send_message(struct server *s, cJSON *message) {
  cJSON_AddStringToObject(message, "jsonrpc", "2.0");
  char *text = cJSON_PrintUnformatted(message);
  if (text) {
    fprintf(s->out, "Content-Length: %zu\r\n\r\n%s", strlen(text), text);
    fflush(s->out);
  }
  cJSON_free(text);
  cJSON_Delete(message);
}

/* Takes over `result`. */
static void respond(struct server *s, const cJSON *id, cJSON *result) {
  cJSON *m = cJSON_CreateObject();
  cJSON_AddItemToObject(m, "id", id ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
  cJSON_AddItemToObject(m, "result", result ? result : cJSON_CreateNull());
  send_message(s, m);
}

static void respond_error(struct server *s, const cJSON *id, int code, const char *text) {
  cJSON *m = cJSON_CreateObject(), *error = cJSON_CreateObject();
  cJSON_AddItemToObject(m, "id", id ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
  cJSON_AddNumberToObject(error, "code", code);
  cJSON_AddStringToObject(error, "message", text);
  cJSON_AddItemToObject(m, "error", error);
  send_message(s, m);
}

/* The body of the next message, malloc'ed; NULL at the end of the input. */
static char *read_message(FILE *in) {
  enum { LIMIT = 64 << 20 };
  char header[256];
  long length = -1;
  while (fgets(header, sizeof header, in)) {
    if (!strcmp(header, "\r\n") || !strcmp(header, "\n")) {
      if (length >= 0)
        break;
      continue;
    }
    if (!strncasecmp(header, "Content-Length:", 15))
      length = strtol(header + 15, NULL, 10);
  }
  if (length < 0 || length > LIMIT || feof(in))
    return NULL;
  char *body = malloc((size_t)length + 1);
  if (!body || fread(body, 1, (size_t)length, in) != (size_t)length) {
    free(body);
    return NULL;
  }
  body[length] = 0;
  return body;
}

/*===----------------------------------------------------------------------===//
 * Names of files, positions
 *===----------------------------------------------------------------------===*/

static int hex(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* file:///a%20b to /a b; anything else stays what it is. malloc'ed. */
static char *path_of(const char *uri) {
  const char *p = !strncmp(uri, "file://", 7) ? uri + 7 : uri;
  char *path = malloc(strlen(p) + 1), *to = path;
  if (!path)
    abort();
  for (; *p; p++) {
    if (*p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
      *to++ = (char)(hex(p[1]) * 16 + hex(p[2]));
      p += 2;
    } else {
      *to++ = *p;
    }
  }
  *to = 0;
  return path;
}

static char *uri_of(const char *path) {
  char *uri = malloc(strlen(path) * 3 + 8), *to = uri;
  if (!uri)
    abort();
  to += sprintf(to, "file://");
  for (; *path; path++) {
    bool plain =
        strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/", *path);
    to += sprintf(to, plain ? "%c" : "%%%02X", (unsigned char)*path);
  }
  return uri;
}

/* UTF-16 units of a character that begins with this byte; 0 for a byte within one. */
static unsigned units(unsigned char c) { return (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1; }

static cJSON *position(const struct kn_file *file, uint32_t at) {
  const struct kn_source *source = kn_source_at(file, at);
  int line = 0, character = 0;
  for (uint32_t i = source->begin; i < at && i < source->end; i++) {
    character += (int)units((unsigned char)file->text[i]);
    if (file->text[i] == '\n') {
      line++;
      character = 0;
    }
  }
  cJSON *p = cJSON_CreateObject();
  cJSON_AddNumberToObject(p, "line", line);
  cJSON_AddNumberToObject(p, "character", character);
  return p;
}

static cJSON *range_json(const struct kn_file *file, struct kn_range range) {
  cJSON *r = cJSON_CreateObject();
  cJSON_AddItemToObject(r, "start", position(file, range.begin));
  cJSON_AddItemToObject(r, "end", position(file, range.end));
  return r;
}

static cJSON *location(const struct kn_file *file, struct kn_range range) {
  char *uri = uri_of(kn_source_at(file, range.begin)->path);
  cJSON *l = cJSON_CreateObject();
  cJSON_AddStringToObject(l, "uri", uri);
  cJSON_AddItemToObject(l, "range", range_json(file, range));
  free(uri);
  return l;
}

static uint32_t offset_of(const struct kn_file *file, const cJSON *at) {
  double line = cJSON_GetNumberValue(cJSON_GetObjectItem(at, "line"));
  double character = cJSON_GetNumberValue(cJSON_GetObjectItem(at, "character"));
  uint32_t i = 0;
  for (; line > 0 && i < file->size; i++)
    line -= file->text[i] == '\n';
  for (; character > 0 && i < file->size && file->text[i] != '\n'; i++)
    character -= units((unsigned char)file->text[i]);
  while (i < file->size && !units((unsigned char)file->text[i]))
    i++;
  return i;
}

/*===----------------------------------------------------------------------===//
 * Documents and diagnostics
 *===----------------------------------------------------------------------===*/

static struct document *find_document(struct server *s, const char *uri) {
  struct document *d = s->documents;
  while (d && uri && strcmp(d->uri, uri))
    d = d->next;
  return uri ? d : NULL;
}

static void set_document(struct server *s, const char *uri, const char *text) {
  struct document *d = find_document(s, uri);
  if (!d) {
    d = calloc(1, sizeof *d);
    if (!d)
      abort();
    d->uri = strdup(uri);
    d->next = s->documents;
    s->documents = d;
  }
  free(d->text);
  d->text = strdup(text);
}

static void drop_document(struct server *s, const char *uri) {
  for (struct document **d = &s->documents; *d; d = &(*d)->next)
    if (!strcmp((*d)->uri, uri)) {
      struct document *gone = *d;
      *d = gone->next;
      free(gone->uri);
      free(gone->text);
      free(gone);
      return;
    }
}

static struct kn_file *parse(const struct document *d) {
  char *path = path_of(d->uri);
  struct kn_file *file = kn_file_from_text(path, d->text, strlen(d->text));
  free(path);
  return file;
}

struct collector {
  struct kn_file *file;
  cJSON *list, *last;
};

/* A message of an imported file is shown at the import. */
static struct kn_range in_document(const struct kn_file *file, struct kn_range range) {
  const struct kn_source *source = kn_source_at(file, range.begin);
  for (; source->importer; source = source->importer)
    range = source->import_range;
  return range;
}

static void append_text(cJSON *diagnostic, const char *before, const char *text) {
  const char *old = cJSON_GetStringValue(cJSON_GetObjectItem(diagnostic, "message"));
  size_t size = strlen(old) + strlen(before) + strlen(text) + 1;
  char *both = malloc(size);
  if (!both)
    abort();
  snprintf(both, size, "%s%s%s", old, before, text);
  cJSON_ReplaceItemInObject(diagnostic, "message", cJSON_CreateString(both));
  free(both);
}

static void collect(void *data, enum kn_message_kind kind, enum kn_diag_id id,
                    struct kn_range range, const char *text) {
  struct collector *c = data;
  if (kind == KN_HINT) {
    if (c->last)
      append_text(c->last, "\nhint: ", text);
    return;
  }
  if (kind == KN_NOTE) {
    cJSON *related = c->last ? cJSON_GetObjectItem(c->last, "relatedInformation") : NULL;
    if (!c->last)
      return;
    if (!related)
      related = cJSON_AddArrayToObject(c->last, "relatedInformation");
    cJSON *note = cJSON_CreateObject();
    cJSON_AddItemToObject(note, "location", location(c->file, range));
    cJSON_AddStringToObject(note, "message", text);
    cJSON_AddItemToArray(related, note);
    return;
  }
  cJSON *d = c->last = cJSON_CreateObject();
  cJSON_AddItemToObject(d, "range", range_json(c->file, in_document(c->file, range)));
  cJSON_AddNumberToObject(d, "severity", kind == KN_ERROR ? 1 : 2);
  cJSON_AddStringToObject(d, "code", kn_diag_name(id));
  cJSON_AddStringToObject(d, "source", "knyfe-c");
  cJSON_AddStringToObject(d, "message", text);
  cJSON_AddItemToArray(c->list, d);
}

/* Parses and checks; messages go into `list`, or nowhere. */
static struct kn_file *check(const struct document *d, cJSON *list) {
  struct kn_file *file = parse(d);
  struct collector c = {file, list ? list : cJSON_CreateArray(), NULL};
  file->diags->sink = collect;
  file->diags->sink_data = &c;
  kn_parse(file);
  kn_check(file);
  file->diags->sink = NULL;
  if (!list)
    cJSON_Delete(c.list);
  return file;
}

static void publish(struct server *s, const char *uri, cJSON *list) {
  cJSON *m = cJSON_CreateObject(), *params = cJSON_CreateObject();
  cJSON_AddStringToObject(m, "method", "textDocument/publishDiagnostics");
  cJSON_AddStringToObject(params, "uri", uri);
  cJSON_AddItemToObject(params, "diagnostics", list);
  cJSON_AddItemToObject(m, "params", params);
  send_message(s, m);
}

static void check_and_publish(struct server *s, const char *uri) {
  cJSON *list = cJSON_CreateArray();
  kn_file_close(check(find_document(s, uri), list));
  publish(s, uri, list);
}

/*===----------------------------------------------------------------------===//
 * What stands at a position
 *===----------------------------------------------------------------------===*/

struct thing {
  const struct kn_token *token;
  struct kn_kernel *kernel;
  struct kn_stmt *stmt;
  struct kn_tensor *tensor;
  struct kn_index *index;
  struct kn_dim *dim;
  struct kn_def *def;
  bool parameter; /* of def */
};

struct search {
  const char *name;
  uint32_t at;
  struct kn_index *found;
};

/* The reduction around a place that binds a name. Comes from outside in: the last one counts. */
static bool find_binder(struct kn_expr *e, void *data) {
  struct search *s = data;
  for (unsigned i = 0; i < e->num_indices; i++)
    if (!strcmp(e->indices[i]->name, s->name) && !e->from_def && e->range.begin <= s->at &&
        s->at <= e->range.end)
      s->found = e->indices[i];
  return true;
}

static struct kn_index *find_index(struct kn_stmt *st, const char *name, uint32_t at) {
  struct search s = {name, at, NULL};
  for (unsigned i = 0; i < st->num_indices; i++)
    if (st->indices[i] && !strcmp(st->indices[i]->name, name))
      return st->indices[i];
  kn_walk(st->value, find_binder, &s);
  return s.found;
}

static struct kn_kernel *kernel_at(const struct kn_file *file, uint32_t at) {
  struct kn_kernel *best = NULL;
  for (struct kn_kernel *k = file->kernels; k; k = k->next)
    if (k->range.begin <= at && (!best || k->range.begin > best->range.begin))
      best = k;
  return best;
}

static struct kn_def *def_at(const struct kn_file *file, const struct kn_kernel *k, uint32_t at) {
  struct kn_def *best = NULL;
  for (struct kn_def *d = file->defs; d; d = d->next)
    if (d->range.begin <= at && d->range.begin < file->size &&
        (!best || d->range.begin > best->range.begin))
      best = d;
  return best && (!k || best->range.begin > k->range.begin) ? best : NULL;
}

static void find_in_kernel(struct thing *t, uint32_t at) {
  const char *name = t->token->text;
  struct kn_tensor *lists[] = {t->kernel->inputs, t->kernel->outputs, t->kernel->locals};
  for (struct kn_stmt *s = t->kernel->stmts; s; s = s->next)
    if (s->range.begin <= at && at <= s->range.end)
      t->stmt = s;
  for (int i = 0; i < 3 && !t->tensor; i++)
    for (struct kn_tensor *x = lists[i]; x && !t->tensor; x = x->next)
      t->tensor = !strcmp(x->name, name) ? x : NULL;
  if (!t->tensor && t->stmt)
    t->index = find_index(t->stmt, name, at);
  if (!t->tensor && !t->index)
    t->dim = kn_find_dim(t->kernel, name);
}

static struct thing thing_at(struct kn_file *file, uint32_t at) {
  struct thing t = {0};
  const struct kn_token *token = kn_lex(file, file->sources);
  while (token->kind != KN_TOK_EOF &&
         (token->range.end < at || (token->range.end == at && token->kind != KN_TOK_IDENT)))
    token++;
  if (token->kind == KN_TOK_EOF || token->range.begin > at)
    return t;
  t.token = token;
  if (token->kind != KN_TOK_IDENT)
    return t;
  t.kernel = kernel_at(file, at);
  struct kn_def *around = def_at(file, t.kernel, at);
  bool call = token[1].kind == KN_TOK_PUNCT && !strcmp(token[1].text, "(");
  for (struct kn_def *d = file->defs; d && call; d = d->next)
    if (!strcmp(d->name, token->text))
      t.def = d;
  if (t.def)
    return t;
  if (around) {
    t.kernel = NULL;
    for (unsigned i = 0; i < around->num_params; i++)
      if (!strcmp(around->params[i], token->text)) {
        t.def = around;
        t.parameter = true;
      }
    return t;
  }
  if (t.kernel)
    find_in_kernel(&t, at);
  return t;
}

/*===----------------------------------------------------------------------===//
 * Hover
 *===----------------------------------------------------------------------===*/

static void print_dim(FILE *out, const struct kn_dim *d) {
  if (!d)
    fputc('?', out);
  else if (d->name)
    fputs(d->name, out);
  else
    fprintf(out, "%" PRId64, d->size);
}

static void print_factor(FILE *out, const struct kn_dim *d) {
  bool sum = d && d->expr;
  fputs(sum ? "(" : "", out);
  print_dim(out, d);
  fputs(sum ? ")" : "", out);
}

struct work {
  FILE *out;
  unsigned reductions;
};

/* "; each is a sum over k < K" for every reduction of a statement. */
static bool describe_reduction(struct kn_expr *e, void *data) {
  struct work *w = data;
  if (e->kind != KN_REDUCE)
    return true;
  fprintf(w->out, "%s `%s` over ", w->reductions++ ? "," : "; each needs",
          kn_reduction_name((enum kn_reduction)e->reduction));
  for (unsigned i = 0; i < e->num_indices; i++) {
    fputs(i ? " × " : "", w->out);
    if (e->indices[i]->lo)
      fprintf(w->out, "a range (`%s`)", e->indices[i]->name);
    else
      print_factor(w->out, e->indices[i]->extent);
  }
  if (e->scan)
    fprintf(w->out, " (a scan along `%s`)", e->scan->name);
  return true;
}

static void describe_tensor(FILE *out, struct kn_tensor *t) {
  static const char *const roles[] = {"input", "output", "intermediate"};
  char type[256];
  fprintf(out, "```knyfe\n%s: %s\n```\n%s", t->name, kn_describe(t, type, sizeof type),
          t->rank ? "" : "scalar ");
  fputs(roles[t->role], out);
  if (!t->def || t->def->broken)
    return;
  fputs("\n\n", out);
  for (unsigned i = 0; i < t->rank; i++) {
    fputs(i ? " × " : "", out);
    print_factor(out, t->dims[i]);
  }
  fputs(t->rank ? " elements" : "1 element", out);
  struct work w = {out, 0};
  for (struct kn_stmt *s = t->def; s; s = s->parts)
    kn_walk(s->value, describe_reduction, &w);
}

static void describe_index(FILE *out, const struct kn_index *x, struct kn_file *file) {
  fprintf(out, "```knyfe\n%s: i32\n```\nindex ", x->name);
  if (x->lo)
    fprintf(out, "from `%s` to below `%s`", kn_expr_text(file, x->lo), kn_expr_text(file, x->hi));
  else {
    fputs("from 0 to below `", out);
    print_dim(out, x->extent);
    fputc('`', out);
  }
}

static void describe_def(FILE *out, const struct kn_def *d, struct kn_file *file) {
  fprintf(out, "```knyfe\ndef %s(", d->name);
  for (unsigned i = 0; i < d->num_params; i++)
    fprintf(out, "%s%s", i ? ", " : "", d->params[i]);
  fprintf(out, ") = %s\n```", kn_expr_text(file, d->body));
}

/* Functions, reductions and types of the language: their rules. */
static bool describe_word(FILE *out, const char *name) {
  for (unsigned i = 0; i < KN_NUM_BUILTINS; i++)
    if (!strcmp(name, kn_builtin_name((enum kn_builtin)i))) {
      unsigned least = kn_builtin_min_args((enum kn_builtin)i);
      unsigned most = kn_builtin_max_args((enum kn_builtin)i);
      fprintf(out, "`%s`: function of %u", name, least);
      if (most > least)
        fprintf(out, " to %u", most);
      fprintf(out, " argument%s (docs/knyfe.md, R%s)", most == 1 ? "" : "s",
              i == KN_QUANTIZE || i == KN_DEQUANTIZE ? "8"
              : i == KN_PAD                          ? "3.8"
                                                     : "7");
      return true;
    }
  for (unsigned i = 0; i < KN_NUM_REDUCTIONS; i++)
    if (!strcmp(name, kn_reduction_name((enum kn_reduction)i)))
      return fprintf(out, "`%s`: reduction (docs/knyfe.md, R5.2)", name) > 0;
  for (int i = KN_NOTYPE + 1; i < KN_NUM_TYPES; i++)
    if (!strcmp(name, kn_type_name((enum kn_type)i)))
      return fprintf(out, "`%s`: element type of %u bits (docs/knyfe.md, R4.1)", name,
                     kn_type_bits((enum kn_type)i)) > 0;
  for (int i = KN_PLAIN + 1; i < KN_NUM_ROWS; i++)
    if (!strcmp(name, kn_rows_name((enum kn_rows)i)))
      return fprintf(out, "`%s`: row-wise quantised table, reads as f32 (docs/knyfe.md, R4.6)",
                     name) > 0;
  return false;
}

static bool describe(FILE *out, struct kn_file *file, const struct thing *t) {
  if (t->parameter)
    return fprintf(out, "parameter of `%s`", t->def->name) > 0;
  if (t->def)
    describe_def(out, t->def, file);
  else if (t->tensor)
    describe_tensor(out, t->tensor);
  else if (t->index)
    describe_index(out, t->index, file);
  else if (t->dim)
    fprintf(out, "dimension `%s`", t->dim->name);
  else
    return t->token && t->token->kind == KN_TOK_IDENT && describe_word(out, t->token->text);
  return true;
}

static cJSON *hover(struct kn_file *file, uint32_t at) {
  struct thing t = thing_at(file, at);
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    abort();
  bool known = describe(out, file, &t);
  fclose(out);
  cJSON *result = NULL;
  if (known) {
    cJSON *contents = cJSON_CreateObject();
    result = cJSON_CreateObject();
    cJSON_AddStringToObject(contents, "kind", "markdown");
    cJSON_AddStringToObject(contents, "value", text);
    cJSON_AddItemToObject(result, "contents", contents);
    cJSON_AddItemToObject(result, "range", range_json(file, t.token->range));
  }
  free(text);
  return result;
}

/*===----------------------------------------------------------------------===//
 * Definition, formatting
 *===----------------------------------------------------------------------===*/

static cJSON *definition(struct kn_file *file, uint32_t at) {
  struct thing t = thing_at(file, at);
  if (t.token && t.token->kind == KN_TOK_STRING)
    for (const struct kn_source *s = file->sources; s; s = s->next)
      if (s->importer && s->import_range.begin == t.token->range.begin)
        return location(file, (struct kn_range){s->begin, s->begin});
  return t.def      ? location(file, t.def->range)
         : t.tensor ? location(file, t.tensor->range)
         : t.index  ? location(file, t.index->range)
         : t.dim    ? location(file, t.dim->range)
                    : NULL;
}

/* One edit for the whole text; none while it has syntax errors. */
static cJSON *formatting(const struct document *d) {
  struct kn_file *file = parse(d);
  struct collector c = {file, cJSON_CreateArray(), NULL};
  size_t size;
  file->skip_imports = true;
  file->diags->sink = collect;
  file->diags->sink_data = &c;
  char *text = kn_parse(file) ? kn_format(file, &size) : NULL;
  cJSON *edits = NULL;
  if (text) {
    cJSON *edit = cJSON_CreateObject();
    edits = cJSON_CreateArray();
    cJSON_AddItemToObject(edit, "range", range_json(file, (struct kn_range){0, file->size}));
    cJSON_AddStringToObject(edit, "newText", text);
    cJSON_AddItemToArray(edits, edit);
  }
  free(text);
  cJSON_Delete(c.list);
  kn_file_close(file);
  return edits;
}

/*===----------------------------------------------------------------------===//
 * Requests and notifications
 *===----------------------------------------------------------------------===*/

static cJSON *capabilities(void) {
  cJSON *result = cJSON_CreateObject(), *c = cJSON_CreateObject(), *info = cJSON_CreateObject();
  cJSON_AddNumberToObject(c, "textDocumentSync", 1); /* whole documents */
  cJSON_AddBoolToObject(c, "hoverProvider", true);
  cJSON_AddBoolToObject(c, "definitionProvider", true);
  cJSON_AddBoolToObject(c, "documentFormattingProvider", true);
  cJSON_AddItemToObject(result, "capabilities", c);
  cJSON_AddStringToObject(info, "name", "knyfe-c");
  cJSON_AddStringToObject(info, "version", KNYFE_VERSION);
  cJSON_AddItemToObject(result, "serverInfo", info);
  return result;
}

static const char *uri_in(const cJSON *params) {
  return cJSON_GetStringValue(
      cJSON_GetObjectItem(cJSON_GetObjectItem(params, "textDocument"), "uri"));
}

/* Requests about a place in a document. */
static cJSON *ask(struct server *s, const cJSON *params,
                  cJSON *(*answer)(struct kn_file *, uint32_t)) {
  struct document *d = find_document(s, uri_in(params));
  if (!d)
    return NULL;
  struct kn_file *file = check(d, NULL);
  cJSON *result = answer(file, offset_of(file, cJSON_GetObjectItem(params, "position")));
  kn_file_close(file);
  return result;
}

/* False if the method is none of ours. */
static bool request(struct server *s, const char *method, const cJSON *id, const cJSON *params) {
  if (!strcmp(method, "initialize")) {
    s->initialized = true;
    respond(s, id, capabilities());
  } else if (!s->initialized) {
    respond_error(s, id, NOT_INITIALIZED, "the first request is initialize");
  } else if (!strcmp(method, "shutdown")) {
    s->shut_down = true;
    respond(s, id, NULL);
  } else if (!strcmp(method, "textDocument/hover")) {
    respond(s, id, ask(s, params, hover));
  } else if (!strcmp(method, "textDocument/definition")) {
    respond(s, id, ask(s, params, definition));
  } else if (!strcmp(method, "textDocument/formatting")) {
    struct document *d = find_document(s, uri_in(params));
    respond(s, id, d ? formatting(d) : NULL);
  } else {
    return false;
  }
  return true;
}

static void notification(struct server *s, const char *method, const cJSON *params) {
  const char *uri = uri_in(params), *text = NULL;
  if (!strcmp(method, "exit"))
    s->exited = true;
  if (!uri || !s->initialized)
    return;
  if (!strcmp(method, "textDocument/didOpen"))
    text = cJSON_GetStringValue(
        cJSON_GetObjectItem(cJSON_GetObjectItem(params, "textDocument"), "text"));
  if (!strcmp(method, "textDocument/didChange")) {
    const cJSON *changes = cJSON_GetObjectItem(params, "contentChanges");
    int count = cJSON_GetArraySize(changes);
    if (count)
      text =
          cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(changes, count - 1), "text"));
  }
  if (text) {
    set_document(s, uri, text);
    check_and_publish(s, uri);
  }
  if (!strcmp(method, "textDocument/didClose")) {
    publish(s, uri, cJSON_CreateArray());
    drop_document(s, uri);
  }
}

static void dispatch(struct server *s, const cJSON *message) {
  const char *method = cJSON_GetStringValue(cJSON_GetObjectItem(message, "method"));
  const cJSON *id = cJSON_GetObjectItem(message, "id");
  const cJSON *params = cJSON_GetObjectItem(message, "params");
  if (!method) /* an answer; we asked nothing */
    return;
  if (!id)
    notification(s, method, params);
  else if (!request(s, method, id, params))
    respond_error(s, id, METHOD_NOT_FOUND, "no such method");
}

bool kn_lsp(FILE *in, FILE *out) {
  struct server s = {.out = out};
  char *body;
  while (!s.exited && (body = read_message(in))) {
    cJSON *message = cJSON_Parse(body);
    free(body);
    if (message)
      dispatch(&s, message);
    else
      respond_error(&s, NULL, PARSE_ERROR, "this is no JSON");
    cJSON_Delete(message);
  }
  while (s.documents)
    drop_document(&s, s.documents->uri);
  return s.exited && s.shut_down;
}
