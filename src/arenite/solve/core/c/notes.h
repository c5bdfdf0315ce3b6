/* SPDX-License-Identifier: Apache-2.0
 * States that are known to lead nowhere: boxes, in an order, with the lowest offset of each. */
#ifndef ARENITE_CORE_NOTES_H
#define ARENITE_CORE_NOTES_H

#include "numbers.h"

/* A state: `count` boxes, and the lowest offset of each. */
typedef struct {
  Py_ssize_t count;
  const int32_t *boxes;
  const int64_t *lowest;
} state;

/* A note of a state; its boxes and offsets follow it in memory. */
typedef struct note note;

/* A hash table with open addressing: `slots` is a power of two, and at most half of them are taken. */
typedef struct {
  note **at;
  size_t slots, taken;
} notes;

/* False, with an exception set, where memory ran out. */
bool notes_allocate(notes *result);
void notes_free(notes *each);

bool notes_contain(const notes *each, const state *asked);

/* Notes a state, of which a copy is kept, unless it is noted already. False, with an exception set, where memory ran
 * out. */
bool notes_add(notes *to, const state *added);

#endif
