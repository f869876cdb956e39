#ifndef ALLOCSCOPE_TEST_CHECK_H_
#define ALLOCSCOPE_TEST_CHECK_H_

#include <string>

namespace allocscope::test {

// Counts, and prints what doesn't hold.
void Check(bool holds, const std::string& what);
int Checks();
int Failures();

// embedded_test.cc
void TestEmbedded();

// platform_test.cc
void TestPlatform();
void TestSlotFile();

// file_sampler_test.cc
void TestFileSampler();

// process_test.cc
void TestProcess();

// pipe_reader_test.cc
void TestPipeReader();

// glibc_test.cc, jemalloc_test.cc, mimalloc_test.cc, tcmalloc_test.cc: where another allocator is live, only what needs none.
void TestGlibcWithoutThreads();
void TestGlibc();
void TestJemalloc();
void TestMimalloc();
void TestTcmalloc();

// glibc_made_up_test.cc, glibc_walk_test.cc
void TestGlibcMadeUp();
void TestGlibcWalk();

// jemalloc_made_up_test.cc
void TestJemallocMadeUp();

// mimalloc_proof_test.cc
void TestMimallocProof();

// whatif_test.cc
void TestWhatIf();

// ledger_test.cc
void TestLedger();

// external_memory_test.cc
void TestExternalMemory();

// tracker_test.cc
void TestTracker();

// glibc_layout_test.cc
void TestGlibcLayout();

}  // namespace allocscope::test

#endif  // ALLOCSCOPE_TEST_CHECK_H_
