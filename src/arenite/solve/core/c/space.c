/* SPDX-License-Identifier: Apache-2.0 */
#include "space.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"

/* The name of a space as Python holds it. */
#define CAPSULE "arenite.order_space"

static void free_space(space *each) {
  lists *every[] = {&each->needs, &each->follows, &each->inputs, &each->saved,
                  &each->readers, &each->tops, &each->covers, &each->covered};
  for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
    numbers_free(&every[i]->starts);
    numbers_free(&every[i]->of);
  }
  numbers_free(&each->figures);
  numbers_free(&each->sizes);
  numbers_free(&each->event_extra);
  numbers_free(&each->closure_ends);
  free(each->full);
  free(each->near);
  free(each->held);
  free(each->closures);
  free(each);
}

/* Reads lists from (starts, numbers): `count` lists of numbers from 0 to `most`, excluded. */
static bool read_lists(lists *result, PyObject *given, Py_ssize_t count, Py_ssize_t most) {
  PyObject *starts, *of;
  return PyArg_ParseTuple(given, "SS", &starts, &of) && numbers_read(&result->starts, starts) &&
         numbers_read(&result->of, of) && numbers_partition(&result->starts, count, result->of.count) &&
         numbers_within(&result->of, 0, most);
}

/* The same for pairs (tensor, bytes): list i is made of the pairs from starts[i] to starts[i + 1]. */
static bool read_saved(lists *result, PyObject *given, Py_ssize_t count, Py_ssize_t tensors) {
  PyObject *starts, *of;
  if (!PyArg_ParseTuple(given, "SS", &starts, &of) || !numbers_read(&result->starts, starts) ||
      !numbers_read(&result->of, of) || !numbers_partition(&result->starts, count, result->of.count / 2)) {
    return false;
  }
  bool right = result->of.count % 2 == 0;
  for (Py_ssize_t i = 0; right && i < result->of.count; i += 2) {
    right = result->of.at[i] >= 0 && result->of.at[i] < tensors;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "savings for the compiled core are wrong");
  }
  return right;
}

static uint64_t *empty_sets(Py_ssize_t words, Py_ssize_t count) {
  uint64_t *made = calloc((size_t)(words * count) + 1, sizeof(uint64_t));
  if (made == NULL) {
    PyErr_NoMemory();
  }
  return made;
}

/* Reads (closures, extra, tops). */
static bool read_events(space *result, PyObject *given) {
  PyObject *closures, *extra, *tops;
  if (given == Py_None) {
    return true;
  }
  if (!PyArg_ParseTuple(given, "SSO!", &closures, &extra, &PyTuple_Type, &tops) ||
      !numbers_read(&result->event_extra, extra)) {
    return false;
  }
  result->events = result->event_extra.count;
  Py_ssize_t width = (result->count + 7) / 8;
  if (PyBytes_Size(closures) != width * result->events) {
    PyErr_SetString(PyExc_ValueError, "closures for the compiled core are wrong");
    return false;
  }
  result->closures = empty_sets(result->words, result->events);
  if (result->closures == NULL || !numbers_filled(&result->closure_ends, result->events, result->words)) {
    return false;
  }
  const uint8_t *bytes = (const uint8_t *)PyBytes_AsString(closures);
  for (Py_ssize_t i = 0; i < result->events; i++) {
    uint64_t *closure = result->closures + i * result->words;
    set_read(closure, result->words, bytes + i * width, width);
    for (int64_t *end = &result->closure_ends.at[i]; *end > 0 && closure[*end - 1] == 0; --*end) {
    }
  }
  return read_lists(&result->tops, tops, result->events, result->count) && events_cover(result);
}

/* On failure what was read is still to be freed. */
static bool read_space(space *result, PyObject *arguments) {
  PyObject *figures, *needs, *follows, *inputs, *saved, *sizes, *readers, *events;
  long long live;
  int backward;
  if (!PyArg_ParseTuple(arguments, "npLSO!O!O!O!SO!O", &result->count, &backward, &live, &figures, &PyTuple_Type,
                        &needs, &PyTuple_Type, &follows, &PyTuple_Type, &inputs, &PyTuple_Type, &saved, &sizes,
                        &PyTuple_Type, &readers, &events)) {
    return false;
  }
  if (result->count < 1 || result->count >= INT32_MAX) {
    PyErr_SetString(PyExc_ValueError, "a problem of no operators, or of too many, for the compiled core");
    return false;
  }
  result->backward = backward != 0;
  result->live = live;
  result->words = (result->count + 63) / 64;
  result->full = empty_sets(result->words, 1);
  result->near = empty_sets(result->words, 1);
  result->held = empty_sets(result->words, 1);
  if (result->full == NULL || result->near == NULL || result->held == NULL) {
    return false;
  }
  for (Py_ssize_t i = 0; i < result->count; i++) {
    set_add(result->full, i);
  }
  if (!numbers_read(&result->figures, figures) || !numbers_read(&result->sizes, sizes)) {
    return false;
  }
  if (result->figures.count != result->count * FIGURES) {
    PyErr_SetString(PyExc_ValueError, "figures of operators for the compiled core are wrong");
    return false;
  }
  return read_lists(&result->needs, needs, result->count, result->count) &&
         read_lists(&result->follows, follows, result->count, result->count) &&
         read_lists(&result->inputs, inputs, result->count, result->sizes.count) &&
         read_saved(&result->saved, saved, result->count, result->sizes.count) &&
         read_lists(&result->readers, readers, result->sizes.count, result->count) && read_events(result, events);
}

static void free_capsule(PyObject *capsule) { free_space(PyCapsule_GetPointer(capsule, CAPSULE)); }

PyObject *order_space(PyObject *module, PyObject *arguments) {
  (void)module;
  space *each = calloc(1, sizeof *each);
  if (each == NULL) {
    return PyErr_NoMemory();
  }
  PyObject *capsule = NULL;
  if (read_space(each, arguments)) {
    capsule = PyCapsule_New(each, CAPSULE, free_capsule);
  }
  if (capsule == NULL) {
    free_space(each);
  }
  return capsule;
}

space *space_of(PyObject *capsule) { return PyCapsule_GetPointer(capsule, CAPSULE); }

void *held_by(PyObject *arguments, const char *name, Py_ssize_t *most) {
  PyObject *capsule;
  *most = 0;
  return PyArg_ParseTuple(arguments, "O|n", &capsule, most) ? PyCapsule_GetPointer(capsule, name) : NULL;
}

/* Forward: whether a tensor ends with `operator`, all other readers being done. Backward: whether it begins to be alive
 * with it, since no reader was taken back so far. */
static bool turns(const space *each, const uint64_t *done, int64_t tensor, int64_t operator) {
  const int64_t *reader = each->readers.of.at + each->readers.starts.at[tensor];
  const int64_t *end = each->readers.of.at + each->readers.starts.at[tensor + 1];
  for (; reader < end; reader++) {
    if (*reader != operator && set_has(done, *reader) == each->backward) {
      return false;
    }
  }
  return true;
}

int64_t space_saving(const space *each, const uint64_t *done, int64_t operator) {
  int64_t most = figure(each, operator, MOST), sum = 0;
  for (int64_t i = each->saved.starts.at[operator]; i < each->saved.starts.at[operator + 1]; i++) {
    if (turns(each, done, each->saved.of.at[2 * i], operator)) {
      sum += each->saved.of.at[2 * i + 1];
    }
  }
  return sum < most ? sum : most;
}

int64_t space_move(const space *each, const uint64_t *done, int64_t live, int64_t operator, int64_t *memory) {
  int64_t turned = 0;
  for (int64_t i = each->inputs.starts.at[operator]; i < each->inputs.starts.at[operator + 1]; i++) {
    int64_t tensor = each->inputs.of.at[i];
    if (turns(each, done, tensor, operator)) {
      turned += each->sizes.at[tensor];
    }
  }
  int64_t own = figure(each, operator, MADE), lasting = own - figure(each, operator, DEAD);
  int64_t left = each->backward ? live - lasting + turned : live + lasting - turned;
  *memory = (each->backward ? left : live) + own + figure(each, operator, EXTRA);
  if (figure(each, operator, MOST) > 0) {
    *memory -= space_saving(each, done, operator);
  }
  return left;
}

/* Adds to `near` what an operator that was just done may have made ready, or made cheaper: its followers, and the other
 * readers of its inputs. Returns the lowest word that may have changed. */
static Py_ssize_t add_near(const space *each, int64_t operator, Py_ssize_t lowest) {
  for (int64_t i = each->follows.starts.at[operator]; i < each->follows.starts.at[operator + 1]; i++) {
    int64_t other = each->follows.of.at[i];
    set_add(each->near, other);
    lowest = other >> 6 < lowest ? (Py_ssize_t)(other >> 6) : lowest;
  }
  for (int64_t i = each->inputs.starts.at[operator]; i < each->inputs.starts.at[operator + 1]; i++) {
    int64_t tensor = each->inputs.of.at[i];
    for (int64_t j = each->readers.starts.at[tensor]; j < each->readers.starts.at[tensor + 1]; j++) {
      int64_t other = each->readers.of.at[j];
      set_add(each->near, other);
      lowest = other >> 6 < lowest ? (Py_ssize_t)(other >> 6) : lowest;
    }
  }
  return lowest;
}

/* Tests the operators in `near`, which is empty afterwards, and does those that are free, whose neighbors are tested in
 * turn. `word` is the lowest word of `near` that is not empty. Operators that only the bound holds back are added to
 * `held`. Returns the most bytes alive when one of these was tested. */
static int64_t settle_near(const space *each, uint64_t *done, int64_t *live, int64_t bound, Py_ssize_t word) {
  int64_t held_at = INT64_MIN;
  while (word < each->words) {
    uint64_t rest = each->near[word] & ~done[word];
    if (rest == 0) {
      each->near[word++] = 0;
      continue;
    }
    int64_t operator = 64 * word + word_lowest(rest), memory;
    set_drop(each->near, operator);
    if (!all_done(&each->needs, operator, done)) {
      continue;
    }
    int64_t left = space_move(each, done, *live, operator, &memory);
    if (left > *live) {
      continue;
    }
    if (memory < bound) {
      set_add(done, operator);
      *live = left;
      word = add_near(each, operator, word);
    } else {
      set_add(each->held, operator);
      held_at = *live > held_at ? *live : held_at;
    }
  }
  return held_at;
}

/* Puts into `near` all that is near to the operators of a set; returns the lowest word that is not empty. */
static Py_ssize_t add_all_near(const space *each, const uint64_t *changed) {
  Py_ssize_t word = each->words;
  for (Py_ssize_t i = 0; i < each->words; i++) {
    for (uint64_t rest = changed[i]; rest != 0; rest &= rest - 1) {
      word = add_near(each, 64 * i + word_lowest(rest), word);
    }
  }
  return word;
}

void space_settle(const space *each, uint64_t *done, int64_t *live, const uint64_t *changed, int64_t bound) {
  settle_near(each, done, live, bound, add_all_near(each, changed));
}

void space_settle_fully(const space *each, uint64_t *done, int64_t *live, const parent *from, int64_t bound) {
  size_t bytes = sizeof(uint64_t) * (size_t)each->words;
  memcpy(each->held, from->ready, bytes);
  int64_t seen = settle_near(each, done, live, bound, add_all_near(each, from->changed));
  for (int64_t held_at = seen > from->live ? seen : from->live; *live < held_at;) {
    memcpy(each->near, each->held, bytes);
    memset(each->held, 0, bytes);
    held_at = settle_near(each, done, live, bound, 0);
  }
}
