#ifndef ALLOCSCOPE_HEAP_VERIFIER_H_
#define ALLOCSCOPE_HEAP_VERIFIER_H_

#include <optional>
#include <string>

#include "heap/probe.h"
#include "heap/proof.h"

namespace allocscope::heap {

// One run of the proof. After the first failed expectation the others run on, harmless but without effect.
class Verifier {
 public:
  Verifier(const Layout& layout, const ExampleHandles& handles)
      : proved_{layout, {}}, layout_(proved_.layout), handles_(handles), probe_(proved_.layout, handles) {}

  Result<ProvedLayout> Run();

 private:
  void Expect(bool holds, int32_t Layout::*number, const char* reason);
  void ExpectNamed(bool holds, const char* number, const char* reason);
  bool Failed() const { return refusal_.has_value(); }

  // verify_primitives.cc
  void Handles();
  void Strings();
  void StringParts();
  void StringTags();
  void ExternalStrings();
  void Numbers();
  void BigInts();

  // verify_stores.cc
  void Maps();
  void Elements();
  void ElementsKinds();
  void Properties();
  void Dictionaries();
  void Collections();
  void SloppyElements();

  // verify_objects.cc
  void Slots();
  void Types();
  void Buffers();
  void GrowableBuffers();
  void Dates();
  void BoundFunctions();
  void Contexts();
  void Accessors();
  void Generators();

  // proof.cc
  void FillShapes();
  void FillStringShapes();
  void FindReadOnlyPages();
  void BuiltinNames();
  void SizesByNeighbours();
  bool NeighboursAgree(size_t kind) const;

  bool IsStringOf(Example example, int32_t tag, bool one_byte) const;

  ProvedLayout proved_;
  Layout& layout_;
  const ExampleHandles& handles_;
  Probe probe_;
  std::optional<Failure> refusal_;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_VERIFIER_H_
