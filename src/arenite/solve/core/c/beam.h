/* SPDX-License-Identifier: Apache-2.0
 * Beam search for an order; its twin in Python is solve/core/orders/beam.py. */
#ifndef ARENITE_CORE_BEAM_H
#define ARENITE_CORE_BEAM_H

#include "numbers.h"

/* (space, width, bound) -> beam */
PyObject *order_beam_begin(PyObject *module, PyObject *arguments);

/* (beam, most) -> (answer, done): expands at most so many states. The answer is -1 as long as there is none, 0 if no
 * state is left, else 1. */
PyObject *order_beam_run(PyObject *module, PyObject *arguments);

/* (beam) -> the states from the start to the goal, in whole bytes */
PyObject *order_beam_path(PyObject *module, PyObject *arguments);

#endif
