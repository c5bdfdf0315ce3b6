/* SPDX-License-Identifier: Apache-2.0 */
#include "hint.h"

#include <stdlib.h>
#include <string.h>

static Py_ssize_t parties(const space *in) { return in->events > 0 ? in->events : in->count; }

/* Whether an operator is done, or an event has happened. */
static bool past(const space *in, int32_t one, const uint64_t *done) {
  return in->events > 0 ? all_done(&in->tops, one, done) : set_has(done, one);
}

/* Whether all operators or events just before one are past. */
static bool may_be_next(const space *in, int32_t one, const uint64_t *done) {
  if (in->events == 0) {
    return all_done(&in->needs, one, done);
  }
  for (int64_t i = in->covers.starts.at[one]; i < in->covers.starts.at[one + 1]; i++) {
    if (!past(in, (int32_t)in->covers.of.at[i], done)) {
      return false;
    }
  }
  return true;
}

bool hint_allocate(hint_room *result, const space *in) {
  size_t most = (size_t)parties(in) + 1;
  result->seen = calloc(most, 1);
  result->ended = malloc(sizeof(int32_t) * most);
  result->ready = malloc(sizeof(int32_t) * most);
  if (result->seen == NULL || result->ended == NULL || result->ready == NULL) {
    PyErr_NoMemory();
    return false;
  }
  return true;
}

void hint_free(hint_room *each) {
  free(each->seen);
  free(each->ended);
  free(each->ready);
}

/* A hint of the first `count` numbers in `ready`, which are not sorted yet but nearly. */
static hint *made(const hint_room *room, Py_ssize_t count) {
  hint *result = malloc(sizeof(hint) + sizeof(int32_t) * (size_t)count);
  if (result == NULL) {
    PyErr_NoMemory();
    return NULL;
  }
  result->shares = 1;
  result->count = count;
  for (Py_ssize_t i = 0; i < count; i++) {
    Py_ssize_t to = i;
    for (; to > 0 && result->at[to - 1] > room->ready[i]; to--) {
      result->at[to] = result->at[to - 1];
    }
    result->at[to] = room->ready[i];
  }
  return result;
}

hint *hint_root(const space *in, hint_room *room) {
  const lists *before = in->events > 0 ? &in->covers : &in->needs;
  Py_ssize_t count = 0;
  for (Py_ssize_t one = 0; one < parties(in); one++) {
    if (before->starts.at[one] == before->starts.at[one + 1]) {
      room->ready[count++] = (int32_t)one;
    }
  }
  return made(room, count);
}

hint *hint_advance(const space *in, hint_room *room, hint *from, const uint64_t *done) {
  const lists *then = in->events > 0 ? &in->covered : &in->follows;
  Py_ssize_t ended = 0, ready = 0, looked = 0;
  for (Py_ssize_t i = 0; i < from->count; i++) {
    if (past(in, from->at[i], done)) {
      room->ended[ended++] = from->at[i];
    } else {
      room->ready[ready++] = from->at[i];
    }
  }
  if (ended == 0) {
    return hint_share(from);
  }
  Py_ssize_t kept = ready;
  while (looked < ended) {
    int32_t one = room->ended[looked++];
    for (int64_t i = then->starts.at[one]; i < then->starts.at[one + 1]; i++) {
      int32_t other = (int32_t)then->of.at[i];
      if (!room->seen[other] && may_be_next(in, other, done)) {
        room->seen[other] = 1;
        if (past(in, other, done)) {
          room->ended[ended++] = other;
        } else {
          room->ready[ready++] = other;
        }
      }
    }
  }
  for (Py_ssize_t i = 0; i < ended; i++) {
    room->seen[room->ended[i]] = 0;
  }
  for (Py_ssize_t i = kept; i < ready; i++) {
    room->seen[room->ready[i]] = 0;
  }
  return made(room, ready);
}

void hint_drop(hint *each) {
  if (each != NULL && --each->shares == 0) {
    free(each);
  }
}
