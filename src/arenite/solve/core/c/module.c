/* SPDX-License-Identifier: Apache-2.0
 * The compiled core: what searches do millions of times. solve/core/compiled.py is its only caller. */
#include "groups.h"
#include "singles.h"

static PyMethodDef methods[] = {
    {"groups_first_fit", groups_first_fit, METH_VARARGS, "Places of groups when each takes the lowest in turn."},
    {"groups_walk", groups_walk, METH_VARARGS, "A lower layout of groups, one of them moved forward at a time."},
    {"singles_first_fit", singles_first_fit, METH_VARARGS, "Offsets of buffers when each takes the lowest in turn."},
    {"singles_walk", singles_walk, METH_VARARGS, "A lower layout of buffers, one of them moved forward at a time."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_compiled", "Inner loops of the searches; see solve/core.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__compiled(void) { return PyModuleDef_Init(&definition); }
