/* SPDX-License-Identifier: Apache-2.0
 * The compiled core: what searches do millions of times. solve/core/compiled.py is its only caller. */
#include "canonical.h"
#include "groups.h"
#include "plain.h"
#include "singles.h"
#include "unsafe.h"

static PyMethodDef methods[] = {
    {"canonical_begin", canonical_begin, METH_VARARGS, "The search whether boxes fit in a height, before it looks."},
    {"canonical_run", canonical_run, METH_VARARGS, "What a search finds in so many further states."},
    {"canonical_offsets", canonical_offsets, METH_VARARGS, "Where the boxes of a search lie."},
    {"groups_first_fit", groups_first_fit, METH_VARARGS, "Places of groups when each takes the lowest in turn."},
    {"groups_unsafe", groups_unsafe, METH_VARARGS, "The differences that groups of buffers must not have."},
    {"groups_walk", groups_walk, METH_VARARGS, "A lower layout of groups, one of them moved forward at a time."},
    {"plain_first_fit", plain_first_fit, METH_VARARGS, "Offsets when each buffer takes the lowest gap in turn."},
    {"plain_best_fit", plain_best_fit, METH_VARARGS, "Offsets when each buffer takes the tightest gap in turn."},
    {"plain_lowest_first", plain_lowest_first, METH_VARARGS, "Offsets when the buffer that can go lowest goes next."},
    {"singles_first_fit", singles_first_fit, METH_VARARGS, "Offsets of buffers when each takes the lowest in turn."},
    {"singles_walk", singles_walk, METH_VARARGS, "A lower layout of buffers, one of them moved forward at a time."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_compiled", "Inner loops of searches; see solve/core.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__compiled(void) { return PyModuleDef_Init(&definition); }
