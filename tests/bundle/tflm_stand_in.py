"""A stand-in for TFLM: the parts of its interface that a bundle uses, in the folders of a checkout.

Its interpreter does not compute. It compares the inputs with the stored ones, and gives the stored outputs where they
are equal. Outputs are put over the inputs, as a plan may have it. Every folder that a bundle has to name has a header.
"""

from __future__ import annotations

from arenite.backends.reference.registered import CUSTOM, METHODS

MICRO = "tensorflow/lite/micro"
DOWNLOADS = f"{MICRO}/tools/make/downloads"

INTERPRETER = """
#pragma once
#include <stdint.h>
#include <string.h>

#include "fixedpoint/fixedpoint.h"
#include "flatbuffers/flatbuffers.h"
#include "ruy/profiler/instrumentation.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#ifndef TF_LITE_STATIC_MEMORY
#error "TFLM's library is built with TF_LITE_STATIC_MEMORY"
#endif

union TfLitePtrUnion { void* data; };
struct TfLiteTensor { TfLitePtrUnion data; size_t bytes; };

struct Stored { const unsigned char* content; size_t bytes; };
extern const Stored stored_inputs[], stored_outputs[];
extern const size_t stored_input_count, stored_output_count;

namespace tflite {
class Model;
inline const Model* GetModel(const void* bytes) { return static_cast<const Model*>(bytes); }

class MicroInterpreter {
 public:
  MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t* arena, size_t bytes) : arena_(arena), bytes_(bytes) {}
  MicroInterpreter(const Model*, const MicroOpResolver&, MicroAllocator* allocator, MicroResourceVariables*)
      : arena_(allocator->arena), bytes_(allocator->bytes) {}
  TfLiteStatus AllocateTensors() {
    const size_t in = placed(inputs_, stored_inputs, stored_input_count);
    const size_t out = placed(outputs_, stored_outputs, stored_output_count);
    used_ = in > out ? in : out;
    return used_ <= bytes_ ? kTfLiteOk : kTfLiteError;
  }
  TfLiteStatus Invoke() {
    bool same = true;
    for (size_t i = 0; i < stored_input_count; ++i) {
      same = same && memcmp(inputs_[i].data.data, stored_inputs[i].content, inputs_[i].bytes) == 0;
    }
    memset(arena_, 0x55, bytes_);
    for (size_t i = 0; same && i < stored_output_count; ++i) {
      memcpy(outputs_[i].data.data, stored_outputs[i].content, outputs_[i].bytes);
    }
#ifdef STAND_IN_FAILS
    return kTfLiteError;
#endif
    return kTfLiteOk;
  }
  TfLiteStatus Reset() { return kTfLiteOk; }
  TfLiteTensor* input(size_t index) { return &inputs_[index]; }
  TfLiteTensor* output(size_t index) { return &outputs_[index]; }
  size_t arena_used_bytes() const { return used_; }

 private:
  size_t placed(TfLiteTensor* tensors, const Stored* stored, size_t count) {
    size_t place = 0;
    for (size_t i = 0; i < count; ++i) {
      tensors[i].data.data = arena_ + place;
      tensors[i].bytes = stored[i].bytes;
      place += (stored[i].bytes + 15) / 16 * 16;
    }
    return place;
  }
  TfLiteTensor inputs_[4], outputs_[4];
  uint8_t* arena_;
  size_t bytes_, used_ = 0;
};
}  // namespace tflite
"""

RESOLVER = """
#pragma once
#include <stddef.h>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
#define TF_LITE_ENSURE_STATUS(call)                        \\
  do {                                                     \\
    const TfLiteStatus each = (call);                      \\
    if (each != kTfLiteOk) return each;                    \\
  } while (0)
struct TFLMRegistration;

namespace tflite {
class MicroOpResolver {};

template <unsigned int most>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddCustom(const char*, TFLMRegistration*) { return add(); }
@METHODS@
 private:
  TfLiteStatus add() { return count_++ < most ? kTfLiteOk : kTfLiteError; }
  unsigned int count_ = 0;
};
}  // namespace tflite
"""

VARIABLES = """
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace tflite {
struct MicroAllocator {
  uint8_t* arena;
  size_t bytes;
  static MicroAllocator* Create(uint8_t* arena, size_t bytes) {
    static MicroAllocator made;
    made = {arena, bytes};
    return &made;
  }
};
struct MicroResourceVariables {
  static MicroResourceVariables* Create(MicroAllocator*, int) { return nullptr; }
};
}  // namespace tflite
"""


def write_tflm(folder):
    """Write the stand-in as if it were a checkout with its downloads."""
    methods = "".join(
        f"  TfLiteStatus {name}() {{ return add(); }}\n" for name in (*METHODS.values(), *CUSTOM.values())
    )
    files = {
        f"{MICRO}/micro_interpreter.h": INTERPRETER,
        f"{MICRO}/micro_mutable_op_resolver.h": RESOLVER.replace("@METHODS@", methods),
        f"{MICRO}/micro_resource_variable.h": VARIABLES,
        f"{DOWNLOADS}/flatbuffers/include/flatbuffers/flatbuffers.h": "",
        f"{DOWNLOADS}/gemmlowp/fixedpoint/fixedpoint.h": "",
        f"{DOWNLOADS}/ruy/ruy/profiler/instrumentation.h": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def library_source(example):
    """What a library for one model has: the source file with the stored inference."""
    parts = ['#include "tensorflow/lite/micro/micro_interpreter.h"\n']
    for which, contents in (("input", example.inputs), ("output", example.outputs)):
        arrays = [
            f"static const unsigned char {which}_{i}[] = {{{', '.join(map(str, c))}}};\n"
            for i, c in enumerate(contents)
        ]
        stored = ", ".join(f"{{{which}_{i}, sizeof({which}_{i})}}" for i, _ in enumerate(contents))
        parts += [*arrays, f"const Stored stored_{which}s[] = {{{stored}}};\n"]
        parts.append(f"const size_t stored_{which}_count = {len(contents)};\n")
    return "".join(parts)
