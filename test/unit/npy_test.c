// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files written by hand after NumPy's description of the format, good and bad.
#include "mtia/npy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct file {
  unsigned char bytes[4096];
  size_t size;
};

// A file of the given version with this header text and these data.
static struct file make(int version, const char *header, const void *data, size_t size) {
  struct file f = {0};
  size_t length = strlen(header);
  memcpy(f.bytes, "\x93NUMPY", 6);
  f.bytes[6] = (unsigned char)version;
  f.bytes[8] = (unsigned char)length;
  f.bytes[9] = (unsigned char)(length >> 8);
  size_t start = version == 1 ? 10 : 12;
  memcpy(f.bytes + start, header, length);
  if (size)
    memcpy(f.bytes + start + length, data, size);
  f.size = start + length + size;
  return f;
}

#define V1(header, ...)                                                                            \
  make(1, header, (unsigned char[]){__VA_ARGS__}, sizeof(unsigned char[]){__VA_ARGS__})

static void good(struct file f, enum mtia_npy_type type, unsigned ndim, size_t bytes,
                 const void *data) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  // An exact copy on the heap: a sanitizer sees a read behind its end.
  unsigned char *copy = malloc(f.size);
  memcpy(copy, f.bytes, f.size);
  if (!mtia_npy_parse("x.npy", copy, f.size, &npy, &error))
    fail_msg("refused: %s", error.text);
  free(copy);
  assert_int_equal(npy.type, type);
  assert_int_equal(npy.ndim, ndim);
  assert_int_equal(npy.bytes, bytes);
  assert_memory_equal(npy.data, data, bytes);
  mtia_npy_free(&npy);
  assert_null(npy.data);
}

static void bad(struct file f, const char *message) {
  struct mtia_npy npy;
  struct mtia_npy_error error;
  assert_false(mtia_npy_parse("x.npy", f.bytes, f.size, &npy, &error));
  assert_null(npy.data);
  if (strncmp(error.text, "x.npy: ", 7) || !strstr(error.text, message))
    fail_msg("expected '%s', got '%s'", message, error.text);
}

static void test_orders(void **state) {
  const char *c = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n";
  const char *big = "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }\n";
  const char *fortran = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n";
  const unsigned char rows[] = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0};
  good(V1(c, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0), MTIA_NPY_I16, 2, 12, rows);
  good(V1(big, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6), MTIA_NPY_I16, 2, 12, rows);
  // Columns one after the other: (1 4) (2 5) (3 6).
  good(V1(fortran, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0), MTIA_NPY_I16, 2, 12, rows);
}

static void test_header_forms(void **state) {
  const unsigned char one[] = {7};
  // Any order of the keys, either quote, any space, no last comma; versions 2 and 3; scalars.
  good(V1("{\"shape\":(1,),'descr':\"|i1\",'fortran_order':False}", 7), MTIA_NPY_I8, 1, 1, one);
  good(V1("{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", 7), MTIA_NPY_U8, 0, 1, one);
  good(V1("{'descr': '|b1', 'fortran_order': False, 'shape': (1L,), }\n", 7), MTIA_NPY_BOOL, 1, 1,
       one);
  good(make(2, "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }\n", one, 1), MTIA_NPY_I8,
       1, 1, one);
  good(make(3, "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }\n", one, 1), MTIA_NPY_I8,
       1, 1, one);
  good(make(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 0, 2), }\n", NULL, 0),
       MTIA_NPY_F32, 3, 0, one);
}

static void test_bad_files(void **state) {
#define HEADER(descr, order, shape)                                                                \
  "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"
  bad((struct file){.bytes = "PK", .size = 2}, "not a .npy file");
  bad((struct file){.bytes = "\x93NUMPY\x01", .size = 7}, "truncated");
  bad(make(4, "", NULL, 0), "unknown .npy version 4");
  bad(V1(HEADER("'<i4'", "False", "(2,)"), 1, 2, 3), "truncated .npy file: i32[2] needs 8 bytes");
  bad(V1(HEADER("'|i1'", "False", "(2,)"), 1, 2, 3), "bytes after the end");
  bad(V1(HEADER("'<c8'", "False", "(1,)"), 1), "'<c8' is not supported");
  bad(V1(HEADER("[('a', '<i4')]", "False", "(1,)"), 1), "structured");
  bad(V1(HEADER("'|i1'", "No", "(1,)"), 1), "fortran_order");
  bad(V1(HEADER("'|i1'", "False", "(-1,)"), 1), "bad extent of dimension 0");
  bad(V1(HEADER("'|i1'", "False", "(1 2)"), 1), "does not end");
  bad(V1(HEADER("'|i1'", "False", "1"), 1), "not a tuple");
  bad(V1(HEADER("'<i8'", "False", "(4294967296, 4294967296)"), 1), "does not fit");
  bad(V1(HEADER("'<i8'", "False", "(99999999999999999999,)"), 1), "bad extent");
  bad(V1(HEADER("'|i1'", "False", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), 1),
      "more than 16 dimensions");
  bad(V1("{'descr': '|i1', 'shape': (1,)}", 1), "fortran_order is missing");
  bad(V1("{'descr': '|i1', 'extra': 1}", 1), "unknown key 'extra'");
  bad(V1("", 1), "no '{'");
  struct file f = V1(HEADER("'|i1'", "False", "(1,)"), 1);
  f.bytes[9] = 255; // the header claims 65 kB
  bad(f, "truncated .npy file: header of");
}

// Every prefix of a good file is refused: nothing is read that is not there.
static void test_prefixes(void **state) {
  struct file f = V1(HEADER("'<i2'", "True", "(2, 1)"), 1, 0, 2, 0);
  for (size_t n = 0; n < f.size; n++) {
    unsigned char *copy = malloc(n + !n);
    memcpy(copy, f.bytes, n);
    struct mtia_npy npy;
    struct mtia_npy_error error;
    assert_false(mtia_npy_parse("x.npy", copy, n, &npy, &error));
    free(copy);
  }
}

static void test_save_is_whole_or_not_at_all(void **state) {
  char folder[] = "/tmp/npy-test-XXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/y.npy", folder);
  struct mtia_npy npy;
  struct mtia_npy_error error;
  const float data[] = {1.5f, -2.0f};
  assert_true(mtia_npy_save(path, MTIA_NPY_F32, 2, (int64_t[]){2, 1}, data, &error));
  assert_true(mtia_npy_load(path, &npy, &error));
  assert_true(mtia_npy_expect("y", &npy, MTIA_NPY_F32, 2, (int64_t[]){-1, 1}, &error));
  assert_memory_equal(npy.data, data, sizeof data);
  assert_false(mtia_npy_expect("y", &npy, MTIA_NPY_I32, 2, (int64_t[]){-1, 3}, &error));
  assert_string_equal(error.text, "y: found f32[2, 1], expected i32[?, 3]");
  mtia_npy_free(&npy);
  unlink(path);
  rmdir(folder); // fails, and the next line notices, if a temporary file was left
  assert_int_not_equal(access(folder, F_OK), 0);
  assert_false(mtia_npy_save(path, MTIA_NPY_F32, 2, (int64_t[]){2, 1}, data, &error));
  assert_non_null(strstr(error.text, "cannot create"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_orders),
      cmocka_unit_test(test_header_forms),
      cmocka_unit_test(test_bad_files),
      cmocka_unit_test(test_prefixes),
      cmocka_unit_test(test_save_is_whole_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
