// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products whose x is read through a window, for <mtia/knyfe_product.h> with KP_WINDOW:
//
//   y[m, n] = sum[t, k] x[rows of m and t, k] * w[n, t, k],  t: the taps of a window
//
// m counts the positions of up to three indices of the result (image, row, column), the last one
// fastest. A row of a tile is a run of k at one pixel; dma.gather brings it from where a list of
// places says, rows outside of the image as zeros or from a row of padding. So what the products
// read is never anywhere but in the circular buffer of x.
//
// Core 1 makes the lists, 64 rows for each tap of a chunk, some chunks ahead of its products, in
// the order in which core 0 gathers. A place is an address in units of KP_PLACE bytes from local
// memory on: every tensor's rows begin at multiples of them.
#ifndef MTIA_KNYFE_WINDOW_H
#define MTIA_KNYFE_WINDOW_H

#include <mtia/kernel.h>
#include <mtia/knyfe.h>
#include <mtia/knyfe_plan.h>

// An index of the result along which x is read, and the taps of the window along it. The first of
// the three has one tap and is never outside.
struct kp_axis {
  uint32_t extent;     // of the index
  int32_t first, step; // pixel = first + step * index + dilation * tap
  int32_t dilation;
  uint32_t taps;
  uint32_t limit;   // pixels; INT32_MAX where none is outside
  uint64_t pitch;   // bytes of x from pixel to pixel
  uint64_t w_pitch; // bytes of w from tap to tap
};

struct kp_window {
  uint64_t data; // of x
  struct kp_axis axis[3];
  uint32_t pad; // an element outside
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
KP_SELDOM int32_t kp_padding(const struct kp_window *w, uint64_t address, uint32_t size) {
  if (w->pad == 0)
    return -1;
  for (uint32_t i = 0; i < KP_PAD_ROW; i += 4)
    *(volatile uint32_t *)(uintptr_t)(address + i) = w->pad * (size == 1 ? 0x01010101u : 0x10001u);
  return (int32_t)((address - MTIA_LOCAL_BASE) / KP_PLACE);
}

#endif
