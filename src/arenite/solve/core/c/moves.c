/* SPDX-License-Identifier: Apache-2.0 */
#include "moves.h"

#include <stdlib.h>
#include <string.h>

/* Moves for which there is room at first. */
#define FIRST_ROOM 64

static bool allocated(const void *memory) {
  if (memory == NULL) {
    PyErr_NoMemory();
  }
  return memory != NULL;
}

/* Makes room for `count` moves. */
static bool reserve(moves *each, Py_ssize_t count) {
  if (count <= each->room) {
    return true;
  }
  Py_ssize_t room = 2 * count;
  free(each->at);
  free(each->found);
  free(each->parts);
  free(each->order);
  each->room = 0;
  each->at = malloc(sizeof(move) * (size_t)room);
  each->found = malloc(sizeof(move) * (size_t)room);
  each->parts = each->in->events > 0 ? malloc(sizeof(uint64_t) * (size_t)(each->in->words * room)) : NULL;
  each->order = malloc(sizeof(int32_t) * (size_t)(2 * room));
  if (!allocated(each->at) || !allocated(each->found) || !allocated(each->order) || (each->in->events > 0 && !allocated(each->parts))) {
    return false;
  }
  each->room = room;
  return true;
}

bool moves_allocate(moves *result, const space *in) {
  memset(result, 0, sizeof *result);
  result->in = in;
  result->seen = calloc((size_t)in->sizes.count + 1, 1);
  result->next = malloc(sizeof(uint64_t) * (size_t)in->words);
  return allocated(result->seen) && allocated(result->next) && hint_allocate(&result->hints, in) && reserve(result, FIRST_ROOM);
}

void moves_free(moves *each) {
  hint_free(&each->hints);
  free(each->at);
  free(each->found);
  free(each->parts);
  free(each->next);
  free(each->seen);
  free(each->order);
}

bool move_within(const move *made, const uint64_t *set) {
  return made->part != NULL ? set_within(made->part, set + made->first, made->part_words) : set_has(set, made->operator);
}

void move_make(const move *made, uint64_t *done) {
  if (made->part == NULL) {
    set_add(done, made->operator);
    return;
  }
  for (Py_ssize_t i = 0; i < made->part_words; i++) {
    done[made->first + i] |= made->part[i];
  }
}

bool move_state_before(const space *in, const move *one, const move *other) {
  if (one->part != NULL) {
    return set_compare(one->part, other->part, one->part_words) < 0;
  }
  return in->backward ? one->operator > other->operator : one->operator < other->operator;
}

bool move_before(const space *in, const move *one, const move *other) {
  return one->live < other->live || (one->live == other->live && move_state_before(in, one, other));
}

const move *moves_best(const moves *each) {
  const move *best = &each->at[0];
  for (Py_ssize_t i = 1; i < each->count; i++) {
    best = move_before(each->in, &each->at[i], best) ? &each->at[i] : best;
  }
  return best;
}

static void find_single(moves *each, const uint64_t *done, int64_t live, const hint *from) {
  for (Py_ssize_t i = 0; i < from->count; i++) {
    move *found = &each->at[i];
    found->operator = from->at[i];
    found->part = NULL;
    found->part_words = 0;
    found->live = space_move(each->in, done, live, from->at[i], &found->memory);
  }
  each->count = from->count;
}

/* What `find_events` keeps in a move until it knows the bytes: extra, and the number of operators. */
#define EXTRA_OF(each) ((each)->live)
#define OPERATORS_OF(each) ((each)->memory)

/* Whether one set has fewer operators than another, or as many and is below it as a number. */
static bool smaller(const space *in, const move *one, const move *other) {
  (void)in;
  return OPERATORS_OF(one) < OPERATORS_OF(other) ||
         (OPERATORS_OF(one) == OPERATORS_OF(other) && set_compare(one->part, other->part, one->part_words) < 0);
}

/* Sorts numbers of moves by merging; `spare` has as much room. */
static void sort(const moves *each, int32_t *order, Py_ssize_t count, int32_t *spare, move_order before) {
  if (count < 2) {
    return;
  }
  Py_ssize_t half = count / 2, left = 0, right = half;
  sort(each, order, half, spare, before);
  sort(each, order + half, count - half, spare, before);
  memcpy(spare, order, sizeof(int32_t) * (size_t)count);
  for (Py_ssize_t to = 0; to < count; to++) {
    bool second = left == half || (right < count && before(each->in, &each->at[spare[right]], &each->at[spare[left]]));
    order[to] = spare[second ? right++ : left++];
  }
}

const int32_t *moves_sort(moves *each, move_order before) {
  for (Py_ssize_t i = 0; i < each->count; i++) {
    each->order[i] = (int32_t)i;
  }
  sort(each, each->order, each->count, each->order + each->count, before);
  return each->order;
}

/* Writes to `at` the operators that each event of a hint needs yet. */
static void find_parts(moves *each, const uint64_t *done, const hint *from) {
  const space *in = each->in;
  Py_ssize_t first = 0, end = 0;
  while (first < in->words && done[first] == in->full[first]) {
    first++;
  }
  for (Py_ssize_t i = 0; i < from->count; i++) {
    Py_ssize_t closure_end = (Py_ssize_t)in->closure_ends.at[from->at[i]];
    end = closure_end > end ? closure_end : end;
  }
  for (Py_ssize_t i = 0; i < from->count; i++) {
    const uint64_t *closure = in->closures + in->words * from->at[i];
    uint64_t *part = each->parts + (end - first) * i;
    int64_t operators = 0;
    for (Py_ssize_t j = first; j < end; j++) {
      part[j - first] = closure[j] & ~done[j];
      operators += word_bits(part[j - first]);
    }
    move found = {in->event_extra.at[from->at[i]], operators, -1, (int32_t)first, (int32_t)(end - first), part};
    each->at[i] = found;
  }
}

/* Whether one of the first `count` moves of a list is part of another move. Of two equal sets, that of the event with the
 * smaller closure comes first, and an operator with extra has the smallest of those that it is in. */
static bool has_smaller(const moves *each, const int32_t *list, Py_ssize_t count, const move *other) {
  for (Py_ssize_t i = 0; i < count; i++) {
    if (set_within(each->at[list[i]].part, other->part, other->part_words)) {
      return true;
    }
  }
  return false;
}

/* The operator of a move to the state `next` that comes after all others of the move; -1 if several have none of the move
 * after them. What follows an operator of the move and is in `next` is of the move too. */
static int64_t last_of(const space *in, const move *found, const uint64_t *next) {
  int64_t last = -1;
  for (Py_ssize_t i = 0; i < found->part_words; i++) {
    for (uint64_t rest = found->part[i]; rest != 0; rest &= rest - 1) {
      int64_t operator = 64 * (found->first + i) + word_lowest(rest);
      bool followed = false;
      for (int64_t j = in->follows.starts.at[operator]; !followed && j < in->follows.starts.at[operator + 1]; j++) {
        followed = set_has(next, in->follows.of.at[j]);
      }
      if (!followed && last >= 0) {
        return -1;
      }
      last = followed ? last : operator;
    }
  }
  return last;
}

/* Counts or forgets, if `forget`, the tensors that end with one operator of a move to the state `next`; bytes. */
static int64_t ended_with(moves *each, int64_t operator, bool forget) {
  const space *in = each->in;
  int64_t bytes = 0;
  for (int64_t i = in->inputs.starts.at[operator]; i < in->inputs.starts.at[operator + 1]; i++) {
    int64_t tensor = in->inputs.of.at[i];
    if (!forget && !each->seen[tensor] && all_done(&in->readers, tensor, each->next)) {
      bytes += in->sizes.at[tensor];
    }
    each->seen[tensor] = !forget;
  }
  return bytes;
}

/* The bytes of a move to an event, of which the extra is known. */
static void weigh(moves *each, const uint64_t *done, int64_t live, move *found) {
  const space *in = each->in;
  int64_t made = 0, ended = 0;
  memcpy(each->next, done, sizeof(uint64_t) * (size_t)in->words);
  move_make(found, each->next);
  for (int forget = 0; forget < 2; forget++) {
    for (Py_ssize_t i = 0; i < found->part_words; i++) {
      for (uint64_t rest = found->part[i]; rest != 0; rest &= rest - 1) {
        int64_t operator = 64 * (found->first + i) + word_lowest(rest);
        ended += ended_with(each, operator, forget);
        made += forget ? 0 : figure(in, operator, MADE);
        ended += forget ? 0 : figure(in, operator, DEAD);
      }
    }
  }
  int64_t last = in->saved.of.count > 0 ? last_of(in, found, each->next) : -1;
  found->memory = live + made + EXTRA_OF(found) - (last >= 0 ? space_saving(in, each->next, last) : 0);
  found->live = live + made - ended;
}

/* Each move does the operators that one event needs yet; of these sets those that contain no other one. */
static void find_events(moves *each, const uint64_t *done, int64_t live, const hint *from) {
  int32_t *order = each->order;
  Py_ssize_t count = 0;
  find_parts(each, done, from);
  each->count = from->count;
  moves_sort(each, smaller);
  for (Py_ssize_t i = 0; i < from->count; i++) {
    if (!has_smaller(each, order, count, &each->at[order[i]])) {
      order[count++] = order[i];
    }
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    each->found[i] = each->at[order[i]];
    weigh(each, done, live, &each->found[i]);
  }
  move *found = each->found;
  each->found = each->at;
  each->at = found;
  each->count = count;
}

bool moves_find(moves *each, const uint64_t *done, int64_t live, hint **from) {
  hint *here = hint_advance(each->in, &each->hints, *from, done);
  if (here == NULL || !reserve(each, here->count)) {
    hint_drop(here);
    return false;
  }
  hint_drop(*from);
  *from = here;
  if (each->in->events > 0) {
    find_events(each, done, live, here);
  } else {
    find_single(each, done, live, here);
  }
  return true;
}
