/* SPDX-License-Identifier: Apache-2.0
 * States one after another, the last one first, each part of the one before. */
#ifndef ARENITE_CORE_TRAIL_H
#define ARENITE_CORE_TRAIL_H

#include "space.h"

/* Several parties may share a trail that does not change any more; `shares` counts them. */
typedef struct {
  Py_ssize_t words, count, room, shares;
  uint64_t *rows;
} trail;

/* An empty trail; NULL, with an exception set, where memory ran out. */
trail *trail_begin(Py_ssize_t words);
void trail_drop(trail *each);

static inline trail *trail_share(trail *each) {
  each->shares++;
  return each;
}

static inline const uint64_t *trail_row(const trail *each, Py_ssize_t number) {
  return each->rows + number * each->words;
}

/* False, with an exception set, where memory ran out. */
bool trail_add(trail *to, const uint64_t *row);
bool trail_add_all(trail *to, const trail *from);

/* Adds the states that settling passes between two states, without these, the last one first; `settle.way` in Python. */
bool trail_add_settling(trail *to, const space *in, const uint64_t *state, int64_t live, const uint64_t *end,
                        int64_t bound);

/* New bytes with the states that have run, in whole bytes, the first one first; NULL, with an exception set, where
 * memory ran out. */
PyObject *trail_write(const trail *each, const space *in);

/* A state as `width` bytes: the operators that have run. */
void write_state(const space *in, const uint64_t *done, uint8_t *to, Py_ssize_t width);

#endif
