// The binaries that are shipped must load on distributions of glibc 2.28's age, whatever the machine that built them.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { isCi } from '../../scripts/testing/ci.cjs'

const prebuilds = path.join(import.meta.dirname, '..', '..', 'prebuilds')
/** This platform's, and those of another one that was built for a release (npm run build:arm64). */
const others = ['linux-x64', 'linux-arm64'].filter((platform) => existsSync(path.join(prebuilds, platform)))
const platforms = [...new Set([`linux-${process.arch}`, ...others])]
const binaries = platforms.flatMap((platform) => ['allocscope.glibc.node', 'allocscope_tracker.so'].map((name) => `${platform}/${name}`))

/** What RHEL 8 and its kin have: glibc 2.28 and the libstdc++ of GCC 8. */
const ceilings = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '8.0.0' }

const hasReadelf = spawnSync('readelf', ['--version'], { stdio: 'ignore' }).status === 0
const skip = hasReadelf || isCi ? false : 'readelf is not installed (scripts/install-test-tools.sh installs binutils)'

function isAtMost(version, ceiling) {
  const [a, b] = [version, ceiling].map((one) => one.split('.').map(Number))
  const index = a.findIndex((part, position) => part !== (b[position] ?? 0))
  return index === -1 || a[index] < (b[index] ?? 0)
}

test('isAtMost compares by number, not by letter', () => {
  assert.ok(isAtMost('2.4', '2.28') && isAtMost('2.28', '2.28') && isAtMost('2.2.5', '2.28'))
  assert.ok(!isAtMost('2.34', '2.28') && !isAtMost('3.4.30', '3.4.25') && !isAtMost('1.3.11.1', '1.3.11'))
})

for (const binary of binaries) {
  const file = path.join(prebuilds, binary)

  test(`the versions that ${binary} requires`, { skip }, () => {
    const required = execFileSync('readelf', ['-V', '-W', file], { encoding: 'utf8' }).matchAll(/Name: (\w+?)_([\d.]+)/g)
    const versions = [...required].map(([, family, version]) => ({ family, version }))
    assert.ok(
      versions.some(({ family }) => family === 'GLIBC'),
      'readelf shows what is required of glibc',
    )
    const tooNew = versions.filter(({ family, version }) => !(family in ceilings) || !isAtMost(version, ceilings[family]))
    assert.deepEqual(tooNew, [])
  })

  test(`the libraries that ${binary} needs`, { skip }, () => {
    const dynamic = execFileSync('readelf', ['-d', '-W', file], { encoding: 'utf8' })
    const needed = [...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, library]) => library)
    const everywhere = [
      'libstdc++.so.6',
      'libgcc_s.so.1',
      'libc.so.6',
      'libdl.so.2',
      'libpthread.so.0',
      'libm.so.6',
      'ld-linux-aarch64.so.1',
    ]
    assert.deepEqual(
      needed.filter((library) => !everywhere.includes(library)),
      [],
    )
  })
}
