#!/usr/bin/env bash
# Unpacks further versions of allocators from packages of other Debian suites into .cache/allocators/<name>-<version>; nothing is installed.
# A link <name>-<suite> beside it names what the tests look for. Idempotent. What can't be had is said, and its tests are visibly skipped.
#
# A folder has `library`, and for a library that needs a newer glibc than this system's also `loader` and `runtime`: the suite's own, by which
# node is then entered.
set -uo pipefail
cd "$(dirname "$0")/.."

cache=$PWD/.cache/allocators
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# name, suite, package, and what its library is called.
allocators=(
  'mimalloc trixie libmimalloc3 libmimalloc.so.3*'
  'mimalloc sid libmimalloc3 libmimalloc.so.3*'
  'jemalloc sid libjemalloc2 libjemalloc.so.2'
  'tcmalloc sid libtcmalloc-minimal4t64 libtcmalloc_minimal.so.4.*'
  'rpmalloc sid librpmalloc1 librpmalloc.so.1.*'
  'scudo bookworm libclang-rt-14-dev libclang_rt.scudo_standalone-x86_64.so'
)
# What node itself needs, for the libraries of a suite whose glibc is newer.
runtime_packages=(libc6 libstdc++6 libgcc-s1 libatomic1)

say() { printf 'install-allocators: %s\n' "$*"; }

# apt for one suite, which touches neither the system's lists nor its packages.
apt_of() {
  local tool=$1 suite=$2 root=$cache/apt/$2
  shift 2
  "$tool" -q -q -o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$root/lists" \
    -o "Dir::State::status=$root/status" -o "Dir::Cache=$root/cache" -o "Dir::Etc::trusted=$keyring" -o APT::Sandbox::User=root "$@"
}

prepare_suite() {
  local suite=$1 root=$cache/apt/$1 from
  [ -e "$root/ready" ] && return
  from=$(scripts/debian-archive.sh)
  [ -n "$from" ] || return
  mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$from" "$suite" >"$root/sources.list"
  : >"$root/status"
  apt_of apt-get "$suite" update >/dev/null 2>&1 && : >"$root/ready"
}

# unpack <suite> <folder> <package>…; prints the upstream version of the last one.
unpack() {
  local suite=$1 folder=$2 from
  shift 2
  from=$(mktemp -d)
  mkdir -p "$folder"
  if (cd "$from" && apt_of apt-get "$suite" download "$@" >/dev/null 2>&1); then
    for package in "$from"/*.deb; do dpkg-deb -x "$package" "$folder"; done
    dpkg-deb -f "$package" Version | sed 's/^[0-9]*://; s/[+~-].*//'
  fi
  rm -rf "$from"
}

# The suite's glibc and C++ library, once for all its allocators.
install_runtime() {
  local suite=$1 folder=$cache/runtime-$1
  [ -e "$folder/loader" ] && return
  unpack "$suite" "$folder/files" "${runtime_packages[@]}" >/dev/null
  mkdir -p "$folder/lib"
  find "$folder/files" -name '*.so*' -path '*-linux-gnu/*' -not -path '*/gconv/*' -exec cp -a {} "$folder/lib/" \;
  rm -rf "$folder/files"
  (cd "$folder" && ln -sfn lib/ld-linux-*.so.* loader)
  [ -e "$folder/loader" ]
}

# Whether this system's loader takes the library.
loads_here() { [ -z "$(LD_PRELOAD=$1 /bin/true 2>&1)" ]; }

install_allocator() {
  local name=$1 suite=$2 package=$3 pattern=$4 folder version library
  if [ -e "$cache/$name-$suite/library" ]; then
    say "$name of $suite is there: $(readlink "$cache/$name-$suite")"
    return
  fi
  prepare_suite "$suite" || { say "no package lists of $suite"; return; }
  folder=$(mktemp -d "$cache/unpacking.XXXXXX")
  version=$(unpack "$suite" "$folder" "$package")
  library=$(find "$folder" -name "$pattern" -type f | head -n 1)
  if [ -z "$version" ] || [ -z "$library" ]; then
    say "could not fetch $package of $suite"
    rm -rf "$folder"
    return
  fi
  ln -s "${library#"$folder/"}" "$folder/library"
  if ! loads_here "$library"; then
    install_runtime "$suite" || { say "could not fetch the glibc of $suite for $name"; rm -rf "$folder"; return; }
    ln -s "../runtime-$suite/loader" "$folder/loader"
    ln -s "../runtime-$suite/lib" "$folder/runtime"
  fi
  chmod 755 "$folder"
  rm -rf "${cache:?}/$name-$version" && mv "$folder" "$cache/$name-$version"
  ln -sfn "$name-$version" "$cache/$name-$suite"
  say "$name $version of $suite"
}

if ! command -v apt-get >/dev/null || [ ! -e "$keyring" ] || [ "$(uname -m)" != x86_64 ]; then
  say 'not a Debian system on x86_64: the tests of these versions are skipped'
  exit 0
fi
mkdir -p "$cache"
for allocator in "${allocators[@]}"; do
  read -r name suite package pattern <<<"$allocator"
  install_allocator "$name" "$suite" "$package" "$pattern"
done
rm -rf "$cache/apt"
