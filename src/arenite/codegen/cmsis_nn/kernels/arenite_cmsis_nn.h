/* What all calls of CMSIS-NN need. They return what CMSIS-NN returns: 0, or a negative arm_cmsis_nn_status. */

#include "arm_nnfunctions.h"

#if defined(CMSIS_NN_USE_SINGLE_ROUNDING)
#error "CMSIS_NN_USE_SINGLE_ROUNDING changes results: TensorFlow Lite rounds twice"
#endif

static inline cmsis_nn_dims arenite_cmsis_dims(int32_t n, int32_t h, int32_t w, int32_t c) {
  cmsis_nn_dims dims;
  dims.n = n;
  dims.h = h;
  dims.w = w;
  dims.c = c;
  return dims;
}

static inline cmsis_nn_tile arenite_cmsis_tile(int32_t h, int32_t w) {
  cmsis_nn_tile tile;
  tile.h = h;
  tile.w = w;
  return tile;
}

static inline cmsis_nn_activation arenite_cmsis_limits(int32_t lowest, int32_t highest) {
  cmsis_nn_activation limits;
  limits.min = lowest;
  limits.max = highest;
  return limits;
}

/* The scratch that was planned; none where none was, since some functions tell from that what they may do. */
static inline cmsis_nn_context arenite_cmsis_context(void *scratch, int32_t bytes) {
  cmsis_nn_context context;
  context.buf = bytes > 0 ? scratch : NULL;
  context.size = bytes;
  return context;
}

/* Whether less was planned than this revision of CMSIS-NN asks for. Where nothing was planned it sees that itself. */
static inline int arenite_cmsis_lacks(int32_t planned, int32_t wanted) {
  return planned > 0 && wanted > planned;
}
