/* SPDX-License-Identifier: Apache-2.0 */
#include "singles.h"

#include <stdlib.h>
#include <string.h>

#include "ranges.h"
#include "runs.h"
#include "tops.h"
#include "twister.h"

/* How often a buffer is moved for a neighbor of what ends highest, not for that itself; as in the twin. */
#define SHARE_OF_NEIGHBORS 0.4
/* How often a walk returns to its best layout after a step that led higher; as in the twin. */
#define SHARE_OF_RETURNS 0.7

/* Where the numbers of a gap, and of a run, are in their part of a table, and how many they are. */
enum { OTHER, UP, DOWN, FIELDS_OF_GAP };
enum { START, STEP, COUNT, FIELDS_OF_RUN };

/* A gap to a buffer that is placed: the place may be at least `offset + up`, or at most `offset - down`, or one of the
 * runs from `first` on and before `end`, which count from `offset`. */
typedef struct {
  int64_t offset, up, down, first, end;
} gap;

/* The buffers, and for each the gaps that it must keep to others: those from `gaps_from` of it on. Each gap has runs of
 * further differences that keep it: those from `runs_from` of it on. */
typedef struct {
  Py_ssize_t count;
  numbers gaps_from, gaps, runs_from, runs;
  tops tops;
  /* Room for what is placed already, while one buffer is placed. */
  gap *placed;
  Py_ssize_t placed_count, placed_most;
  ranges taken;
} singles;

static void free_singles(singles *each) {
  numbers_free(&each->gaps_from);
  numbers_free(&each->gaps);
  numbers_free(&each->runs_from);
  numbers_free(&each->runs);
  tops_free(&each->tops);
  free(each->placed);
  ranges_free(&each->taken);
}

static bool right_fields(const singles *each) {
  bool right = each->gaps.count % FIELDS_OF_GAP == 0 && each->runs.count % FIELDS_OF_RUN == 0;
  for (Py_ssize_t i = 0; right && i < each->gaps.count; i += FIELDS_OF_GAP) {
    right = each->gaps.at[i + OTHER] >= 0 && each->gaps.at[i + OTHER] < each->count;
  }
  for (Py_ssize_t i = 0; right && i < each->runs.count; i += FIELDS_OF_RUN) {
    right = each->runs.at[i + STEP] > 0 && each->runs.at[i + STEP] <= RUN_LONGEST_STEP && each->runs.at[i + COUNT] > 0;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "a table of gaps for the compiled core is wrong");
  }
  return right;
}

static bool make_room(singles *each) {
  Py_ssize_t most = 1;
  for (Py_ssize_t one = 0; one < each->count; one++) {
    Py_ssize_t count = (Py_ssize_t)(each->gaps_from.at[one + 1] - each->gaps_from.at[one]);
    most = count > most ? count : most;
  }
  each->placed_most = most;
  each->placed = malloc(sizeof(gap) * (size_t)most);
  if (each->placed == NULL) {
    PyErr_NoMemory();
    return false;
  }
  return ranges_allocate(&each->taken, most);
}

/* Reads five tables. On failure what was read is still to be freed. */
static bool read_singles(singles *result, PyObject *tables[5]) {
  memset(result, 0, sizeof *result);
  if (!numbers_read(&result->gaps_from, tables[0]) || !numbers_read(&result->gaps, tables[1]) ||
      !numbers_read(&result->runs_from, tables[2]) || !numbers_read(&result->runs, tables[3])) {
    return false;
  }
  result->count = result->gaps_from.count - 1;
  Py_ssize_t gaps = result->gaps.count / FIELDS_OF_GAP;
  return numbers_partition(&result->gaps_from, result->count, gaps) &&
         numbers_partition(&result->runs_from, gaps, result->runs.count / FIELDS_OF_RUN) && right_fields(result) &&
         tops_read(&result->tops, tables[4], result->count) && make_room(result);
}

/* One of the runs of a gap, as places. */
static run run_of(const singles *each, const gap *to, int64_t number) {
  const int64_t *fields = &each->runs.at[number * FIELDS_OF_RUN];
  run result = {to->offset + fields[START], fields[STEP], fields[COUNT]};
  return result;
}

static bool kept(const singles *each, const gap *to, int64_t place) {
  if (place - to->offset >= to->up || place - to->offset <= -to->down) {
    return true;
  }
  for (int64_t i = to->first; i < to->end; i++) {
    run places = run_of(each, to, i);
    if (run_contains(&places, place)) {
      return true;
    }
  }
  return false;
}

/* The least number of `places` from `low` on at which the gap, broken below, may be kept again. */
static int64_t next_kept(const singles *each, const gap *to, const run *places, int64_t low) {
  int64_t next = run_first(places, to->offset + to->up);
  for (int64_t i = to->first; i < to->end; i++) {
    run own = run_of(each, to, i);
    int64_t common = run_first_common(places, &own, low);
    next = common < next ? common : next;
  }
  return next;
}

/* The first of `places` from 0 on at which all gaps are kept, or `high` where none is lower.
 *
 * A gap that forbids a place forbids all up to its end as well, but for its own runs: these places are leapt over. */
static int64_t first_kept(const singles *each, const run *places, int64_t high) {
  int64_t place = run_first(places, 0);
  while (place < high) {
    Py_ssize_t broken = 0;
    while (broken < each->placed_count && kept(each, &each->placed[broken], place)) {
      broken++;
    }
    if (broken == each->placed_count) {
      return place;
    }
    place = next_kept(each, &each->placed[broken], places, place + 1);
  }
  return high;
}

/* The lowest place for a buffer beside those that are placed; an offset below 0 means that one is not. */
static int64_t lowest(singles *each, int64_t one, const numbers *offsets) {
  each->placed_count = 0;
  ranges_clear(&each->taken);
  for (int64_t i = each->gaps_from.at[one]; i < each->gaps_from.at[one + 1]; i++) {
    const int64_t *fields = &each->gaps.at[i * FIELDS_OF_GAP];
    int64_t offset = offsets->at[fields[OTHER]];
    if (offset >= 0) {
      gap to = {offset, fields[UP], fields[DOWN], each->runs_from.at[i], each->runs_from.at[i + 1]};
      each->placed[each->placed_count++] = to;
      ranges_add(&each->taken, offset - to.down, offset + to.up);
    }
  }
  int64_t at = ranges_lowest_free(&each->taken);
  for (Py_ssize_t i = 0; i < each->placed_count; i++) {
    for (int64_t k = each->placed[i].first; k < each->placed[i].end; k++) {
      run places = run_of(each, &each->placed[i], k);
      at = first_kept(each, &places, at);
    }
  }
  return at;
}

static void first_fit(singles *each, const numbers *order, numbers *offsets) {
  for (Py_ssize_t i = 0; i < offsets->count; i++) {
    offsets->at[i] = -1;
  }
  for (Py_ssize_t i = 0; i < order->count; i++) {
    offsets->at[order->at[i]] = lowest(each, order->at[i], offsets);
  }
}

PyObject *singles_first_fit(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *tables[5], *order_bytes, *result = NULL;
  if (!PyArg_ParseTuple(arguments, "SSSSSS", &tables[0], &tables[1], &tables[2], &tables[3], &tables[4],
                        &order_bytes)) {
    return NULL;
  }
  singles each;
  numbers order = {0}, offsets = {0};
  if (read_singles(&each, tables) && numbers_read(&order, order_bytes) && numbers_within(&order, 0, each.count) &&
      numbers_filled(&offsets, each.count, -1)) {
    first_fit(&each, &order, &offsets);
    result = numbers_write(&offsets);
  }
  numbers_free(&offsets);
  numbers_free(&order);
  free_singles(&each);
  return result;
}

/* Lists of a walk, each of all buffers. */
enum {
  ORDER,   /* of the lowest layout so far */
  BEST,    /* the offsets of that layout */
  CURRENT, /* the order of the layout from which the next step is taken */
  OFFSETS, /* the offsets of that layout */
  NEXT,    /* room for the order after the step */
  ENDS,    /* room for the ends of buffers */
  CHOICES, /* room for what is chosen from: buffers, or neighbors of one */
  LISTS
};
/* The lists that come from Python and go back: the first four. */
#define LISTS_GIVEN NEXT

static void free_lists(numbers lists[LISTS]) {
  for (int i = 0; i < LISTS; i++) {
    numbers_free(&lists[i]);
  }
}

/* Whether each buffer is in an order once; `room` is overwritten. */
static bool permutation(const numbers *order, numbers *room) {
  bool right = true;
  for (Py_ssize_t i = 0; i < room->count; i++) {
    room->at[i] = 0;
  }
  for (Py_ssize_t i = 0; i < order->count; i++) {
    right = right && room->at[order->at[i]]++ == 0;
  }
  return right;
}

static bool read_lists(numbers lists[LISTS], PyObject *given[LISTS_GIVEN], const singles *each) {
  Py_ssize_t count = each->count;
  bool right = true;
  for (int i = 0; i < LISTS_GIVEN; i++) {
    if (!numbers_read(&lists[i], given[i])) {
      return false;
    }
    right = right && lists[i].count == count;
  }
  Py_ssize_t choices = each->placed_most > count ? each->placed_most : count;
  if (!numbers_filled(&lists[NEXT], count, 0) || !numbers_filled(&lists[ENDS], count, 0) ||
      !numbers_filled(&lists[CHOICES], choices, 0)) {
    return false;
  }
  if (!numbers_within(&lists[ORDER], 0, count) || !numbers_within(&lists[CURRENT], 0, count)) {
    return false;
  }
  if (!right || count == 0 || !permutation(&lists[ORDER], &lists[ENDS]) ||
      !permutation(&lists[CURRENT], &lists[ENDS])) {
    PyErr_SetString(PyExc_ValueError, "an order or a layout that is not one of all buffers");
    return false;
  }
  return true;
}

/* One of the buffers that end at `height` or above, or of all if none does; or one that such a buffer has to mind. */
static int64_t chosen(const singles *each, numbers lists[LISTS], int64_t height, twister *chance) {
  tops_of(&each->tops, &lists[OFFSETS], &lists[ENDS]);
  Py_ssize_t count = 0;
  for (Py_ssize_t i = 0; i < each->count; i++) {
    int64_t one = lists[CURRENT].at[i];
    if (lists[ENDS].at[one] >= height) {
      lists[CHOICES].at[count++] = one;
    }
  }
  int64_t one = count > 0 ? lists[CHOICES].at[twister_below(chance, count)]
                          : lists[CURRENT].at[twister_below(chance, each->count)];
  int64_t first = each->gaps_from.at[one], gaps = each->gaps_from.at[one + 1] - first;
  if (twister_random(chance) < SHARE_OF_NEIGHBORS && gaps > 0) {
    one = each->gaps.at[(first + twister_below(chance, gaps)) * FIELDS_OF_GAP + OTHER];
  }
  return one;
}

/* Writes to NEXT the order CURRENT with one buffer moved: before one that it has to mind, or anywhere if all of these
 * come after it. */
static void promote(const singles *each, numbers lists[LISTS], int64_t height, twister *chance) {
  int64_t one = chosen(each, lists, height, chance);
  int64_t *position = lists[ENDS].at; /* of each buffer in the order; the ends are not needed any more */
  for (Py_ssize_t i = 0; i < each->count; i++) {
    position[lists[CURRENT].at[i]] = i;
  }
  Py_ssize_t place = (Py_ssize_t)position[one], before = 0;
  for (int64_t i = each->gaps_from.at[one]; i < each->gaps_from.at[one + 1]; i++) {
    int64_t near = position[each->gaps.at[i * FIELDS_OF_GAP + OTHER]];
    if (near < place) {
      lists[CHOICES].at[before++] = near;
    }
  }
  Py_ssize_t to = before > 0 ? (Py_ssize_t)lists[CHOICES].at[twister_below(chance, before)]
                             : (Py_ssize_t)twister_below(chance, each->count);
  int64_t *moved = lists[NEXT].at;
  memcpy(moved, lists[CURRENT].at, sizeof(int64_t) * (size_t)each->count);
  if (to <= place) {
    memmove(&moved[to + 1], &moved[to], sizeof(int64_t) * (size_t)(place - to));
  } else {
    memmove(&moved[place], &moved[place + 1], sizeof(int64_t) * (size_t)(to - place));
  }
  moved[to] = one;
}

static void copy(numbers *to, const numbers *from) {
  memcpy(to->at, from->at, sizeof(int64_t) * (size_t)from->count);
}

/* Takes at most `tries` steps, fewer where the height is low enough, and returns how many it took. */
static Py_ssize_t go(singles *each, numbers lists[LISTS], int64_t enough, Py_ssize_t tries, twister *chance) {
  int64_t least = tops_of(&each->tops, &lists[BEST], &lists[ENDS]);
  for (Py_ssize_t done = 0; done < tries; done++) {
    if (least <= enough) {
      return done;
    }
    promote(each, lists, least, chance);
    copy(&lists[CURRENT], &lists[NEXT]);
    first_fit(each, &lists[CURRENT], &lists[OFFSETS]);
    int64_t height = tops_of(&each->tops, &lists[OFFSETS], &lists[ENDS]);
    if (height <= least) {
      least = height;
      copy(&lists[ORDER], &lists[CURRENT]);
      copy(&lists[BEST], &lists[OFFSETS]);
    } else if (twister_random(chance) < SHARE_OF_RETURNS) {
      copy(&lists[CURRENT], &lists[ORDER]);
      copy(&lists[OFFSETS], &lists[BEST]);
    }
  }
  return tries;
}

PyObject *singles_walk(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *tables[5], *given[LISTS_GIVEN], *state, *result = NULL;
  long long enough;
  Py_ssize_t tries;
  if (!PyArg_ParseTuple(arguments, "SSSSSSSSSSLn", &tables[0], &tables[1], &tables[2], &tables[3], &tables[4],
                        &given[ORDER], &given[BEST], &given[CURRENT], &given[OFFSETS], &state, &enough, &tries)) {
    return NULL;
  }
  singles each;
  numbers lists[LISTS] = {{0}}, words = {0};
  twister chance;
  if (read_singles(&each, tables) && read_lists(lists, given, &each) && numbers_read(&words, state) &&
      twister_read(&chance, &words)) {
    Py_ssize_t done = go(&each, lists, enough, tries, &chance);
    twister_write(&chance, &words);
    result = Py_BuildValue("(NNNNNn)", numbers_write(&lists[ORDER]), numbers_write(&lists[BEST]),
                           numbers_write(&lists[CURRENT]), numbers_write(&lists[OFFSETS]), numbers_write(&words), done);
  }
  numbers_free(&words);
  free_lists(lists);
  free_singles(&each);
  return result;
}
