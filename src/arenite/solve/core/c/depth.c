/* SPDX-License-Identifier: Apache-2.0 */
#include "depth.h"

#include <stdlib.h>
#include <string.h>

#include "between.h"
#include "trail.h"

/* The name of a search as Python holds it. */
#define CAPSULE "arenite.order_depth"

/* What is known of a state: the numbers of the state before and of the one that it committed to, or -1; the bytes alive
 * before it settled to this one, or UNSETTLED; the states on the way from the state before, if that is a far commit. */
typedef struct {
  Py_ssize_t origin, committed;
  int64_t settled;
  trail *shortcut;
} fact;

#define UNSETTLED INT64_MIN

/* A state with no more bytes alive than an earlier one of the way: its live bytes, the last states of the way to it,
 * itself included, and, if it was reached by settling, the bytes alive before, else UNSETTLED. */
typedef struct {
  int64_t live;
  trail *last;
  int64_t settled;
} back;

/* A state of the way, with the moves still to try, the best one last; their sets follow them in memory. `back.last` is
 * NULL as long as no later state came back. */
typedef struct {
  Py_ssize_t state;
  int64_t live;
  hint *hint;
  back back;
  Py_ssize_t count;
  move moves[];
} opened;

typedef struct {
  PyObject *held; /* the capsule of the space */
  const space *in;
  int64_t bound, refused; /* INT64_MAX as long as nothing was refused */
  int64_t limit, visited;
  bool commit, far_commit, default_first;
  pool states;
  fact *facts;
  Py_ssize_t facts_room;
  Py_ssize_t goal; /* its number; -1 as long as it was not reached */
  moves found;
  opened **way, **rising; /* `rising`: those without `back`; live bytes rise */
  Py_ssize_t way_count, way_room, rising_count;
  uint64_t *row, *changed;
} search;

static void close_opened(opened *each) {
  hint_drop(each->hint);
  trail_drop(each->back.last);
  free(each);
}

static void free_search(search *each) {
  for (Py_ssize_t i = 0; i < each->states.count && i < each->facts_room; i++) {
    trail_drop(each->facts[i].shortcut);
  }
  for (Py_ssize_t i = 0; i < each->way_count; i++) {
    close_opened(each->way[i]);
  }
  pool_free(&each->states);
  free(each->facts);
  moves_free(&each->found);
  free(each->way);
  free(each->rising);
  free(each->row);
  free(each->changed);
  Py_XDECREF(each->held);
  free(each);
}

static const uint64_t *row_of(const search *each, Py_ssize_t state) { return pool_row(&each->states, state); }

static size_t bytes_of_row(const search *each) { return sizeof(uint64_t) * (size_t)each->in->words; }

/* The number of a state that follows from `origin`. `*is_new` says whether it was not reached before, and then its facts
 * are set. -1, with an exception set, where memory ran out. */
static Py_ssize_t reach(search *each, const uint64_t *row, Py_ssize_t origin, bool *is_new) {
  Py_ssize_t known = each->states.count;
  if (known == each->facts_room) {
    Py_ssize_t room = 2 * known + 64;
    fact *facts = realloc(each->facts, sizeof(fact) * (size_t)room);
    if (facts == NULL) {
      PyErr_NoMemory();
      return -1;
    }
    each->facts = facts;
    each->facts_room = room;
  }
  fact unknown = {origin, -1, UNSETTLED, NULL};
  each->facts[known] = unknown;
  Py_ssize_t state = pool_add(&each->states, row, set_hash(row, each->in->words));
  *is_new = state == known;
  if (*is_new && set_compare(row, each->in->full, each->in->words) == 0) {
    each->goal = state;
  }
  return state;
}

/* Notes the first state of a trail, with `live` bytes alive, as `back` of all rising states with at least as many. */
static void came_back(search *each, int64_t live, trail *last, int64_t settled) {
  while (each->rising_count > 0 && each->rising[each->rising_count - 1]->live >= live) {
    back *noted = &each->rising[--each->rising_count]->back;
    trail_drop(noted->last);
    noted->live = live;
    noted->last = trail_share(last);
    noted->settled = settled;
  }
}

/* The same for a state, and where `before` is not -1 the one before it. False where memory ran out. */
static bool state_came_back(search *each, int64_t live, Py_ssize_t state, Py_ssize_t before, int64_t settled) {
  if (each->rising_count == 0 || each->rising[each->rising_count - 1]->live < live) {
    return true;
  }
  trail *last = trail_begin(each->in->words);
  bool right = last != NULL && trail_add(last, row_of(each, state)) &&
               (before < 0 || trail_add(last, row_of(each, before)));
  if (right) {
    came_back(each, live, last, settled);
  }
  trail_drop(last);
  return right;
}

/* Commits state `*at` to the state in `row`, with `live` bytes alive, and goes there, if that is new; else `*at` is -1.
 * False where memory ran out. */
static bool commit(search *each, Py_ssize_t *at, int64_t live, int64_t settled) {
  bool is_new;
  Py_ssize_t from = *at, state = reach(each, each->row, from, &is_new);
  if (state < 0) {
    return false;
  }
  each->facts[from].committed = state;
  if (!is_new) {
    *at = -1;
    return state_came_back(each, live, state, from, settled);
  }
  each->facts[state].settled = settled;
  *at = state;
  return true;
}

/* Leaves only the moves within the bound, and notes the least memory that was refused. */
static void drop_refused(search *each) {
  moves *found = &each->found;
  Py_ssize_t kept = 0;
  each->visited++;
  for (Py_ssize_t i = 0; i < found->count; i++) {
    int64_t memory = found->at[i].memory;
    if (memory < each->bound) {
      found->at[kept++] = found->at[i];
    } else if (memory < each->refused) {
      each->refused = memory;
    }
  }
  found->count = kept;
}

static bool reserve_way(search *each) {
  if (each->way_count < each->way_room) {
    return true;
  }
  Py_ssize_t room = 2 * each->way_count + 64;
  opened **way = realloc(each->way, sizeof(opened *) * (size_t)room);
  each->way = way != NULL ? way : each->way;
  opened **rising = realloc(each->rising, sizeof(opened *) * (size_t)room);
  each->rising = rising != NULL ? rising : each->rising;
  if (way == NULL || rising == NULL) {
    PyErr_NoMemory();
    return false;
  }
  each->way_room = room;
  return true;
}

/* Puts a state on the way, with the moves that were found. False where memory ran out. */
static bool open_state(search *each, Py_ssize_t state, int64_t live, hint *next) {
  Py_ssize_t count = each->found.count, words = each->found.at[0].part_words;
  opened *made = malloc(sizeof *made + (sizeof(move) + sizeof(uint64_t) * (size_t)words) * (size_t)count);
  if (made == NULL || !reserve_way(each)) {
    free(made);
    PyErr_NoMemory();
    return false;
  }
  made->state = state;
  made->live = live;
  made->hint = hint_share(next);
  back none = {0, NULL, UNSETTLED};
  made->back = none;
  made->count = count;
  uint64_t *parts = (uint64_t *)(made->moves + count);
  const int32_t *order = moves_sort(&each->found, each->default_first ? move_state_before : move_before);
  for (Py_ssize_t i = 0; i < count; i++) {
    move *to = &made->moves[count - 1 - i];
    *to = each->found.at[order[i]];
    if (words > 0) {
      memcpy(parts + words * i, to->part, sizeof(uint64_t) * (size_t)words);
      to->part = parts + words * i;
    }
  }
  each->way[each->way_count++] = made;
  each->rising[each->rising_count++] = made;
  return true;
}

static bool follow_on(search *each, Py_ssize_t at, Py_ssize_t before, int64_t live, hint **next) {
  const space *in = each->in;
  while (at >= 0 && each->goal < 0) {
    Py_ssize_t here = at;
    if (each->commit) {
      int64_t left = live;
      memcpy(each->row, row_of(each, at), bytes_of_row(each));
      for (Py_ssize_t i = 0; i < in->words; i++) {
        each->changed[i] = each->row[i] & ~row_of(each, before)[i];
      }
      space_settle(in, each->row, &left, each->changed, each->bound);
      if (set_compare(each->row, row_of(each, at), in->words) != 0) {
        if (!commit(each, &at, left, live)) {
          return false;
        }
        before = here;
        live = left;
        continue;
      }
    }
    if (!moves_find(&each->found, row_of(each, at), live, next)) {
      return false;
    }
    drop_refused(each);
    if (each->found.count == 0) {
      return true;
    }
    const move *best = moves_best(&each->found);
    if (!each->commit || best->live > live) {
      return state_came_back(each, live, at, -1, UNSETTLED) && open_state(each, at, live, *next);
    }
    live = best->live;
    memcpy(each->row, row_of(each, at), bytes_of_row(each));
    move_make(best, each->row);
    if (!commit(each, &at, live, UNSETTLED)) {
      return false;
    }
    before = here;
  }
  return true;
}

/* Goes on from a new state, that after `before`, until there is a choice; `next` is the hint of a state before. False
 * where memory ran out. */
static bool follow(search *each, Py_ssize_t at, Py_ssize_t before, int64_t live, hint *next) {
  hint *mine = hint_share(next);
  bool right = follow_on(each, at, before, live, &mine);
  hint_drop(mine);
  return right;
}

/* Takes the last state off the way; it is still to be freed. */
static opened *leave(search *each) {
  opened *last = each->way[--each->way_count];
  each->rising_count -= each->rising_count > 0 && each->rising[each->rising_count - 1] == last;
  return last;
}

/* Adds the states of the way before `state`, back to `until`, the last one first. False where memory ran out. */
static bool add_way_back(const search *each, trail *to, Py_ssize_t state, Py_ssize_t until) {
  while (state != until) {
    const fact *known = &each->facts[state];
    if (known->shortcut != NULL && !trail_add_all(to, known->shortcut)) {
      return false;
    }
    if (known->settled != UNSETTLED && !trail_add_settling(to, each->in, row_of(each, known->origin), known->settled,
                                                           row_of(each, state), each->bound)) {
      return false;
    }
    if (!trail_add(to, row_of(each, known->origin))) {
      return false;
    }
    state = known->origin;
  }
  return true;
}

/* The states of a trail, cut to the operators of `end`, without `begin` and `end` themselves. */
static trail *cut(const search *each, const trail *from, const uint64_t *end, const uint64_t *begin) {
  Py_ssize_t words = each->in->words;
  trail *result = trail_begin(words);
  uint64_t *row = malloc(2 * bytes_of_row(each));
  if (result == NULL || row == NULL) {
    PyErr_NoMemory();
    free(row);
    trail_drop(result);
    return NULL;
  }
  uint64_t *last = row + words;
  bool right = true;
  for (Py_ssize_t i = 0; right && i < from->count; i++) {
    for (Py_ssize_t j = 0; j < words; j++) {
      row[j] = trail_row(from, i)[j] & end[j];
    }
    bool again = i > 0 && set_compare(row, last, words) == 0;
    if (!again && set_compare(row, begin, words) != 0 && set_compare(row, end, words) != 0) {
      right = trail_add(result, row);
    }
    memcpy(last, row, bytes_of_row(each));
  }
  free(row);
  if (!right) {
    trail_drop(result);
    return NULL;
  }
  return result;
}

/* The way to the state that came back, from an open state on, the last one first; NULL where memory ran out. */
static trail *way_to(const search *each, Py_ssize_t from, const back *came) {
  trail *way = trail_begin(each->in->words);
  const trail *last = came->last;
  bool right = way != NULL && trail_add(way, trail_row(last, 0));
  if (right && came->settled != UNSETTLED) {
    right = trail_add_settling(way, each->in, trail_row(last, 1), came->settled, trail_row(last, 0), each->bound);
  }
  for (Py_ssize_t i = 1; right && i < last->count; i++) {
    right = trail_add(way, trail_row(last, i));
  }
  if (right && add_way_back(each, way, pool_find(&each->states, trail_row(last, last->count - 1)), from)) {
    return way;
  }
  trail_drop(way);
  return NULL;
}

/* Goes on from the state `end`, to which an open state commits, or notes that it came back where it is known. */
static bool go_far(search *each, const opened *from, const uint64_t *end, int64_t live, trail *passed) {
  bool is_new, right = true;
  Py_ssize_t state = reach(each, end, from->state, &is_new);
  if (state < 0) {
    return false;
  }
  each->facts[from->state].committed = state;
  if (is_new) {
    each->facts[state].shortcut = trail_share(passed);
    return follow(each, state, from->state, live, from->hint);
  }
  trail *last = trail_begin(each->in->words);
  right = last != NULL && trail_add(last, end) && trail_add_all(last, passed) &&
          trail_add(last, row_of(each, from->state));
  if (right) {
    came_back(each, live, last, UNSETTLED);
  }
  trail_drop(last);
  return right;
}

/* Commits the last state of the way to the state of least live bytes between it and the one that came back, from which
 * the search failed. False where memory ran out. */
static bool commit_far(search *each) {
  opened *from = each->way[each->way_count - 1];
  back came = from->back;
  from->back.last = NULL;
  between found;
  int known = between_find(&found, &each->found, row_of(each, from->state), from->live, from->hint,
                           trail_row(came.last, 0), came.live);
  bool right = known != BETWEEN_FAILED;
  each->visited += found.visited;
  if (known == BETWEEN_TOO_MANY) {
    each->rising[each->rising_count++] = from;
  } else if (known == BETWEEN_FOUND) {
    leave(each);
    trail *way = way_to(each, from->state, &came);
    trail *passed = way == NULL ? NULL : cut(each, way, found.least, row_of(each, from->state));
    right = passed != NULL && go_far(each, from, found.least, found.live, passed);
    trail_drop(way);
    trail_drop(passed);
    close_opened(from);
  }
  between_free(&found);
  trail_drop(came.last);
  return right;
}

/* Makes the next move from the last state of the way, or leaves that. False where memory ran out. */
static bool step(search *each) {
  opened *top = each->way[each->way_count - 1];
  if (top->back.last != NULL && each->far_commit) {
    return commit_far(each);
  }
  if (top->count == 0) {
    close_opened(leave(each));
    return true;
  }
  const move *made = &top->moves[--top->count];
  memcpy(each->row, row_of(each, top->state), bytes_of_row(each));
  move_make(made, each->row);
  bool is_new;
  Py_ssize_t state = reach(each, each->row, top->state, &is_new);
  return state >= 0 && (!is_new || follow(each, state, top->state, made->live, top->hint));
}

static void free_capsule(PyObject *capsule) { free_search(PyCapsule_GetPointer(capsule, CAPSULE)); }

static bool begin(search *each) {
  const space *in = each->in;
  bool is_new;
  each->row = calloc((size_t)in->words, sizeof(uint64_t));
  each->changed = malloc(bytes_of_row(each));
  if (each->row == NULL || each->changed == NULL) {
    PyErr_NoMemory();
    return false;
  }
  if (!pool_allocate(&each->states, in->words, in->words) || !moves_allocate(&each->found, in) ||
      reach(each, each->row, -1, &is_new) < 0) {
    return false;
  }
  hint *root = hint_root(in, &each->found.hints);
  bool right = root != NULL && follow(each, 0, 0, in->live, root);
  hint_drop(root);
  return right;
}

PyObject *order_depth_begin(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *held;
  long long bound, limit;
  int commit, far_commit, default_first;
  if (!PyArg_ParseTuple(arguments, "OLLppp", &held, &bound, &limit, &commit, &far_commit, &default_first)) {
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
  each->refused = INT64_MAX;
  each->limit = limit;
  each->commit = commit != 0;
  each->far_commit = far_commit != 0;
  each->default_first = default_first != 0;
  each->goal = -1;
  PyObject *capsule = begin(each) ? PyCapsule_New(each, CAPSULE, free_capsule) : NULL;
  if (capsule == NULL) {
    free_search(each);
  }
  return capsule;
}

static search *search_of(PyObject *arguments, Py_ssize_t *most) { return held_by(arguments, CAPSULE, most); }

/* What is known of a search. */
enum { UNDECIDED = -1, NO = 0, YES = 1 };

static int answer_of(const search *each) { return each->goal >= 0 ? YES : each->way_count == 0 ? NO : UNDECIDED; }

PyObject *order_depth_run(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t most, done = 0;
  search *each = search_of(arguments, &most);
  if (each == NULL) {
    return NULL;
  }
  for (; answer_of(each) == UNDECIDED && each->visited <= each->limit && done < most; done++) {
    if (!step(each)) {
      return NULL;
    }
  }
  return Py_BuildValue("(inL)", answer_of(each), done, (long long)each->visited);
}

PyObject *order_depth_refused(PyObject *module, PyObject *arguments) {
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

PyObject *order_depth_path(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused;
  const search *each = search_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  if (each->goal < 0) {
    PyErr_SetString(PyExc_ValueError, "no order was found");
    return NULL;
  }
  trail *way = trail_begin(each->in->words);
  PyObject *result = NULL;
  if (way != NULL && trail_add(way, row_of(each, each->goal)) && add_way_back(each, way, each->goal, 0)) {
    result = trail_write(way, each->in);
  }
  trail_drop(way);
  return result;
}

/* Writes a number as Python does with "little": the lowest byte first. */
static void write_number(int64_t number, uint8_t *to) {
  for (int i = 0; i < 8; i++) {
    to[i] = (uint8_t)((uint64_t)number >> 8 * i);
  }
}

PyObject *order_depth_record(PyObject *module, PyObject *arguments) {
  (void)module;
  Py_ssize_t unused;
  const search *each = search_of(arguments, &unused);
  if (each == NULL) {
    return NULL;
  }
  Py_ssize_t width = (each->in->count + 7) / 8, count = each->states.count;
  PyObject *states = PyBytes_FromStringAndSize(NULL, width * count);
  PyObject *moves = PyBytes_FromStringAndSize(NULL, 8 * count);
  if (states == NULL || moves == NULL) {
    Py_XDECREF(states);
    Py_XDECREF(moves);
    return NULL;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    write_state(each->in, row_of(each, i), (uint8_t *)PyBytes_AsString(states) + width * i, width);
    write_number(each->facts[i].committed, (uint8_t *)PyBytes_AsString(moves) + 8 * i);
  }
  return Py_BuildValue("(NN)", states, moves);
}
