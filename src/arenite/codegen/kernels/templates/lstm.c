#include "arenite_$KERNEL.h"

#include <stddef.h>
#include <string.h>

$FOR *_f32
#include "arenite_dot_f32.h"
#include "arenite_logistic_f32.h"
#include "arenite_tanh_f32.h"

/* Sum of a gate for one unit, before its activation. */
static float gate_sum(
    const arenite_$KERNEL_t *layer, const arenite_$KERNEL_gate_t *gate, int32_t unit, const float *input,
    const float *hidden) {
  const float sum = arenite_dot_f32(input, gate->weights + unit * layer->depth, layer->depth, 0.0f);
  const float again = arenite_dot_f32(hidden, gate->recurrent + unit * layer->units, layer->units, 0.0f);
  return sum + gate->bias[unit] + again;
}

static float sigmoid(float x) {
  arenite_logistic_f32(1, &x, &x);
  return x;
}

static float hyperbolic_tangent(float x) {
  arenite_tanh_f32(1, &x, &x);
  return x;
}

/* One unit at one time: updates its cell state, and gives its output. */
static float next(
    const arenite_$KERNEL_t *layer, int32_t unit, const float *input, const float *hidden, float *cell) {
  const float forget = sigmoid(gate_sum(layer, &layer->forget, unit, input, hidden));
  const float in = sigmoid(gate_sum(layer, &layer->input, unit, input, hidden));
  const float fresh = hyperbolic_tangent(gate_sum(layer, &layer->cell, unit, input, hidden));
  const float out = sigmoid(gate_sum(layer, &layer->output, unit, input, hidden));
  float state = forget * cell[unit] + in * fresh;
  if (layer->clip > 0.0f) {
    state = state > layer->clip ? layer->clip : (state < -layer->clip ? -layer->clip : state);
  }
  cell[unit] = state;
  return hyperbolic_tangent(state) * out;
}
$FOR *_s8
#include "arenite_dot.h"
$FOR *_s16
#include "arenite_dot_s16.h"
$FOR *_s8 *_s16
#include "arenite_fixed.h"
#include "arenite_logistic_s16.h"
#include "arenite_tanh_s16.h"

static int32_t saturated(int32_t x) { return arenite_clamp(x, -32768, 32767); }

/* Sum of a gate for one unit, before its activation; both parts are saturated. */
static int16_t gate_sum(
    const arenite_$KERNEL_t *layer, const arenite_$KERNEL_gate_t *gate, int32_t unit, const $ELEMENT *input,
    const $ELEMENT *hidden) {
  const int8_t *weights = gate->weights + unit * layer->depth;
  const int8_t *recurrent = gate->recurrent + unit * layer->units;
$FOR *_s8
  const int32_t sum = arenite_dot_s8(input, weights, layer->depth, layer->input_offset, gate->bias[unit]);
  const int32_t again = arenite_dot_s8(hidden, recurrent, layer->units, layer->hidden_offset, 0);
  const int32_t first = saturated(arenite_scale(sum, gate->multiplier, gate->shift));
  const int32_t second = saturated(arenite_scale(again, gate->recurrent_multiplier, gate->recurrent_shift));
$FOR *_s16
  const int64_t sum = arenite_dot_s16(input, weights, layer->depth, gate->bias[unit]);
  const int64_t again = arenite_dot_s16(hidden, recurrent, layer->units, 0);
  const int32_t first = saturated(arenite_scale_wide(sum, gate->multiplier, gate->shift));
  const int32_t second = saturated(arenite_scale_wide(again, gate->recurrent_multiplier, gate->recurrent_shift));
$FOR *_s8 *_s16
  return (int16_t)saturated(first + second);
}

static int32_t sigmoid(const uint16_t *table, int16_t x) {
  arenite_logistic_s16(table, 3, 0, 1, &x, &x);
  return x;
}

static int32_t hyperbolic_tangent(const uint16_t *table, int32_t multiplier, int32_t shift, int16_t x) {
  arenite_tanh_s16(table, multiplier, shift, 1, &x, &x);
  return x;
}

/* One unit at one time: updates its cell state, and gives its output. */
static $ELEMENT next(
    const arenite_$KERNEL_t *layer, int32_t unit, const $ELEMENT *input, const $ELEMENT *hidden, int16_t *cell) {
  const uint16_t *table = layer->table;
  const int32_t forget = sigmoid(table, gate_sum(layer, &layer->forget, unit, input, hidden));
  const int32_t in = sigmoid(table, gate_sum(layer, &layer->input, unit, input, hidden));
  const int32_t fresh = hyperbolic_tangent(table, 3, 0, gate_sum(layer, &layer->cell, unit, input, hidden));
  const int32_t out = sigmoid(table, gate_sum(layer, &layer->output, unit, input, hidden));
  const int32_t old = saturated(arenite_scale(forget * cell[unit], layer->forget_multiplier, layer->forget_shift));
  const int32_t more = saturated(arenite_scale(in * fresh, layer->input_multiplier, layer->input_shift));
  const int32_t state = saturated(old + more);
  cell[unit] = (int16_t)(layer->clip > 0 ? arenite_clamp(state, -layer->clip, layer->clip) : state);
  const int32_t bent = hyperbolic_tangent(table, layer->tanh_multiplier, layer->tanh_shift, cell[unit]);
  const int32_t scaled = arenite_scale(bent * out, layer->output_multiplier, layer->output_shift);
  return ($ELEMENT)arenite_clamp(arenite_plus(scaled, -layer->hidden_offset), $LOWEST, $HIGHEST);
}
$ALL

$FOR *_f32
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const float *input, float *hidden, float *cell, float *output) {
$FOR *_s8 *_s16
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *hidden, int16_t *cell, $ELEMENT *output) {
$ALL
  for (int32_t batch = 0; batch < layer->batches; batch++) {
    for (int32_t time = 0; time < layer->times; time++) {
      const int32_t row = batch * layer->batch_step + time * layer->time_step;
      $ELEMENT *out = output + row * layer->units;
      for (int32_t unit = 0; unit < layer->units; unit++) {
        out[unit] = next(layer, unit, input + row * layer->depth, hidden, cell);
      }
      memcpy(hidden, out, (size_t)layer->units * sizeof *out);
    }
    hidden += layer->units;
    cell += layer->units;
  }
}
