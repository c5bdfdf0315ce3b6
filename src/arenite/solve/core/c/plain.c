/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include <stdlib.h>
#include <string.h>

#include "ranges.h"

/* A buffer that waits for its place: the lowest that it can take as far as is known, and its position in the order. */
typedef struct {
  int64_t low;
  Py_ssize_t position;
} waiting;

/* The buffers, and for each its neighbors: those from `meets_from` of it on. `offsets` is -1 for what is not placed. */
typedef struct {
  numbers sizes, meets_from, meets, order, offsets;
  /* Room for the neighbors of one buffer that are placed; or for the floors of all, and for those that wait. */
  ranges placed;
  numbers floors;
  waiting *queue;
} plain;

static void free_plain(plain *each) {
  numbers_free(&each->sizes);
  numbers_free(&each->meets_from);
  numbers_free(&each->meets);
  numbers_free(&each->order);
  numbers_free(&each->offsets);
  ranges_free(&each->placed);
  numbers_free(&each->floors);
  free(each->queue);
}

/* On failure what was read is still to be freed. */
static bool read_plain(plain *result, PyObject *arguments) {
  PyObject *sizes, *meets_from, *meets, *order;
  memset(result, 0, sizeof *result);
  if (!PyArg_ParseTuple(arguments, "SSSS", &sizes, &meets_from, &meets, &order) ||
      !numbers_read(&result->sizes, sizes) || !numbers_read(&result->meets_from, meets_from) ||
      !numbers_read(&result->meets, meets) || !numbers_read(&result->order, order)) {
    return false;
  }
  Py_ssize_t count = result->sizes.count;
  if (!numbers_partition(&result->meets_from, count, result->meets.count) ||
      !numbers_within(&result->meets, 0, count) || !numbers_within(&result->order, 0, count) ||
      !numbers_filled(&result->offsets, count, -1) || !numbers_filled(&result->floors, count, 0) ||
      !ranges_allocate(&result->placed, result->meets.count)) {
    return false;
  }
  result->queue = malloc(sizeof(waiting) * (size_t)(result->order.count + 1));
  if (result->queue == NULL) {
    PyErr_NoMemory();
  }
  return result->queue != NULL;
}

/* Where the neighbors of a buffer begin and end, as far as they are placed. */
static const ranges *placed_beside(plain *each, int64_t one) {
  ranges_clear(&each->placed);
  for (int64_t i = each->meets_from.at[one]; i < each->meets_from.at[one + 1]; i++) {
    int64_t other = each->meets.at[i], offset = each->offsets.at[other];
    if (offset >= 0) {
      ranges_add(&each->placed, offset, offset + each->sizes.at[other]);
    }
  }
  return &each->placed;
}

/* The lowest gap that is wide enough; on top of all where there is none. */
static int64_t first_gap(const ranges *taken, int64_t size) {
  int64_t at = 0;
  for (Py_ssize_t i = 0; i < taken->count && taken->at[i].low - at < size; i++) {
    at = taken->at[i].high > at ? taken->at[i].high : at;
  }
  return at;
}

/* The tightest gap that is wide enough, the lowest of these; on top of all where there is none. */
static int64_t tightest_gap(const ranges *taken, int64_t size) {
  int64_t at = 0, best = -1, tightest = INT64_MAX;
  for (Py_ssize_t i = 0; i < taken->count; i++) {
    int64_t width = taken->at[i].low - at;
    if (width >= size && width < tightest) {
      best = at;
      tightest = width;
    }
    at = taken->at[i].high > at ? taken->at[i].high : at;
  }
  return best < 0 ? at : best;
}

static PyObject *fit(PyObject *arguments, int64_t (*gap)(const ranges *taken, int64_t size)) {
  PyObject *result = NULL;
  plain each;
  if (read_plain(&each, arguments)) {
    for (Py_ssize_t i = 0; i < each.order.count; i++) {
      int64_t one = each.order.at[i], size = each.sizes.at[one];
      each.offsets.at[one] = size > 0 ? gap(placed_beside(&each, one), size) : 0;
    }
    result = numbers_write(&each.offsets);
  }
  free_plain(&each);
  return result;
}

PyObject *plain_first_fit(PyObject *module, PyObject *arguments) {
  (void)module;
  return fit(arguments, first_gap);
}

PyObject *plain_best_fit(PyObject *module, PyObject *arguments) {
  (void)module;
  return fit(arguments, tightest_gap);
}

static bool before(const waiting *one, const waiting *other) {
  return one->low < other->low || (one->low == other->low && one->position < other->position);
}

/* Lets the first of a heap, in which each comes before its two children, sink to where it belongs. */
static void sink(waiting *queue, Py_ssize_t count) {
  waiting first = queue[0];
  Py_ssize_t place = 0;
  for (Py_ssize_t child = 1; child < count; child = 2 * place + 1) {
    if (child + 1 < count && before(&queue[child + 1], &queue[child])) {
      child++;
    }
    if (!before(&queue[child], &first)) {
      break;
    }
    queue[place] = queue[child];
    place = child;
  }
  queue[place] = first;
}

static void lowest_first(plain *each) {
  Py_ssize_t count = each->order.count;
  for (Py_ssize_t i = 0; i < count; i++) {
    /* All begin at the floor, so that the order is a heap already. */
    waiting entry = {0, i};
    each->queue[i] = entry;
  }
  while (count > 0) {
    int64_t one = each->order.at[each->queue[0].position], low = each->queue[0].low;
    if (low < each->floors.at[one]) {
      each->queue[0].low = each->floors.at[one];
    } else {
      int64_t top = low + each->sizes.at[one];
      each->offsets.at[one] = low;
      for (int64_t i = each->meets_from.at[one]; i < each->meets_from.at[one + 1]; i++) {
        int64_t other = each->meets.at[i];
        if (each->floors.at[other] < top && each->offsets.at[other] < 0) {
          each->floors.at[other] = top;
        }
      }
      each->queue[0] = each->queue[--count];
    }
    sink(each->queue, count);
  }
}

PyObject *plain_lowest_first(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *result = NULL;
  plain each;
  if (read_plain(&each, arguments)) {
    lowest_first(&each);
    result = numbers_write(&each.offsets);
  }
  free_plain(&each);
  return result;
}
