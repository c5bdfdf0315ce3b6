/* A window that slides over rows and columns, and what of it lies inside the input.
 *
 * Kernels with a window make `output_rows` rows from `input_rows` rows. `pad_top` rows above the first input row, and
 * whatever the last window reaches beyond the last input row, count as padding: a caller that has only a part of the
 * rows passes that part. */

#include <stdint.h>

typedef struct {
  int32_t kernel_height, kernel_width;
  int32_t stride_y, stride_x;
  int32_t dilation_y, dilation_x;
  int32_t pad_left;
  int32_t input_width, input_depth;
  int32_t output_width, output_depth;
} arenite_window_t;

/* First position of the kernel that lies at or behind the input's begin, for a window that begins at `origin`. */
static inline int32_t arenite_window_first(int32_t origin, int32_t dilation) {
  return origin >= 0 ? 0 : (dilation - 1 - origin) / dilation;
}

/* One behind the last position of the kernel that lies before the input's end. */
static inline int32_t arenite_window_last(int32_t origin, int32_t dilation, int32_t kernel, int32_t length) {
  const int32_t room = length - origin;
  const int32_t fit = room <= 0 ? 0 : (room + dilation - 1) / dilation;
  return fit < kernel ? fit : kernel;
}
