// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of places for a product whose x is read through a window. Part of <mtia/knyfe_product.h>
// where KP_WINDOW is 1; <mtia/knyfe_window.h> says what a list is.

// How a chunk of x lies in its buffer: taps that are joined one behind the other.
KP struct kp_tile KP_FN(tile_x)(const struct kp_product *a, uint32_t k, uint32_t rows) {
  (void)rows;
  if (a->taps_joined)
    return (struct kp_tile){k / KP_STEP * KP_BLOCK, KP_STEP, KP_STEP};
  return (struct kp_tile){KP_BLOCK, kp_pad(k), k};
}

KP void KP_FN(load_x)(const struct kp_product *a, const struct kp_walk *b, uint64_t outer,
                      uint32_t at, uint32_t k, uint32_t members) {
  const struct kp_tile t = KP_FN(tile_x)(a, k, b->rows);
  (void)outer, (void)at, (void)members; // the list knows
  __mtia_cr_w2(MTIA_CR_GATHER, t.width, 0);
  __mtia_dma_gather(KP_CB_X, MTIA_LOCAL_BASE, t.rows, KP_CB_LISTS);
  __mtia_cb_pop(KP_CB_LISTS, t.rows * 4);
}

// The next list that core 1 makes.
struct KP_FN(ahead) {
  struct kp_walk b;
  uint64_t outer, made; // made: bytes of lists so far
  uint32_t at, k_end;
  struct kp_tap_steps steps;
  struct kp_tap tap;
  int32_t outside;
  struct kp_places places;
};

// From this block on the first one whose x is loaded.
KP_SELDOM MTIA_VECTOR void KP_FN(seek)(const struct kp_product *a, const struct kp_shape *s,
                                       const struct kp_plan *p, const struct kp_share *me,
                                       struct KP_FN(ahead) * n) {
  while (n->b.units && p->keep_x && !n->b.new_x)
    kp_next(a, s, p, me, &n->b);
  n->outer = 0;
  n->at = me->k_begin;
  n->tap = kp_tap(&n->steps, a->taps_joined ? n->at / KP_STEP : 0);
  if (n->b.units)
    kp_find_places(a->window, n->b.x + n->b.row, n->b.rows, &n->places);
}

// Makes lists up to those that the strip ends with, until they are `most` bytes.
KP bool KP_FN(strip_lists)(const struct kp_product *a, const struct kp_shape *s,
                           const struct kp_share *me, struct KP_FN(ahead) * n, uint64_t most) {
  const struct kp_places places = n->places;
  struct kp_tap tap = n->tap;
  while (n->made < most) {
    const uint32_t k = kp_chunk(s, n->outer, n->at - me->k_begin, n->k_end - n->at);
    const uint32_t bytes = a->taps_joined ? k / KP_STEP * KP_LIST : KP_LIST;
    const uint32_t on = a->taps_joined ? 0 : n->at;
    __mtia_cb_waits(KP_CB_LISTS, bytes);
    for (uint32_t i = 0; i < bytes; i += KP_LIST) {
      kp_list(a->window, &places, &tap, on, n->outside,
              (int32_t *)(uintptr_t)__mtia_cb_tail(KP_CB_LISTS, i));
      if (a->taps_joined)
        kp_next_tap(&n->steps, &tap);
    }
    __mtia_cb_push(KP_CB_LISTS, bytes);
    n->made += bytes;
    n->at += k;
    if (n->at < n->k_end)
      continue;
    n->at = me->k_begin;
    kp_next_tap(&n->steps, &tap);
    if (++n->outer == a->outer)
      return true;
  }
  n->tap = tap;
  return false;
}

// Makes lists until they are half of the ring ahead of those in use; fewer at the start.
KP_SELDOM MTIA_VECTOR void KP_FN(lists)(const struct kp_product *a, const struct kp_shape *s,
                                        const struct kp_plan *p, const struct kp_share *me,
                                        struct KP_FN(ahead) * n, uint64_t used) {
  const uint64_t most = used + kp_min(used, KP_LISTS / 2);
  while (n->b.units && KP_FN(strip_lists)(a, s, me, n, most)) {
    kp_next(a, s, p, me, &n->b);
    KP_FN(seek)(a, s, p, me, n);
  }
}
