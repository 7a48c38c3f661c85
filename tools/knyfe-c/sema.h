// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files share that check names, extents and types.
#ifndef KNYFE_SEMA_H
#define KNYFE_SEMA_H

#include "ast.h"

#define MAX_BOUND 64 /* index variables of one statement */

/* A def while its body is checked in place of the call. */
struct call {
  struct kn_def *def;
  struct kn_expr *args[16]; /* checked; what the parameters stand for */
  bool used[16];
  struct call *outer;
};

struct sema {
  struct kn_file *file;
  struct kn_kernel *kernel;
  struct kn_stmt *stmt;
  struct kn_tensor **next_local;
  struct kn_index *scope[MAX_BOUND]; /* in force now */
  unsigned num_scope;
  struct kn_index *bound[MAX_BOUND]; /* all of this statement so far */
  unsigned num_bound;
  bool poisoned;        /* the statement reads something that could not be checked */
  struct call *call;    /* the def that is being put in; NULL in the kernel itself */
  unsigned first_scope; /* of the indices in force, those from here on are visible in it */
  unsigned num_cloned;  /* nodes that defs have made in this statement */
};

#define EXPR struct kn_expr

// sema_type.c
bool sema_is_int(const EXPR *e);
bool sema_is_float(const EXPR *e);
/* Already reported: KN_NOTYPE. */
bool sema_is_bad(const EXPR *e);
/* Makes it so. */
EXPR *sema_poison(EXPR *e);
/* Is the number one of the type? */
bool sema_fits(int64_t value, enum kn_type type);
/* Does every value of `from` have exactly one equal value in `to`? (R4.3) */
bool sema_widens(enum kn_type from, enum kn_type to);
/* The type that arithmetic on one of `t` is done in. */
enum kn_type sema_promote(enum kn_type t);
/* The type two operands meet in (R4.4); a literal follows the other operand. */
enum kn_type sema_common_type(const EXPR *a, const EXPR *b);
/* e as a value of `type`, to which it is known to widen, or a literal of the right kind. */
EXPR *sema_coerce(struct sema *s, EXPR *e, enum kn_type type);
/* A literal that met nothing to follow keeps its own type. */
EXPR *sema_settle(EXPR *e);
/* Messages; return the poisoned `whole`. */
EXPR *sema_bad_operand(struct sema *s, EXPR *whole, const EXPR *operand, const char *expected);
EXPR *sema_mismatch(struct sema *s, EXPR *whole, const EXPR *a, const EXPR *b);

// sema_name.c
struct guess {
  const char *wrong, *best;
  unsigned distance;
};
/* By name, NULL if there is none; nothing of the kernel is visible in a def. */
struct kn_dim *sema_find_dim(struct sema *s, const char *name);
struct kn_tensor *sema_find_tensor(struct sema *s, const char *name);
struct kn_index *sema_find_in_force(struct sema *s, const char *name);
/* Is this name nearer to the wrong one than the best so far? */
void sema_consider(struct guess *g, const char *name);
/* The message, with the nearest name that is in force. */
void sema_unknown_name(struct sema *s, const EXPR *e);
/* Puts an index in force; false after a message. */
bool sema_bind(struct sema *s, struct kn_index *x);
/* i + 1 over B + 1 limits i to B, if nothing else did (R3.11). */
void sema_limit_index(struct sema *s, const EXPR *e, struct kn_dim *d);
/* x runs over dimension d at this place (R3.3). */
void sema_unify(struct sema *s, struct kn_index *x, struct kn_dim *d, struct kn_range at);
/* Has something given the index its extent? False after a message. */
bool sema_extent_known(struct sema *s, struct kn_index *x, bool reduced);

// sema_expr.c
/* `want` is the type of the tensor that the value is stored to, as far as it is known. */
EXPR *sema_check(struct sema *s, EXPR *e, enum kn_type want);
/* A subscript of dimension d. */
EXPR *sema_check_index(struct sema *s, EXPR *index, struct kn_dim *d);
/* The beginning or end of a range. */
EXPR *sema_check_bound(struct sema *s, EXPR *e);

// sema_def.c
/* What a name in a def stands for; NULL if it is no parameter. */
EXPR *sema_take_parameter(struct sema *s, EXPR *e);
/* The body of the def with the call's arguments, in place of the call. */
EXPR *sema_put_in(struct sema *s, EXPR *e, struct kn_def *def, enum kn_type want);
/* Names and calls of all defs, also of those that nothing calls. */
void sema_check_defs(struct kn_file *file);

#endif
