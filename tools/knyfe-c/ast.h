// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- ast.h - The typed tree of a KNYFE-C file -----------------------------===//
 *
 * The parser builds it untyped, sema fills in types, names and extents and adds
 * the implicit conversions as CAST nodes; everything after sema (interpreter,
 * MLIR builder) may rely on what is marked "after sema".
 *
 * Everything lives in the arena of a struct kn_file and dies with it. Rule
 * numbers (R4.2) are those of docs/knyfe.md.
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_AST_H
#define KNYFE_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KN_MAX_RANK 8    /* dimensions of a tensor, indices of a reduction */
#define KN_MAX_DEPTH 200 /* nesting of expressions; deeper is an error, not a crash */

/* Bytes [begin, end) of the source text. */
struct kn_range {
  uint32_t begin, end;
};

/* Element types: enumerator, name, bits, class (b bool, i signed, u unsigned, f float). */
#define KN_TYPES(X)                                                                                \
  X(KN_BOOL, "bool", 8, 'b')                                                                       \
  X(KN_I4, "i4", 4, 'i')                                                                           \
  X(KN_I8, "i8", 8, 'i')                                                                           \
  X(KN_U8, "u8", 8, 'u')                                                                           \
  X(KN_I16, "i16", 16, 'i')                                                                        \
  X(KN_I32, "i32", 32, 'i')                                                                        \
  X(KN_I64, "i64", 64, 'i')                                                                        \
  X(KN_F16, "f16", 16, 'f')                                                                        \
  X(KN_BF16, "bf16", 16, 'f')                                                                      \
  X(KN_F32, "f32", 32, 'f')

enum kn_type {
  KN_NOTYPE, /* before sema, and after an error */
#define X(id, name, bits, class) id,
  KN_TYPES(X)
#undef X
      KN_NUM_TYPES
};

const char *kn_type_name(enum kn_type type);
unsigned kn_type_bits(enum kn_type type);
bool kn_type_is_float(enum kn_type type);
bool kn_type_is_int(enum kn_type type); /* signed or unsigned, not bool */
bool kn_type_is_signed(enum kn_type type);
/* Least and greatest value of an integer type or bool. */
int64_t kn_type_min(enum kn_type type);
int64_t kn_type_max(enum kn_type type);

/*===----------------------------------------------------------------------===//
 * Names
 *===----------------------------------------------------------------------===*/

/* What a computed dimension (R3.11) is made of. */
enum kn_dim_op {
  KN_DIM_NUMBER, /* number */
  KN_DIM_NAME,   /* name: a dimension that is a name */
  KN_DIM_ADD,
  KN_DIM_SUB,
  KN_DIM_MUL,
  KN_DIM_DIV,  /* a / b cut towards zero; all sizes are at least 0 */
  KN_DIM_CEIL, /* ceil(a / b) */
};
struct kn_dim_expr {
  enum kn_dim_op op;
  int64_t number;
  struct kn_dim *name;
  struct kn_dim_expr *a, *b;
};

/* A dimension. Two places have the same extent if and only if they point to the same kn_dim. */
struct kn_dim {
  const char *name; /* NULL for a number in a type such as i8[M, 64]; "2 * N + 1" if computed */
  int64_t size;     /* -1 while symbolic; kn_set_dim() gives it */
  struct kn_dim_expr *expr; /* R3.11: how it is computed from others; NULL for a name or a number */
  struct kn_dim *base;      /* if it is NAME + NUMBER or NAME - NUMBER: base + offset; else NULL */
  int64_t offset;
  unsigned id;           /* position in kernel->dims */
  struct kn_range range; /* first mention */
  struct kn_dim *next;
};

enum kn_role { KN_INPUT, KN_OUTPUT, KN_LOCAL };

/* Row-wise quantised tables (R4.6): enumerator, spelling, bits of a value, bytes of scale and bias
 * together, whether these stand in front of the row. */
#define KN_ROWS(X)                                                                                 \
  X(KN_ROWQ8, "rowq8", 8, 8, false)                                                                \
  X(KN_ROWQ4, "rowq4", 4, 8, false)                                                                \
  X(KN_ROWQ8H, "rowq8h", 8, 4, true)                                                               \
  X(KN_ROWQ4H, "rowq4h", 4, 4, true)

enum kn_rows {
  KN_PLAIN, /* no table */
#define X(id, name, bits, extra, front) id,
  KN_ROWS(X)
#undef X
      KN_NUM_ROWS
};
const char *kn_rows_name(enum kn_rows rows);
unsigned kn_rows_bits(enum kn_rows rows);
unsigned kn_rows_extra(enum kn_rows rows);
bool kn_rows_front(enum kn_rows rows);

/* A parameter, an output or an intermediate. Rank 0 is a scalar. */
struct kn_tensor {
  const char *name;
  enum kn_role role;
  enum kn_type type; /* f32 for a table */
  enum kn_rows rows; /* an input may be a row-wise quantised table: how its bytes lie (R4.6) */
  unsigned rank;
  struct kn_dim *dims[KN_MAX_RANK];
  unsigned id;            /* position among inputs, outputs, locals of the kernel, in this order */
  struct kn_range range;  /* the name where it is declared */
  struct kn_stmt *def;    /* after sema: the statement that defines it, or the first of its parts;
                             NULL for an input */
  unsigned num_reads;     /* after sema: read expressions that name it */
  struct kn_tensor *next; /* in its list */
};

/* An index variable: bound by the left side of a statement or by a reduction. Its range is
 * [0, extent), or [lo, hi) if it has an explicit one (R5.4, R3.10). */
struct kn_index {
  const char *name;
  bool reduced;          /* bound by a reduction */
  unsigned id;           /* number within its statement: left side first, then reductions */
  struct kn_range range; /* where it is bound */
  struct kn_dim *extent; /* after sema: it runs over [0, extent); NULL if lo and hi say otherwise */
  struct kn_range extent_range; /* after sema: the use that determined the extent */
  bool fixed;                   /* during sema: the extent is that of the left side */
  struct kn_dim *limit;         /* during sema: i + 1 is used over limit + 1 (R3.11) */
  const char *other_name;       /* during sema: of a def, where the caller uses the same name */
  struct kn_expr *lo, *hi;      /* explicit range `k in lo..hi`, i64 after sema, else NULL */
};

/*===----------------------------------------------------------------------===//
 * Expressions
 *===----------------------------------------------------------------------===*/

enum kn_expr_kind {
  KN_INT,    /* ival */
  KN_FLOAT,  /* fval */
  KN_READ,   /* tensor, args[0..num_args): the index expressions (none for a scalar) */
  KN_INDEX,  /* index: the value of an index variable, i32 */
  KN_DIM,    /* dim: the extent of a dimension, i32 */
  KN_UNARY,  /* op, args[0] */
  KN_BINARY, /* op, args[0], args[1]; both operands have the same type (shifts too) */
  KN_CAST,   /* to `type` from args[0]->type (R6.5) */
  KN_CALL,   /* builtin, args; missing optional arguments are NULL */
  KN_REDUCE, /* reduction, indices[0..num_indices), args[0] */
};

/* Operators: enumerator, spelling, name. */
#define KN_OPS(X)                                                                                  \
  X(KN_ADD, "+", "add")                                                                            \
  X(KN_SUB, "-", "sub")                                                                            \
  X(KN_MUL, "*", "mul")                                                                            \
  X(KN_DIV, "/", "div")                                                                            \
  X(KN_REM, "%", "rem")                                                                            \
  X(KN_SHL, "<<", "shl")                                                                           \
  X(KN_SHR, ">>", "shr")                                                                           \
  X(KN_AND, "&", "and")                                                                            \
  X(KN_OR, "|", "or")                                                                              \
  X(KN_XOR, "^", "xor")                                                                            \
  X(KN_LT, "<", "lt")                                                                              \
  X(KN_LE, "<=", "le")                                                                             \
  X(KN_GT, ">", "gt")                                                                              \
  X(KN_GE, ">=", "ge")                                                                             \
  X(KN_EQ, "==", "eq")                                                                             \
  X(KN_NE, "!=", "ne")                                                                             \
  X(KN_LAND, "&&", "land")                                                                         \
  X(KN_LOR, "||", "lor")                                                                           \
  X(KN_NEG, "-", "neg")                                                                            \
  X(KN_NOT, "~", "not")                                                                            \
  X(KN_LNOT, "!", "lnot")

enum kn_op {
#define X(id, spelling, name) id,
  KN_OPS(X)
#undef X
      KN_NUM_OPS
};
const char *kn_op_spelling(enum kn_op op);
const char *kn_op_name(enum kn_op op);

/* Reductions (R5): enumerator, name. */
#define KN_REDUCTIONS(X)                                                                           \
  X(KN_SUM, "sum")                                                                                 \
  X(KN_PROD, "prod")                                                                               \
  X(KN_RMAX, "max")                                                                                \
  X(KN_RMIN, "min")                                                                                \
  X(KN_ARGMAX, "argmax")                                                                           \
  X(KN_ARGMIN, "argmin")                                                                           \
  X(KN_MEAN, "mean")                                                                               \
  X(KN_ANY, "any")                                                                                 \
  X(KN_ALL, "all")

enum kn_reduction {
#define X(id, name) id,
  KN_REDUCTIONS(X)
#undef X
      KN_NUM_REDUCTIONS
};
const char *kn_reduction_name(enum kn_reduction reduction);

/* Functions (R7): enumerator, name, least and greatest number of arguments, typing class:
 *   c  all arguments and the result have their common type (cond first for where)
 *   a  as c, after integer promotion
 *   f  as c, floating point only
 *   q  own rule in sema_expr.c */
#define KN_BUILTINS(X)                                                                             \
  X(KN_MIN, "min", 2, 2, 'c')                                                                      \
  X(KN_MAX, "max", 2, 2, 'c')                                                                      \
  X(KN_CLAMP, "clamp", 3, 3, 'c')                                                                  \
  X(KN_WHERE, "where", 3, 3, 'q')                                                                  \
  X(KN_ABS, "abs", 1, 1, 'a')                                                                      \
  X(KN_RELU, "relu", 1, 1, 'c')                                                                    \
  X(KN_QUANTIZE, "quantize", 2, 5, 'q')     /* value, scale, zero_point, lo, hi */                 \
  X(KN_DEQUANTIZE, "dequantize", 2, 3, 'q') /* value, scale, zero_point */                         \
  X(KN_PAD, "pad", 2, 2, 'q')               /* tensor element, value outside */                    \
  X(KN_EXP, "exp", 1, 1, 'f')                                                                      \
  X(KN_LOG, "log", 1, 1, 'f')                                                                      \
  X(KN_SQRT, "sqrt", 1, 1, 'f')                                                                    \
  X(KN_RSQRT, "rsqrt", 1, 1, 'f')                                                                  \
  X(KN_TANH, "tanh", 1, 1, 'f')                                                                    \
  X(KN_SIGMOID, "sigmoid", 1, 1, 'f')                                                              \
  X(KN_ERF, "erf", 1, 1, 'f')                                                                      \
  X(KN_GELU, "gelu", 1, 1, 'f')                                                                    \
  X(KN_SILU, "silu", 1, 1, 'f')                                                                    \
  X(KN_LEAKY_RELU, "leaky_relu", 2, 2, 'f')                                                        \
  X(KN_POW, "pow", 2, 2, 'f')                                                                      \
  X(KN_FLOOR, "floor", 1, 1, 'f')                                                                  \
  X(KN_CEIL, "ceil", 1, 1, 'f')                                                                    \
  X(KN_TRUNC, "trunc", 1, 1, 'f')                                                                  \
  X(KN_ROUND, "round", 1, 1, 'f')                                                                  \
  X(KN_ROUND_AWAY, "round_away", 1, 1, 'f')

enum kn_builtin {
#define X(id, name, lo, hi, class) id,
  KN_BUILTINS(X)
#undef X
      KN_NUM_BUILTINS
};
const char *kn_builtin_name(enum kn_builtin builtin);
unsigned kn_builtin_min_args(enum kn_builtin builtin);
unsigned kn_builtin_max_args(enum kn_builtin builtin);
char kn_builtin_class(enum kn_builtin builtin);

struct kn_expr {
  enum kn_expr_kind kind;
  enum kn_type type;     /* after sema: never KN_NOTYPE, except in an index position: i32 or i64 */
  struct kn_range range; /* from the first to the last byte */
  struct kn_range op_range; /* operator, function name, reduction name: where a caret belongs */
  bool implicit;            /* CAST: added by sema */
  bool literal;             /* INT, FLOAT: still adapts to its surroundings (during sema) */
  uint8_t op;               /* enum kn_op */
  uint8_t builtin;          /* enum kn_builtin */
  uint8_t reduction;        /* enum kn_reduction */
  bool round_away;          /* quantize: ties away from zero (R8.4) instead of to even */
  bool from_def;            /* stands in a def that was put in here (R2.8) */
  const char *name;         /* before sema: an identifier not yet looked up */
  int64_t ival;
  double fval;
  struct kn_tensor *tensor;
  struct kn_index *index;
  struct kn_dim *dim;
  unsigned num_args;
  struct kn_expr **args;
  const char **arg_names; /* before sema: `name = value` arguments, else NULL */
  unsigned num_indices;
  struct kn_index **indices;
  /* REDUCE, after sema: a scan (R5.6). The one index runs over lo..scan + constant, and neither lo
   * nor the body depends on `scan`, an index of the left side: its value at scan + 1 is its value
   * at scan, continued. NULL if it is none. */
  struct kn_index *scan;
};

/* The index variable if this index expression is nothing but one, else NULL. */
struct kn_index *kn_plain_index(const struct kn_expr *expr);
/* Argument i of a call, NULL if it was left out. */
struct kn_expr *kn_arg(const struct kn_expr *call, unsigned i);
/* Calls visit(expr, data) for expr and everything below it (bounds of ranges too), parents first.
 * Stops when visit returns false, and returns false then. */
bool kn_walk(struct kn_expr *expr, bool (*visit)(struct kn_expr *, void *), void *data);

/*===----------------------------------------------------------------------===//
 * Statements and kernels
 *===----------------------------------------------------------------------===*/

enum kn_stmt_kind {
  /* target[indices...] = value for all values of the indices: the whole tensor. rank indices. */
  KN_ASSIGN,
  /* As KN_ASSIGN, for a part of the tensor: indices with lo and hi, which are made of numbers and
   * dimensions, run from lo to hi (R3.10). The parts of a tensor are `parts` of the first one;
   * together they cover it, each element once. */
  KN_PART,
  /* target[subscripts...] += value for all values of the num_indices indices, the last one fastest
   * (R3.9). Elements begin as 0; floating point is added up in double and rounded once at the end.
   */
  KN_SCATTER,
};

struct kn_stmt {
  enum kn_stmt_kind kind;
  struct kn_range range;
  struct kn_range target_range;
  const char *name;        /* of the target */
  enum kn_type annotation; /* `t[i]: i32 = ...`, else KN_NOTYPE */
  struct kn_range annotation_range;
  bool has_shape; /* `t[i]: i32[N] = ...` */
  unsigned shape_rank;
  struct kn_dim *shape[KN_MAX_RANK];
  struct kn_tensor *target; /* after sema */
  unsigned rank;            /* of the target */
  struct kn_index *indices[KN_MAX_RANK];
  unsigned num_indices;                    /* rank, but for KN_SCATTER */
  struct kn_expr *subscripts[KN_MAX_RANK]; /* KN_SCATTER: one per dimension of the target */
  struct kn_expr *value;                   /* after sema: value->type == target->type */
  unsigned num_index_vars;                 /* after sema: ids of index variables are below this */
  struct kn_stmt *parts;                   /* KN_PART, after sema: the next part of the tensor */
  bool broken;                             /* has an error that was reported; skip it */
  struct kn_stmt *next;
};

/* A decision of `schedule { ... }` (R2.10), checked in form: grid = 2 x 4, split(k) = 2, ... */
enum kn_decision_key {
  KN_GRID,     /* values[0] x values[1] */
  KN_SPLIT,    /* index: values[0] parts */
  KN_TILE,     /* tensor: num_values sizes */
  KN_RESIDENT, /* tensor: "local", "sram" or "dram" */
  KN_BUFFERS,  /* tensor: values[0] */
  KN_UNIT,     /* tensor: "dpe", "se", "mlu" or "core" */
};

struct kn_decision {
  enum kn_decision_key key;
  const char *name;         /* in parentheses; NULL for grid */
  struct kn_tensor *tensor; /* after sema, where the key takes one */
  int64_t values[KN_MAX_RANK];
  unsigned num_values;
  const char *word;
  struct kn_range range, name_range, value_range;
  bool obeyed; /* by a stage of the compiler; what none has obeyed is refused */
  struct kn_decision *next;
};

struct kn_kernel {
  const char *name;
  struct kn_range range; /* the name */
  struct kn_dim *dims;   /* every distinct dimension, in order of appearance */
  unsigned num_dims;
  struct kn_tensor *inputs, *outputs, *locals;
  unsigned num_inputs, num_outputs, num_locals;
  struct kn_stmt *stmts; /* in order; every tensor is defined exactly once, before its first read */
  struct kn_decision *schedule; /* NULL if there is none */
  struct kn_kernel *next;
};

/* def name(params) = body (R2.8). Sema puts the body in wherever it is called, so nothing after
 * sema sees one. */
struct kn_def {
  const char *name;
  struct kn_range range; /* the name */
  unsigned num_params;
  const char *params[16];
  struct kn_expr *defaults[16]; /* numbers; NULL where there is none */
  struct kn_expr *body;
  bool active, checked; /* during sema */
  struct kn_def *next;
};

/* A text: the file itself, and what it imports. Positions count through all of them. */
struct kn_source {
  const char *path;
  uint32_t begin, end; /* in kn_file.text */
  struct kn_source *importer;
  struct kn_range import_range;
  struct kn_source *next;
};

struct kn_arena;

/* A source file and its tree. */
struct kn_file {
  const char *path;
  const char *text;          /* size bytes, then a NUL; then the texts of imported files */
  uint32_t size;             /* of the file itself */
  struct kn_source *sources; /* the file itself first */
  bool no_imports;           /* refuse `import`: fuzzing opens no files */
  uint64_t fuel;             /* steps that the interpreter may take; 0: any number */
  bool skip_imports;         /* do not look at them: formatting */
  struct kn_def *defs;
  struct kn_arena *arena;
  struct kn_kernel *kernels;
  struct kn_diags *diags;
};

void *kn_alloc(struct kn_file *file, size_t size); /* zeroed; never fails (exits with a message) */
/* An array of *max elements of `size` bytes that has room for one more than `num`: `items`, or a
 * copy of twice its length, whose length is in *max then. */
void *kn_room(struct kn_file *file, void *items, unsigned num, unsigned *max, size_t size);
const char *kn_strndup(struct kn_file *file, const char *text, size_t size);
struct kn_expr *kn_new_expr(struct kn_file *file, enum kn_expr_kind kind, struct kn_range range);
struct kn_dim *kn_find_dim(const struct kn_kernel *kernel, const char *name);
/* "i8[M, K]" with sizes where they are known: "i8[M = 256, K]"; into buffer, returns it. */
char *kn_describe(const struct kn_tensor *tensor, char *buffer, size_t size);

/* Reads a whole file; NULL after a message in the diagnostics' form on stderr. */
struct kn_file *kn_file_open(const char *path);
/* The source that holds a position. */
const struct kn_source *kn_source_at(const struct kn_file *file, uint32_t at);
/* Appends the text of another file; NULL after a message at `range` (which names the import). */
struct kn_source *kn_add_source(struct kn_file *file, const char *path, struct kn_range range);
/* The same from memory (tests, fuzzing); text is copied. */
struct kn_file *kn_file_from_text(const char *path, const char *text, size_t size);
void kn_file_close(struct kn_file *file);

/* Builds file->kernels; false if an error was reported. */
bool kn_parse(struct kn_file *file);
/* Checks and types every kernel; false if an error was reported. Call after a successful parse, or
 * after a failed one to report more (broken statements are skipped). */
bool kn_check(struct kn_file *file);
/* Checks the decisions of a checked kernel, and finds their tensors. */
void kn_check_schedule(struct kn_file *file, struct kn_kernel *kernel);
/* Does a comparison hold? A NaN is different from everything. */
bool kn_compare(enum kn_op op, double a, double b);

/* Gives a dimension its size, and with it those that follow from it. False without a message if
 * the size contradicts one that is known or makes another one negative. A computed dimension may
 * not determine the names in it (N / 2): it is then known when they are. */
bool kn_set_dim(struct kn_kernel *kernel, struct kn_dim *dim, int64_t size);
/* The value of a computed dimension; -1 while something in it has none, -2 if it has none. */
int64_t kn_eval_dim(const struct kn_dim_expr *expr);
/* Sets the sizes of dimensions from "M=256,K=512"; false after a message. */
bool kn_bind_shape(struct kn_file *file, struct kn_kernel *kernel, const char *shape);
/* True if every dimension has a size and parts fit together; otherwise reports what is missing. */
bool kn_require_static(struct kn_file *file, struct kn_kernel *kernel);
/* The value of an integer expression of numbers and dimensions that have sizes; false if it is
 * another one. */
bool kn_size_expr(const struct kn_expr *expr, int64_t *value);
/* Do the parts of a tensor cover it, each element once? Dimensions have sizes. False after a
 * message. */
bool kn_check_parts(struct kn_file *file, const struct kn_tensor *tensor);
/* The same for a few sizes of what has none yet; false after a message if it holds for none. */
bool kn_try_parts(struct kn_file *file, struct kn_kernel *kernel, const struct kn_tensor *tensor);

/* Bytes of a row (the last dimension) of a tensor whose dimensions have sizes: with padding to a
 * whole byte (i4), with scale and bias (tables). A scalar is a row of one element. */
size_t kn_row_bytes(const struct kn_tensor *tensor);
/* The tree as text (--emit=ast). */
void kn_print(FILE *out, const struct kn_file *file, const struct kn_kernel *kernel);
/* One expression as source text, for comments in generated code; the string is in the arena. */
const char *kn_expr_text(struct kn_file *file, const struct kn_expr *expr);
/* One line of the source without its indentation, for the same purpose. */
const char *kn_stmt_text(struct kn_file *file, const struct kn_stmt *stmt);

#endif
