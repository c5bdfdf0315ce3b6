/* SignalFramer and SignalStacker: frames that overlap, of samples that come piece by piece. */

#include <stdint.h>

typedef struct {
  int32_t rows;
  int32_t pieces;  /* of a row of the input; each may complete a frame */
  int32_t piece;   /* samples */
  int32_t frame;   /* samples */
  int32_t dropped; /* samples that no frame after this one has */
  int32_t room;    /* samples kept of a row */
  int32_t first;   /* samples of 0 before the first piece */
  int32_t copies;  /* how many more times the first piece counts */
} arenite_signal_frames_t;

/* `kept` has a number, 0 at first, and then [rows][room] samples of two bytes. `valid` is 1 if every piece completes a
 * frame; frames that are not complete are 0. */
void arenite_signal_frames(const arenite_signal_frames_t *layer, const int16_t *input, int32_t *kept, int16_t *output,
                           uint8_t *valid);
