/* SPDX-License-Identifier: Apache-2.0 */
#include "canonical.h"

#include <stdlib.h>
#include <string.h>

#include "notes.h"
#include "ranges.h"

/* Units that no offset reaches, as in the twin. */
#define OPEN ((int64_t)1 << 60)
/* Boxes of all noted states together, as in the twin. */
#define MOST_NOTED 4000000
/* The name of a search as Python holds it. */
#define CAPSULE "arenite.canonical"

/* Boxes of a branch that no lifetime connects to the others: `count` of its `part_boxes`, from `first` on. */
typedef struct {
  int32_t first, count;
} part;

/* Boxes left in one stretch of time, and the ways to go on: one of `choices` on the ledge, or none of `ledge`. */
typedef struct {
  Py_ssize_t count, choice_count, ledge_count, part_count;
  Py_ssize_t mark;  /* changes that were made before */
  Py_ssize_t tried; /* ways that were tried */
  int64_t *lowest;  /* of each of the boxes, when the branch began; all arrays are in this one block of memory */
  int32_t *boxes, *part_boxes, *choices, *ledge;
  part *parts;
} branch;

/* What one number was before it was changed. */
typedef struct {
  int64_t *place, before;
} change;

typedef struct {
  Py_ssize_t count, sections;
  int64_t height;
  bool fewest;
  numbers sizes, starts, ends, ranks;
  /* The boxes alive in each section: those from `alive_from` of it on. And those that begin in it. */
  numbers alive_from, alive, begun_from, begun;
  numbers lowest, placed, room;
  /* Room for what is found on the way: neighbors of a box, where boxes rest, sections that changed, and how many boxes
   * of each section are on the ledge. */
  numbers near, rests, touched, is_touched, on_ledge;
  Py_ssize_t near_count, touched_count;
  ranges stacked;
  change *changes;
  Py_ssize_t changes_count, changes_room;
  branch **stack;
  Py_ssize_t depth, stack_room;
  notes hopeless;
  Py_ssize_t noted;
} search;

static void free_branch(branch *each) {
  free(each->lowest);
  free(each);
}

static void free_search(search *each) {
  numbers *lists[] = {&each->sizes,  &each->starts, &each->ends, &each->ranks,   &each->alive_from, &each->alive,
                      &each->begun,  &each->lowest, &each->room, &each->touched, &each->is_touched, &each->near,
                      &each->placed, &each->begun_from, &each->on_ledge, &each->rests};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    numbers_free(lists[i]);
  }
  ranges_free(&each->stacked);
  free(each->changes);
  for (Py_ssize_t i = 0; i < each->depth; i++) {
    free_branch(each->stack[i]);
  }
  free(each->stack);
  notes_free(&each->hopeless);
  free(each);
}

/* Lists boxes by section: in all of their sections, or in the first of each only. */
static bool list_by_section(const search *each, numbers *from, numbers *listed, bool first_only) {
  if (!numbers_filled(from, each->sections + 1, 0)) {
    return false;
  }
  for (Py_ssize_t box = 0; box < each->count; box++) {
    int64_t end = first_only ? each->starts.at[box] + 1 : each->ends.at[box];
    for (int64_t section = each->starts.at[box]; section < end; section++) {
      from->at[section + 1]++;
    }
  }
  for (Py_ssize_t section = 0; section < each->sections; section++) {
    from->at[section + 1] += from->at[section];
  }
  if (!numbers_filled(listed, (Py_ssize_t)from->at[each->sections], 0)) {
    return false;
  }
  /* Filled from the end of each list, so that `from` is left at its beginning... */
  for (Py_ssize_t box = each->count - 1; box >= 0; box--) {
    int64_t end = first_only ? each->starts.at[box] + 1 : each->ends.at[box];
    for (int64_t section = each->starts.at[box]; section < end; section++) {
      listed->at[--from->at[section + 1]] = box;
    }
  }
  /* ...one place too late: the first list begins at 0 anyway. */
  memmove(from->at, from->at + 1, sizeof(int64_t) * (size_t)each->sections);
  from->at[each->sections] = listed->count;
  return true;
}

static bool right_boxes(search *each) {
  Py_ssize_t count = each->sizes.count;
  bool right = count > 0 && count < INT32_MAX && each->starts.count == count && each->ends.count == count &&
               each->ranks.count == count;
  for (Py_ssize_t box = 0; right && box < count; box++) {
    int64_t start = each->starts.at[box], end = each->ends.at[box];
    right = start >= 0 && start < end && end < INT32_MAX;
    each->sections = right && end > each->sections ? (Py_ssize_t)end : each->sections;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "boxes for the compiled core are wrong");
  }
  each->count = count;
  return right;
}

/* On failure what was read is still to be freed. */
static bool read_search(search *result, PyObject *arguments) {
  PyObject *sizes, *starts, *ends, *ranks;
  long long height;
  int fewest;
  if (!PyArg_ParseTuple(arguments, "SSSSLp", &sizes, &starts, &ends, &ranks, &height, &fewest) ||
      !numbers_read(&result->sizes, sizes) || !numbers_read(&result->starts, starts) ||
      !numbers_read(&result->ends, ends) || !numbers_read(&result->ranks, ranks) || !right_boxes(result)) {
    return false;
  }
  result->height = height;
  result->fewest = fewest != 0;
  Py_ssize_t count = result->count, sections = result->sections;
  return list_by_section(result, &result->alive_from, &result->alive, false) &&
         list_by_section(result, &result->begun_from, &result->begun, true) &&
         numbers_filled(&result->lowest, count, 0) && numbers_filled(&result->placed, count, 0) &&
         numbers_filled(&result->room, sections, 0) && numbers_filled(&result->near, count, 0) &&
         numbers_filled(&result->rests, count, 0) &&
         numbers_filled(&result->touched, sections, 0) && numbers_filled(&result->is_touched, sections, 0) &&
         numbers_filled(&result->on_ledge, sections, 0) && ranges_allocate(&result->stacked, count) &&
         notes_allocate(&result->hopeless);
}

/* Makes room for all changes of one state: a box is placed, boxes are raised, sections have less room. */
static bool reserve_changes(search *each) {
  Py_ssize_t most = each->changes_count + 1 + each->count + each->sections;
  if (most <= each->changes_room) {
    return true;
  }
  change *larger = realloc(each->changes, sizeof(change) * 2 * (size_t)most);
  if (larger == NULL) {
    PyErr_NoMemory();
    return false;
  }
  each->changes = larger;
  each->changes_room = 2 * most;
  return true;
}

static void set(search *each, int64_t *place, int64_t value) {
  change noted = {place, *place};
  each->changes[each->changes_count++] = noted;
  *place = value;
}

static void undo(search *each, Py_ssize_t mark) {
  while (each->changes_count > mark) {
    const change *last = &each->changes[--each->changes_count];
    *last->place = last->before;
  }
}

/* Notes that the sections of a box changed. */
static void touch(search *each, int64_t box) {
  for (int64_t section = each->starts.at[box]; section < each->ends.at[box]; section++) {
    if (!each->is_touched.at[section]) {
      each->is_touched.at[section] = 1;
      each->touched.at[each->touched_count++] = section;
    }
  }
}

/* Forgets which sections changed. */
static void settle(search *each) {
  for (Py_ssize_t i = 0; i < each->touched_count; i++) {
    each->is_touched.at[each->touched.at[i]] = 0;
  }
  each->touched_count = 0;
}

/* Lists in `near` the boxes that are left and alive together with a box: what is alive when it begins, and what begins
 * while it lasts. */
static void find_near(search *each, int64_t box) {
  int64_t start = each->starts.at[box];
  each->near_count = 0;
  for (int64_t i = each->alive_from.at[start]; i < each->alive_from.at[start + 1]; i++) {
    int64_t other = each->alive.at[i];
    if (other != box && !each->placed.at[other]) {
      each->near.at[each->near_count++] = other;
    }
  }
  for (int64_t i = each->begun_from.at[start + 1]; i < each->begun_from.at[each->ends.at[box]]; i++) {
    if (!each->placed.at[each->begun.at[i]]) {
      each->near.at[each->near_count++] = each->begun.at[i];
    }
  }
}

/* How high the boxes left in a section are if each is stacked as low as it may lie. */
static int64_t stack_height(search *each, int64_t section) {
  ranges_clear(&each->stacked);
  for (int64_t i = each->alive_from.at[section]; i < each->alive_from.at[section + 1]; i++) {
    int64_t box = each->alive.at[i], low = each->lowest.at[box];
    if (!each->placed.at[box]) {
      ranges_add(&each->stacked, low, low + each->sizes.at[box]);
    }
  }
  int64_t top = 0;
  for (Py_ssize_t i = 0; i < each->stacked.count; i++) {
    const range *box = &each->stacked.at[i];
    top = (box->low > top ? box->low : top) + box->high - box->low;
  }
  return top;
}

/* Whether the boxes left can be stacked in each of the sections that changed, taken alone; notes the room to spare. */
static bool fits(search *each) {
  bool right = true;
  for (Py_ssize_t i = 0; right && i < each->touched_count; i++) {
    int64_t section = each->touched.at[i], room = each->height - stack_height(each, section);
    right = room >= 0;
    if (right && room != each->room.at[section]) {
      set(each, &each->room.at[section], room);
    }
  }
  settle(each);
  return right;
}

/* Places a box at its lowest offset; false if the others do not fit then. */
static bool place(search *each, int64_t box) {
  int64_t top = each->lowest.at[box] + each->sizes.at[box];
  set(each, &each->placed.at[box], 1);
  touch(each, box);
  find_near(each, box);
  for (Py_ssize_t i = 0; i < each->near_count; i++) {
    int64_t other = each->near.at[i];
    if (each->lowest.at[other] >= top) {
      continue;
    }
    if (top + each->sizes.at[other] > each->height) {
      settle(each);
      return false;
    }
    set(each, &each->lowest.at[other], top);
    touch(each, other);
  }
  return fits(each);
}

/* The lowest offset at which a box rests on another one that is left. */
static int64_t rest_of(search *each, int64_t box) {
  int64_t rest = OPEN;
  find_near(each, box);
  for (Py_ssize_t i = 0; i < each->near_count; i++) {
    int64_t top = each->lowest.at[each->near.at[i]] + each->sizes.at[each->near.at[i]];
    rest = top < rest ? top : rest;
  }
  return rest;
}

/* None of the boxes lies on the ledge: each rests on another that is not placed yet. False if that is too high. */
static bool leave_open(search *each, const branch *at) {
  /* All rest on what is there before any of them is raised. */
  int64_t *rests = each->rests.at;
  bool right = true;
  for (Py_ssize_t i = 0; right && i < at->ledge_count; i++) {
    rests[i] = rest_of(each, at->ledge[i]);
    right = rests[i] + each->sizes.at[at->ledge[i]] <= each->height;
  }
  for (Py_ssize_t i = 0; right && i < at->ledge_count; i++) {
    set(each, &each->lowest.at[at->ledge[i]], rests[i]);
    touch(each, at->ledge[i]);
  }
  return right && fits(each);
}

/* Whether one box comes before another in time. */
static bool earlier(const search *each, int32_t one, int32_t other) {
  int64_t start = each->starts.at[one], other_start = each->starts.at[other];
  return start < other_start || (start == other_start && each->ends.at[one] < each->ends.at[other]);
}

/* The boxes of a branch but `without`, by stretches of time that none of them connects, the smallest last. */
static void make_parts(const search *each, branch *at, int32_t without) {
  Py_ssize_t count = 0;
  for (Py_ssize_t i = 0; i < at->count; i++) {
    int32_t box = at->boxes[i];
    if (box != without) {
      Py_ssize_t to = count++;
      for (; to > 0 && earlier(each, box, at->part_boxes[to - 1]); to--) {
        at->part_boxes[to] = at->part_boxes[to - 1];
      }
      at->part_boxes[to] = box;
    }
  }
  int64_t reached = -1;
  at->part_count = 0;
  for (Py_ssize_t i = 0; i < count; i++) {
    int32_t box = at->part_boxes[i];
    if (each->starts.at[box] >= reached) {
      part opened = {(int32_t)i, 0};
      at->parts[at->part_count++] = opened;
    }
    at->parts[at->part_count - 1].count++;
    reached = each->ends.at[box] > reached ? each->ends.at[box] : reached;
  }
  for (Py_ssize_t i = 1; i < at->part_count; i++) {
    part moved = at->parts[i];
    Py_ssize_t to = i;
    for (; to > 0 && at->parts[to - 1].count < moved.count; to--) {
      at->parts[to] = at->parts[to - 1];
    }
    at->parts[to] = moved;
  }
}

/* Takes the next way to go on from a branch; false if it leads nowhere. */
static bool step(search *each, branch *at) {
  Py_ssize_t way = at->tried++;
  if (way < at->choice_count) {
    make_parts(each, at, at->choices[way]);
    return place(each, at->choices[way]);
  }
  part whole = {0, (int32_t)at->count};
  at->parts[0] = whole;
  at->part_count = 1;
  memcpy(at->part_boxes, at->boxes, sizeof(int32_t) * (size_t)at->count);
  return leave_open(each, at);
}

/* Whether it is better to branch on one section of the ledge than on another. */
static bool better(const search *each, int64_t one, int64_t other) {
  int64_t room = each->room.at[one], other_room = each->room.at[other];
  if (each->fewest) {
    int64_t ways = each->on_ledge.at[one] + (room > 0), other_ways = each->on_ledge.at[other] + (other_room > 0);
    if (ways != other_ways) {
      return ways < other_ways;
    }
  }
  return room < other_room || (room == other_room && one < other);
}

/* The section of the lowest ledge to branch on; `low` is where that ledge is. */
static int64_t chosen_section(search *each, const branch *at, int64_t low) {
  for (Py_ssize_t i = 0; i < at->count; i++) {
    if (at->lowest[i] == low) {
      int32_t box = at->boxes[i];
      touch(each, box);
      for (int64_t section = each->starts.at[box]; section < each->ends.at[box]; section++) {
        each->on_ledge.at[section]++;
      }
    }
  }
  int64_t best = each->touched.at[0];
  for (Py_ssize_t i = 1; i < each->touched_count; i++) {
    best = better(each, each->touched.at[i], best) ? each->touched.at[i] : best;
  }
  for (Py_ssize_t i = 0; i < each->touched_count; i++) {
    each->on_ledge.at[each->touched.at[i]] = 0;
  }
  settle(each);
  return best;
}

static bool twins(const search *each, int32_t one, int32_t other) {
  return each->sizes.at[one] == each->sizes.at[other] && each->starts.at[one] == each->starts.at[other] &&
         each->ends.at[one] == each->ends.at[other];
}

/* Finds what lies on the ledge of a branch, and what of that is tried: by rank, one of those that are alike. */
static void find_choices(search *each, branch *at) {
  int64_t low = at->lowest[0];
  for (Py_ssize_t i = 1; i < at->count; i++) {
    low = at->lowest[i] < low ? at->lowest[i] : low;
  }
  int64_t section = chosen_section(each, at, low);
  for (Py_ssize_t i = 0; i < at->count; i++) {
    int32_t box = at->boxes[i];
    if (at->lowest[i] == low && each->starts.at[box] <= section && section < each->ends.at[box]) {
      at->ledge[at->ledge_count] = box;
      Py_ssize_t to = at->ledge_count++;
      for (; to > 0 && each->ranks.at[at->choices[to - 1]] > each->ranks.at[box]; to--) {
        at->choices[to] = at->choices[to - 1];
      }
      at->choices[to] = box;
    }
  }
  for (Py_ssize_t i = 0; i < at->ledge_count; i++) {
    Py_ssize_t known = 0;
    while (known < at->choice_count && !twins(each, at->choices[known], at->choices[i])) {
      known++;
    }
    if (known == at->choice_count) {
      at->choices[at->choice_count++] = at->choices[i];
    }
  }
}

/* A branch of `count` boxes; NULL, with an exception set, where memory ran out. */
static branch *make_branch(search *each, const int32_t *boxes, Py_ssize_t count) {
  branch *at = calloc(1, sizeof *at);
  int64_t *block = malloc((sizeof(int64_t) + sizeof(part) + 4 * sizeof(int32_t)) * (size_t)count);
  if (at == NULL || block == NULL) {
    free(at);
    free(block);
    PyErr_NoMemory();
    return NULL;
  }
  at->count = count;
  at->mark = each->changes_count;
  at->lowest = block;
  at->parts = (part *)(block + count);
  at->boxes = (int32_t *)(at->parts + count);
  at->part_boxes = at->boxes + count;
  at->choices = at->part_boxes + count;
  at->ledge = at->choices + count;
  for (Py_ssize_t i = 0; i < count; i++) {
    at->boxes[i] = boxes[i];
    at->lowest[i] = each->lowest.at[boxes[i]];
  }
  return at;
}

static state state_of(const branch *at) {
  state result = {at->count, at->boxes, at->lowest};
  return result;
}

static void pop(search *each) { free_branch(each->stack[--each->depth]); }

/* Goes on with a branch of these boxes, unless it is known to lead nowhere. False where memory ran out. */
static bool push(search *each, const int32_t *boxes, Py_ssize_t count) {
  if (each->depth == each->stack_room) {
    Py_ssize_t room = 2 * each->stack_room + 64;
    branch **larger = realloc(each->stack, sizeof(branch *) * (size_t)room);
    if (larger == NULL) {
      PyErr_NoMemory();
      return false;
    }
    each->stack = larger;
    each->stack_room = room;
  }
  branch *at = make_branch(each, boxes, count);
  if (at == NULL) {
    return false;
  }
  state begun = state_of(at);
  if (notes_contain(&each->hopeless, &begun)) {
    free_branch(at);
    return true;
  }
  find_choices(each, at);
  each->stack[each->depth++] = at;
  return true;
}

/* Goes on with a part still to be solved, here or, when this one is solved, further out. With none the stack is empty.
 * False where memory ran out. */
static bool open_next(search *each) {
  while (each->depth > 0 && each->stack[each->depth - 1]->part_count == 0) {
    pop(each);
  }
  if (each->depth == 0) {
    return true;
  }
  branch *at = each->stack[each->depth - 1];
  part next = at->parts[--at->part_count];
  return push(each, at->part_boxes + next.first, next.count);
}

/* Notes that the boxes of a branch, no lower than this, do not fit; within a limit of memory. */
static bool remember(search *each, const branch *at) {
  if (each->noted >= MOST_NOTED) {
    return true;
  }
  state hopeless = state_of(at);
  each->noted += at->count;
  return notes_add(&each->hopeless, &hopeless);
}

/* What is known of a search. */
enum { FAILED = -2, UNDECIDED = -1, NO = 0, YES = 1 };

/* Looks at one state; FAILED, with an exception set, where memory ran out. */
static int look(search *each) {
  branch *at = each->stack[each->depth - 1];
  undo(each, at->mark);
  if (!reserve_changes(each)) {
    return FAILED;
  }
  if (at->tried > at->choice_count) {
    bool right = remember(each, at);
    pop(each);
    return !right ? FAILED : each->depth > 0 ? UNDECIDED : NO;
  }
  if (step(each, at)) {
    return !open_next(each) ? FAILED : each->depth > 0 ? UNDECIDED : YES;
  }
  return UNDECIDED;
}

static void free_capsule(PyObject *capsule) { free_search(PyCapsule_GetPointer(capsule, CAPSULE)); }

/* The first branch: all boxes, if they fit in each section. */
static bool begin(search *each) {
  for (Py_ssize_t box = 0; box < each->count; box++) {
    touch(each, box);
  }
  if (!reserve_changes(each)) {
    return false;
  }
  if (!fits(each)) {
    return true;
  }
  int32_t *boxes = malloc(sizeof(int32_t) * (size_t)each->count);
  if (boxes == NULL) {
    PyErr_NoMemory();
    return false;
  }
  for (Py_ssize_t box = 0; box < each->count; box++) {
    boxes[box] = (int32_t)box;
  }
  bool right = push(each, boxes, each->count);
  free(boxes);
  return right;
}

PyObject *canonical_begin(PyObject *module, PyObject *arguments) {
  (void)module;
  search *each = calloc(1, sizeof *each);
  if (each == NULL) {
    return PyErr_NoMemory();
  }
  PyObject *capsule = NULL;
  if (read_search(each, arguments) && begin(each)) {
    capsule = PyCapsule_New(each, CAPSULE, free_capsule);
  }
  if (capsule == NULL) {
    free_search(each);
  }
  return capsule;
}

PyObject *canonical_run(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *capsule;
  Py_ssize_t states, done = 0;
  if (!PyArg_ParseTuple(arguments, "On", &capsule, &states)) {
    return NULL;
  }
  search *each = PyCapsule_GetPointer(capsule, CAPSULE);
  if (each == NULL) {
    return NULL;
  }
  int found = each->depth > 0 ? UNDECIDED : NO;
  for (; found == UNDECIDED && done < states; done++) {
    found = look(each);
  }
  return found == FAILED ? NULL : Py_BuildValue("(in)", found, done);
}

PyObject *canonical_offsets(PyObject *module, PyObject *arguments) {
  (void)module;
  PyObject *capsule;
  if (!PyArg_ParseTuple(arguments, "O", &capsule)) {
    return NULL;
  }
  search *each = PyCapsule_GetPointer(capsule, CAPSULE);
  return each == NULL ? NULL : numbers_write(&each->lowest);
}
