/* SPDX-License-Identifier: Apache-2.0 */
#include "sets.h"

#include <stdlib.h>
#include <string.h>

/* Rows and slots of a new pool: most searches visit few states. */
#define FIRST_ROWS 64
#define FIRST_SLOTS ((size_t)256)

/* A slot has 32 bits for the number of a row, and so has Py_ssize_t on some machines. */
#define MOST_ROWS ((Py_ssize_t)INT32_MAX - 1)

#if defined(__GNUC__) || defined(__clang__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif

int set_compare(const uint64_t *one, const uint64_t *other, Py_ssize_t words) {
  for (Py_ssize_t i = words - 1; i >= 0; i--) {
    if (one[i] != other[i]) {
      return one[i] < other[i] ? -1 : 1;
    }
  }
  return 0;
}

uint64_t set_hash(const uint64_t *set, Py_ssize_t words) {
  uint64_t hash = 0;
  for (Py_ssize_t i = 0; i < words; i++) {
    hash = (hash ^ set[i]) * 0xBF58476D1CE4E5B9u;
    hash ^= hash >> 29;
  }
  return hash;
}

void set_write(const uint64_t *set, uint8_t *bytes, Py_ssize_t width) {
  for (Py_ssize_t i = 0; i < width; i++) {
    bytes[i] = (uint8_t)(set[i >> 3] >> 8 * (i & 7));
  }
}

void set_read(uint64_t *set, Py_ssize_t words, const uint8_t *bytes, Py_ssize_t width) {
  memset(set, 0, sizeof(uint64_t) * (size_t)words);
  for (Py_ssize_t i = 0; i < width; i++) {
    set[i >> 3] |= (uint64_t)bytes[i] << 8 * (i & 7);
  }
}

bool pool_allocate(pool *result, Py_ssize_t words, Py_ssize_t stride) {
  memset(result, 0, sizeof *result);
  result->words = words;
  result->stride = stride;
  result->slots = FIRST_SLOTS;
  result->room = FIRST_ROWS;
  result->at = calloc(result->slots, sizeof(uint64_t));
  result->rows = malloc(sizeof(uint64_t) * (size_t)(stride * result->room));
  if (result->at == NULL || result->rows == NULL) {
    PyErr_NoMemory();
    return false;
  }
  return true;
}

void pool_free(pool *each) {
  free(each->rows);
  free(each->at);
  each->rows = NULL;
  each->at = NULL;
}

/* A slot holds the number of a row plus 1, and the upper half of its hash: most other rows are told apart by that. */
static uint64_t entry(uint64_t hash, Py_ssize_t number) {
  return (hash & 0xFFFFFFFF00000000u) | (uint64_t)(number + 1);
}

/* Where the probe for a hash begins. The lower half is mixed by the upper one, which alone depends on every bit. */
static size_t first_slot(const pool *each, uint64_t hash) { return (size_t)(hash ^ hash >> 32) & (each->slots - 1); }

/* The slot of a set, or the free one where it belongs. */
static size_t slot_of(const pool *each, const uint64_t *set, uint64_t hash) {
  size_t slot = first_slot(each, hash);
  for (;; slot = (slot + 1) & (each->slots - 1)) {
    uint64_t found = each->at[slot];
    if (found == 0) {
      return slot;
    }
    if ((found ^ hash) >> 32 == 0) {
      const uint64_t *row = pool_row(each, (Py_ssize_t)(found & 0xFFFFFFFFu) - 1);
      if (set_compare(row, set, each->words) == 0) {
        return slot;
      }
    }
  }
}

void pool_fetch_slot(const pool *each, uint64_t hash) { FETCH(&each->at[first_slot(each, hash)]); }

void pool_fetch_row(const pool *each, uint64_t hash) {
  uint64_t found = each->at[first_slot(each, hash)];
  if (found != 0) {
    FETCH(pool_row(each, (Py_ssize_t)(found & 0xFFFFFFFFu) - 1));
  }
}

uint64_t *rows_resized(uint64_t *rows, Py_ssize_t stride, Py_ssize_t room) {
  uint64_t *resized = realloc(rows, sizeof(uint64_t) * (size_t)(stride * room));
  if (resized == NULL) {
    PyErr_NoMemory();
  }
  return resized;
}

static bool more_rows(pool *each) {
  if (each->count >= MOST_ROWS) {
    PyErr_NoMemory();
    return false;
  }
  Py_ssize_t room = each->room + each->room / 2;
  uint64_t *rows = rows_resized(each->rows, each->stride, room);
  if (rows == NULL) {
    return false;
  }
  each->rows = rows;
  each->room = room;
  return true;
}

static bool more_slots(pool *each) {
  uint64_t *at = calloc(each->slots * 2, sizeof(uint64_t));
  if (at == NULL) {
    PyErr_NoMemory();
    return false;
  }
  free(each->at);
  each->at = at;
  each->slots *= 2;
  for (Py_ssize_t number = 0; number < each->count; number++) {
    uint64_t hash = set_hash(pool_row(each, number), each->words);
    size_t slot = first_slot(each, hash);
    while (at[slot] != 0) {
      slot = (slot + 1) & (each->slots - 1);
    }
    at[slot] = entry(hash, number);
  }
  return true;
}

Py_ssize_t pool_find(const pool *each, const uint64_t *set) {
  return (Py_ssize_t)(each->at[slot_of(each, set, set_hash(set, each->words))] & 0xFFFFFFFFu) - 1;
}

Py_ssize_t pool_add(pool *to, const uint64_t *row, uint64_t hash) {
  size_t slot = slot_of(to, row, hash);
  if (to->at[slot] != 0) {
    return (Py_ssize_t)(to->at[slot] & 0xFFFFFFFFu) - 1;
  }
  if (to->count == to->room && !more_rows(to)) {
    return -1;
  }
  memcpy(pool_row(to, to->count), row, sizeof(uint64_t) * (size_t)to->stride);
  to->at[slot] = entry(hash, to->count);
  to->count++;
  if (2 * (size_t)to->count > to->slots && !more_slots(to)) {
    return -1;
  }
  return to->count - 1;
}
