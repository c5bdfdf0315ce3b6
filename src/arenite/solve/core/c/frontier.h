/* SPDX-License-Identifier: Apache-2.0
 * What may be next in a state: operators, or events where moves go from event to event. Each state takes it over from the
 * state before, as the hints of `orders/moves.py`. */
#ifndef ARENITE_CORE_FRONTIER_H
#define ARENITE_CORE_FRONTIER_H

#include "space.h"

/* The numbers in `at` rise. Several states may share a frontier, which `shares` counts. */
typedef struct {
  Py_ssize_t shares, count;
  int32_t at[];
} frontier;

/* Room in which frontiers are made; all of it is empty between calls. */
typedef struct {
  uint8_t *seen;
  int32_t *ended, *ready;
} frontier_room;

/* False, with an exception set, where memory ran out. On failure the room is still to be freed. */
bool frontier_allocate(frontier_room *result, const space *in);
void frontier_free(frontier_room *each);

/* The frontier of the empty set; NULL, with an exception set, where memory ran out. */
frontier *frontier_root(const space *in, frontier_room *room);

/* The frontier of a state, from that of a state before it; `from` itself, shared once more, where it is the same. NULL,
 * with an exception set, where memory ran out. */
frontier *frontier_advance(const space *in, frontier_room *room, frontier *from, const uint64_t *done);

static inline frontier *frontier_share(frontier *each) {
  each->shares++;
  return each;
}

void frontier_drop(frontier *each);

#endif
