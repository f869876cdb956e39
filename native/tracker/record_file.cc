#include "tracker/record_file.h"

#include <cstddef>

#include "tracker/record_output.h"
#include "tracker/rows.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// In static memory: a handler may run on a small stack.
RecordOutput::Buffer record_buffer;

struct BodySizes {
  uint64_t sample_numbers;
  uint64_t mapping_numbers;
  uint64_t stack_numbers;
  uint64_t code_bytes;
};

BodySizes PutRecord(RecordOutput* output) {
  BodySizes sizes{0, 0, 0, sampling.code.bytes()};
  const auto put = [output](uint64_t* count) {
    return [output, count](double number) {
      output->Put(&number, sizeof(number));
      *count += 1;
    };
  };
  PutSamples(put(&sizes.sample_numbers));
  PutMappings(put(&sizes.mapping_numbers));
  PutStacks(put(&sizes.stack_numbers));
  output->Put(sampling.code.begin(), sizes.code_bytes);
  return sizes;
}

void PutHeader(RecordOutput* output, const char* identity, uint64_t duration_nanos, const BodySizes& sizes) {
  output->PutText("{");
  output->PutText(identity);
  output->PutDuration(duration_nanos);
  output->PutSession();
  output->PutText(",\"sampleNumbers\":");
  output->PutInteger(sizes.sample_numbers);
  output->PutText(",\"mappingNumbers\":");
  output->PutInteger(sizes.mapping_numbers);
  output->PutText(",\"stackNumbers\":");
  output->PutInteger(sizes.stack_numbers);
  output->PutText(",\"codeBytes\":");
  output->PutInteger(sizes.code_bytes);
  output->PutText("}");
}

}  // namespace

void WriteRecord(int descriptor, const char* identity, uint64_t duration_nanos) {
  RecordOutput output(descriptor, &record_buffer);
  output.PutText("allocscope track 4\n");
  const BodySizes sizes = PutRecord(&output);
  output.BeginEnd();
  PutHeader(&output, identity, duration_nanos, sizes);
  output.End();
}

}  // namespace allocscope::tracker
