// A larger kernel made of the library's functions: y = x0 x1 x0 x1, z = y x1 y.
#include <mtia/kernel.h>
#include <mtia/kernels.h>

struct args {
  struct mtia_tensor x0, x1, y, z;
};

// No columns of the rows of `like`.
static struct mtia_tensor nothing(const struct mtia_tensor *like) {
  struct mtia_tensor t = *like;
  t.dim[1] = 0;
  return t;
}

MTIA_KERNEL(larger, struct args, MTIA_IN(x0, MTIA_F16, "M", "A"), MTIA_IN(x1, MTIA_F16, "M", "B"),
            MTIA_OUT(y, MTIA_F16, "M", "C"), MTIA_OUT(z, MTIA_F16, "M", "D")) {
  struct mtia_concat_args first = {
      .x0 = args->x0, .x1 = args->x1, .x2 = args->x0, .x3 = args->x1, .y = args->y};
  if (mtia_concat_f16(&first) != MTIA_STATUS_OK)
    return;
  __mtia_bar(MTIA_BAR_GRID); // the second one reads what other PEs have written
  struct mtia_concat_args second = {
      .x0 = args->y, .x1 = args->x1, .x2 = args->y, .x3 = nothing(&args->y), .y = args->z};
  mtia_concat_f16(&second);
}

// The end of a classifier, by two families: p = softmax(x * w^T + bias). The logits are the
// caller's memory.
struct head_args {
  struct mtia_tensor x, w, bias, logits, p;
};

MTIA_KERNEL(head, struct head_args, MTIA_IN(x, MTIA_I8, "M", "K"), MTIA_IN(w, MTIA_I8, "N", "K"),
            MTIA_IN(bias, MTIA_I32, "N"), MTIA_OUT(logits, MTIA_F32, "M", "N"),
            MTIA_OUT(p, MTIA_F32, "M", "N")) {
  struct mtia_fc_args layer = {
      .x = args->x, .w = args->w, .bias = args->bias, .scale = 0.0078125f, .y = args->logits};
  if (mtia_fc_s8s8_f32(&layer) != MTIA_STATUS_OK)
    return;
  __mtia_bar(MTIA_BAR_GRID);
  struct mtia_softmax_args normalise = {.x = args->logits, .scale = 1.0f, .y = args->p};
  mtia_softmax_f32(&normalise);
}
