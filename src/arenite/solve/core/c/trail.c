/* SPDX-License-Identifier: Apache-2.0 */
#include "trail.h"

#include <stdlib.h>
#include <string.h>

trail *trail_begin(Py_ssize_t words) {
  trail *made = calloc(1, sizeof *made);
  if (made == NULL) {
    PyErr_NoMemory();
    return NULL;
  }
  made->words = words;
  made->shares = 1;
  return made;
}

void trail_drop(trail *each) {
  if (each != NULL && --each->shares == 0) {
    free(each->rows);
    free(each);
  }
}

static bool reserve(trail *each, Py_ssize_t more) {
  if (each->count + more <= each->room) {
    return true;
  }
  Py_ssize_t room = 2 * (each->count + more);
  uint64_t *rows = rows_resized(each->rows, each->words, room);
  if (rows == NULL) {
    return false;
  }
  each->rows = rows;
  each->room = room;
  return true;
}

bool trail_add(trail *to, const uint64_t *row) {
  if (!reserve(to, 1)) {
    return false;
  }
  memcpy(to->rows + to->count++ * to->words, row, sizeof(uint64_t) * (size_t)to->words);
  return true;
}

bool trail_add_all(trail *to, const trail *from) {
  if (!reserve(to, from->count)) {
    return false;
  }
  if (from->count > 0) {
    memcpy(to->rows + to->count * to->words, from->rows, sizeof(uint64_t) * (size_t)(from->count * from->words));
  }
  to->count += from->count;
  return true;
}

/* Reverses the order of the states from `first` on. */
static void reverse(trail *each, Py_ssize_t first) {
  for (Py_ssize_t low = first, high = each->count - 1; low < high; low++, high--) {
    for (Py_ssize_t i = 0; i < each->words; i++) {
      uint64_t word = each->rows[low * each->words + i];
      each->rows[low * each->words + i] = each->rows[high * each->words + i];
      each->rows[high * each->words + i] = word;
    }
  }
}

/* Does in turn each operator of `end` that settling allows, and adds the state after it; whether there was one. -1, with
 * an exception set, where memory ran out. */
static int pass(trail *to, const space *in, uint64_t *state, int64_t *live, const uint64_t *end, int64_t bound) {
  int moved = 0;
  for (Py_ssize_t i = 0; i < in->words; i++) {
    for (uint64_t rest = end[i] & ~state[i]; rest != 0; rest &= rest - 1) {
      int64_t operator = 64 * i + word_lowest(rest), memory;
      if (!all_done(&in->needs, operator, state)) {
        continue;
      }
      int64_t left = space_move(in, state, *live, operator, &memory);
      if (left <= *live && memory < bound) {
        set_add(state, operator);
        *live = left;
        moved = 1;
        if (!trail_add(to, state)) {
          return -1;
        }
      }
    }
  }
  return moved;
}

bool trail_add_settling(trail *to, const space *in, const uint64_t *state, int64_t live, const uint64_t *end,
                        int64_t bound) {
  size_t bytes = sizeof(uint64_t) * (size_t)in->words;
  Py_ssize_t first = to->count;
  uint64_t *at = malloc(bytes);
  if (at == NULL) {
    PyErr_NoMemory();
    return false;
  }
  memcpy(at, state, bytes);
  int moved = 1;
  while (moved > 0 && set_compare(at, end, in->words) != 0) {
    moved = pass(to, in, at, &live, end, bound);
  }
  free(at);
  if (moved == 0) {
    PyErr_SetString(PyExc_AssertionError, "settling does not lead to the state that it led to before");
  }
  if (moved <= 0) {
    return false;
  }
  /* The last one is the end itself. */
  to->count -= to->count > first;
  reverse(to, first);
  return true;
}

void write_state(const space *in, const uint64_t *done, uint8_t *to, Py_ssize_t width) {
  for (Py_ssize_t i = 0; i < width; i++) {
    uint64_t word = in->backward ? in->full[i >> 3] & ~done[i >> 3] : done[i >> 3];
    to[i] = (uint8_t)(word >> 8 * (i & 7));
  }
}

PyObject *trail_write(const trail *each, const space *in) {
  Py_ssize_t width = (in->count + 7) / 8;
  PyObject *result = PyBytes_FromStringAndSize(NULL, width * each->count);
  if (result != NULL) {
    uint8_t *to = (uint8_t *)PyBytes_AsString(result);
    for (Py_ssize_t i = 0; i < each->count; i++) {
      write_state(in, trail_row(each, each->count - 1 - i), to + width * i, width);
    }
  }
  return result;
}
