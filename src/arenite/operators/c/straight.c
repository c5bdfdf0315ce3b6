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

/* Fields of the objects of model.py that have slots. A slot's descriptor is asked itself, since looking up its name in the
 * type at every access would take as long as all the rest. */
typedef struct {
  const char *type;
  const char *name;
  PyObject *descriptor;
  descrgetfunc get;
} field;

enum { INPUTS, OUTPUTS, GRAPHS, DATA, VARIABLE, SHAPE, TYPE, FIELDS };
static field fields[FIELDS] = {
    {"Operator", "inputs", NULL, NULL}, {"Operator", "outputs", NULL, NULL}, {"Operator", "graphs", NULL, NULL},
    {"Tensor", "data", NULL, NULL},     {"Tensor", "variable", NULL, NULL},  {"Tensor", "shape", NULL, NULL},
    {"Tensor", "type", NULL, NULL},
};

/* A new reference to a field of an object; NULL, with an exception set, where the object is of another type. */
static PyObject *get(PyObject *owner, int which) {
  return fields[which].get(fields[which].descriptor, owner, NULL);
}

/* Finds the descriptors in `arenite.model`. False, with an exception set, where there are none. */
static bool find_fields(void) {
  PyObject *model = PyImport_ImportModule("arenite.model");
  bool found = model != NULL;
  for (int i = 0; found && i < FIELDS; i++) {
    PyObject *type = PyObject_GetAttrString(model, fields[i].type);
    fields[i].descriptor = type == NULL ? NULL : PyObject_GetAttrString(type, fields[i].name);
    Py_XDECREF(type);
    found = fields[i].descriptor != NULL;
    fields[i].get = found ? (descrgetfunc)PyType_GetSlot(Py_TYPE(fields[i].descriptor), Py_tp_descr_get) : NULL;
    if (found && fields[i].get == NULL) {
      PyErr_Format(PyExc_ImportError, "%s.%s is no slot", fields[i].type, fields[i].name);
      found = false;
    }
  }
  Py_XDECREF(model);
  return found;
}

typedef struct {
  PyObject *tensor; /* only compared, never followed; NULL in a free slot */
  int64_t bytes;
} slot;

/* The tensors met so far in a hash table, and the bytes of those that are alive. */
typedef struct {
  slot *slots;
  size_t mask;
  size_t used;
  int64_t alive;
  PyObject *type; /* the element type that was asked last, and the bytes of its elements */
  int64_t width;
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

/* Whether a field is `value`: 1 yes, 0 no, -1 with an exception set. */
static int is(PyObject *owner, int which, PyObject *value) {
  PyObject *found = get(owner, which);
  Py_XDECREF(found);
  return found == NULL ? -1 : found == value;
}

/* Bytes of one element of a tensor; -1 with an exception set. */
static int64_t width_of(walk *each, PyObject *tensor) {
  PyObject *type = get(tensor, TYPE);
  if (type == NULL || type == each->type) {
    Py_XDECREF(type);
    return type == NULL ? -1 : each->width;
  }
  PyObject *bytes = PyObject_GetAttrString(type, "bytes");
  each->width = bytes == NULL ? -1 : PyLong_AsLongLong(bytes);
  Py_XDECREF(bytes);
  Py_XDECREF(each->type);
  each->type = type;
  return each->width;
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
  int variable = is(tensor, VARIABLE, Py_True);
  if (variable != 0) {
    return variable < 0 ? FAILED : GOES_ON;
  }
  *bytes = width_of(each, tensor);
  PyObject *shape = *bytes < 0 ? NULL : get(tensor, SHAPE);
  if (shape == NULL) {
    return FAILED;
  }
  state result = multiply(shape, bytes);
  *bytes = (*bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  Py_DECREF(shape);
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
  if (tensor == Py_None) {
    return GOES_ON;
  }
  slot *place = slot_of(each, tensor);
  if (place->tensor == NULL) {
    int computed = is(tensor, DATA, Py_None);
    if (computed <= 0) {
      return computed < 0 ? FAILED : GOES_ON;
    }
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

/* Does the same with all tensors of a list; `ended` is increased by the bytes of those that end. */
static state do_all(walk *each, PyObject *tensors, deed what, int64_t *ended) {
  if (tensors == NULL) {
    return FAILED;
  }
  state result = PyTuple_Check(tensors) ? GOES_ON : LEFT;
  Py_ssize_t count = result == GOES_ON ? PyTuple_Size(tensors) : 0;
  for (Py_ssize_t i = 0; result == GOES_ON && i < count; i++) {
    result = do_one(each, PyTuple_GetItem(tensors, i), what, ended);
  }
  Py_DECREF(tensors);
  return result;
}

/* Walks past one operator. */
static state pass(walk *each, PyObject *operator_, int64_t *peak) {
  PyObject *graphs = get(operator_, GRAPHS);
  Py_ssize_t called = graphs == NULL ? -1 : PyObject_Size(graphs);
  Py_XDECREF(graphs);
  if (called != 0) {
    return called < 0 ? FAILED : LEFT;
  }
  int64_t ended = 0;
  state result = do_all(each, get(operator_, INPUTS), USE, &ended);
  if (result == GOES_ON) {
    result = do_all(each, get(operator_, OUTPUTS), END, &ended);
  }
  *peak = each->alive > *peak ? each->alive : *peak;
  each->alive -= ended;
  return result;
}

/* Walks through a graph from its end to its begin. */
static state through(walk *each, PyObject *graph, PyObject *operators, int64_t *peak) {
  int64_t ended = 0;
  state result = do_all(each, PyObject_GetAttrString(graph, "outputs"), USE, &ended);
  for (Py_ssize_t i = PyTuple_Size(operators) - 1; result == GOES_ON && i >= 0; i--) {
    result = pass(each, PyTuple_GetItem(operators, i), peak);
  }
  if (result == GOES_ON) {
    result = do_all(each, PyObject_GetAttrString(graph, "inputs"), END, &ended);
    *peak = each->alive > *peak ? each->alive : *peak;
  }
  return result == GOES_ON ? do_all(each, PyObject_GetAttrString(graph, "outputs"), CHECK, &ended) : result;
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
  PyObject *operators = PyObject_GetAttrString(graph, "operators");
  if (operators == NULL) {
    return NULL;
  }
  walk each = {NULL, 0, 0, 0, NULL, 0};
  int64_t peak = 0;
  state result = PyTuple_Check(operators) ? GOES_ON : LEFT;
  if (result == GOES_ON) {
    result = grow(&each, first_slots(operators)) ? through(&each, graph, operators, &peak) : FAILED;
  }
  free(each.slots);
  Py_XDECREF(each.type);
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

PyMODINIT_FUNC PyInit__straight(void) { return find_fields() ? PyModuleDef_Init(&definition) : NULL; }
