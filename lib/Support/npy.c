// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- npy.c - Tensors as NumPy .npy files ----------------------------------===*/
#include "mtia/npy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
  unsigned size;
  const char *name;
  const char *code;
} type_info[] = {
#define X(id, size, name, code) {size, name, code},
    MTIA_NPY_TYPES(X)
#undef X
};

size_t mtia_npy_type_size(enum mtia_npy_type type) { return type_info[type].size; }
const char *mtia_npy_type_name(enum mtia_npy_type type) { return type_info[type].name; }

bool mtia_npy_type_by_name(const char *name, enum mtia_npy_type *type) {
  for (int i = 0; i < MTIA_NPY_NUM_TYPES; i++)
    if (!strcmp(type_info[i].name, name))
      return *type = (enum mtia_npy_type)i, true;
  return false;
}

void mtia_npy_free(struct mtia_npy *npy) {
  free(npy->data);
  memset(npy, 0, sizeof *npy);
}

__attribute__((format(printf, 3, 4))) static bool fail(struct mtia_npy_error *error,
                                                       const char *name, const char *format, ...) {
  int n = snprintf(error->text, sizeof error->text, "%.200s: ", name);
  va_list ap;
  va_start(ap, format);
  vsnprintf(error->text + n, sizeof error->text - (size_t)n, format, ap);
  va_end(ap);
  return false;
}

char *mtia_npy_describe(enum mtia_npy_type type, unsigned ndim, const int64_t *dims, char *buffer,
                        size_t size) {
  size_t n = 0;
#define PUT(...)                                                                                   \
  do {                                                                                             \
    if (n < size)                                                                                  \
      n += (size_t)snprintf(buffer + n, size - n, __VA_ARGS__);                                    \
  } while (0)
  PUT("%s", type_info[type].name);
  for (unsigned i = 0; i < ndim; i++) {
    PUT("%s", i ? ", " : "[");
    if (dims[i] < 0)
      PUT("?");
    else
      PUT("%lld", (long long)dims[i]);
  }
  if (ndim)
    PUT("]");
#undef PUT
  return buffer;
}

bool mtia_npy_expect(const char *name, const struct mtia_npy *npy, enum mtia_npy_type type,
                     unsigned ndim, const int64_t *dims, struct mtia_npy_error *error) {
  bool same = npy->type == type && npy->ndim == ndim;
  for (unsigned i = 0; same && i < ndim; i++)
    same = dims[i] < 0 || dims[i] == npy->dims[i];
  if (same)
    return true;
  char found[160], expected[160];
  return fail(error, name, "found %s, expected %s",
              mtia_npy_describe(npy->type, npy->ndim, npy->dims, found, sizeof found),
              mtia_npy_describe(type, ndim, dims, expected, sizeof expected));
}

/*===----------------------------------------------------------------------===//
 * The header: a Python dictionary literal with the three keys descr,
 * fortran_order and shape, in any order.
 *===----------------------------------------------------------------------===*/

struct header {
  enum mtia_npy_type type;
  bool big_endian, fortran;
  unsigned ndim;
  int64_t dims[MTIA_NPY_MAX_DIMS];
};

/* What is left of the text. */
struct text {
  const char *at, *end;
};

static void skip_space(struct text *t) {
  while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\n' || *t->at == '\r'))
    t->at++;
}

static bool take(struct text *t, const char *what) {
  size_t n = strlen(what);
  skip_space(t);
  if ((size_t)(t->end - t->at) < n || memcmp(t->at, what, n))
    return false;
  t->at += n;
  return true;
}

/* A quoted string without escapes, cut to the buffer's size. */
static bool take_string(struct text *t, char *buffer, size_t size) {
  skip_space(t);
  if (t->at == t->end || (*t->at != '\'' && *t->at != '"'))
    return false;
  char quote = *t->at++;
  size_t n = 0;
  for (; t->at < t->end && *t->at != quote; t->at++)
    if (n + 1 < size)
      buffer[n++] = (*t->at >= ' ' && *t->at < 127) ? *t->at : '?';
  buffer[n] = 0;
  if (t->at == t->end)
    return false;
  t->at++;
  return true;
}

static bool take_number(struct text *t, int64_t *value) {
  skip_space(t);
  if (t->at == t->end || *t->at < '0' || *t->at > '9')
    return false;
  int64_t v = 0;
  for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
    if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *t->at - '0', &v))
      return false;
  if (t->at < t->end && *t->at == 'L') /* Python 2 wrote long integers so */
    t->at++;
  *value = v;
  return true;
}

/* descr = one of '<', '>', '=', '|' and a type code; little endian hosts only, so '=' is '<'. */
static bool parse_descr(const char *name, struct text *t, struct header *h,
                        struct mtia_npy_error *error) {
  char descr[32];
  if (!take_string(t, descr, sizeof descr))
    return fail(error, name, "structured NumPy types are not supported; save one plain array");
  const char *code = descr;
  if (*code && strchr("<>=|", *code))
    h->big_endian = *code++ == '>';
  if (!strcmp(code, "?"))
    code = "b1";
  for (int i = 0; i < MTIA_NPY_NUM_TYPES; i++)
    if (!strcmp(type_info[i].code, code))
      return h->type = (enum mtia_npy_type)i, true;
  return fail(error, name,
              "NumPy type '%s' is not supported; expected bool, int8 to int64, uint8 to uint64, "
              "float16, float32, float64, or V2 for bfloat16 (convert with .astype())",
              descr);
}

static bool parse_shape(const char *name, struct text *t, struct header *h,
                        struct mtia_npy_error *error) {
  if (!take(t, "("))
    return fail(error, name, "broken .npy header: shape is not a tuple");
  h->ndim = 0;
  while (!take(t, ")")) {
    if (h->ndim == MTIA_NPY_MAX_DIMS)
      return fail(error, name, "more than %d dimensions", MTIA_NPY_MAX_DIMS);
    if (!take_number(t, &h->dims[h->ndim]))
      return fail(error, name, "broken .npy header: bad extent of dimension %u", h->ndim);
    h->ndim++;
    if (take(t, ","))
      continue;
    if (!take(t, ")"))
      return fail(error, name, "broken .npy header: shape does not end with ')'");
    break;
  }
  return true;
}

static bool parse_header(const char *name, struct text t, struct header *h,
                         struct mtia_npy_error *error) {
  enum { DESCR = 1, FORTRAN = 2, SHAPE = 4 };
  int seen = 0;
  if (!take(&t, "{"))
    return fail(error, name, "broken .npy header: no '{'");
  while (!take(&t, "}")) {
    char key[32];
    if (!take_string(&t, key, sizeof key) || !take(&t, ":"))
      return fail(error, name, "broken .npy header: expected 'key': value");
    if (!strcmp(key, "descr")) {
      seen |= DESCR;
      if (!parse_descr(name, &t, h, error))
        return false;
    } else if (!strcmp(key, "fortran_order")) {
      seen |= FORTRAN;
      h->fortran = take(&t, "True");
      if (!h->fortran && !take(&t, "False"))
        return fail(error, name, "broken .npy header: fortran_order is neither True nor False");
    } else if (!strcmp(key, "shape")) {
      seen |= SHAPE;
      if (!parse_shape(name, &t, h, error))
        return false;
    } else {
      return fail(error, name, "broken .npy header: unknown key '%s'", key);
    }
    if (!take(&t, ",")) {
      if (take(&t, "}"))
        break;
      return fail(error, name, "broken .npy header: expected ',' or '}'");
    }
  }
  if (seen != (DESCR | FORTRAN | SHAPE))
    return fail(error, name, "broken .npy header: %s is missing",
                !(seen & DESCR)     ? "descr"
                : !(seen & FORTRAN) ? "fortran_order"
                                    : "shape");
  return true;
}

/*===----------------------------------------------------------------------===//
 * The data
 *===----------------------------------------------------------------------===*/

static void swap_bytes(char *data, size_t count, size_t size) {
  for (size_t i = 0; i < count; i++, data += size)
    for (size_t a = 0, b = size - 1; a < b; a++, b--) {
      char c = data[a];
      data[a] = data[b];
      data[b] = c;
    }
}

/* From first-axis-fastest to last-axis-fastest. */
static void copy_fortran(char *to, const char *from, const struct header *h, size_t size,
                         size_t count) {
  int64_t index[MTIA_NPY_MAX_DIMS] = {0};
  size_t stride[MTIA_NPY_MAX_DIMS], s = 1;
  for (unsigned i = 0; i < h->ndim; i++) {
    stride[i] = s;
    s *= (size_t)h->dims[i];
  }
  for (size_t n = 0; n < count; n++) {
    size_t at = 0;
    for (unsigned i = 0; i < h->ndim; i++)
      at += stride[i] * (size_t)index[i];
    memcpy(to + n * size, from + at * size, size);
    for (unsigned i = h->ndim; i-- > 0;) {
      if (++index[i] < h->dims[i])
        break;
      index[i] = 0;
    }
  }
}

/* The number of bytes of a shape; false if it overflows. A zero extent makes it zero. */
static bool shape_bytes(unsigned ndim, const int64_t *dims, size_t size, size_t *count,
                        size_t *bytes) {
  *count = 1;
  for (unsigned i = 0; i < ndim; i++)
    if (dims[i] == 0)
      return *count = *bytes = 0, true;
  for (unsigned i = 0; i < ndim; i++)
    if (dims[i] < 0 || __builtin_mul_overflow(*count, (size_t)dims[i], count))
      return false;
  return !__builtin_mul_overflow(*count, size, bytes) && *bytes <= PTRDIFF_MAX;
}

bool mtia_npy_parse(const char *name, const void *file, size_t size, struct mtia_npy *out,
                    struct mtia_npy_error *error) {
  const unsigned char *p = file;
  memset(out, 0, sizeof *out);
  error->text[0] = 0;
  if (size < 6 || memcmp(p, "\x93NUMPY", 6))
    return fail(error, name, "not a .npy file (it does not begin with \\x93NUMPY)");
  if (size < 10)
    return fail(error, name, "truncated .npy file: %zu bytes, the header alone needs more", size);
  unsigned version = p[6];
  if (version < 1 || version > 3)
    return fail(error, name, "unknown .npy version %u.%u; expected 1, 2 or 3", version, p[7]);
  size_t start = version == 1 ? 10 : 12;
  if (size < start)
    return fail(error, name, "truncated .npy file: %zu bytes, the header alone needs more", size);
  size_t length = p[8] | (size_t)p[9] << 8;
  if (version > 1)
    length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
  if (length > size - start)
    return fail(error, name, "truncated .npy file: header of %zu bytes, but only %zu follow",
                length, size - start);

  struct header h = {0};
  const char *text = (const char *)p + start;
  if (!parse_header(name, (struct text){text, text + length}, &h, error))
    return false;
  size_t element = mtia_npy_type_size(h.type), count, bytes;
  char shape[160];
  mtia_npy_describe(h.type, h.ndim, h.dims, shape, sizeof shape);
  if (!shape_bytes(h.ndim, h.dims, element, &count, &bytes))
    return fail(error, name, "%s does not fit into memory", shape);
  size_t rest = size - start - length;
  if (rest != bytes)
    return fail(error, name, "%s: %s needs %zu bytes of data, the file has %zu",
                rest < bytes ? "truncated .npy file" : "bytes after the end of the data", shape,
                bytes, rest);
  char *data = malloc(bytes ? bytes : 1);
  if (!data)
    return fail(error, name, "no memory for %s", shape);
  const char *from = text + length;
  if (h.fortran && h.ndim > 1)
    copy_fortran(data, from, &h, element, count);
  else if (bytes)
    memcpy(data, from, bytes);
  if (h.big_endian && element > 1)
    swap_bytes(data, count, element);
  *out = (struct mtia_npy){
      .type = h.type, .ndim = h.ndim, .count = count, .bytes = bytes, .data = data};
  memcpy(out->dims, h.dims, sizeof h.dims);
  return true;
}

bool mtia_npy_load(const char *path, struct mtia_npy *out, struct mtia_npy_error *error) {
  memset(out, 0, sizeof *out);
  FILE *f = fopen(path, "rb");
  if (!f)
    return fail(error, path, "cannot open: %s", strerror(errno));
  size_t size = 0, room = 1 << 16;
  struct stat st;
  if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
    room = (size_t)st.st_size + 1; /* one more, so that the first read meets the end */
  char *buffer = malloc(room);
  bool ok = buffer != NULL;
  while (ok) {
    size_t n = fread(buffer + size, 1, room - size, f);
    size += n;
    if (size < room)
      break;
    char *bigger = realloc(buffer, room *= 2);
    ok = bigger != NULL;
    buffer = ok ? bigger : buffer;
  }
  if (!ok)
    fail(error, path, "no memory for the file");
  else if (ferror(f))
    ok = fail(error, path, "cannot read: %s", strerror(errno));
  fclose(f);
  ok = ok && mtia_npy_parse(path, buffer, size, out, error);
  free(buffer);
  return ok;
}

/*===----------------------------------------------------------------------===//
 * Writing
 *===----------------------------------------------------------------------===*/

/* Version 1 header, padded with spaces so that the data begin at a multiple of 64. */
static size_t make_header(enum mtia_npy_type type, unsigned ndim, const int64_t *dims,
                          unsigned char header[1024]) {
  char *text = (char *)header + 10;
  size_t size = type_info[type].size, room = 1024 - 10;
  int n = snprintf(text, room, "{'descr': '%s%s', 'fortran_order': False, 'shape': (",
                   size == 1 || type == MTIA_NPY_BF16 ? "|" : "<", type_info[type].code);
  for (unsigned i = 0; i < ndim; i++)
    n += snprintf(text + n, room - (size_t)n, "%s%lld", i ? ", " : "", (long long)dims[i]);
  n += snprintf(text + n, room - (size_t)n, "%s), }", ndim == 1 ? "," : "");
  size_t total = ((size_t)n + 1 + 10 + 63) / 64 * 64;
  memset(text + n, ' ', total - 10 - (size_t)n);
  header[total - 1] = '\n';
  memcpy(header, "\x93NUMPY\x01\x00", 8);
  header[8] = (unsigned char)((total - 10) & 255);
  header[9] = (unsigned char)((total - 10) >> 8);
  return total;
}

bool mtia_npy_save(const char *path, enum mtia_npy_type type, unsigned ndim, const int64_t *dims,
                   const void *data, struct mtia_npy_error *error) {
  unsigned char header[1024];
  size_t count, bytes;
  if (ndim > MTIA_NPY_MAX_DIMS || !shape_bytes(ndim, dims, type_info[type].size, &count, &bytes))
    return fail(error, path, "cannot write a tensor of this shape");
  size_t length = make_header(type, ndim, dims, header);

  struct stat st;
  bool direct = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
  size_t n = strlen(path);
  char *temp = malloc(n + 8);
  if (!temp)
    return fail(error, path, "no memory");
  memcpy(temp, path, n + 1);
  int fd;
  if (direct) {
    fd = open(path, O_WRONLY);
  } else {
    memcpy(temp + n, ".XXXXXX", 8);
    fd = mkstemp(temp);
  }
  FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
  bool ok = f != NULL;
  if (!ok)
    fail(error, path, "cannot create: %s", strerror(errno));
  if (ok &&
      (fwrite(header, 1, length, f) != length || (bytes && fwrite(data, 1, bytes, f) != bytes)))
    ok = fail(error, path, "cannot write: %s", strerror(errno));
  if (f && fclose(f) && ok)
    ok = fail(error, path, "cannot write: %s", strerror(errno));
  if (!direct && fd >= 0) {
    mode_t mask = umask(0);
    umask(mask);
    if (ok && (chmod(temp, 0666 & ~mask) || rename(temp, path)))
      ok = fail(error, path, "cannot create: %s", strerror(errno));
    if (!ok)
      unlink(temp);
  }
  free(temp);
  return ok;
}
