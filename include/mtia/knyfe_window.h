// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products whose x is read through a window, for <mtia/knyfe_product.h> with KP_WINDOW:
//
//   y[m, n] = sum[t, k] x[rows of m and t, k] * w[n, t, k],  t: the taps of a window
//
// A row of a tile is a run of k at one pixel. What the products read is never anywhere but in the
// circular buffer of x.
//
// KP_WINDOW 2: a block is a band of the result (<mtia/knyfe_bands.h>), whose pixels core 0 brings
// row by row, once for all taps. Pixels outside are gathered from a list of nothing but them.
//
// KP_WINDOW 1, where sizes come with the launch or bands do not fit: m counts the positions of up
// to three indices of the result (image, row, column), the last one fastest. dma.gather brings rows
// from where a list of places says, rows outside of the image as zeros or from a row of padding,
// once for each tap. Core 1 makes the lists, 64 rows for each tap of a chunk, some chunks ahead of
// its products, in the order in which core 0 gathers. A place is an address in units of KP_PLACE
// bytes from local memory on: every tensor's rows begin at multiples of them.
#ifndef MTIA_KNYFE_WINDOW_H
#define MTIA_KNYFE_WINDOW_H

#include <mtia/kernel.h>
#include <mtia/knyfe.h>
#include <mtia/knyfe_bands.h>

struct kp_window {
  uint64_t data; // of x
  struct kp_axis axis[3];
  uint32_t pad;              // an element outside
  struct kp_band_size bands; // KP_WINDOW 2
};

// Where the rows of a strip are read for tap 0, and at which pixels along axes 1 and 2.
struct kp_places {
  mtia_u32x64 place;
  mtia_i32x64 row, column;
};

// A tap, and how far its pixels are from those of tap 0. `row_place` and `place` count in KP_PLACE.
struct kp_tap {
  uint32_t across;
  int32_t row, column;
  uint32_t row_place, place;
};
// Steps from one tap to the next, and down to the next row of them.
struct kp_tap_steps {
  uint32_t across, place, row_place;
  int32_t row, column;
};

KP struct kp_tap_steps kp_tap_steps(const struct kp_window *w) {
  const struct kp_axis *down = &w->axis[1], *across = &w->axis[2];
  return (struct kp_tap_steps){
      .across = across->taps,
      .place = (uint32_t)across->dilation * (uint32_t)(across->pitch / KP_PLACE),
      .row_place = (uint32_t)down->dilation * (uint32_t)(down->pitch / KP_PLACE),
      .row = down->dilation,
      .column = across->dilation};
}

KP void kp_next_tap(const struct kp_tap_steps *s, struct kp_tap *t) {
  t->column += s->column;
  t->place += s->place;
  if (++t->across != s->across)
    return;
  t->across = 0;
  t->column = 0;
  t->row += s->row;
  t->place = t->row_place += s->row_place;
}

KP struct kp_tap kp_tap(const struct kp_tap_steps *s, uint32_t number) {
  const uint32_t down = (uint32_t)kp_div(number, s->across);
  struct kp_tap t = {.across = number - down * s->across};
  t.row = (int32_t)down * s->row;
  t.column = (int32_t)t.across * s->column;
  t.row_place = down * s->row_place;
  t.place = t.row_place + t.across * s->place;
  return t;
}

// How often `extent` fits into numbers below extent + 64.
KP mtia_i32x64 kp_wraps(mtia_i32x64 x, uint32_t extent) {
  if (extent >= KP_BLOCK)
    return mtia_select_i32x64(mtia_less_i32x64(x, mtia_splat_i32x64((int32_t)extent)),
                              mtia_splat_i32x64(0), mtia_splat_i32x64(1));
  const mtia_f32x64 middle = __builtin_convertvector(x, mtia_f32x64) + 0.5f;
  return __builtin_convertvector(middle * (1.0f / (float)extent), mtia_i32x64);
}

// Of `rows` positions from `first` on.
KP_SELDOM MTIA_VECTOR void kp_find_places(const struct kp_window *w, uint64_t first, uint32_t rows,
                                          struct kp_places *to) {
  const struct kp_axis *a = w->axis;
  const uint64_t lines = kp_div(first, a[2].extent), image = kp_div(lines, a[1].extent);
  const mtia_i32x64 lane = mtia_iota_i32x64();
  mtia_i32x64 column = lane + (int32_t)(first - lines * a[2].extent);
  mtia_i32x64 wraps = kp_wraps(column, a[2].extent);
  column -= wraps * (int32_t)a[2].extent;
  mtia_i32x64 row = wraps + (int32_t)(lines - image * a[1].extent);
  wraps = kp_wraps(row, a[1].extent);
  row -= wraps * (int32_t)a[1].extent;
  row = row * a[1].step + a[1].first;
  column = column * a[2].step + a[2].first;
  const uint64_t image_pitch = a[0].pitch * (uint32_t)a[0].step;
  const uint64_t base = w->data - MTIA_LOCAL_BASE + image * image_pitch;
  to->place = (mtia_u32x64)wraps * (uint32_t)(image_pitch / KP_PLACE) +
              (mtia_u32x64)row * (uint32_t)(a[1].pitch / KP_PLACE) +
              (mtia_u32x64)column * (uint32_t)(a[2].pitch / KP_PLACE) + (uint32_t)(base / KP_PLACE);
  to->row = mtia_select_i32x64(mtia_less_i32x64(lane, mtia_splat_i32x64((int32_t)rows)), row,
                               mtia_splat_i32x64(INT32_MIN));
  to->column = column;
}

// The list of a tap, from byte `at` of k on; `outside` is the place of padding.
KP void kp_list(const struct kp_window *w, const struct kp_places *p, const struct kp_tap *tap,
                uint32_t at, int32_t outside, int32_t *list) {
  const mtia_maskx64 inside =
      mtia_less_u32x64((mtia_u32x64)(p->row + tap->row), mtia_splat_u32x64(w->axis[1].limit)) &
      mtia_less_u32x64((mtia_u32x64)(p->column + tap->column), mtia_splat_u32x64(w->axis[2].limit));
  mtia_store_i32x64(list, mtia_select_i32x64(inside,
                                             (mtia_i32x64)(p->place + (tap->place + at / KP_PLACE)),
                                             mtia_splat_i32x64(outside)));
}

// Core 1 writes a row of padding, if it is not zero. Its place; -1: the DMA makes zeros.
KP_SELDOM MTIA_VECTOR int32_t kp_padding(uint32_t pad, uint64_t address, uint32_t size) {
  if (pad == 0)
    return -1;
  const int32_t word = (int32_t)(pad * (size == 1 ? 0x01010101u : 0x10001u));
  _Static_assert(KP_PAD_ROW == sizeof(mtia_i32x64), "a row of padding is a vector");
  mtia_store_i32x64((int32_t *)(uintptr_t)address, mtia_splat_i32x64(word));
  return (int32_t)((address - MTIA_LOCAL_BASE) / KP_PLACE);
}

//===----------------------------------------------------------------------===//
// Bands
//===----------------------------------------------------------------------===//

// Core 1 makes the list that stays, 64 pixels outside.
KP_SELDOM MTIA_VECTOR void kp_list_outside(uint32_t pad, uint64_t padding, uint32_t size) {
  const int32_t outside = kp_padding(pad, padding, size);
  mtia_store_i32x64((int32_t *)(uintptr_t)__mtia_cb_tail(KP_CB_LISTS, 0),
                    mtia_splat_i32x64(outside));
  __mtia_cb_push(KP_CB_LISTS, KP_LIST);
}

// So many pixels outside.
KP void kp_load_outside(uint32_t count) {
  for (; count; count -= (uint32_t)kp_min(count, KP_BLOCK))
    __mtia_dma_gather(KP_CB_X, MTIA_LOCAL_BASE, kp_min(count, KP_BLOCK), KP_CB_LISTS);
}

// Brings a plane: rows of pixels, `k` bytes of each.
KP void kp_load_plane(const struct kp_window *w, const struct kp_bands *b,
                      const struct kp_band *band, struct kp_reach y, struct kp_reach x,
                      uint32_t phase_y, uint32_t phase_x, uint32_t k) {
  const struct kp_axis *down = &w->axis[1], *across = &w->axis[2];
  const struct kp_line l = kp_line(across, x, phase_x, band->column, band->columns);
  const uint32_t rows = band->rows + (uint32_t)(y.high - y.low);
  const int32_t first = (int32_t)band->column + x.low + (int32_t)l.lead;
  const uint64_t step = across->pitch * (uint32_t)across->step;
  const bool together = step == k;
  int64_t pixel = (int64_t)down->step * ((int32_t)band->row + y.low) + phase_y;
  uint64_t from = w->data + band->image * w->axis[0].pitch + (uint64_t)pixel * down->pitch +
                  (uint64_t)(across->step * first + (int32_t)phase_x) * across->pitch;
  uint32_t outside = l.lead;
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, step);
  if (together)
    __mtia_cr_w2(MTIA_CR_DMA_IN, l.inside * k, 0);
  else
    __mtia_cr_w2(MTIA_CR_DMA_IN, k, 0);
  for (uint32_t row = 0; row < rows; row++) {
    const uint32_t all = (row + 1 < rows ? b->pitch : l.count - l.lead);
    if (l.inside && pixel >= 0 && pixel < (int64_t)down->limit) {
      kp_load_outside(outside);
      __mtia_dma_in(KP_CB_X, from, together ? 1 : l.inside, MTIA_MC_NONE);
      outside = all - l.inside;
    } else
      outside += all;
    pixel += down->step;
    from += (uint64_t)down->step * down->pitch;
  }
  kp_load_outside(outside);
}

// Core 0 brings a band.
KP void kp_load_band(const struct kp_window *w, const struct kp_bands *b,
                     const struct kp_band *band, uint32_t k) {
  __mtia_cr_w2(MTIA_CR_GATHER, k, 0);
  for (uint32_t i = 0; i < (uint32_t)w->axis[1].step; i++)
    for (uint32_t j = 0; j < (uint32_t)w->axis[2].step; j++) {
      const uint32_t down = kp_phase(&w->axis[1], i), across = kp_phase(&w->axis[2], j);
      const struct kp_reach y = kp_reach(&w->axis[1], down), x = kp_reach(&w->axis[2], across);
      if (y.any && x.any)
        kp_load_plane(w, b, band, y, x, down, across, k);
    }
}

// The places of all steps of k in a band, `pixel` bytes for each pixel.
KP void kp_band_places(const struct kp_window *w, const struct kp_bands *b,
                       const struct kp_band *band, uint32_t pixel, uint32_t *places) {
  for (uint32_t down = 0; down < w->axis[1].taps; down++)
    for (uint32_t across = 0; across < w->axis[2].taps; across++) {
      uint32_t at = kp_tap_pixel(w->axis, b, band, down, across) * pixel;
      for (uint32_t k = 0; k < pixel; k += KP_STEP, at += KP_STEP)
        *places++ = at;
    }
}

// Stores the rows of a block that are no garbage. `row`: bytes of local memory of each.
KP void kp_store_band(const struct kp_product *a, const struct kp_bands *b,
                      const struct kp_band *band, uint64_t y, uint32_t rows, uint32_t row) {
  const uint64_t *pitch = a->y.batch + KP_BATCH - 2;
  for (uint32_t left = rows, half; left; left -= half) {
    half = (uint32_t)kp_min(KP_BLOCK / 2, left);
    __mtia_cb_push(KP_CB_Y, half * row); // while the rest is at work
  }
  y += band->image * pitch[0] + band->row * pitch[1] + band->column * a->y.pitch;
  for (uint32_t i = band->rows; i; i--, y += pitch[1]) {
    __mtia_dma_out(KP_CB_Y, y, band->columns);
    if (i > 1 && b->pitch > band->columns)
      __mtia_cb_pop(KP_CB_Y, (b->pitch - band->columns) * row);
  }
}

#endif
