/* SPDX-License-Identifier: Apache-2.0 */
#include "beam.h"

#include <stdlib.h>
#include <string.h>

#include "moves.h"
#include "trail.h"

/* The name of a beam search as Python holds it. */
#define CAPSULE "arenite.order_beam"

/* The best way found to a state: its peak, the bytes alive in the state, the number of the kept state before (-1 at the
 * start) with its hint, and the bytes alive where the last move led to. That state is the second set of the row. */
typedef struct {
  int64_t peak, live, entered_live;
  Py_ssize_t origin;
  hint *next;
} reached;

/* States with the same number of operators done; rows of two sets, the state and where the last move led to. */
typedef struct {
  pool states;
  reached *of;
  Py_ssize_t room;
} layer;

typedef struct {
  PyObject *held; /* the capsule of the space */
  const space *in;
  int64_t bound;
  Py_ssize_t width;
  layer **layers; /* of each size; NULL where no state waits */
  Py_ssize_t size;
  layer *current;
  Py_ssize_t *ranked; /* the best states of the current layer, best first */
  Py_ssize_t next, ranked_count;
  uint64_t *rows; /* of the states that were expanded, as in a layer */
  reached *kept;
  Py_ssize_t kept_count, kept_room;
  moves found;
  uint64_t *row, *changed;
} beam;

static void free_layer(layer *each) {
  if (each == NULL) {
    return;
  }
  for (Py_ssize_t i = 0; i < each->states.count && i < each->room; i++) {
    hint_drop(each->of[i].next);
  }
  pool_free(&each->states);
  free(each->of);
  free(each);
}

static void free_beam(beam *each) {
  for (Py_ssize_t size = 0; each->layers != NULL && size <= each->in->count; size++) {
    free_layer(each->layers[size]);
  }
  free(each->layers);
  free_layer(each->current);
  free(each->ranked);
  free(each->rows);
  free(each->kept);
  moves_free(&each->found);
  free(each->row);
  free(each->changed);
  Py_XDECREF(each->held);
  free(each);
}

static layer *layer_of(beam *each, Py_ssize_t size) {
  if (each->layers[size] == NULL) {
    layer *made = calloc(1, sizeof *made);
    if (made == NULL) {
      PyErr_NoMemory();
      return NULL;
    }
    each->layers[size] = made;
    if (!pool_allocate(&made->states, each->in->words, 2 * each->in->words)) {
      return NULL;
    }
  }
  return each->layers[size];
}

/* Adds the state in `row` to its layer, unless a way with as low a peak is known. False where memory ran out. */
static bool arrive(beam *each, const reached *by) {
  Py_ssize_t size = 0, words = each->in->words;
  for (Py_ssize_t i = 0; i < words; i++) {
    size += word_bits(each->row[i]);
  }
  layer *to = layer_of(each, size);
  if (to == NULL) {
    return false;
  }
  Py_ssize_t known = to->states.count;
  if (known == to->room) {
    Py_ssize_t room = 2 * known + 64;
    reached *of = realloc(to->of, sizeof(reached) * (size_t)room);
    if (of == NULL) {
      PyErr_NoMemory();
      return false;
    }
    to->of = of;
    to->room = room;
  }
  to->of[known].next = NULL;
  Py_ssize_t state = pool_add(&to->states, each->row, set_hash(each->row, words));
  if (state < 0) {
    return false;
  }
  if (state < known && by->peak >= to->of[state].peak) {
    return true;
  }
  hint *mine = hint_share(by->next);
  hint_drop(to->of[state].next);
  to->of[state] = *by;
  to->of[state].next = mine;
  memcpy(pool_row(&to->states, state) + words, each->row + words, sizeof(uint64_t) * (size_t)words);
  return true;
}

/* Whether a state of the current layer comes before another: by peak, by bytes alive, by when it came. */
static bool better(const beam *each, Py_ssize_t one, Py_ssize_t other) {
  const reached *left = &each->current->of[one], *right = &each->current->of[other];
  if (left->peak != right->peak) {
    return left->peak < right->peak;
  }
  return left->live < right->live || (left->live == right->live && one < other);
}

/* Ranks the best states of the current layer, by insertion: the width is small. */
static void rank(beam *each) {
  each->ranked_count = 0;
  each->next = 0;
  for (Py_ssize_t state = 0; state < each->current->states.count; state++) {
    bool full = each->ranked_count == each->width;
    if (full && !better(each, state, each->ranked[each->width - 1])) {
      continue;
    }
    Py_ssize_t to = full ? each->width - 1 : each->ranked_count++;
    for (; to > 0 && better(each, state, each->ranked[to - 1]); to--) {
      each->ranked[to] = each->ranked[to - 1];
    }
    each->ranked[to] = state;
  }
}

/* Keeps the next state of the current layer for the way. Returns its number; -1 where memory ran out. */
static Py_ssize_t keep(beam *each) {
  Py_ssize_t stride = 2 * each->in->words, state = each->ranked[each->next++];
  if (each->kept_count == each->kept_room) {
    Py_ssize_t room = 2 * each->kept_count + 64;
    uint64_t *rows = realloc(each->rows, sizeof(uint64_t) * (size_t)(stride * room));
    each->rows = rows != NULL ? rows : each->rows;
    reached *kept = realloc(each->kept, sizeof(reached) * (size_t)room);
    each->kept = kept != NULL ? kept : each->kept;
    if (rows == NULL || kept == NULL) {
      PyErr_NoMemory();
      return -1;
    }
    each->kept_room = room;
  }
  memcpy(each->rows + stride * each->kept_count, pool_row(&each->current->states, state),
         sizeof(uint64_t) * (size_t)stride);
  each->kept[each->kept_count] = each->current->of[state];
  return each->kept_count++;
}

/* Whether a move raises neither the peak nor the bytes alive. */
static bool is_free(const move *each, const reached *from) {
  return each->live <= from->live && each->memory <= from->peak;
}

/* The best move that is free; NULL where none is. */
static const move *best_free(const beam *each, const reached *from) {
  const move *best = NULL;
  for (Py_ssize_t i = 0; i < each->found.count; i++) {
    const move *one = &each->found.at[i];
    if (one->memory < each->bound && is_free(one, from) && (best == NULL || move_before(each->in, one, best))) {
      best = one;
    }
  }
  return best;
}

/* Makes a move from a kept state, settles, and lets the state wait. False where memory ran out. */
static bool make(beam *each, Py_ssize_t from, const move *made, hint *next) {
  const space *in = each->in;
  Py_ssize_t words = in->words;
  size_t bytes = sizeof(uint64_t) * (size_t)words;
  const uint64_t *before = each->rows + 2 * words * from;
  int64_t peak = each->kept[from].peak > made->memory ? each->kept[from].peak : made->memory;
  reached by = {peak, made->live, made->live, from, next};
  memcpy(each->row, before, bytes);
  move_make(made, each->row);
  memcpy(each->row + words, each->row, bytes);
  for (Py_ssize_t i = 0; i < words; i++) {
    each->changed[i] = each->row[i] & ~before[i];
  }
  space_settle(in, each->row, &by.live, each->changed, peak + 1);
  return arrive(each, &by);
}

/* Makes the moves from the next state of the current layer. False where memory ran out. */
static bool expand(beam *each) {
  Py_ssize_t from = keep(each);
  if (from < 0) {
    return false;
  }
  const uint64_t *row = each->rows + 2 * each->in->words * from;
  hint *next = hint_share(each->kept[from].next);
  bool right = moves_find(&each->found, row, each->kept[from].live, &next);
  const move *only = right ? best_free(each, &each->kept[from]) : NULL;
  for (Py_ssize_t i = 0; right && i < each->found.count; i++) {
    const move *made = &each->found.at[i];
    if (only == NULL ? made->memory < each->bound : made == only) {
      right = make(each, from, made, next);
    }
  }
  hint_drop(next);
  return right;
}

/* Goes on to the next layer, if there is one. */
static void open_layer(beam *each) {
  free_layer(each->current);
  each->current = NULL;
  while (each->size < each->in->count && each->layers[each->size] == NULL) {
    each->size++;
  }
  each->current = each->layers[each->size];
  each->layers[each->size] = NULL;
  if (each->current != NULL) {
    rank(each);
  }
}

static bool begin(beam *each) {
  const space *in = each->in;
  each->layers = calloc((size_t)in->count + 1, sizeof(layer *));
  each->ranked = malloc(sizeof(Py_ssize_t) * (size_t)each->width);
  each->row = calloc((size_t)(2 * in->words), sizeof(uint64_t));
  each->changed = malloc(sizeof(uint64_t) * (size_t)in->words);
  if (each->layers == NULL || each->ranked == NULL || each->row == NULL || each->changed == NULL) {
    PyErr_NoMemory();
    return false;
  }
  if (!moves_allocate(&each->found, in)) {
    return false;
  }
  reached start = {0, in->live, in->live, -1, hint_root(in, &each->found.hints)};
  bool right = start.next != NULL && arrive(each, &start);
  hint_drop(start.next);
  if (right) {
    open_layer(each);
  }
  return right;
}

static void free_capsule(PyObject *capsule) { free_beam(PyCapsule_GetPointer(capsule, CAPSULE)); }

PyObject *order_beam_begin(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *held;
  Py_ssize_t width;
  long long bound;
  if (!PyArg_ParseTuple(arguments, "OnL", &held, &width, &bound)) {
    return NULL;
  }
  const space *in = space_of(held);
  if (in != NULL && width < 1) {
    PyErr_SetString(PyExc_ValueError, "a beam of no width");
    return NULL;
  }
  beam *each = in == NULL ? NULL : calloc(1, sizeof *each);
  if (each == NULL) {
    return in == NULL ? NULL : PyErr_NoMemory();
  }
  Py_INCREF(held);
  each->held = held;
  each->in = in;
  each->width = width;
  each->bound = bound;
  PyObject *capsule = begin(each) ? PyCapsule_New(each, CAPSULE, free_capsule) : NULL;
  if (capsule == NULL) {
    free_beam(each);
  }
  return capsule;
}

static beam *beam_of(PyObject *arguments, Py_ssize_t *most) { return held_by(arguments, CAPSULE, most); }

PyObject *order_beam_run(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t most, done = 0;
  beam *each = beam_of(arguments, &most);
  if (each == NULL) {
    return NULL;
  }
  while (each->current != NULL && each->size < each->in->count) {
    if (each->next == each->ranked_count) {
      open_layer(each);
    } else if (done == most) {
      return Py_BuildValue("(in)", -1, done);
    } else if (!expand(each)) {
      return NULL;
    } else {
      done++;
    }
  }
  return Py_BuildValue("(in)", each->current != NULL, done);
}

/* Adds the states of the way to the best state of the current layer, last one first. False where memory ran out. */
static bool add_way(const beam *each, trail *to) {
  Py_ssize_t words = each->in->words, best = each->ranked[0];
  const uint64_t *row = pool_row(&each->current->states, best);
  const reached *at = &each->current->of[best];
  for (; at->origin >= 0; row = each->rows + 2 * words * at->origin, at = &each->kept[at->origin]) {
    if (!trail_add(to, row)) {
      return false;
    }
    if (set_compare(row, row + words, words) != 0 &&
        !(trail_add_settling(to, each->in, row + words, at->entered_live, row, at->peak + 1) &&
          trail_add(to, row + words))) {
      return false;
    }
  }
  return trail_add(to, row);
}

PyObject *order_beam_path(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused;
  const beam *each = beam_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  if (each->current == NULL || each->size < each->in->count) {
    PyErr_SetString(PyExc_ValueError, "no order was found");
    return NULL;
  }
  trail *way = trail_begin(each->in->words);
  PyObject *result = way != NULL && add_way(each, way) ? trail_write(way, each->in) : NULL;
  trail_drop(way);
  return result;
}
