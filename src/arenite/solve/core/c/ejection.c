/* SPDX-License-Identifier: Apache-2.0 */
#include "ejection.h"

#include <stdlib.h>
#include <string.h>

#include "twister.h"

/* Where the cost of a place changes as the place rises: by a weight, negative where a neighbor is left behind. */
typedef struct {
  int64_t place, weight;
} event;

/* The boxes, and for each its neighbors: those from `meets_from` of it on. `offsets` is -1 for those in `outside`,
 * which has room for all boxes; `outside_count` are in it. */
typedef struct {
  numbers sizes, meets_from, meets, offsets, weights, outside, state;
  Py_ssize_t outside_count;
  int64_t height;
  twister chance;
  event *events;
  numbers best; /* the places of least cost that were found */
} ejection;

static void free_ejection(ejection *each) {
  numbers *lists[] = {&each->sizes,   &each->meets_from, &each->meets, &each->offsets,
                      &each->weights, &each->outside,    &each->state, &each->best};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    numbers_free(lists[i]);
  }
  free(each->events);
}

/* Whether `outside` lists each box without an offset once, and each other box has one that is within the height. */
static bool right_state(const ejection *each) {
  Py_ssize_t count = each->sizes.count, out = 0;
  bool right = count > 0 && each->offsets.count == count && each->weights.count == count &&
               each->outside.count <= count;
  for (Py_ssize_t box = 0; right && box < count; box++) {
    int64_t size = each->sizes.at[box], offset = each->offsets.at[box];
    right = size > 0 && size <= each->height && offset >= -1 && offset <= each->height - size;
    out += offset < 0;
  }
  right = right && out == each->outside.count;
  for (Py_ssize_t i = 0; right && i < each->outside.count; i++) {
    right = each->offsets.at[each->outside.at[i]] < 0;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "boxes for the compiled core are wrong");
  }
  return right;
}

/* On failure what was read is still to be freed. */
static bool read_ejection(ejection *result, PyObject *arguments, Py_ssize_t *tries) {
  PyObject *given[7];
  long long height;
  memset(result, 0, sizeof *result);
  if (!PyArg_ParseTuple(arguments, "SSSSSSSLn", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5],
                        &given[6], &height, tries)) {
    return false;
  }
  result->height = height;
  numbers *lists[] = {&result->sizes,   &result->meets_from, &result->meets, &result->offsets,
                      &result->weights, &result->outside,    &result->state};
  for (int i = 0; i < 7; i++) {
    if (!numbers_read(lists[i], given[i])) {
      return false;
    }
  }
  Py_ssize_t count = result->sizes.count;
  if (!numbers_partition(&result->meets_from, count, result->meets.count) ||
      !numbers_within(&result->meets, 0, count) || !numbers_within(&result->outside, 0, count) ||
      !right_state(result) || !twister_read(&result->chance, &result->state)) {
    return false;
  }
  numbers room = {0};
  result->outside_count = result->outside.count;
  if (!numbers_filled(&room, count, 0)) {
    return false;
  }
  if (result->outside_count > 0) {
    memcpy(room.at, result->outside.at, sizeof(int64_t) * (size_t)result->outside_count);
  }
  numbers_free(&result->outside);
  result->outside = room;
  size_t most = 2 * (size_t)result->meets.count + 2;
  result->events = malloc(sizeof(event) * most);
  if (result->events == NULL) {
    PyErr_NoMemory();
    return false;
  }
  return numbers_filled(&result->best, (Py_ssize_t)most, 0);
}

static int in_order(const void *one, const void *other) {
  const event *a = one, *b = other;
  if (a->place != b->place) {
    return a->place < b->place ? -1 : 1;
  }
  return (a->weight > b->weight) - (a->weight < b->weight);
}

/* One of the places of least cost for a box; `cost` is what the boxes in the way there weigh. */
static int64_t cheapest(ejection *each, int64_t box, int64_t *cost) {
  int64_t size = each->sizes.at[box], highest = each->height - size, sum = 0;
  event ends[] = {{0, 0}, {highest, 0}};
  Py_ssize_t count = 2;
  memcpy(each->events, ends, sizeof ends);
  for (int64_t i = each->meets_from.at[box]; i < each->meets_from.at[box + 1]; i++) {
    int64_t other = each->meets.at[i], offset = each->offsets.at[other], weight = each->weights.at[other];
    if (offset < 0) {
      continue;
    }
    if (offset < size) {
      sum += weight;
    } else {
      event begin = {offset - size, weight};
      each->events[count++] = begin;
    }
    if (offset + each->sizes.at[other] <= highest) {
      event end = {offset + each->sizes.at[other], -weight};
      each->events[count++] = end;
    }
  }
  qsort(each->events, (size_t)count, sizeof(event), in_order);
  Py_ssize_t found = 0;
  *cost = INT64_MAX;
  for (Py_ssize_t i = 0; i < count;) {
    int64_t place = each->events[i].place;
    for (; i < count && each->events[i].place == place && each->events[i].weight <= 0; i++) {
      sum += each->events[i].weight;
    }
    if (sum < *cost) {
      *cost = sum;
      found = 0;
    }
    if (sum == *cost) {
      each->best.at[found++] = place;
    }
    for (; i < count && each->events[i].place == place; i++) {
      sum += each->events[i].weight;
    }
  }
  return each->best.at[twister_below(&each->chance, found)];
}

/* Takes out what lies in the way of a box at a place. */
static void eject(ejection *each, int64_t box, int64_t place) {
  for (int64_t i = each->meets_from.at[box]; i < each->meets_from.at[box + 1]; i++) {
    int64_t other = each->meets.at[i], offset = each->offsets.at[other];
    if (offset >= 0 && offset < place + each->sizes.at[box] && place < offset + each->sizes.at[other]) {
      each->offsets.at[other] = -1;
      each->outside.at[each->outside_count++] = other;
    }
  }
}

static void try_one(ejection *each) {
  int64_t *taken = &each->outside.at[twister_below(&each->chance, each->outside_count)], box = *taken, cost;
  *taken = each->outside.at[--each->outside_count];
  int64_t place = cheapest(each, box, &cost);
  if (cost > 0) {
    each->weights.at[box]++;
    eject(each, box, place);
  }
  each->offsets.at[box] = place;
  int64_t moved = twister_below(&each->chance, each->sizes.count);
  if (each->offsets.at[moved] >= 0) {
    each->offsets.at[moved] = cheapest(each, moved, &cost);
  }
}

PyObject *ejection_run(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *result = NULL;
  Py_ssize_t tries, done = 0;
  ejection each;
  if (read_ejection(&each, arguments, &tries)) {
    for (; done < tries && each.outside_count > 0; done++) {
      try_one(&each);
    }
    twister_write(&each.chance, &each.state);
    each.outside.count = each.outside_count;
    result = Py_BuildValue("(NNNNn)", numbers_write(&each.offsets), numbers_write(&each.weights),
                           numbers_write(&each.outside), numbers_write(&each.state), done);
  }
  free_ejection(&each);
  return result;
}
