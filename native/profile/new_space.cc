#include "profile/new_space.h"

#include <algorithm>

#include "platform/page.h"
#include "platform/safe_memory.h"
#include "profile/words.h"

namespace allocscope::profile {
namespace {

constexpr size_t kHeaderWords = 64;
constexpr int kSmallIntegerShift = 32;
// More pages than a semi-space of 64 MiB has.
constexpr int kMostPages = 256;
// A filler of fewer bytes has no length to be known by.
constexpr uintptr_t kShortestFiller = 3 * kWordBytes;

// Eight of them fill a page, with an end left over that the ninth doesn't fit into.
constexpr size_t kLessonBytes = 30'000;
constexpr int kLessons = 3;
constexpr int kMostAllocations = 120;

using Header = std::array<uintptr_t, kHeaderWords>;

uintptr_t PageOf(uintptr_t address) { return address & ~(platform::kV8PageBytes - 1); }
// A full page's top is where the next one in memory would begin.
uintptr_t PageOfTop(uintptr_t top) { return PageOf(top - 1); }
uintptr_t EndOf(uintptr_t page) { return page + platform::kV8PageBytes; }
uintptr_t WordAt(uintptr_t address) { return *reinterpret_cast<const uintptr_t*>(address); }

// Four halves of words, which a processor compares at once.
using Halves = uint32_t __attribute__((vector_size(16), aligned(8), may_alias));
constexpr uintptr_t kBlockBytes = 4 * sizeof(Halves);

// Whether a word of the block may be `word`: one of its halves is the word's lower half.
bool BlockMayHold(uintptr_t address, uintptr_t word) {
  const auto* const halves = reinterpret_cast<const Halves*>(address);
  const auto half = static_cast<uint32_t>(word);
  const Halves wanted = {half, half, half, half};
  const auto equal = (halves[0] == wanted) | (halves[1] == wanted) | (halves[2] == wanted) | (halves[3] == wanted);
  return (equal[0] | equal[1] | equal[2] | equal[3]) != 0;
}

bool ReadHeader(uintptr_t address, Header* into) { return platform::ReadOwnMemory(address, into->data(), sizeof *into); }

}  // namespace

bool NewSpace::Learn(const AllocationArea& area, Exercise& exercise) {
  most_unused_ = LearnMostUnused(area, exercise);
  std::vector<Link> links;
  int lessons = 0;
  uint64_t step = 0;
  for (int i = 0; i < kMostAllocations && lessons < kLessons; i++) {
    const uintptr_t from = area.top();
    exercise.MakeString(kLessonBytes);
    const uintptr_t to = area.top();
    if (PageOfTop(from) == PageOfTop(to)) {
      step = to - from;
      continue;
    }
    if (step == 0 || from == 0 || EndOf(PageOfTop(from)) - from < kShortestFiller) continue;
    const std::optional<Filler> filler = LearnFiller(from);
    std::vector<Link> seen = FindLinks(PageOfTop(from), PageOfTop(to));
    const uintptr_t first_object = to - step - PageOfTop(to);
    // After a collection the page isn't the next one of a list.
    if (!filler || seen.empty() || first_object >= platform::kV8PageBytes / 8) continue;
    if (lessons++ == 0) {
      filler_ = *filler;
      first_object_ = first_object;
      links = std::move(seen);
      continue;
    }
    if (filler->map != filler_.map || filler->unit != filler_.unit || first_object != first_object_) return false;
    links.erase(std::remove_if(links.begin(), links.end(),
                               [&](const Link& link) { return std::find(seen.begin(), seen.end(), link) == seen.end(); }),
                links.end());
  }
  if (lessons < kLessons || links.empty()) return false;
  link_ = links.front();
  learnt_ = true;
  return true;
}

// V8 leaves a page when an object doesn't fit into what is left of it. So that is less than the largest object that new space takes.
uintptr_t NewSpace::LearnMostUnused(const AllocationArea& area, Exercise& exercise) {
  constexpr uintptr_t kHalf = platform::kV8PageBytes / 2;
  // Twice: a collection meanwhile moves the top as well.
  for (int i = 0; i < 2; i++) {
    const uintptr_t from = area.top();
    exercise.MakeString(kHalf);
    if (area.top() - from >= kHalf) return platform::kV8PageBytes;
  }
  return kHalf;
}

std::optional<NewSpace::Filler> NewSpace::LearnFiller(uintptr_t from) const {
  const uintptr_t bytes = EndOf(PageOfTop(from)) - from;
  if (bytes < kShortestFiller) return std::nullopt;
  const uintptr_t length = WordAt(from + kWordBytes);
  for (const uintptr_t unit : {uintptr_t{1}, kWordBytes}) {
    if (length == (bytes / unit) << kSmallIntegerShift && (WordAt(from) & 3) == 1) return Filler{WordAt(from), unit};
  }
  return std::nullopt;
}

std::vector<NewSpace::Link> NewSpace::FindLinks(uintptr_t from, uintptr_t to) const {
  std::vector<Link> links;
  Header at_from, at_to, described_by_from, described_by_to;
  if (!ReadHeader(from, &at_from) || !ReadHeader(to, &at_to)) return links;
  for (size_t word = 0; word < kHeaderWords; word++) {
    if (at_from[word] == to) links.push_back({word, 0, false});
  }
  for (size_t word = 0; word < kHeaderWords; word++) {
    if (at_from[word] == at_to[word] || !MayPoint(at_from[word]) || !MayPoint(at_to[word])) continue;
    if (!ReadHeader(at_from[word], &described_by_from) || !ReadHeader(at_to[word], &described_by_to)) continue;
    for (size_t inner = 0; inner < kHeaderWords; inner++) {
      if (described_by_from[inner] == at_to[word]) links.push_back({word, inner, true});
    }
  }
  return links;
}

uintptr_t NewSpace::NextPage(uintptr_t page) const {
  uintptr_t next = 0;
  if (!platform::ReadOwn(page + link_.header_word * kWordBytes, &next)) return 0;
  if (!link_.through_descriptor) return MayPoint(next) && next == PageOf(next) ? next : 0;
  uintptr_t descriptor = 0;
  if (!MayPoint(next) || !platform::ReadOwn(next + link_.descriptor_word * kWordBytes, &descriptor) || !MayPoint(descriptor)) return 0;
  // A descriptor says where its page is: the page's header points back to it.
  Header words;
  if (!ReadHeader(descriptor, &words)) return 0;
  for (const uintptr_t word : words) {
    uintptr_t back = 0;
    const uintptr_t candidate = PageOf(word);
    if (MayPoint(candidate) && platform::ReadOwn(candidate + link_.header_word * kWordBytes, &back) && back == descriptor) return candidate;
  }
  return 0;
}

// Stale fillers may lie within the newest one, never before it: the first that reaches the page's end is the one.
uintptr_t NewSpace::FindEnd(uintptr_t page, uintptr_t from) const {
  const uintptr_t end = EndOf(page);
  for (uintptr_t at = std::max(from, end - most_unused_); at + kShortestFiller <= end; at += kWordBytes) {
    while (at + kBlockBytes <= end && !BlockMayHold(at, filler_.map)) at += kBlockBytes;
    if (at + kShortestFiller > end) break;
    if (WordAt(at) == filler_.map && WordAt(at + kWordBytes) == ((end - at) / filler_.unit) << kSmallIntegerShift) return at;
  }
  return end;
}

// V8 fills a page up with a filler before it collects: its top is at the page's end then, as if objects had taken it all.
uintptr_t NewSpace::FindEndBelow(uintptr_t top, uintptr_t from) const {
  const uintptr_t page = PageOfTop(top);
  return top == EndOf(page) && learnt_ ? FindEnd(page, from) : top;
}

uintptr_t NewSpace::StartOf(uintptr_t page, uintptr_t area_start) const {
  const uintptr_t first = page + first_object_;
  const uintptr_t in_area = area_start > first && area_start < EndOf(page) ? area_start : first;
  for (size_t i = left_pages_; i-- > 0;) {
    if (left_[i].page == page) return left_[i].end;
  }
  return knows_left_pages_ ? first : in_area;
}

void NewSpace::MoveTo(uintptr_t top) { top_ = seen_ = top; }

void NewSpace::See(uint32_t half_top) {
  const uintptr_t top = (top_ & ~uintptr_t{UINT32_MAX}) | half_top;
  if (top > top_ && PageOfTop(top) == PageOfTop(top_)) seen_ = top;
}

void NewSpace::Leave(uintptr_t page, uintptr_t end) {
  if (left_pages_ < left_.size()) left_[left_pages_++] = {page, end};
}

void NewSpace::Restart(uintptr_t top, bool collected) {
  MoveTo(top);
  left_pages_ = 0;
  knows_left_pages_ = collected;
}

std::optional<uint64_t> NewSpace::Advance(uintptr_t top, uintptr_t area_start) {
  const uintptr_t from = top_;
  if (PageOfTop(top) == PageOfTop(from) && top >= from) {
    const uintptr_t end = FindEndBelow(top, seen_);
    MoveTo(top);
    return end - from;
  }
  if (!learnt_ || from == 0 || top == 0) return std::nullopt;
  uint64_t bytes = 0;
  uintptr_t page = PageOfTop(from), at = from;
  for (int pages = 0; pages < kMostPages; pages++) {
    const uintptr_t end = FindEnd(page, pages == 0 ? seen_ : at);
    bytes += end - at;
    Leave(page, end);
    page = NextPage(page);
    if (page == 0) return std::nullopt;
    at = StartOf(page, area_start);
    if (page != PageOfTop(top) || top < at) continue;
    const uintptr_t last = FindEndBelow(top, at);
    bytes += last - at;
    MoveTo(top);
    return bytes;
  }
  return std::nullopt;
}

}  // namespace allocscope::profile
