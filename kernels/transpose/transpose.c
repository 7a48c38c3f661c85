// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transpose of matrices and of tensors of 4 dimensions; <mtia/kernels.h> says what is computed,
// <mtia/knyfe_move.h> how.
//
// If the innermost dimension stays where it is, rows are copied: blocks of rows come in with the
// pitch of x and go out with that of y, nothing else touches them. Otherwise two dimensions are
// matrices, x's innermost and the one that becomes y's innermost, and the other two count them.
#include "../launch.h"

#define KN_MOVE_INDICES 2
#include <mtia/knyfe_move.h>

KN_STACK_LINES(4);

static enum mtia_status run(const struct kn_move *m) {
  kn_move(m);
  kn_leave();
  return MTIA_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static enum mtia_status run_MATRICES(const struct mtia_transpose_args *a, uint32_t log2) {
  if (a->x.dim[0] != a->y.dim[0] || a->x.dim[1] != a->y.dim[2] || a->x.dim[2] != a->y.dim[1])
    return MTIA_STATUS_SHAPE;
  struct kn_move m; // field by field: memset of all of it would take longer
  m.turned = true;
  m.log2 = log2;
  m.from = a->x.data;
  m.to = a->y.data;
  m.count[0] = 1;
  m.count[1] = a->x.dim[0];
  m.from_step[0] = m.to_step[0] = 0;
  m.from_step[1] = a->x.stride[0];
  m.to_step[1] = a->y.stride[0];
  m.rows = a->x.dim[1];
  m.columns = a->x.dim[2];
  m.from_pitch = a->x.stride[1];
  m.to_pitch = a->y.stride[1];
  return run(&m);
}

static enum mtia_status run_AXES(const struct mtia_transpose_args *a, uint32_t log2) {
  const int32_t p[4] = {a->p0, a->p1, a->p2, a->p3};
  uint32_t seen = 0;
  for (int i = 0; i < 4; i++) {
    if (p[i] < 0 || p[i] > 3 || seen >> p[i] & 1)
      return MTIA_STATUS_VALUE;
    seen |= 1u << p[i];
    if (a->y.dim[i] != a->x.dim[p[i]])
      return MTIA_STATUS_SHAPE;
  }
  struct kn_move m;
  m.turned = p[3] != 3;
  m.log2 = log2;
  m.from = a->x.data;
  m.to = a->y.data;
  // The axis of y that goes with its innermost one: x's innermost, or the last to count rows.
  int other = 2;
  for (int i = 0; m.turned && i < 3; i++)
    if (p[i] == 3)
      other = i;
  m.columns = a->x.dim[3];
  m.rows = a->x.dim[m.turned ? p[3] : p[2]];
  m.from_pitch = a->x.stride[m.turned ? p[3] : p[2]];
  m.to_pitch = a->y.stride[other];
  for (int i = 0, k = 0; i < 3; i++)
    if (i != other) {
      m.count[k] = a->y.dim[i];
      m.from_step[k] = a->x.stride[p[i]];
      m.to_step[k++] = a->y.stride[i];
    }
  return run(&m);
}

#define LAUNCH_MATRICES(kernel, T)                                                                 \
  KN_LAUNCH(kernel, struct mtia_transpose_args, MTIA_IN(x, MTIA_##T, "B", "M", "N"),               \
            MTIA_OUT(y, MTIA_##T, "B", "N", "M"))
#define LAUNCH_AXES(kernel, T)                                                                     \
  KN_LAUNCH(kernel, struct mtia_transpose_args, MTIA_IN(x, MTIA_##T, "X0", "X1", "X2", "X3"),      \
            MTIA_OUT(y, MTIA_##T, "Y0", "Y1", "Y2", "Y3"), MTIA_SCALAR(p0, MTIA_I32),              \
            MTIA_SCALAR(p1, MTIA_I32), MTIA_SCALAR(p2, MTIA_I32), MTIA_SCALAR(p3, MTIA_I32))

#define MTIA_VARIANT(kernel, types, units, form, T, log2)                                          \
  enum mtia_status mtia_##kernel(const struct mtia_transpose_args *args) {                         \
    return run_##form(args, log2);                                                                 \
  }                                                                                                \
  LAUNCH_##form(kernel, T)
#include <mtia/kernels/transpose.def>
