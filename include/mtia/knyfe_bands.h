// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows whose pixels are in local memory once, and not once for each tap: how a *band*, some rows
// of an image of the result, lies there. Plain arithmetic, for kernels and for knyfe-c.
//
// The rows of a block are *positions*: those of the first row of the band, `pitch` positions
// further on those of the next one. Of what lies between them the products are garbage, which is
// not stored. So what a tap reads begins at one place and goes on pixel by pixel, all of it:
// place of position 0 + position. With a step of s this is so in each of s x s *planes*, of the
// pixels whose row and column leave the same rests divided by s, its phases. A plane has the
// border, too; that to the right of a row is that to the left of the next one.
#ifndef MTIA_KNYFE_BANDS_H
#define MTIA_KNYFE_BANDS_H

#include <mtia/knyfe_plan.h>

enum { KP_BAND_STEPS = 256 }; // of k, 32 bytes each, that a list of places has room for

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

// Of the result's bands; 0: there are none, and core 1 makes lists of places.
struct kp_band_size {
  uint32_t rows, columns;
};

// A tap reads pixel step * (index + on) + phase.
struct kp_offset {
  int32_t on;
  uint32_t phase;
};
KP struct kp_offset kp_offset(const struct kp_axis *a, uint32_t tap) {
  const int32_t at = a->first + a->dilation * (int32_t)tap;
  const int32_t down = at >= 0 ? (int32_t)kp_div((uint32_t)at, (uint32_t)a->step)
                               : -(int32_t)kp_ceil_div((uint32_t)-at, (uint32_t)a->step);
  return (struct kp_offset){down, (uint32_t)(at - down * a->step)};
}

// The phases in the order in which planes lie in a band: from that of the first tap on.
KP uint32_t kp_phase(const struct kp_axis *a, uint32_t i) {
  const uint32_t phase = kp_offset(a, 0).phase + i, step = (uint32_t)a->step;
  return phase < step ? phase : phase - step;
}

// From where to where the taps of a phase reach; `any`: there are some.
struct kp_reach {
  int32_t low, high;
  bool any;
};
KP struct kp_reach kp_reach(const struct kp_axis *a, uint32_t phase) {
  struct kp_reach r = {0, 0, false};
  for (uint32_t tap = 0; tap < a->taps; tap++) {
    const struct kp_offset o = kp_offset(a, tap);
    if (o.phase != phase)
      continue;
    r.low = r.any && r.low < o.on ? r.low : o.on;
    r.high = r.any && r.high > o.on ? r.high : o.on;
    r.any = true;
  }
  return r;
}

// A row of a plane: `count` pixels, of which the first `lead` and all behind `lead` + `inside` are
// outside of the image.
struct kp_line {
  uint32_t count, lead, inside;
};
KP struct kp_line kp_line(const struct kp_axis *a, struct kp_reach r, uint32_t phase,
                          uint32_t first, uint32_t columns) {
  const int32_t low = (int32_t)first + r.low;
  struct kp_line l = {.count = columns + (uint32_t)(r.high - r.low)};
  const uint32_t pixels =
      a->limit > phase ? (uint32_t)kp_ceil_div(a->limit - phase, (uint32_t)a->step) : 0;
  l.lead = (uint32_t)kp_min(low < 0 ? (uint32_t)-low : 0, l.count);
  const int32_t from = low + (int32_t)l.lead;
  l.inside =
      (int32_t)pixels > from ? (uint32_t)kp_min(pixels - (uint32_t)from, l.count - l.lead) : 0;
  return l;
}

struct kp_bands {
  uint32_t rows, columns; // of the result, in all bands but the last ones
  uint32_t down, across;  // bands of an image
  uint32_t pitch;         // positions from row to row
  uint32_t pixels;        // that a band takes
};

// Pixels of a plane of a band of so many rows of the result.
KP uint32_t kp_plane(const struct kp_bands *b, struct kp_reach y, struct kp_reach x, uint32_t rows,
                     uint32_t columns) {
  return (rows - 1 + (uint32_t)(y.high - y.low)) * b->pitch + columns + (uint32_t)(x.high - x.low);
}

KP uint32_t kp_band_pixels(const struct kp_axis *axis, const struct kp_bands *b, uint32_t rows,
                           uint32_t columns) {
  uint32_t pixels = 0;
  for (uint32_t i = 0; i < (uint32_t)axis[1].step; i++)
    for (uint32_t j = 0; j < (uint32_t)axis[2].step; j++) {
      const struct kp_reach y = kp_reach(&axis[1], i), x = kp_reach(&axis[2], j);
      if (y.any && x.any)
        pixels += kp_plane(b, y, x, rows, columns);
    }
  return pixels;
}

KP struct kp_bands kp_bands(const struct kp_axis *axis, struct kp_band_size size) {
  struct kp_bands b = {.rows = size.rows, .columns = size.columns};
  b.down = (uint32_t)kp_ceil_div(axis[1].extent, b.rows);
  b.across = (uint32_t)kp_ceil_div(axis[2].extent, b.columns);
  b.pitch = b.columns; // where a row has more border than taps reach
  for (uint32_t j = 0; j < (uint32_t)axis[2].step; j++) {
    const struct kp_reach x = kp_reach(&axis[2], j);
    if (!x.any)
      continue;
    const struct kp_line l = kp_line(&axis[2], x, j, 0, b.columns);
    const uint32_t tail = l.count - l.lead - l.inside;
    b.pitch = (uint32_t)kp_max(b.pitch, l.count - (l.lead < tail ? l.lead : tail));
  }
  b.pixels = kp_band_pixels(axis, &b, b.rows, b.columns);
  return b;
}

// The rows of a block: positions of a band of so many rows and columns.
KP uint32_t kp_positions(const struct kp_bands *b, uint32_t rows, uint32_t columns) {
  return (rows - 1) * b->pitch + columns;
}

// Tiles of 32 positions in all bands of an image.
KP uint32_t kp_halves(const struct kp_axis *axis, const struct kp_bands *b) {
  const uint32_t rows = axis[1].extent - (b->down - 1) * b->rows;
  const uint32_t columns = axis[2].extent - (b->across - 1) * b->columns;
  const uint32_t half = KP_BLOCK / 2;
  return (b->down - 1) * (b->across - 1) *
             ((kp_positions(b, b->rows, b->columns) + half - 1) / half) +
         (b->down - 1) * ((kp_positions(b, b->rows, columns) + half - 1) / half) +
         (b->across - 1) * ((kp_positions(b, rows, b->columns) + half - 1) / half) +
         (kp_positions(b, rows, columns) + half - 1) / half;
}

// A band: where it begins in the result; number `number` of its image, one of a group of `images`
// that PEs below each other have at the same time.
struct kp_band {
  uint32_t image, row, column, rows, columns;
  uint32_t all, number, images; // `all`: its number among all
};

// Number `n` of all bands. PEs of a column of a team of `height` have the same band of different
// images, as the last one of an image may have less to do.
KP struct kp_band kp_band(const struct kp_axis *axis, const struct kp_bands *b, uint32_t n,
                          uint32_t height) {
  const uint32_t each = b->down * b->across, group = (uint32_t)kp_div(n, height * each);
  const uint32_t first = group * height, rest = n - first * each;
  const uint32_t images = (uint32_t)kp_min(height, axis[0].extent - first);
  const uint32_t number = (uint32_t)kp_div(rest, images);
  const uint32_t down = (uint32_t)kp_div(number, b->across);
  struct kp_band band = {.all = n,
                         .number = number,
                         .images = images,
                         .image = first + rest - number * images,
                         .row = down * b->rows,
                         .column = (number - down * b->across) * b->columns};
  band.rows = (uint32_t)kp_min(b->rows, axis[1].extent - band.row);
  band.columns = (uint32_t)kp_min(b->columns, axis[2].extent - band.column);
  return band;
}

// From one band of a PE to the next one: without divisions where that is of the same image.
KP void kp_move_band(const struct kp_axis *axis, const struct kp_bands *b, uint32_t n,
                     uint32_t height, struct kp_band *band) {
  if (n != band->all + height || band->images != height ||
      band->number + 1 == b->down * b->across) {
    if (n != band->all)
      *band = kp_band(axis, b, n, height);
    return;
  }
  band->all = n;
  band->number++;
  band->column += b->columns;
  if (band->column >= axis[2].extent) {
    band->column = 0;
    band->row += b->rows;
  }
  band->rows = (uint32_t)kp_min(b->rows, axis[1].extent - band->row);
  band->columns = (uint32_t)kp_min(b->columns, axis[2].extent - band->column);
}

// Where position 0 of a tap is in a band, in pixels.
KP uint32_t kp_tap_pixel(const struct kp_axis *axis, const struct kp_bands *b,
                         const struct kp_band *band, uint32_t down, uint32_t across) {
  const struct kp_offset y = kp_offset(&axis[1], down), x = kp_offset(&axis[2], across);
  uint32_t at = 0;
  for (uint32_t i = 0; i < (uint32_t)axis[1].step; i++)
    for (uint32_t j = 0; j < (uint32_t)axis[2].step; j++) {
      const uint32_t py = kp_phase(&axis[1], i), px = kp_phase(&axis[2], j);
      const struct kp_reach ry = kp_reach(&axis[1], py), rx = kp_reach(&axis[2], px);
      if (py == y.phase && px == x.phase)
        return at + (uint32_t)(y.on - ry.low) * b->pitch + (uint32_t)(x.on - rx.low);
      if (ry.any && rx.any)
        at += kp_plane(b, ry, rx, band->rows, band->columns);
    }
  return at;
}

#endif
