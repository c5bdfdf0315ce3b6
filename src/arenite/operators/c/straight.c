/* SPDX-License-Identifier: Apache-2.0
 * The peak of a straight graph; operators/peak.py says what that is, has the twin in Python and is the only caller.
 * Reads the objects of model.py where they are: a list of numbers made in Python would take longer than the walk. */

/* The oldest Python whose stable interface is used; CMake says it too. */
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030A0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

/* Sizes are rounded up to multiples of this many bytes; ALIGNMENT of operators/liveness.py. */
#define ALIGNMENT 16
/* In place of a tensor's bytes: the walk has passed its producer. */
#define ENDED (-1)
/* Bytes of the largest tensor and the most tensors whose sum surely fits in int64; others are left to Python. */
#define LARGEST ((int64_t)1 << 40)
#define MOST_TENSORS ((size_t)1 << 20)
/* Slots of the first table for each operator: most operators produce one tensor, and a full table grows. */
#define SLOTS_PER_OPERATOR 4

/* Whether the walk goes on, leaves the graph to Python, or ends with an exception. */
typedef enum { GOES_ON, LEFT, FAILED } state;

#if defined(__GNUC__) || defined(__clang__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif

/* Operators whose objects are fetched together. A model that was just built is not in the processor's cache, and one miss
 * after the other takes several times as long as the walk; the tensors of this many operators fit in the cache. */
#define GROUP 32
/* Lists of a group: the inputs and the outputs of each operator. */
#define LISTS (2 * GROUP)
/* Tensors for which there is room at first: those of a group whose operators have four inputs and outputs. */
#define FIRST_ROOM (4 * GROUP)
/* Element types for which there is room; the schema has 23. Others are left to Python. */
#define MOST_TYPES 64
/* Bytes that a processor fetches at once; on others a fetch is only less useful. */
#define LINE 64

/* Classes of model.py, and their fields that have slots. A slot is read where Python says that it lies in the object: a
 * call of its descriptor takes as long as all the rest. */
enum { OPERATOR, TENSOR, CLASSES };
static struct {
  const char *name;
  PyTypeObject *type;
} classes[CLASSES] = {{"Operator", NULL}, {"Tensor", NULL}};

enum { INPUTS, OUTPUTS, GRAPHS, DATA, VARIABLE, OUTSIDE, SHAPE, TYPE, FIELDS };
static struct {
  int owner;
  const char *name;
  Py_ssize_t offset;
} fields[FIELDS] = {
    {OPERATOR, "inputs", 0}, {OPERATOR, "outputs", 0}, {OPERATOR, "graphs", 0}, {TENSOR, "data", 0},
    {TENSOR, "variable", 0}, {TENSOR, "outside", 0},   {TENSOR, "shape", 0},   {TENSOR, "type", 0},
};

/* Whether an object is of a class; sets TypeError where it is not. */
static bool has_class(PyObject *object, int class) {
  PyTypeObject *type = Py_TYPE(object);
  bool right = type == classes[class].type || PyType_IsSubtype(type, classes[class].type);
  if (!right) {
    PyErr_Format(PyExc_TypeError, "a graph has %R in place of an object of the class %s", object, classes[class].name);
  }
  return right;
}

/* A field of an object of the right class, without a new reference: nothing changes a model, and nothing is called here
 * that could free it. NULL, with AttributeError set, where the field was never set. */
static PyObject *get(PyObject *owner, int which) {
  PyObject *found = *(PyObject **)((char *)owner + fields[which].offset);
  if (found == NULL) {
    PyErr_SetString(PyExc_AttributeError, fields[which].name);
  }
  return found;
}

/* Names of the fields of a graph, which has no slots. */
enum { GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_OPERATORS, NAMES };
static PyObject *names[NAMES];

/* The element types, and the bytes of their elements. */
static struct {
  PyObject *type;
  int64_t bytes;
} types[MOST_TYPES];
static int type_count = 0;

/* Lists the element types. False, with an exception set, where that failed. */
static bool find_types(PyObject *model) {
  PyObject *all = PyObject_GetAttrString(model, "ElementType");
  PyObject *each = all == NULL ? NULL : PyObject_GetIter(all);
  for (PyObject *type; each != NULL && type_count < MOST_TYPES && (type = PyIter_Next(each)) != NULL;) {
    PyObject *bytes = PyObject_GetAttrString(type, "bytes");
    types[type_count].type = type;
    types[type_count++].bytes = bytes == NULL ? -1 : PyLong_AsLongLong(bytes);
    Py_XDECREF(bytes);
  }
  Py_XDECREF(each);
  Py_XDECREF(all);
  return type_count > 0 && !PyErr_Occurred();
}

/* Finds where the slots lie. False, with an exception set, where a field has none. */
static bool find_fields(PyObject *model) {
  for (int i = 0; i < CLASSES; i++) {
    classes[i].type = (PyTypeObject *)PyObject_GetAttrString(model, classes[i].name);
    if (classes[i].type == NULL) {
      return false;
    }
  }
  for (int i = 0; i < FIELDS; i++) {
    const PyMemberDef *member = PyType_GetSlot(classes[fields[i].owner].type, Py_tp_members);
    while (member != NULL && member->name != NULL && strcmp(member->name, fields[i].name) != 0) {
      member++;
    }
    if (member == NULL || member->name == NULL || member->type != T_OBJECT_EX) {
      PyErr_Format(PyExc_ImportError, "%s.%s is no slot", classes[fields[i].owner].name, fields[i].name);
      return false;
    }
    fields[i].offset = member->offset;
  }
  return true;
}

/* Finds what is asked of `arenite.model` but once. False, with an exception set, where it is not as expected. */
static bool find_all(void) {
  static const char *const spelled[NAMES] = {"inputs", "outputs", "operators"};
  PyObject *model = PyImport_ImportModule("arenite.model");
  bool found = model != NULL && find_fields(model) && find_types(model);
  for (int i = 0; found && i < NAMES; i++) {
    names[i] = PyUnicode_InternFromString(spelled[i]);
    found = names[i] != NULL;
  }
  Py_XDECREF(model);
  return found;
}

typedef struct {
  PyObject *tensor; /* only compared, never followed; NULL in a free slot */
  int64_t bytes;
} slot;

/* The tensors met so far in a hash table, and the bytes of those that are alive. Lists of tensors are read in groups: list i
 * of a group is what lies in `members` from the end of the list before, or from 0, to `ends[i]`. */
typedef struct {
  PyObject **members;
  Py_ssize_t room;
  Py_ssize_t ends[LISTS];
  slot *slots;
  size_t mask;
  size_t used;
  int64_t alive;
  int type; /* number of the element type that was asked last */
} walk;

static slot *slot_of(walk *each, PyObject *tensor) {
  size_t at = ((size_t)(uintptr_t)tensor >> 4) * (size_t)2654435769u;
  for (at ^= at >> 15;; at++) {
    slot *found = &each->slots[at & each->mask];
    if (found->tensor == tensor || found->tensor == NULL) {
      return found;
    }
  }
}

/* A table with `count` slots and the same tensors. False, with an exception set, where memory ran out. */
static bool grow(walk *each, size_t count) {
  slot *old = each->slots;
  size_t slots = old == NULL ? 0 : each->mask + 1;
  each->slots = calloc(count, sizeof(slot));
  if (each->slots == NULL) {
    each->slots = old;
    PyErr_NoMemory();
    return false;
  }
  each->mask = count - 1;
  for (size_t i = 0; i < slots; i++) {
    if (old[i].tensor != NULL) {
      *slot_of(each, old[i].tensor) = old[i];
    }
  }
  free(old);
  return true;
}

/* Begins the bytes of a tensor with those of one element. */
static state width_of(walk *each, PyObject *tensor, int64_t *bytes) {
  const PyObject *type = get(tensor, TYPE);
  for (int i = 0; type != types[each->type].type; each->type = i++) {
    if (type == NULL || i == type_count) {
      return type == NULL ? FAILED : LEFT;
    }
  }
  *bytes = types[each->type].bytes;
  return GOES_ON;
}

/* Multiplies `bytes` by the dimensions of a shape. */
static state multiply(PyObject *shape, int64_t *bytes) {
  if (!PyTuple_Check(shape)) {
    return LEFT;
  }
  Py_ssize_t rank = PyTuple_Size(shape);
  for (Py_ssize_t i = 0; i < rank; i++) {
    int overflow = 0;
    int64_t dimension = PyLong_AsLongLongAndOverflow(PyTuple_GetItem(shape, i), &overflow);
    if (dimension == -1 && PyErr_Occurred()) {
      return FAILED;
    }
    if (overflow != 0 || dimension < 0 || dimension > LARGEST || (dimension > 0 && *bytes > LARGEST / dimension)) {
      return LEFT;
    }
    *bytes *= dimension;
  }
  return GOES_ON;
}

/* Bytes that a tensor takes in the head while it is alive. */
static state bytes_of(walk *each, PyObject *tensor, int64_t *bytes) {
  *bytes = 0;
  PyObject *variable = get(tensor, VARIABLE);
  PyObject *outside = variable == NULL ? NULL : get(tensor, OUTSIDE);
  if (outside == NULL || variable == Py_True || outside != Py_None) {
    return outside == NULL ? FAILED : GOES_ON;
  }
  state result = width_of(each, tensor, bytes);
  if (result == GOES_ON) {
    result = multiply(get(tensor, SHAPE), bytes);
  }
  *bytes = (*bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return result;
}

/* Begins a tensor that is met for the first time. */
static state begin(walk *each, PyObject *tensor, slot **place) {
  int64_t bytes;
  state result = each->used < MOST_TENSORS ? bytes_of(each, tensor, &bytes) : LEFT;
  if (result != GOES_ON) {
    return result;
  }
  if (2 * ++each->used > each->mask) {
    if (!grow(each, 2 * (each->mask + 1))) {
      return FAILED;
    }
    *place = slot_of(each, tensor);
  }
  **place = (slot){tensor, bytes};
  each->alive += bytes;
  return GOES_ON;
}

/* What is done with a tensor: it is alive, it is alive and ends when all of its list are, or it must have ended. */
typedef enum { USE, END, CHECK } deed;

static state do_one(walk *each, PyObject *tensor, deed what, int64_t *ended) {
  slot *place = slot_of(each, tensor);
  if (place->tensor == NULL) {
    state result = begin(each, tensor, &place);
    if (result != GOES_ON) {
      return result;
    }
  } else if ((place->bytes == ENDED) != (what == CHECK)) {
    return LEFT;
  }
  if (what == END) {
    *ended += place->bytes;
    place->bytes = ENDED;
  }
  return GOES_ON;
}

/* Does the same with all tensors of a list of the group; `ended` is increased by the bytes of those that end. */
static state do_all(walk *each, int list, deed what, int64_t *ended) {
  state result = GOES_ON;
  for (Py_ssize_t i = list == 0 ? 0 : each->ends[list - 1]; result == GOES_ON && i < each->ends[list]; i++) {
    result = do_one(each, each->members[i], what, ended);
  }
  return result;
}

static void fetch_object(const PyObject *each) {
  FETCH(each);
  FETCH((const char *)each + LINE);
}

/* Makes a tuple the next list of the group. */
static state add_list(walk *each, PyObject *tensors, int list) {
  if (tensors == NULL) {
    return FAILED;
  }
  if (!PyTuple_Check(tensors)) {
    return LEFT;
  }
  Py_ssize_t begin = list == 0 ? 0 : each->ends[list - 1], count = PyTuple_Size(tensors);
  if (begin + count > each->room) {
    Py_ssize_t room = 2 * (begin + count) + FIRST_ROOM;
    PyObject **members = realloc(each->members, sizeof(PyObject *) * (size_t)room);
    if (members == NULL) {
      PyErr_NoMemory();
      return FAILED;
    }
    each->members = members;
    each->room = room;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    each->members[begin + i] = PyTuple_GetItem(tensors, i);
    fetch_object(each->members[begin + i]);
  }
  each->ends[list] = begin + count;
  return GOES_ON;
}

/* Drops constants and inputs that are left out from the first lists of the group, and fetches the shapes of the others. */
static state keep_computed(walk *each, int lists) {
  Py_ssize_t kept = 0, at = 0;
  for (int list = 0; list < lists; list++) {
    for (; at < each->ends[list]; at++) {
      PyObject *tensor = each->members[at];
      if (tensor == Py_None) {
        continue;
      }
      PyObject *data = has_class(tensor, TENSOR) ? get(tensor, DATA) : NULL;
      if (data == Py_None) {
        PyObject *shape = get(tensor, SHAPE);
        FETCH(shape);
        each->members[kept++] = tensor;
        data = shape;
      }
      if (data == NULL) {
        return FAILED;
      }
    }
    each->ends[list] = kept;
  }
  return GOES_ON;
}

/* Does the same with the tensors in a field of a graph, which has no slots. */
static state do_field(walk *each, PyObject *graph, int name, deed what, int64_t *ended) {
  PyObject *tensors = PyObject_GetAttr(graph, names[name]);
  state result = add_list(each, tensors, 0);
  Py_XDECREF(tensors);
  result = result == GOES_ON ? keep_computed(each, 1) : result;
  return result == GOES_ON ? do_all(each, 0, what, ended) : result;
}

/* Reads a group of operators from `end` back to `first`: one kind of objects of all operators after the other, since an
 * object says where the next one is. The inputs and the outputs of each are two lists, the last operator's come first. */
static state read_group(walk *each, PyObject *operators, Py_ssize_t first, Py_ssize_t end) {
  PyObject *group[GROUP];
  int count = 0, lists = 0;
  for (Py_ssize_t i = end; i > first; i--) {
    group[count] = PyTuple_GetItem(operators, i - 1);
    fetch_object(group[count++]);
  }
  for (int i = 0; i < count; i++) {
    PyObject *graphs = has_class(group[i], OPERATOR) ? get(group[i], GRAPHS) : NULL;
    Py_ssize_t called = graphs == NULL ? -1 : PyObject_Size(graphs);
    if (called != 0) {
      return called < 0 ? FAILED : LEFT;
    }
    PyObject *inputs = get(group[i], INPUTS), *outputs = get(group[i], OUTPUTS);
    if (inputs == NULL || outputs == NULL) {
      return FAILED;
    }
    FETCH(inputs);
    FETCH(outputs);
  }
  state result = GOES_ON;
  for (int i = 0; result == GOES_ON && i < count; i++) {
    result = add_list(each, get(group[i], INPUTS), lists++);
    result = result == GOES_ON ? add_list(each, get(group[i], OUTPUTS), lists++) : result;
  }
  return result == GOES_ON ? keep_computed(each, lists) : result;
}

/* Walks past an operator, whose inputs are this list of the group and whose outputs are the next one. */
static state pass(walk *each, int list, int64_t *peak) {
  int64_t ended = 0;
  state result = do_all(each, list, USE, &ended);
  if (result == GOES_ON) {
    result = do_all(each, list + 1, END, &ended);
  }
  *peak = each->alive > *peak ? each->alive : *peak;
  each->alive -= ended;
  return result;
}

/* Walks through a graph from its end to its begin. */
static state through(walk *each, PyObject *graph, PyObject *operators, int64_t *peak) {
  int64_t ended = 0;
  state result = do_field(each, graph, GRAPH_OUTPUTS, USE, &ended);
  for (Py_ssize_t end = PyTuple_Size(operators), first; result == GOES_ON && end > 0; end = first) {
    first = end > GROUP ? end - GROUP : 0;
    result = read_group(each, operators, first, end);
    for (int i = 0; result == GOES_ON && i < end - first; i++) {
      result = pass(each, 2 * i, peak);
    }
  }
  if (result == GOES_ON) {
    result = do_field(each, graph, GRAPH_INPUTS, END, &ended);
    *peak = each->alive > *peak ? each->alive : *peak;
  }
  return result == GOES_ON ? do_field(each, graph, GRAPH_OUTPUTS, CHECK, &ended) : result;
}

/* The slots of the first table; a power of two, as is every number of slots. */
static size_t first_slots(PyObject *operators) {
  size_t wanted = SLOTS_PER_OPERATOR * (size_t)PyTuple_Size(operators), slots = 64;
  while (slots < wanted && slots < MOST_TENSORS) {
    slots *= 2;
  }
  return slots;
}

static PyObject *straight_peak(PyObject *module, PyObject *graph) {
  (void)module;
  PyObject *operators = PyObject_GetAttr(graph, names[GRAPH_OPERATORS]);
  if (operators == NULL) {
    return NULL;
  }
  walk each = {0};
  int64_t peak = 0;
  state result = PyTuple_Check(operators) ? GOES_ON : LEFT;
  if (result == GOES_ON) {
    result = grow(&each, first_slots(operators)) ? through(&each, graph, operators, &peak) : FAILED;
  }
  free(each.members);
  free(each.slots);
  Py_DECREF(operators);
  if (result == LEFT) {
    Py_RETURN_NONE;
  }
  return result == FAILED ? NULL : PyLong_FromLongLong(peak);
}

static PyMethodDef methods[] = {
    {"straight_peak", straight_peak, METH_O, "Peak in bytes of a straight graph; None where lifetimes are needed."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_straight", "The walk of operators/peak.py.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__straight(void) { return find_all() ? PyModuleDef_Init(&definition) : NULL; }
