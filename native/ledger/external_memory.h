#ifndef ALLOCSCOPE_LEDGER_EXTERNAL_MEMORY_H_
#define ALLOCSCOPE_LEDGER_EXTERNAL_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "ledger/ledger.h"

namespace allocscope::ledger {

// Adds `change` to what the calling thread's isolate counts as external, and tells the count then: napi_adjust_external_memory.
using AdjustExternal = std::function<std::optional<int64_t>(int64_t change)>;

// Where V8 keeps that count, ExternalMemoryAccounting's total, within the heap at `heap`, the calling thread's own: the one word that is
// the count each time that a known amount is added, and after all are taken back. Nothing where no word is, or several are. Some 10 µs.
std::optional<ExternalCounter> FindExternalCounter(uintptr_t heap, uintptr_t isolate, const AdjustExternal& adjust);

// Reads the count of each isolate of `answer`. It stays unknown where the heap is gone, or the word can't be a count. Only as long as the
// isolate's thread runs is it a count for sure: what was freed may keep its contents for a while.
void ReadExternal(const ExternalCounter& counter, Answer* answer);

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_EXTERNAL_MEMORY_H_
