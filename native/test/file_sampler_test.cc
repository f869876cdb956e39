// Numbers of the kernel's files: how their texts are read, and what a program that closes descriptors does to a file that is kept open.
#include "sampler/file_sampler.h"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "process/kernel_file.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

double Find(const std::string& text, const std::string& key) { return sampler::FindFigure(text.data(), text.size(), key); }

void TestFigures() {
  Check(Find("4096\n", "") == 4096 && std::isinf(Find("max\n", "")), "the number that is all of a file");
  Check(std::isnan(Find("", "")) && std::isnan(Find("none\n", "")) && std::isnan(Find("-1\n", "")), "what is no number");
  const std::string stat = "file 1\ninactive_file 22\nfile_dirty 3\n";
  Check(Find(stat, "file") == 1 && Find(stat, "inactive_file") == 22 && Find(stat, "file_dirty") == 3, "a line by its whole first word");
  Check(std::isnan(Find(stat, "active_file")) && std::isnan(Find("file", "file")) && std::isnan(Find("file ", "file")), "no such line");
  const std::string pressure = "some avg10=80.25 avg60=1.00 total=7\nfull avg10=0.50 avg60=0.00 total=5";
  Check(std::fabs(Find(pressure, "some avg10") - 80.25) < 1e-9 && Find(pressure, "full total") == 5, "a field of a line");
  Check(std::isnan(Find(pressure, "full avg300")), "no such field");
}

void TestReopened() {
  process::KernelFile file("/proc/self/comm");
  char text[64];
  Check(file.Read(text, sizeof text) > 0, "a file of /proc is read");
  // The descriptor that is the next one now is the one after the file's.
  const int next = dup(STDIN_FILENO);
  close(next);
  const int own = next - 1;
  close(own);
  const int taken = open("/dev/null", O_RDONLY | O_CLOEXEC);
  Check(file.Read(text, sizeof text) > 0, "it is opened again where its descriptor is another file's");
  Check(taken == own && fcntl(taken, F_GETFD) >= 0, "and that file stays open");
  close(taken);
  process::KernelFile other("/etc/passwd");
  Check(other.Read(text, sizeof text) == -1, "a file of another file system isn't read");
}

}  // namespace

void TestFileSampler() {
  TestFigures();
  TestReopened();
}

}  // namespace allocscope::test
