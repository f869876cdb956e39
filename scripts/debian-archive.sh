#!/usr/bin/env bash
# Prints the address of the Debian archive that this system itself is installed from; nothing where it is installed from none.
set -uo pipefail
apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep '/debian/\?$' | head -n 1
