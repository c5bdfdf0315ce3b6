/* SPDX-License-Identifier: Apache-2.0
 * Breadth-first search from the end; its twin in Python is solve/core/orders/breadth_first.py. */
#ifndef ARENITE_CORE_BREADTH_H
#define ARENITE_CORE_BREADTH_H

#include "numbers.h"

/* (space, bound, most, eager, own) -> search; it stops after more than so many moves. `eager` is a set in whole bytes,
 * `own` the bytes that each of its operators needs for itself. */
PyObject *order_breadth_begin(PyObject *module, PyObject *arguments);

/* (search, most) -> (answer, states, moves): goes on for at most so many states of one size. The answer is -1 as long
 * as there is none, 0 if every order is above the bound, else 1. Only sizes that are complete count; one move more than
 * allowed says that the search has stopped. */
PyObject *order_breadth_run(PyObject *module, PyObject *arguments);

/* (search) -> the least memory of all moves refused; None if none was */
PyObject *order_breadth_refused(PyObject *module, PyObject *arguments);

/* (search) -> the sets that have not been taken back, of all states in their order, in whole bytes */
PyObject *order_breadth_states(PyObject *module, PyObject *arguments);

/* (search) -> the same of the states on the way to the goal, the last one first */
PyObject *order_breadth_way(PyObject *module, PyObject *arguments);

#endif
