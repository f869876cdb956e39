#!/usr/bin/env bash
# Unpacks the glibcs of Debian's suites under .cache/glibc/<suite>, for programs that are entered through their own loader:
#   .cache/glibc/sid/loader --library-path .cache/glibc/sid/lib <program>
# install-glibcs.sh [suite…]. Installs nothing into the system, needs no root, and leaves what is there. A suite that can't be reached is said,
# and the tests that need it are visibly skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

suites=("$@")
[ "${#suites[@]}" -gt 0 ] || suites=(buster bullseye bookworm trixie sid)
packages=(libc6 libstdc++6 libgcc-s1)
archive=$(scripts/debian-archive.sh)

say() { printf 'install-glibcs: %s\n' "$*"; }

loader_name() {
  case "$(dpkg --print-architecture)" in
    amd64) echo ld-linux-x86-64.so.2 ;;
    arm64) echo ld-linux-aarch64.so.1 ;;
    *) return 1 ;;
  esac
}

# apt with folders of its own, so that the system's lists and packages stay as they are. Older suites are signed by keys that newer systems
# keep apart.
suite_apt() {
  local apt=$1
  shift
  apt-get -qq -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Dir::Etc::sourcelist="$apt/sources.list" \
    -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- -o APT::Sandbox::User= -o Acquire::Retries=1 "$@"
}

download() {
  local suite=$1 apt=$2 keyrings
  keyrings=$(find /usr/share/keyrings -name 'debian-archive-*.gpg' | paste -sd, -)
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  : >"$apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyrings" "$archive" "$suite" >"$apt/sources.list"
  suite_apt "$apt" update && (cd "$apt/debs" && suite_apt "$apt" download "${packages[@]}")
}

# Every library side by side, whether the suite keeps them under /lib or /usr/lib.
unpack() {
  local apt=$1 into=$2 loader=$3 deb libraries
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$apt/root"; done
  mkdir -p "$into/lib"
  for libraries in "$apt"/root/lib/*-linux-gnu "$apt"/root/usr/lib/*-linux-gnu; do
    [ ! -d "$libraries" ] || find "$libraries" -maxdepth 1 -name '*.so*' -exec cp -a -t "$into/lib" {} +
  done
  ln -sf "lib/$loader" "$into/loader"
  dpkg-deb -f "$apt"/debs/libc6_*.deb Version | sed 's/-.*//' >"$into/version"
}

install_suite() {
  local suite=$1 folder=".cache/glibc/$1" apt loader
  if [ -f "$folder/version" ]; then
    say "$suite's glibc is there: $(cat "$folder/version")"
    return
  fi
  loader=$(loader_name) || { say "no loader is known for $(uname -m)"; return; }
  apt=$(mktemp -d)
  if download "$suite" "$apt" >"$apt/log" 2>&1 && unpack "$apt" "$apt/made" "$loader" && "$apt/made/loader" "$apt/made/lib/libc.so.6" >/dev/null; then
    mkdir -p .cache/glibc && rm -rf "$folder" && mv "$apt/made" "$folder"
    say "$suite: glibc $(cat "$folder/version")"
  else
    say "could not fetch $suite's glibc: $(tail -n 1 "$apt/log")"
  fi
  rm -rf "$apt"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  say 'no apt-get or no dpkg-deb here: no other glibc is installed'
  exit
fi
for suite in "${suites[@]}"; do install_suite "$suite"; done
