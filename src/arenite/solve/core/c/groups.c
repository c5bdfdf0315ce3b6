/* SPDX-License-Identifier: Apache-2.0 */
#include "groups.h"

#include <string.h>

#include "ranges.h"
#include "tops.h"
#include "twister.h"

/* Probability that a walk moves a neighbor of the highest group instead of that group itself; as in the twin. */
#define SHARE_OF_NEIGHBORS 0.5

/* The groups, and for each the others that it must mind: those from `others_from` of it on. Each of these has ranges of
 * place(group) - place(other) that are not safe, a low and a high end each: those from `ranges_from` of it on. */
typedef struct {
  Py_ssize_t count;
  numbers others_from, others, ranges_from, ranges;
  tops tops;
  /* Room for the ranges that are taken while one group is placed. */
  ranges taken;
} groups;

static void free_groups(groups *each) {
  numbers_free(&each->others_from);
  numbers_free(&each->others);
  numbers_free(&each->ranges_from);
  numbers_free(&each->ranges);
  tops_free(&each->tops);
  ranges_free(&each->taken);
}

static int64_t most_ranges(const groups *each) {
  int64_t most = 0;
  for (Py_ssize_t one = 0; one < each->count; one++) {
    int64_t first = each->ranges_from.at[each->others_from.at[one]];
    int64_t end = each->ranges_from.at[each->others_from.at[one + 1]];
    most = end - first > most ? end - first : most;
  }
  return most;
}

/* Reads the five tables that solve/core/compiled.py packs: where the others of each group begin, the others, where the
 * ranges of each pair begin, the ranges, and rows that tell the height (see `ends` in solve/core/tables.py). On failure
 * what was read is still to be freed. */
static bool read_groups(groups *result, PyObject *tables[5]) {
  memset(result, 0, sizeof *result);
  if (!numbers_read(&result->others_from, tables[0]) || !numbers_read(&result->others, tables[1]) ||
      !numbers_read(&result->ranges_from, tables[2]) || !numbers_read(&result->ranges, tables[3])) {
    return false;
  }
  result->count = result->others_from.count - 1;
  return numbers_partition(&result->others_from, result->count, result->others.count) &&
         numbers_partition(&result->ranges_from, result->others.count, result->ranges.count / 2) &&
         numbers_within(&result->others, 0, result->count) && tops_read(&result->tops, tables[4], result->count) &&
         ranges_allocate(&result->taken, most_ranges(result));
}

/* The lowest place that the groups placed before leave to `one`; a place below 0 means that a group is not placed. */
static int64_t lowest(groups *each, Py_ssize_t one, const numbers *places) {
  ranges_clear(&each->taken);
  for (int64_t i = each->others_from.at[one]; i < each->others_from.at[one + 1]; i++) {
    int64_t place = places->at[each->others.at[i]];
    if (place < 0) {
      continue;
    }
    for (int64_t k = each->ranges_from.at[i]; k < each->ranges_from.at[i + 1]; k++) {
      ranges_add(&each->taken, place + each->ranges.at[2 * k], place + each->ranges.at[2 * k + 1]);
    }
  }
  return ranges_lowest_free(&each->taken);
}

/* `places` comes with -1 for each group, but for those that have their place already. */
static void first_fit(groups *each, const numbers *order, numbers *places) {
  for (Py_ssize_t i = 0; i < order->count; i++) {
    int64_t one = order->at[i];
    if (places->at[one] < 0) {
      places->at[one] = lowest(each, one, places);
    }
  }
}

PyObject *groups_first_fit(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *tables[5], *order_bytes, *result = NULL;
  Py_ssize_t first;
  long long place;
  if (!PyArg_ParseTuple(arguments, "SSSSSSnL", &tables[0], &tables[1], &tables[2], &tables[3], &tables[4], &order_bytes,
                        &first, &place)) {
    return NULL;
  }
  groups each;
  numbers order = {0}, places = {0};
  if (read_groups(&each, tables) && numbers_read(&order, order_bytes) && numbers_within(&order, 0, each.count) &&
      numbers_filled(&places, each.count, -1)) {
    if (first >= 0 && first < each.count) {
      places.at[first] = place;
    }
    first_fit(&each, &order, &places);
    result = numbers_write(&places);
  }
  numbers_free(&places);
  numbers_free(&order);
  free_groups(&each);
  return result;
}

/* What a walk has in hand: an order with the places and the ends of its groups, a second order with its own, which is
 * tried, and room for groups near the top. */
typedef struct {
  numbers order, places, ends, moved, tried, tried_ends, near_top;
} walk;

static void free_walk(walk *each) {
  numbers_free(&each->order);
  numbers_free(&each->places);
  numbers_free(&each->ends);
  numbers_free(&each->moved);
  numbers_free(&each->tried);
  numbers_free(&each->tried_ends);
  numbers_free(&each->near_top);
}

static bool read_walk(walk *result, PyObject *order, PyObject *places, Py_ssize_t count) {
  memset(result, 0, sizeof *result);
  if (!numbers_read(&result->order, order) || !numbers_read(&result->places, places) ||
      !numbers_within(&result->order, 0, count)) {
    return false;
  }
  if (result->order.count != count || result->places.count != count) {
    PyErr_SetString(PyExc_ValueError, "an order or a layout that is not one of all groups");
    return false;
  }
  return numbers_filled(&result->moved, count, 0) && numbers_filled(&result->tried, count, -1) &&
         numbers_filled(&result->ends, count, 0) && numbers_filled(&result->tried_ends, count, 0) &&
         numbers_filled(&result->near_top, count, 0);
}

/* One of the groups that end at the height, or one that such a group has to mind. `ends` are those of the layout. */
static int64_t chosen(const groups *each, walk *at, int64_t height, twister *chance) {
  Py_ssize_t count = 0;
  for (Py_ssize_t i = 0; i < each->count; i++) {
    int64_t one = at->order.at[i];
    if (at->ends.at[one] >= height) {
      at->near_top.at[count++] = one;
    }
  }
  int64_t one = at->near_top.at[twister_below(chance, count)];
  int64_t first = each->others_from.at[one], others = each->others_from.at[one + 1] - first;
  if (twister_random(chance) < SHARE_OF_NEIGHBORS && others > 0) {
    one = each->others.at[first + twister_below(chance, others)];
  }
  return one;
}

/* Writes to `moved` the order with one group somewhere before its place, or anywhere if it was the first. Returns how
 * many groups at the begin of the order are the same as before. */
static Py_ssize_t promote(const groups *each, walk *at, int64_t height, twister *chance) {
  int64_t one = chosen(each, at, height, chance);
  Py_ssize_t place = 0;
  while (at->order.at[place] != one) {
    place++;
  }
  Py_ssize_t to = (Py_ssize_t)twister_below(chance, place > 0 ? place + 1 : each->count);
  memcpy(at->moved.at, at->order.at, sizeof(int64_t) * (size_t)each->count);
  if (to <= place) {
    memmove(&at->moved.at[to + 1], &at->moved.at[to], sizeof(int64_t) * (size_t)(place - to));
  } else {
    memmove(&at->moved.at[place], &at->moved.at[place + 1], sizeof(int64_t) * (size_t)(to - place));
  }
  at->moved.at[to] = one;
  return to < place ? to : place;
}

static void swap(numbers *one, numbers *other) {
  numbers kept = *one;
  *one = *other;
  *other = kept;
}

/* Places the groups in the order that is tried, the first `same` of them where they are, and returns the height. It is
 * more than `most` as soon as one group ends above that; the places and ends are not all there then. */
static int64_t place_moved(groups *each, walk *at, Py_ssize_t same, int64_t most) {
  int64_t height = 0;
  for (Py_ssize_t one = 0; one < each->count; one++) {
    at->tried.at[one] = -1;
  }
  for (Py_ssize_t i = 0; i < each->count && height <= most; i++) {
    int64_t one = at->moved.at[i];
    at->tried.at[one] = i < same ? at->places.at[one] : lowest(each, one, &at->tried);
    int64_t end = i < same ? at->ends.at[one] : tops_end(&each->tops, one, at->tried.at[one]);
    at->tried_ends.at[one] = end;
    height = end > height ? end : height;
  }
  return height;
}

/* Whether the places are those of first fit in this order. */
static bool is_first_fit(groups *each, walk *at) {
  for (Py_ssize_t one = 0; one < each->count; one++) {
    at->tried.at[one] = -1;
  }
  first_fit(each, &at->order, &at->tried);
  return memcmp(at->tried.at, at->places.at, sizeof(int64_t) * (size_t)each->count) == 0;
}

/* Takes at most `tries` steps, fewer where the height is low enough, and returns how many it took. */
static Py_ssize_t go(groups *each, walk *at, int64_t enough, Py_ssize_t tries, twister *chance) {
  int64_t height = tops_of(&each->tops, &at->places, &at->ends);
  bool placed_in_order = is_first_fit(each, at);
  for (Py_ssize_t done = 0; done < tries; done++) {
    if (height <= enough) {
      return done;
    }
    Py_ssize_t same = promote(each, at, height, chance);
    int64_t reached = place_moved(each, at, placed_in_order ? same : 0, height);
    if (reached <= height) {
      height = reached;
      placed_in_order = true;
      swap(&at->order, &at->moved);
      swap(&at->places, &at->tried);
      swap(&at->ends, &at->tried_ends);
    }
  }
  return tries;
}

/* Whether every group is in the order, and has a place, so that a walk finds what it looks for. */
static bool complete(const walk *at) {
  bool right = at->order.count > 0;
  /* `ends` is all zeros here, and is written anew before anything reads heights from it: it marks what was seen. */
  for (Py_ssize_t i = 0; i < at->order.count; i++) {
    at->ends.at[at->order.at[i]] = 1;
  }
  for (Py_ssize_t i = 0; i < at->ends.count; i++) {
    right = right && at->ends.at[i] == 1 && at->places.at[i] >= 0;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "an order or a layout that is not one of all groups");
  }
  return right;
}

PyObject *groups_walk(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *tables[5], *order, *places, *state, *result = NULL;
  long long enough;
  Py_ssize_t tries;
  if (!PyArg_ParseTuple(arguments, "SSSSSSSSLn", &tables[0], &tables[1], &tables[2], &tables[3], &tables[4], &order,
                        &places, &state, &enough, &tries)) {
    return NULL;
  }
  groups each;
  walk at;
  memset(&at, 0, sizeof at);
  numbers words = {0};
  twister chance;
  if (read_groups(&each, tables) && read_walk(&at, order, places, each.count) && complete(&at) &&
      numbers_read(&words, state) && twister_read(&chance, &words)) {
    Py_ssize_t done = go(&each, &at, enough, tries, &chance);
    twister_write(&chance, &words);
    result = Py_BuildValue("(NNNn)", numbers_write(&at.order), numbers_write(&at.places), numbers_write(&words), done);
  }
  numbers_free(&words);
  free_walk(&at);
  free_groups(&each);
  return result;
}
