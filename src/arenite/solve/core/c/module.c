/* SPDX-License-Identifier: Apache-2.0
 * The compiled core: what searches do millions of times. solve/core/compiled.py is its only caller. */
#include "beam.h"
#include "breadth.h"
#include "canonical.h"
#include "depth.h"
#include "ejection.h"
#include "groups.h"
#include "plain.h"
#include "space.h"
#include "singles.h"
#include "unsafe.h"

static PyMethodDef methods[] = {
    {"canonical_begin", canonical_begin, METH_VARARGS, "The search whether boxes fit in a height, before it looks."},
    {"canonical_run", canonical_run, METH_VARARGS, "What a search finds in so many further states."},
    {"canonical_offsets", canonical_offsets, METH_VARARGS, "Where the boxes of a search lie."},
    {"ejection_run", ejection_run, METH_VARARGS, "Boxes in a height, after so many further tries."},
    {"groups_first_fit", groups_first_fit, METH_VARARGS, "Places of groups when each takes the lowest in turn."},
    {"groups_unsafe", groups_unsafe, METH_VARARGS, "The differences that groups of buffers must not have."},
    {"groups_walk", groups_walk, METH_VARARGS, "A lower layout of groups, one of them moved forward at a time."},
    {"order_beam_begin", order_beam_begin, METH_VARARGS, "A beam search for an order, before it looks."},
    {"order_beam_path", order_beam_path, METH_VARARGS, "The states of the order that a beam search found."},
    {"order_beam_run", order_beam_run, METH_VARARGS, "What a beam search finds in so many further states."},
    {"order_breadth_begin", order_breadth_begin, METH_VARARGS, "A breadth-first search from the end, before it looks."},
    {"order_breadth_refused", order_breadth_refused, METH_VARARGS, "The least memory that a search refused."},
    {"order_breadth_run", order_breadth_run, METH_VARARGS, "What a search finds in so many further states."},
    {"order_breadth_states", order_breadth_states, METH_VARARGS, "The states of a search, one after another."},
    {"order_breadth_way", order_breadth_way, METH_VARARGS, "The states from the goal of a search back to its start."},
    {"order_depth_begin", order_depth_begin, METH_VARARGS, "A depth-first search for an order, before it looks."},
    {"order_depth_path", order_depth_path, METH_VARARGS, "The states of the order that a search found."},
    {"order_depth_record", order_depth_record, METH_VARARGS, "All states of a search, and what they commit to."},
    {"order_depth_refused", order_depth_refused, METH_VARARGS, "The least memory that a search refused."},
    {"order_depth_run", order_depth_run, METH_VARARGS, "What a search finds in so many further moves."},
    {"order_space", order_space, METH_VARARGS, "An ordering problem in one direction of search."},
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
