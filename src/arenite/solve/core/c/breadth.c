/* SPDX-License-Identifier: Apache-2.0 */
#include "breadth.h"

#include <stdlib.h>
#include <string.h>

#include "space.h"

/* The name of a search as Python holds it. */
#define CAPSULE "arenite.order_breadth"

/* Bits by which one pass sorts, and passes: half of a hash is enough to bring nearly all states into order. */
#define DIGIT 8
#define PASSES 4

/* States that arrive together: while one is looked up, the memory of the others is on its way to the processor. */
#define ARRIVALS 16

/* What follows the set in the row of a state that waits: the operators that are loose, a set, and the numbers here. An
 * operator is loose if only eager operators that are not taken back come after it; see `certificate.Settled`. */
enum { LIVE, ORIGIN, HASH, OTHERS };

/* States wait by the number of operators taken back, `size`, and are settled. `rows` has the states that were looked
 * at, and `origins` the number of the state before each; both begin anew after `known` states of complete sizes. */
typedef struct {
  PyObject *held; /* the capsule of the space */
  const space *in;
  int64_t bound, refused; /* INT64_MAX as long as nothing was refused */
  int64_t most;           /* moves */
  pool **waiting;         /* of each size; NULL where no state waits */
  Py_ssize_t size;
  pool *current;      /* the states of this size, as they came */
  uint32_t *sequence; /* and in the order of their hashes */
  Py_ssize_t next;    /* of the sequence */
  uint64_t *rows;
  uint32_t *origins;
  Py_ssize_t known, room;
  int64_t states, moves; /* of complete sizes */
  int64_t new_moves;
  Py_ssize_t goal; /* the state before the goal; -1 as long as it was not reached */
  uint64_t *changed;
  uint64_t *eager; /* a set */
  int64_t own;     /* bytes that each eager operator needs for itself */
  uint64_t *arriving; /* rows of states, which go to `waiting` together; and the size of each */
  Py_ssize_t arriving_sizes[ARRIVALS], arriving_count;
} search;

/* The state before the first one. */
#define NO_ORIGIN ((uint32_t)INT32_MAX)

static void free_waiting(pool *each) {
  if (each != NULL) {
    pool_free(each);
    free(each);
  }
}

static void free_search(search *each) {
  for (Py_ssize_t size = 0; each->waiting != NULL && size <= each->in->count; size++) {
    free_waiting(each->waiting[size]);
  }
  free(each->waiting);
  free_waiting(each->current);
  free(each->sequence);
  free(each->rows);
  free(each->origins);
  free(each->arriving);
  free(each->changed);
  free(each->eager);
  Py_XDECREF(each->held);
  free(each);
}

static Py_ssize_t stride_of(const search *each) { return 2 * each->in->words + OTHERS; }

static uint64_t *loose_of(const search *each, uint64_t *row) { return row + each->in->words; }

static uint64_t *others_of(const search *each, uint64_t *row) { return row + 2 * each->in->words; }

/* Whether only eager operators, all of them loose, come after an operator and are not taken back. */
static bool is_loose(const search *each, uint64_t *row, int64_t operator) {
  const space *in = each->in;
  for (int64_t i = in->needs.starts.at[operator]; i < in->needs.starts.at[operator + 1]; i++) {
    int64_t later = in->needs.of.at[i];
    if (!set_has(row, later) && !(set_has(each->eager, later) && set_has(loose_of(each, row), later))) {
      return false;
    }
  }
  return true;
}

/* Adds the operators that became loose because one was taken back, or became loose itself. */
static void loosen_before(const search *each, uint64_t *row, int64_t operator) {
  const space *in = each->in;
  for (int64_t i = in->follows.starts.at[operator]; i < in->follows.starts.at[operator + 1]; i++) {
    int64_t other = in->follows.of.at[i];
    if (!set_has(row, other) && !set_has(loose_of(each, row), other) && is_loose(each, row, other)) {
      set_add(loose_of(each, row), other);
      if (set_has(each->eager, other)) {
        loosen_before(each, row, other);
      }
    }
  }
}

/* The operators that are loose in a state, from those that were before some operators were `changed`. */
static void make_loose(const search *each, uint64_t *row) {
  for (Py_ssize_t i = 0; i < each->in->words; i++) {
    loose_of(each, row)[i] &= ~row[i];
  }
  for (Py_ssize_t i = 0; i < each->in->words; i++) {
    for (uint64_t rest = each->changed[i]; rest != 0; rest &= rest - 1) {
      loosen_before(each, row, 64 * i + word_lowest(rest));
    }
  }
}

static pool *waiting_of(search *each, Py_ssize_t size) {
  if (each->waiting[size] == NULL) {
    pool *made = calloc(1, sizeof *made);
    if (made == NULL) {
      PyErr_NoMemory();
      return NULL;
    }
    each->waiting[size] = made;
    if (!pool_allocate(made, each->in->words, stride_of(each))) {
      return NULL;
    }
  }
  return each->waiting[size];
}

/* Lets the states that arrived wait, in the order in which they came. False where memory ran out. */
static bool let_wait(search *each) {
  Py_ssize_t count = each->arriving_count;
  each->arriving_count = 0;
  for (Py_ssize_t i = 0; i < count; i++) {
    pool *to = waiting_of(each, each->arriving_sizes[i]);
    if (to == NULL) {
      return false;
    }
    pool_fetch_row(to, others_of(each, each->arriving + stride_of(each) * i)[HASH]);
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    uint64_t *row = each->arriving + stride_of(each) * i;
    if (pool_add(each->waiting[each->arriving_sizes[i]], row, others_of(each, row)[HASH]) < 0) {
      return false;
    }
  }
  return true;
}

/* The row of the state that arrives next. */
static uint64_t *next_row(const search *each) { return each->arriving + stride_of(each) * each->arriving_count; }

/* Lets the state in the next row arrive, once it has settled. It follows from the state in row `before`, with that one's
 * loose operators; or it is the first one. `live` are the bytes alive in it, and `live_before` were in the other. */
static bool arrive(search *each, const uint64_t *before, int64_t live_before, int64_t live, uint32_t origin) {
  const space *in = each->in;
  uint64_t *row = next_row(each);
  Py_ssize_t size = 0;
  for (Py_ssize_t i = 0; i < in->words; i++) {
    each->changed[i] = row[i] & ~before[i];
  }
  parent from = {live_before, before + in->words, each->changed};
  space_settle_fully(in, row, &live, &from, each->bound);
  for (Py_ssize_t i = 0; i < in->words; i++) {
    each->changed[i] = row[i] & ~before[i];
    size += word_bits(row[i]);
  }
  make_loose(each, row);
  uint64_t *others = others_of(each, row);
  others[LIVE] = (uint64_t)live;
  others[ORIGIN] = origin;
  others[HASH] = set_hash(row, in->words);
  each->arriving_sizes[each->arriving_count++] = size;
  if (each->waiting[size] != NULL) {
    pool_fetch_slot(each->waiting[size], others[HASH]);
  }
  return each->arriving_count < ARRIVALS || let_wait(each);
}

/* Lets the first state arrive. None of its operators was ever tested, so that all that may be the last one count as held. */
static bool arrive_first(search *each) {
  const space *in = each->in;
  uint64_t *empty = calloc((size_t)stride_of(each), sizeof(uint64_t));
  if (empty == NULL) {
    PyErr_NoMemory();
    return false;
  }
  for (int64_t operator = 0; operator < in->count; operator++) {
    if (in->needs.starts.at[operator] == in->needs.starts.at[operator + 1]) {
      set_add(loose_of(each, empty), operator);
    }
  }
  for (int64_t operator = 0; operator < in->count; operator++) {
    if (set_has(loose_of(each, empty), operator) && set_has(each->eager, operator)) {
      loosen_before(each, empty, operator);
    }
  }
  memcpy(next_row(each), empty, sizeof(uint64_t) * (size_t)(2 * in->words));
  bool right = arrive(each, empty, INT64_MAX, in->live, NO_ORIGIN) && let_wait(each);
  free(empty);
  return right;
}

static bool begin(search *each, PyObject *eager) {
  const space *in = each->in;
  each->waiting = calloc((size_t)in->count + 1, sizeof(pool *));
  each->arriving = calloc((size_t)(stride_of(each) * ARRIVALS), sizeof(uint64_t));
  each->changed = calloc((size_t)in->words, sizeof(uint64_t));
  each->eager = calloc((size_t)in->words, sizeof(uint64_t));
  if (each->waiting == NULL || each->arriving == NULL || each->changed == NULL || each->eager == NULL) {
    PyErr_NoMemory();
    return false;
  }
  if (PyBytes_Size(eager) != (in->count + 7) / 8) {
    PyErr_SetString(PyExc_ValueError, "eager operators for the compiled core are wrong");
    return false;
  }
  set_read(each->eager, in->words, (const uint8_t *)PyBytes_AsString(eager), PyBytes_Size(eager));
  return arrive_first(each);
}

/* Whether a state comes before another: by hash, and by the sets where two have the same hash. */
static bool earlier(const search *each, uint32_t one, uint32_t other) {
  uint64_t *row = pool_row(each->current, one), *other_row = pool_row(each->current, other);
  uint64_t hash = others_of(each, row)[HASH], other_hash = others_of(each, other_row)[HASH];
  return hash < other_hash || (hash == other_hash && set_compare(row, other_row, each->in->words) > 0);
}

/* Sorts the current states: by the upper half of their hashes first, then what is left out of order. */
static bool sort(search *each) {
  size_t count = (size_t)each->current->count;
  uint64_t *keys = malloc(2 * sizeof(uint64_t) * (count + 1)), *sorted = keys + count;
  each->sequence = malloc(sizeof(uint32_t) * (count + 1));
  if (keys == NULL || each->sequence == NULL) {
    free(keys);
    PyErr_NoMemory();
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    keys[i] = (others_of(each, pool_row(each->current, (Py_ssize_t)i))[HASH] & 0xFFFFFFFF00000000u) | i;
  }
  for (int pass = 0; pass < PASSES; pass++) {
    size_t begins[(1 << DIGIT) + 1] = {0};
    int shift = 64 - DIGIT * (PASSES - pass);
    for (size_t i = 0; i < count; i++) {
      begins[(keys[i] >> shift & ((1 << DIGIT) - 1)) + 1]++;
    }
    for (int digit = 0; digit < 1 << DIGIT; digit++) {
      begins[digit + 1] += begins[digit];
    }
    for (size_t i = 0; i < count; i++) {
      sorted[begins[keys[i] >> shift & ((1 << DIGIT) - 1)]++] = keys[i];
    }
    uint64_t *other = keys;
    keys = sorted;
    sorted = other;
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t moved = (uint32_t)keys[i];
    size_t to = i;
    for (; to > 0 && keys[to - 1] >> 32 == keys[i] >> 32 && earlier(each, moved, each->sequence[to - 1]); to--) {
      each->sequence[to] = each->sequence[to - 1];
    }
    each->sequence[to] = moved;
  }
  free(keys < sorted ? keys : sorted);
  return true;
}

/* Makes room for the states of a size among those that were looked at, and takes them there. */
static bool keep(search *each) {
  Py_ssize_t words = each->in->words, count = each->current->count, most = each->known + count;
  if (most >= (Py_ssize_t)NO_ORIGIN) {
    PyErr_NoMemory();
    return false;
  }
  if (most > each->room) {
    Py_ssize_t room = most + most / 4;
    uint64_t *rows = realloc(each->rows, sizeof(uint64_t) * (size_t)(words * room));
    each->rows = rows != NULL ? rows : each->rows;
    uint32_t *origins = realloc(each->origins, sizeof(uint32_t) * (size_t)room);
    each->origins = origins != NULL ? origins : each->origins;
    if (rows == NULL || origins == NULL) {
      PyErr_NoMemory();
      return false;
    }
    each->room = room;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    uint64_t *row = pool_row(each->current, each->sequence[i]);
    memcpy(each->rows + words * (each->known + i), row, sizeof(uint64_t) * (size_t)words);
    each->origins[each->known + i] = (uint32_t)others_of(each, row)[ORIGIN];
  }
  return true;
}

/* Goes on to the next size at which states wait, but not past the goal. False where memory ran out. */
static bool open_size(search *each) {
  while (each->size < each->in->count && each->waiting[each->size] == NULL) {
    each->size++;
  }
  pool *found = each->waiting[each->size];
  if (each->size == each->in->count) {
    each->goal = found != NULL ? (Py_ssize_t)others_of(each, pool_row(found, 0))[ORIGIN] : -1;
    return true;
  }
  each->waiting[each->size] = NULL;
  each->current = found;
  each->next = 0;
  return sort(each) && keep(each);
}

static void close_size(search *each) {
  each->known += each->current->count;
  each->states = each->known;
  each->moves += each->new_moves;
  each->new_moves = 0;
  free_waiting(each->current);
  each->current = NULL;
  free(each->sequence);
  each->sequence = NULL;
}

/* Takes back the eager operators after an operator that is loose, the last ones first; returns how many they are. */
static Py_ssize_t take_later(const search *each, uint64_t *row, int64_t *live, int64_t operator) {
  const space *in = each->in;
  Py_ssize_t taken = 0;
  int64_t memory;
  for (int64_t i = in->needs.starts.at[operator]; i < in->needs.starts.at[operator + 1]; i++) {
    int64_t later = in->needs.of.at[i];
    if (!set_has(row, later)) {
      taken += 1 + take_later(each, row, live, later);
      *live = space_move(in, row, *live, later, &memory);
      set_add(row, later);
    }
  }
  return taken;
}

/* Notes the least memory of the eager operators that leave no more bytes alive and that only the bound holds back. With
 * a bound above it the state would settle further. Other operators are noted when they are refused as moves. */
static void refuse_held(search *each, uint64_t *row, int64_t live) {
  const space *in = each->in;
  for (Py_ssize_t i = 0; i < in->words; i++) {
    for (uint64_t rest = loose_of(each, row)[i] & each->eager[i]; rest != 0; rest &= rest - 1) {
      int64_t operator = 64 * i + word_lowest(rest), memory;
      if (all_done(&in->needs, operator, row) && space_move(in, row, live, operator, &memory) <= live) {
        each->refused = memory < each->refused ? memory : each->refused;
      }
    }
  }
}

/* Makes all moves from one state. */
static bool expand(search *each, Py_ssize_t place) {
  const space *in = each->in;
  uint64_t *row = pool_row(each->current, each->sequence[place]);
  int64_t live = (int64_t)others_of(each, row)[LIVE], memory;
  if (live + each->own >= each->bound) {
    refuse_held(each, row, live);
  }
  for (Py_ssize_t i = 0; i < in->words; i++) {
    for (uint64_t rest = loose_of(each, row)[i] & ~each->eager[i]; rest != 0; rest &= rest - 1) {
      int64_t operator = 64 * i + word_lowest(rest), left = live;
      uint64_t *new_row = next_row(each);
      memcpy(new_row, row, sizeof(uint64_t) * (size_t)(2 * in->words));
      int64_t later = take_later(each, new_row, &left, operator) > 0 ? left + each->own : 0;
      left = space_move(in, new_row, left, operator, &memory);
      memory = later > memory ? later : memory;
      if (memory >= each->bound) {
        each->refused = memory < each->refused ? memory : each->refused;
        continue;
      }
      set_add(new_row, operator);
      each->new_moves++;
      if (!arrive(each, row, live, left, (uint32_t)(each->known + place))) {
        return false;
      }
    }
  }
  return true;
}

static void free_capsule(PyObject *capsule) { free_search(PyCapsule_GetPointer(capsule, CAPSULE)); }

PyObject *order_breadth_begin(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *held, *eager;
  long long bound, most, own;
  if (!PyArg_ParseTuple(arguments, "OLLSL", &held, &bound, &most, &eager, &own)) {
    return NULL;
  }
  const space *in = space_of(held);
  search *each = in == NULL ? NULL : calloc(1, sizeof *each);
  if (each == NULL) {
    return in == NULL ? NULL : PyErr_NoMemory();
  }
  Py_INCREF(held);
  each->held = held;
  each->in = in;
  each->bound = bound;
  each->most = most;
  each->own = own;
  each->refused = INT64_MAX;
  each->goal = -1;
  PyObject *capsule = begin(each, eager) ? PyCapsule_New(each, CAPSULE, free_capsule) : NULL;
  if (capsule == NULL) {
    free_search(each);
  }
  return capsule;
}

static search *search_of(PyObject *arguments, Py_ssize_t *most) { return held_by(arguments, CAPSULE, most); }

/* Whether more moves were made than allowed. */
static bool over(const search *each) { return each->moves + each->new_moves > each->most; }

static PyObject *report(const search *each, int answer) {
  long long moves = over(each) ? each->most + 1 : each->moves;
  return Py_BuildValue("(iLL)", answer, (long long)each->states, moves);
}

PyObject *order_breadth_run(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t most;
  search *each = search_of(arguments, &most);
  if (each == NULL || (each->current == NULL && !open_size(each))) {
    return NULL;
  }
  if (each->current == NULL) {
    return report(each, each->waiting[each->size] != NULL);
  }
  for (; most > 0 && each->next < each->current->count && !over(each); most--) {
    if (!expand(each, each->next++)) {
      return NULL;
    }
  }
  if (!let_wait(each)) {
    return NULL;
  }
  if (each->next == each->current->count && !over(each)) {
    close_size(each);
  }
  return report(each, -1);
}

PyObject *order_breadth_refused(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused;
  const search *each = search_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  if (each->refused == INT64_MAX) {
    Py_RETURN_NONE;
  }
  return PyLong_FromLongLong(each->refused);
}

/* Writes what is left of a state. */
static void write_left(const search *each, Py_ssize_t number, uint8_t *to, Py_ssize_t width) {
  const uint64_t *row = each->rows + each->in->words * number;
  for (Py_ssize_t i = 0; i < each->in->words; i++) {
    each->changed[i] = each->in->full[i] & ~row[i];
  }
  set_write(each->changed, to, width);
}

PyObject *order_breadth_states(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused;
  const search *each = search_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  Py_ssize_t width = (each->in->count + 7) / 8;
  PyObject *result = PyBytes_FromStringAndSize(NULL, width * each->known);
  if (result != NULL) {
    uint8_t *to = (uint8_t *)PyBytes_AsString(result);
    for (Py_ssize_t number = 0; number < each->known; number++) {
      write_left(each, number, to + width * number, width);
    }
  }
  return result;
}

PyObject *order_breadth_way(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused, length = 0;
  const search *each = search_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  Py_ssize_t width = (each->in->count + 7) / 8;
  Py_ssize_t first = each->goal == (Py_ssize_t)NO_ORIGIN ? -1 : each->goal;
  for (Py_ssize_t number = first; number >= 0; length++) {
    number = each->origins[number] == NO_ORIGIN ? -1 : (Py_ssize_t)each->origins[number];
  }
  PyObject *result = PyBytes_FromStringAndSize(NULL, width * length);
  if (result != NULL) {
    uint8_t *to = (uint8_t *)PyBytes_AsString(result);
    for (Py_ssize_t number = first; number >= 0; to += width) {
      write_left(each, number, to, width);
      number = each->origins[number] == NO_ORIGIN ? -1 : (Py_ssize_t)each->origins[number];
    }
  }
  return result;
}
