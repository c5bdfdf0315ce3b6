/* SPDX-License-Identifier: Apache-2.0
 * The moves from a state, in the order of `orders/moves.py` and `orders/events.py`. */
#ifndef ARENITE_CORE_MOVES_H
#define ARENITE_CORE_MOVES_H

#include "hint.h"

/* A move does one operator, or with `part` not NULL all operators of that set, which has `part_words` words and begins at
 * word `first`. Other words are 0 in all sets of a state's moves, whose ranges are the same: of a long problem most
 * operators are done, or long to come. */
typedef struct {
  int64_t live, memory;
  int32_t operator, first, part_words;
  const uint64_t *part;
} move;

/* The moves found last, with room for all that can be found; `parts` holds the sets of those that are moves. */
typedef struct {
  const space *in;
  hint_room hints;
  move *at;
  Py_ssize_t count, room;
  uint64_t *parts;
  /* Room: moves, a state, tensors (all 0 between calls), and numbers of moves twice. */
  move *found;
  uint64_t *next;
  uint8_t *seen;
  int32_t *order;
} moves;

/* False, with an exception set, where memory ran out. On failure the moves are still to be freed. */
bool moves_allocate(moves *result, const space *in);
void moves_free(moves *each);

/* Finds all moves from a state, in which `live` bytes are alive. Takes over `*from`, the hint of a state before,
 * and puts that of this state in its place. False, with an exception set, where memory ran out. */
bool moves_find(moves *each, const uint64_t *done, int64_t live, hint **from);

/* Whether all operators of a move are in a set. */
bool move_within(const move *made, const uint64_t *set);

/* Makes a move. */
void move_make(const move *made, uint64_t *done);

/* Says whether one move comes before another. */
typedef bool (*move_order)(const space *in, const move *one, const move *other);

/* The numbers of the moves in an order; valid until the moves are found or sorted again. */
const int32_t *moves_sort(moves *each, move_order before);

/* Whether the state of one move comes before that of another, as numbers of operators that have run. */
bool move_state_before(const space *in, const move *one, const move *other);

/* Whether one move comes before another: by bytes alive, then by state. */
bool move_before(const space *in, const move *one, const move *other);

/* The first of some moves by `move_before`. */
const move *moves_best(const moves *each);

#endif
