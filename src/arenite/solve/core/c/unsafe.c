/* SPDX-License-Identifier: Apache-2.0 */
#include "unsafe.h"

#include <stdlib.h>
#include <string.h>

/* Numbers in a relation (one, other, up, down), and in a gap (other, up, down); units, as `Gap` in solve/place/gaps.py. */
#define ROW 4
#define GAP 3

/* Numbers in room that grows. */
typedef struct {
  int64_t *at;
  Py_ssize_t count, room;
} list;

/* A range of unsafe differences to another group, which has a slot among the others of a group. */
typedef struct {
  int64_t slot, low, high;
} range_to;

typedef struct {
  numbers sizes, firsts, lasts, relations, members_from, members, offsets;
  /* Where the gaps of each buffer begin, how many it has, and the gaps. */
  numbers gaps_from, gaps_of, gaps;
  /* The group of each buffer, and its offset there. */
  numbers group, offset;
} problem;

/* The tables that are made, as `groups_first_fit` takes them. */
typedef struct {
  list others_from, others, ranges_from, ranges;
} tables;

static bool add(list *to, int64_t number) {
  if (to->count == to->room) {
    Py_ssize_t room = to->room > 0 ? 2 * to->room : 256;
    int64_t *at = realloc(to->at, sizeof(int64_t) * (size_t)room);
    if (at == NULL) {
      PyErr_NoMemory();
      return false;
    }
    to->at = at;
    to->room = room;
  }
  to->at[to->count++] = number;
  return true;
}

static void free_problem(problem *each) {
  numbers *every[] = {&each->sizes,        &each->firsts,  &each->lasts,     &each->relations,
                      &each->members_from, &each->members, &each->offsets,   &each->gaps_from,
                      &each->gaps_of,      &each->gaps,    &each->group,     &each->offset};
  for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
    numbers_free(every[i]);
  }
}

/* Rows (first scope, buffer) by rising scope; of equal scopes the buffer with the lower number comes first. */
static int compare_rows(const void *left, const void *right) {
  const int64_t *one = left, *other = right;
  if (one[0] != other[0]) {
    return one[0] < other[0] ? -1 : 1;
  }
  return one[1] < other[1] ? -1 : one[1] > other[1];
}

/* Adds to `found` the pairs of buffers that are alive together: (the one that began before, the other). The order is
 * that of `neighbors` in problems/lifetimes.py. */
static bool find_pairs(const problem *each, list *found) {
  Py_ssize_t count = each->sizes.count, alive_count = 0;
  numbers rows = {0}, alive = {0};
  bool done = numbers_filled(&rows, 2 * count, 0) && numbers_filled(&alive, count, 0);
  for (Py_ssize_t i = 0; done && i < count; i++) {
    rows.at[2 * i] = each->firsts.at[i];
    rows.at[2 * i + 1] = i;
  }
  if (done) {
    qsort(rows.at, (size_t)count, 2 * sizeof(int64_t), compare_rows);
  }
  for (Py_ssize_t i = 0; done && i < count; i++) {
    int64_t scope = rows.at[2 * i], new = rows.at[2 * i + 1];
    Py_ssize_t kept = 0;
    for (Py_ssize_t k = 0; done && k < alive_count; k++) {
      if (each->lasts.at[alive.at[k]] >= scope) {
        alive.at[kept++] = alive.at[k];
        done = add(found, alive.at[k]) && add(found, new);
      }
    }
    alive.at[kept++] = new;
    alive_count = kept;
  }
  numbers_free(&alive);
  numbers_free(&rows);
  return done;
}

/* The row of the relation between two buffers, one < other; NULL without one. */
static const int64_t *relation(const problem *each, int64_t one, int64_t other) {
  Py_ssize_t low = 0, high = each->relations.count / ROW;
  while (low < high) {
    Py_ssize_t middle = (low + high) / 2;
    const int64_t *row = &each->relations.at[ROW * middle];
    if (row[0] == one && row[1] == other) {
      return row;
    }
    if (row[0] < one || (row[0] == one && row[1] < other)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return NULL;
}

static void put_gap(problem *each, int64_t one, int64_t other, int64_t up, int64_t down) {
  int64_t *gap = &each->gaps.at[GAP * (each->gaps_from.at[one] + each->gaps_of.at[one]++)];
  gap[0] = other;
  gap[1] = up;
  gap[2] = down;
}

/* Lists the gaps of two buffers, one < other, unless they may overlap freely. */
static void put_gaps(problem *each, int64_t one, int64_t other) {
  int64_t up = each->sizes.at[other], down = each->sizes.at[one];
  if (up == 0 || down == 0) {
    return;
  }
  const int64_t *known = relation(each, one, other);
  if (known != NULL) {
    up = known[2];
    down = known[3];
  }
  if (up + down > 1) {
    put_gap(each, one, other, up, down);
    put_gap(each, other, one, down, up);
  }
}

/* Finds the gaps of all buffers: those to lower numbers by that number, then the others as `neighbors` lists them. */
static bool find_gaps(problem *each) {
  Py_ssize_t count = each->sizes.count;
  list found = {0};
  numbers from = {0}, filled = {0}, meets = {0};
  bool done = find_pairs(each, &found) && numbers_filled(&from, count + 1, 0) && numbers_filled(&filled, count, 0) &&
              numbers_filled(&meets, found.count, 0) && numbers_filled(&each->gaps, GAP * found.count, 0) &&
              numbers_filled(&each->gaps_of, count, 0);
  if (done) {
    for (Py_ssize_t i = 0; i < found.count; i++) {
      from.at[found.at[i] + 1]++;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
      from.at[i + 1] += from.at[i];
    }
    for (Py_ssize_t i = 0; i < found.count; i++) {
      int64_t one = found.at[i], other = found.at[i ^ 1];
      meets.at[from.at[one] + filled.at[one]++] = other;
    }
    each->gaps_from = from;
    from = (numbers){0};
    for (Py_ssize_t one = 0; one < count; one++) {
      for (int64_t i = each->gaps_from.at[one]; i < each->gaps_from.at[one + 1]; i++) {
        if (one < meets.at[i]) {
          put_gaps(each, one, meets.at[i]);
        }
      }
    }
  }
  free(found.at);
  numbers_free(&meets);
  numbers_free(&filled);
  numbers_free(&from);
  return done;
}

/* Reads the tables of a problem and finds its gaps. On failure what was read is still to be freed. */
static bool read_problem(problem *result, PyObject *tables[7]) {
  memset(result, 0, sizeof *result);
  numbers *read[] = {&result->sizes,        &result->firsts,  &result->lasts,  &result->relations,
                     &result->members_from, &result->members, &result->offsets};
  for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
    if (!numbers_read(read[i], tables[i])) {
      return false;
    }
  }
  Py_ssize_t count = result->sizes.count;
  if (result->firsts.count != count || result->lasts.count != count || result->members.count != count ||
      result->offsets.count != count || result->relations.count % ROW != 0 || result->members_from.count < 1) {
    PyErr_SetString(PyExc_ValueError, "tables for the compiled core that do not fit each other");
    return false;
  }
  if (!numbers_partition(&result->members_from, result->members_from.count - 1, count) ||
      !numbers_within(&result->members, 0, count) || !numbers_filled(&result->group, count, 0) ||
      !numbers_filled(&result->offset, count, 0)) {
    return false;
  }
  for (Py_ssize_t number = 0; number + 1 < result->members_from.count; number++) {
    for (int64_t i = result->members_from.at[number]; i < result->members_from.at[number + 1]; i++) {
      result->group.at[result->members.at[i]] = number;
      result->offset.at[result->members.at[i]] = result->offsets.at[i];
    }
  }
  return find_gaps(result);
}

static int compare_ranges(const void *left, const void *right) {
  const range_to *one = left, *other = right;
  if (one->slot != other->slot) {
    return one->slot < other->slot ? -1 : 1;
  }
  if (one->low != other->low) {
    return one->low < other->low ? -1 : 1;
  }
  return one->high < other->high ? -1 : one->high > other->high;
}

/* Writes sorted ranges with those to one group joined where they overlap; ranges that only touch stay apart. */
static bool write_ranges(tables *result, const range_to *sorted, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; i++) {
    int64_t *last = result->ranges.count > 0 ? &result->ranges.at[result->ranges.count - 1] : NULL;
    bool first = i == 0 || sorted[i].slot != sorted[i - 1].slot;
    if (first && !add(&result->ranges_from, result->ranges.count / 2)) {
      return false;
    }
    if (!first && sorted[i].low < *last) {
      *last = sorted[i].high > *last ? sorted[i].high : *last;
    } else if (!add(&result->ranges, sorted[i].low) || !add(&result->ranges, sorted[i].high)) {
      return false;
    }
  }
  return true;
}

/* Writes the groups that one group may not overlap freely, and the unsafe differences to each. `slots` holds -1 for every group, and does so again afterwards. */
static bool write_group(tables *result, const problem *each, Py_ssize_t number, numbers *slots, range_to *room) {
  Py_ssize_t count = 0, begin = result->others.count;
  bool done = add(&result->others_from, begin);
  for (int64_t i = each->members_from.at[number]; done && i < each->members_from.at[number + 1]; i++) {
    int64_t member = each->members.at[i];
    const int64_t *gap = &each->gaps.at[GAP * each->gaps_from.at[member]];
    for (int64_t k = 0; done && k < each->gaps_of.at[member]; k++, gap += GAP) {
      int64_t other = each->group.at[gap[0]], shift = each->offset.at[gap[0]] - each->offset.at[member];
      if (other == number) {
        continue;
      }
      if (slots->at[other] < 0) {
        slots->at[other] = result->others.count - begin;
        done = add(&result->others, other);
      }
      room[count++] = (range_to){slots->at[other], shift - gap[2], shift + gap[1]};
    }
  }
  for (Py_ssize_t i = begin; i < result->others.count; i++) {
    slots->at[result->others.at[i]] = -1;
  }
  qsort(room, (size_t)count, sizeof *room, compare_ranges);
  return done && write_ranges(result, room, count);
}

static bool write_tables(tables *result, const problem *each) {
  Py_ssize_t groups = each->members_from.count - 1;
  numbers slots = {0};
  range_to *room = malloc(sizeof *room * (size_t)(each->gaps.count / GAP + 1));
  bool done = numbers_filled(&slots, groups, -1);
  if (room == NULL) {
    PyErr_NoMemory();
    done = false;
  }
  for (Py_ssize_t number = 0; done && number < groups; number++) {
    done = write_group(result, each, number, &slots, room);
  }
  done = done && add(&result->others_from, result->others.count) && add(&result->ranges_from, result->ranges.count / 2);
  free(room);
  numbers_free(&slots);
  return done;
}

static PyObject *as_bytes(const list *from) {
  numbers view = {from->at, from->count};
  return numbers_write(&view);
}

PyObject *groups_unsafe(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *read[7], *result = NULL;
  if (!PyArg_ParseTuple(arguments, "SSSSSSS", &read[0], &read[1], &read[2], &read[3], &read[4], &read[5], &read[6])) {
    return NULL;
  }
  problem each;
  tables made = {0};
  if (read_problem(&each, read) && write_tables(&made, &each)) {
    int64_t gaps = 0;
    for (Py_ssize_t i = 0; i < each.gaps_of.count; i++) {
      gaps += each.gaps_of.at[i];
    }
    result = Py_BuildValue("LNNNN", (long long)gaps, as_bytes(&made.others_from), as_bytes(&made.others),
                           as_bytes(&made.ranges_from), as_bytes(&made.ranges));
  }
  free(made.others_from.at);
  free(made.others.at);
  free(made.ranges_from.at);
  free(made.ranges.at);
  free_problem(&each);
  return result;
}
