// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products whose x is read through a window: does x come in bands (<mtia/knyfe_bands.h>), once for
// all taps, or row by row from lists of places, once for each tap?
#include "contract.h"
#include "rows.h"

#include <string.h>

// Core 1's cycles for the places of a strip and for a list of them.
enum { PLACES = 700, LIST = 200 };

static void axes(const struct kn_contraction *c, struct kp_axis *axis) {
  for (int i = 0; i < KN_AXES; i++) {
    const struct kn_axis *a = &c->axis[i];
    axis[i] = (struct kp_axis){.extent = 1, .step = 1, .taps = 1, .limit = INT32_MAX};
    if (!a->index)
      continue;
    axis[i] =
        (struct kp_axis){.extent = (uint32_t)a->index->extent->size,
                         .first = (int32_t)a->first,
                         .step = (int32_t)a->step,
                         .dilation = (int32_t)a->dilation,
                         .taps = a->tap ? (uint32_t)a->tap->extent->size : 1,
                         .limit = c->pads ? (uint32_t)c->x.tensor->dims[a->dim]->size : INT32_MAX};
  }
}

// Bands that the kernel can do: its arrays have an end, and a pixel of padding, too.
static bool can_have_bands(const struct kn_contraction *c, const struct kp_axis *axis,
                           uint64_t pixel) {
  for (int i = 0; i < KN_AXES; i++)
    if (!axis[i].extent || !axis[i].taps)
      return false;
  return axis[0].step == 1 && !axis[0].first && !c->num_steps && !c->bias_rows && !c->scales_rows &&
         pixel && (!c->pad || pixel <= KP_PAD_ROW) &&
         kn_window_taps(c) * kp_pad(pixel) <= KP_BAND_STEPS * KP_STEP;
}

static uint64_t lists_cycles(const struct kn_contraction *c, const struct kp_shape *s,
                             uint64_t pixel) {
  const uint64_t strips = kp_ceil_div(s->batch * kp_ceil_div(s->m, KP_BLOCK), s->rows * s->columns);
  const uint64_t lists = kn_window_taps(c) * kp_ceil_div(pixel, KP_CHUNK);
  return kp_max(kp_search(s).cycles, strips * (PLACES + LIST * lists));
}

struct kp_band_size kn_window_bands(const struct kn_contraction *c, struct kp_shape *s) {
  struct kp_axis axis[KN_AXES];
  struct kp_band_size best = {0};
  const uint64_t pixel = (uint64_t)c->k->extent->size * (c->is_float ? 2 : 1);
  axes(c, axis);
  if (!can_have_bands(c, axis, pixel))
    return best;
  uint64_t least = lists_cycles(c, s, pixel);
  const uint32_t across = (uint32_t)kp_ceil_div(axis[2].extent, KP_BLOCK);
  struct kp_band_size size = {1, (uint32_t)kp_ceil_div(axis[2].extent, across)};
  struct kp_shape with = *s, chosen = *s;
  for (; size.rows <= axis[1].extent; size.rows++) {
    const struct kp_bands b = kp_bands(axis, size);
    if (kp_positions(&b, b.rows, b.columns) > KP_BLOCK)
      break;
    const uint64_t bands = (uint64_t)b.down * b.across, bytes = b.pixels * (uint64_t)kp_pad(pixel);
    if (bytes > MTIA_LOCAL_SIZE || axis[0].extent * bands > UINT32_MAX / KP_BLOCK)
      continue;
    with.batch = 1;
    with.m = KP_BLOCK * (uint64_t)axis[0].extent * bands;
    with.k = pixel % KP_STEP ? kp_pad(pixel) * kn_window_taps(c) : pixel * kn_window_taps(c);
    with.splits = false;
    with.aside = s->aside - kp_lists(1) + kp_lists(2);
    with.band = (uint32_t)bytes;
    with.bands = (uint32_t)bands;
    with.halves = kp_halves(axis, &b);
    const uint64_t cycles = kp_search(&with).cycles;
    if (cycles > least)
      continue;
    least = cycles;
    best = size;
    chosen = with;
  }
  *s = chosen;
  return best;
}
