/* SPDX-License-Identifier: Apache-2.0
 * Hints, as in `orders/moves.py`: what may be next in a state, operators or, where moves go from event to event,
 * events. Each state takes its hint over from the state before. */
#ifndef ARENITE_CORE_HINT_H
#define ARENITE_CORE_HINT_H

#include "space.h"

/* The numbers in `at` rise. Several states may share a hint, which `shares` counts. */
typedef struct {
  Py_ssize_t shares, count;
  int32_t at[];
} hint;

/* Room in which hints are made; all of it is empty between calls. */
typedef struct {
  uint8_t *seen;
  int32_t *ended, *ready;
} hint_room;

/* False, with an exception set, where memory ran out. On failure the room is still to be freed. */
bool hint_allocate(hint_room *result, const space *in);
void hint_free(hint_room *each);

/* The hint of the empty set; NULL, with an exception set, where memory ran out. */
hint *hint_root(const space *in, hint_room *room);

/* The hint of a state, from that of a state before it; `from` itself, shared once more, where it is the same. NULL,
 * with an exception set, where memory ran out. */
hint *hint_advance(const space *in, hint_room *room, hint *from, const uint64_t *done);

static inline hint *hint_share(hint *each) {
  each->shares++;
  return each;
}

void hint_drop(hint *each);

#endif
