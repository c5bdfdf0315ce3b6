/* SPDX-License-Identifier: Apache-2.0
 * The states of one ordering problem in one direction of search, and what a move needs and leaves.
 *
 * Here a state is the set of operators that are DONE: those that have run, or backward, those that were taken back. So
 * every search begins at the empty set and ends at the full one; only the bytes of a move depend on the direction. */
#ifndef ARENITE_CORE_SPACE_H
#define ARENITE_CORE_SPACE_H

#include "sets.h"

/* Lists in a row: list i is what lies from starts[i] to starts[i + 1]. */
typedef struct {
  numbers starts, of;
} lists;

typedef struct {
  Py_ssize_t count; /* operators */
  Py_ssize_t words; /* of a set of operators */
  bool backward;
  int64_t live;    /* bytes alive at the start */
  uint64_t *full;  /* the set of all operators */
  uint64_t *near;  /* room for one set, empty between calls */
  uint64_t *held;  /* room for one set */
  numbers figures; /* of each operator, see below */
  lists needs;     /* operators that must be done before each operator, as far as the problem says directly */
  lists follows;   /* the same the other way round */
  lists inputs;    /* tensors that may end with each operator, without those of no bytes and those that are kept */
  lists saved;     /* (tensor, bytes) that each operator may save */
  numbers sizes;   /* of each tensor, bytes */
  lists readers;   /* operators that read each tensor */
  /* Forward moves may go from event to event, see `orders/events.py`. `events` is 0 where they do not. */
  Py_ssize_t events;
  uint64_t *closures;    /* of each event, in rows of `words` */
  numbers closure_ends;  /* of each event, the word after the last one that is not 0 */
  numbers event_extra;   /* bytes */
  lists tops;            /* operators with which each event has happened */
  lists covers, covered; /* events just before each event, and just after */
} space;

/* What `figures` has of an operator, in bytes: its outputs, its extra, outputs that end at once, most of its saving. */
enum { MADE, EXTRA, DEAD, MOST, FIGURES };

static inline int64_t figure(const space *each, int64_t operator, int which) {
  return each->figures.at[operator * FIGURES + which];
}

/* The space in a capsule; NULL, with an exception set, where it is none. */
space *space_of(PyObject *capsule);

/* What the capsule of this name holds that is the first argument of a function; NULL, with an exception set, where it is
 * none. `most` is the second argument, 0 where there is none. */
void *held_by(PyObject *arguments, const char *name, Py_ssize_t *most);

/* Whether all operators of a list are done. */
static inline bool all_done(const lists *each, int64_t number, const uint64_t *done) {
  for (int64_t i = each->starts.at[number]; i < each->starts.at[number + 1]; i++) {
    if (!set_has(done, each->of.at[i])) {
      return false;
    }
  }
  return true;
}

/* Bytes alive after `operator` is done too, and the memory of that move; all that it needs are done. */
int64_t space_move(const space *each, const uint64_t *done, int64_t live, int64_t operator, int64_t *memory);

/* Bytes that an operator saves: forward when `done` is done with it, backward when it is taken back after `done`. */
int64_t space_saving(const space *each, const uint64_t *done, int64_t operator);

/* Does at once each operator that fits and leaves no more bytes alive, as `orders/settle.py`. `changed` holds the
 * operators of the move before; only what is near to an operator that was done is tested. `done` and `live` are changed
 * in place. */
void space_settle(const space *each, uint64_t *done, int64_t *live, const uint64_t *changed, int64_t bound);

/* Where a move came from: the bytes alive there, the operators that might have been next, and those of the move. */
typedef struct {
  int64_t live;
  const uint64_t *ready, *changed;
} parent;

/* The same until no operator is left that fits and leaves no more bytes alive. There was none in the parent. An operator
 * that did not fit there, or when it was tested, is tested again once fewer bytes are alive. */
void space_settle_fully(const space *each, uint64_t *done, int64_t *live, const parent *from, int64_t bound);

/* (count, backward, live, figures, needs, follows, inputs, saved, sizes, readers, events) -> space. Lists are two
 * tables each; `events` is None or (closures, extra, tops). */
PyObject *order_space(PyObject *module, PyObject *arguments);

#endif
