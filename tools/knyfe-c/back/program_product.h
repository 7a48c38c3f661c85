// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between program.c, which follows a kernel's text, and program_product.c, which knows what the
// included <mtia/knyfe_product.h> does.
#ifndef KNYFE_BACK_PROGRAM_PRODUCT_H
#define KNYFE_BACK_PROGRAM_PRODUCT_H

#include "program.h"

#include <mtia/knyfe_bands.h>

struct follow;

// The macros and the struct that the text gives to the function.
struct pg_product {
  struct kp_shape shape;
  uint64_t outer; // summed indices around k
  uint32_t size;  // bytes of an element of x and w
  bool turn_x, turn_w, bias;
  bool sums;      // of w, by the SE
  unsigned steps; // of the SE on a block
  unsigned step_room;
  bool scales;
  bool window;      // x is gathered; `outer` are taps
  bool taps_joined; // a tap is one step of k, and chunks have several
  // x comes in bands; a place of x for each step of k, bytes of k at a pixel.
  struct kp_bands bands;
  struct kp_axis axis[3];
  uint32_t pixel;
};

void pg_follow_product(struct follow *f, const struct pg_product *product,
                       const struct kp_plan *plan, unsigned core, unsigned row, unsigned col);

// program_command.c; pg_scalar: a core's cycles without a command
struct pg_event *pg_emit(struct follow *f, enum pg_kind kind);
struct pg_event *pg_unit(struct follow *f, enum kn_resource unit, double cycles, double latency,
                         int acc);
struct pg_event *pg_dma(struct follow *f, bool in, uint8_t cb, double rows, double width,
                        double bytes, unsigned members);
void pg_scalar(struct follow *f, double cycles);
void pg_buffer(struct follow *f, unsigned id, const char *name, int64_t base, int64_t size);

#endif
