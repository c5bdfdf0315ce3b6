/* SPDX-License-Identifier: Apache-2.0
 * Depth-first search for an order; its twin in Python is solve/core/orders/depth_first.py. */
#ifndef ARENITE_CORE_DEPTH_H
#define ARENITE_CORE_DEPTH_H

#include "numbers.h"

/* (space, bound, limit, commit, far commit, default first) -> search */
PyObject *order_depth_begin(PyObject *module, PyObject *arguments);

/* (search, most) -> (answer, done, states): the answer is -1 as long as there is none, 0 if every order is above the
 * bound, else 1. */
PyObject *order_depth_run(PyObject *module, PyObject *arguments);

/* (search) -> the least memory of all moves refused; None if none was */
PyObject *order_depth_refused(PyObject *module, PyObject *arguments);

/* (search) -> the states from the start to the goal, in whole bytes */
PyObject *order_depth_path(PyObject *module, PyObject *arguments);

/* (search) -> (states, moves) of `certificate.Exhausted` */
PyObject *order_depth_record(PyObject *module, PyObject *arguments);

#endif
