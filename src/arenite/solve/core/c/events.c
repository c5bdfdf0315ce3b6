/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <stdlib.h>
#include <string.h>

/* Preceding events that are searched, as in the twin. */
#define REACH 256

/* Words of a set of so many events: bit i is the event i + 1 before. */
#define REACH_WORDS (REACH / 64)

/* Adds to the events inside an event those inside another one, which is `apart` before it. */
static void add_inside(uint64_t *inside, const uint64_t *other, Py_ssize_t apart) {
  for (Py_ssize_t i = 0; i < REACH - apart; i++) {
    if (set_has(other, i)) {
      set_add(inside, i + apart);
    }
  }
  set_add(inside, apart - 1);
}

/* Writes the events just before each event, the nearest first, to `covers`, with room for REACH of each; and the number
 * of these to `counts`. */
static void find_covers(const space *in, uint64_t *insides, int64_t *covers, int64_t *counts) {
  for (Py_ssize_t event = 0; event < in->events; event++) {
    uint64_t *inside = insides + event * REACH_WORDS;
    const uint64_t *closure = in->closures + event * in->words;
    for (Py_ssize_t apart = 1; apart <= REACH && apart <= event; apart++) {
      if (!set_has(inside, apart - 1) && all_done(&in->tops, event - apart, closure)) {
        add_inside(inside, insides + (event - apart) * REACH_WORDS, apart);
        covers[counts[event]++] = event - apart;
      }
    }
    covers += counts[event];
  }
}

/* Fills lists from those of the other direction. */
static bool reversed(lists *result, const lists *from, Py_ssize_t count) {
  if (!numbers_filled(&result->starts, count + 1, 0) || !numbers_filled(&result->of, from->of.count, 0)) {
    return false;
  }
  int64_t *starts = result->starts.at;
  for (Py_ssize_t i = 0; i < from->of.count; i++) {
    starts[from->of.at[i] + 1]++;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    starts[i + 1] += starts[i];
  }
  /* Filled from the end of each list, which leaves at starts[i + 1] where list i begins. */
  for (Py_ssize_t one = count - 1; one >= 0; one--) {
    for (int64_t i = from->starts.at[one]; i < from->starts.at[one + 1]; i++) {
      result->of.at[--starts[from->of.at[i] + 1]] = one;
    }
  }
  memmove(starts, starts + 1, sizeof(int64_t) * (size_t)count);
  starts[count] = from->of.count;
  return true;
}

static bool list_covers(space *result, uint64_t *insides, int64_t *covers) {
  numbers counts;
  if (!numbers_filled(&counts, result->events, 0)) {
    return false;
  }
  find_covers(result, insides, covers, counts.at);
  bool right = numbers_filled(&result->covers.starts, result->events + 1, 0);
  for (Py_ssize_t i = 0; right && i < result->events; i++) {
    result->covers.starts.at[i + 1] = result->covers.starts.at[i] + counts.at[i];
  }
  right = right && numbers_filled(&result->covers.of, (Py_ssize_t)result->covers.starts.at[result->events], 0);
  if (right) {
    memcpy(result->covers.of.at, covers, sizeof(int64_t) * (size_t)result->covers.of.count);
  }
  numbers_free(&counts);
  return right && reversed(&result->covered, &result->covers, result->events);
}

bool events_cover(space *result) {
  uint64_t *insides = calloc((size_t)(result->events * REACH_WORDS) + 1, sizeof(uint64_t));
  /* An event covers at most as many as it reaches. */
  int64_t *covers = malloc(sizeof(int64_t) * ((size_t)result->events * REACH + 1));
  bool right = insides != NULL && covers != NULL;
  if (!right) {
    PyErr_NoMemory();
  }
  right = right && list_covers(result, insides, covers);
  free(insides);
  free(covers);
  return right;
}
