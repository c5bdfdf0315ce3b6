/* SPDX-License-Identifier: Apache-2.0 */
#include "notes.h"

#include <stdlib.h>
#include <string.h>

/* Slots of a new table: a small search notes a few hundred states. */
#define FIRST_SLOTS ((size_t)1024)

/* The offset basis and the prime of FNV-1a for 64 bits (Fowler, Noll, Vo). */
#define HASH_BASIS 0xcbf29ce484222325u
#define HASH_PRIME 0x100000001b3u

struct note {
  uint64_t hash;
  Py_ssize_t count;
  /* The offsets, and behind them the boxes. */
  int64_t lowest[];
};

static int32_t *boxes_of(note *each) { return (int32_t *)(each->lowest + each->count); }

static uint64_t hash_of(const state *each) {
  uint64_t hash = HASH_BASIS;
  for (Py_ssize_t i = 0; i < each->count; i++) {
    hash = (hash ^ (uint64_t)each->boxes[i]) * HASH_PRIME;
    hash = (hash ^ (uint64_t)each->lowest[i]) * HASH_PRIME;
  }
  return hash ^ (hash >> 32);
}

static bool same(note *one, uint64_t hash, const state *other) {
  return one->hash == hash && one->count == other->count &&
         memcmp(one->lowest, other->lowest, sizeof(int64_t) * (size_t)other->count) == 0 &&
         memcmp(boxes_of(one), other->boxes, sizeof(int32_t) * (size_t)other->count) == 0;
}

/* The slot of a state, or the free one where it belongs. */
static size_t slot_of(const notes *each, uint64_t hash, const state *asked) {
  size_t slot = (size_t)hash & (each->slots - 1);
  while (each->at[slot] != NULL && !same(each->at[slot], hash, asked)) {
    slot = (slot + 1) & (each->slots - 1);
  }
  return slot;
}

bool notes_allocate(notes *result) {
  result->slots = FIRST_SLOTS;
  result->taken = 0;
  result->at = calloc(result->slots, sizeof(note *));
  if (result->at == NULL) {
    PyErr_NoMemory();
  }
  return result->at != NULL;
}

void notes_free(notes *each) {
  for (size_t slot = 0; each->at != NULL && slot < each->slots; slot++) {
    free(each->at[slot]);
  }
  free(each->at);
  each->at = NULL;
}

bool notes_contain(const notes *each, const state *asked) {
  return each->at[slot_of(each, hash_of(asked), asked)] != NULL;
}

static bool grow(notes *each) {
  note **old = each->at;
  size_t count = each->slots;
  note **at = calloc(2 * count, sizeof(note *));
  if (at == NULL) {
    PyErr_NoMemory();
    return false;
  }
  each->at = at;
  each->slots = 2 * count;
  for (size_t i = 0; i < count; i++) {
    if (old[i] != NULL) {
      state moved = {old[i]->count, boxes_of(old[i]), old[i]->lowest};
      at[slot_of(each, old[i]->hash, &moved)] = old[i];
    }
  }
  free(old);
  return true;
}

bool notes_add(notes *to, const state *added) {
  uint64_t hash = hash_of(added);
  if (to->at[slot_of(to, hash, added)] != NULL) {
    return true;
  }
  if (2 * (to->taken + 1) > to->slots && !grow(to)) {
    return false;
  }
  note *made = malloc(sizeof(note) + (sizeof(int64_t) + sizeof(int32_t)) * (size_t)added->count);
  if (made == NULL) {
    PyErr_NoMemory();
    return false;
  }
  made->hash = hash;
  made->count = added->count;
  memcpy(made->lowest, added->lowest, sizeof(int64_t) * (size_t)added->count);
  memcpy(boxes_of(made), added->boxes, sizeof(int32_t) * (size_t)added->count);
  to->at[slot_of(to, hash, added)] = made;
  to->taken++;
  return true;
}
