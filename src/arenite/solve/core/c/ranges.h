/* SPDX-License-Identifier: Apache-2.0
 * Places that others forbid to a buffer, and the lowest one that they leave.
 *
 *     0 ....|=======|...|=====|....      From each `low` to its `high`, both excluded, nothing may begin.
 *             |=======|                  Where ranges overlap, the lowest free place is the highest of their ends.
 *                     ^ free
 */
#ifndef ARENITE_CORE_RANGES_H
#define ARENITE_CORE_RANGES_H

#include "numbers.h"

typedef struct {
  int64_t low, high;
} range;

/* Ranges by rising `low`, in room that is enough for all that are ever added. */
typedef struct {
  range *at;
  Py_ssize_t count;
} ranges;

/* False, with an exception set, where memory ran out. */
bool ranges_allocate(ranges *result, Py_ssize_t most);
void ranges_free(ranges *each);
void ranges_clear(ranges *each);

/* Adds a range at its place, which takes time linear in their number; a buffer has a few. */
void ranges_add(ranges *to, int64_t low, int64_t high);

/* The lowest place from 0 on that lies inside none of them. */
int64_t ranges_lowest_free(const ranges *taken);

#endif
