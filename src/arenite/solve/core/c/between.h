/* SPDX-License-Identifier: Apache-2.0
 * The least bytes alive of all states between two states, for commits of a depth-first search. */
#ifndef ARENITE_CORE_BETWEEN_H
#define ARENITE_CORE_BETWEEN_H

#include "moves.h"

typedef struct visit visit;

/* `least` is a state with the least bytes alive, `live`; `visited` counts states. The rest is room. */
typedef struct {
  uint64_t *least;
  int64_t live, visited;
  pool seen;
  visit *stack;
  Py_ssize_t count, room;
  uint64_t *row;
} between;

enum { BETWEEN_FAILED = -1, BETWEEN_TOO_MANY = 0, BETWEEN_FOUND = 1 };

/* Visits the states between `begin` and `end` by moves that are found in `found`; `end` wins ties. `next` is the hint
 * of `begin`. The result is to be freed in any case. FAILED, with an exception set, where memory ran out. */
int between_find(between *result, moves *found, const uint64_t *begin, int64_t begin_live, hint *next,
                 const uint64_t *end, int64_t end_live);
void between_free(between *each);

#endif
