#include "embedded/jemalloc_copy.h"

#include <limits>

#include "platform/symbol_lookup.h"

namespace allocscope::embedded {

using allocator::jemalloc::ByMibFunction;
using allocator::jemalloc::Control;
using allocator::jemalloc::kAllArenas;
using allocator::jemalloc::MallctlFunction;
using allocator::jemalloc::Mib;
using allocator::jemalloc::NameToMibFunction;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double BytesOf(const Control& control, const Mib& mib) {
  const auto value = control.Read<size_t>(mib);
  return value ? static_cast<double>(*value) : kUnknown;
}

}  // namespace

std::optional<JemallocCopy> JemallocCopy::In(const std::string& library, const std::string& name, bool handles_fork) {
  void* const mallctl = platform::FindSymbolIn(library, name.c_str());
  void* const name_to_mib = platform::FindSymbolIn(library, (name + "nametomib").c_str());
  void* const by_mib = platform::FindSymbolIn(library, (name + "bymib").c_str());
  if (mallctl == nullptr || name_to_mib == nullptr || by_mib == nullptr) return std::nullopt;
  const Control control(reinterpret_cast<MallctlFunction>(mallctl), reinterpret_cast<NameToMibFunction>(name_to_mib),
                        reinterpret_cast<ByMibFunction>(by_mib));
  return JemallocCopy(control, handles_fork);
}

JemallocCopy::JemallocCopy(const Control& control, bool handles_fork)
    : control_(control),
      epoch_(control.Resolve("epoch")),
      flush_(control.Resolve("thread.tcache.flush")),
      purge_(control.Resolve("arena." + std::to_string(kAllArenas) + ".purge")),
      allocated_(control.Resolve("stats.allocated")),
      active_(control.Resolve("stats.active")),
      resident_(control.Resolve("stats.resident")),
      retained_(control.Resolve("stats.retained")),
      muzzy_pages_(control.Resolve("stats.arenas." + std::to_string(kAllArenas) + ".pmuzzy")),
      tcache_(control.Resolve("stats.arenas." + std::to_string(kAllArenas) + ".tcache_bytes")),
      page_bytes_(static_cast<double>(control.Read<size_t>("arenas.page").value_or(0))),
      handles_fork_(handles_fork) {}

JemallocFigures JemallocCopy::Read() const {
  if (control_->AdvanceEpoch(epoch_) != 0) return {kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  const auto bytes = [this](const Mib& mib) { return BytesOf(*control_, mib); };
  return {bytes(allocated_) - bytes(tcache_), bytes(active_), bytes(resident_), bytes(retained_), bytes(muzzy_pages_) * page_bytes_};
}

}  // namespace allocscope::embedded
