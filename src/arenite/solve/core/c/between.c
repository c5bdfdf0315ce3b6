/* SPDX-License-Identifier: Apache-2.0 */
#include "between.h"

#include <stdlib.h>
#include <string.h>

/* States visited between two states, as in the twin. */
#define MOST 64

/* A state that waits: its number among those seen, bytes alive, and the hint of the state before. */
struct visit {
  Py_ssize_t state;
  int64_t live;
  hint *next;
};

static size_t bytes_of_row(const between *each) { return sizeof(uint64_t) * (size_t)each->seen.words; }

/* Lets a state wait, unless it was seen before. False where memory ran out. */
static bool push(between *to, const uint64_t *row, int64_t live, hint *next) {
  Py_ssize_t known = to->seen.count, state = pool_add(&to->seen, row, set_hash(row, to->seen.words));
  if (state < known) {
    return state >= 0;
  }
  if (to->count == to->room) {
    Py_ssize_t room = 2 * to->count + 64;
    visit *stack = realloc(to->stack, sizeof(visit) * (size_t)room);
    if (stack == NULL) {
      PyErr_NoMemory();
      return false;
    }
    to->stack = stack;
    to->room = room;
  }
  visit added = {state, live, hint_share(next)};
  to->stack[to->count++] = added;
  return true;
}

/* Leaves only the moves to states that are part of `end`. */
static void drop_outside(moves *found, const uint64_t *end) {
  Py_ssize_t kept = 0;
  for (Py_ssize_t i = 0; i < found->count; i++) {
    const move *each = &found->at[i];
    if (move_within(each, end)) {
      found->at[kept++] = *each;
    }
  }
  found->count = kept;
}

/* Makes all moves from one state that stay within `end`, or only the best one if that commits. */
static bool visit_one(between *all, moves *found, visit *at, const uint64_t *end) {
  all->visited++;
  if (!moves_find(found, pool_row(&all->seen, at->state), at->live, &at->next)) {
    return false;
  }
  drop_outside(found, end);
  if (found->count == 0) {
    return true;
  }
  const move *best = moves_best(found);
  if (best->live < all->live) {
    all->live = best->live;
    memcpy(all->least, pool_row(&all->seen, at->state), bytes_of_row(all));
    move_make(best, all->least);
  }
  bool only_best = best->live <= at->live;
  for (Py_ssize_t i = 0; i < found->count; i++) {
    const move *made = &found->at[i];
    if (only_best && made != best) {
      continue;
    }
    memcpy(all->row, pool_row(&all->seen, at->state), bytes_of_row(all));
    move_make(made, all->row);
    if (set_compare(all->row, end, all->seen.words) != 0 && !push(all, all->row, made->live, at->next)) {
      return false;
    }
  }
  return true;
}

void between_free(between *each) {
  for (Py_ssize_t i = 0; i < each->count; i++) {
    hint_drop(each->stack[i].next);
  }
  free(each->stack);
  free(each->least);
  free(each->row);
  pool_free(&each->seen);
}

int between_find(between *result, moves *found, const uint64_t *begin, int64_t begin_live, hint *next,
                 const uint64_t *end, int64_t end_live) {
  Py_ssize_t words = found->in->words;
  memset(result, 0, sizeof *result);
  result->live = end_live;
  result->least = malloc(sizeof(uint64_t) * (size_t)words);
  result->row = malloc(sizeof(uint64_t) * (size_t)words);
  if (result->least == NULL || result->row == NULL) {
    PyErr_NoMemory();
    return BETWEEN_FAILED;
  }
  if (!pool_allocate(&result->seen, words, words)) {
    return BETWEEN_FAILED;
  }
  memcpy(result->least, end, bytes_of_row(result));
  if (!push(result, begin, begin_live, next)) {
    return BETWEEN_FAILED;
  }
  while (result->count > 0) {
    visit at = result->stack[--result->count];
    bool few = result->seen.count <= MOST, right = !few || visit_one(result, found, &at, end);
    hint_drop(at.next);
    if (!few || !right) {
      return right ? BETWEEN_TOO_MANY : BETWEEN_FAILED;
    }
  }
  return BETWEEN_FOUND;
}
