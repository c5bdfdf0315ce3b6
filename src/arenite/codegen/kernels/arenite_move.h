/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Moves a tensor that is still needed to another place in the arena, between two operators. */
#ifndef ARENITE_MOVE_H
#define ARENITE_MOVE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The two places may have common bytes. */
void arenite_move(void *target, const void *source, int32_t bytes);
#ifdef __cplusplus
}
#endif

#endif
