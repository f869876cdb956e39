import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')

/** Asks the lint script's own function, which is an ES module that Jest can't load, in a process of its own. */
function findWrongIncludes(file: string, text: string): readonly string[] {
  const program = `
    import { findWrongIncludes } from './scripts/lint/native-arrows.mjs'
    console.log(JSON.stringify(findWrongIncludes(...JSON.parse(process.argv[1]))))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify([file, text])], {
    cwd: root,
    encoding: 'utf8',
  })
  return JSON.parse(stdout) as string[]
}

describe('the native arrows', () => {
  it.each([
    ['process/statm.cc', '#include <napi.h>'],
    ['allocator/glibc/glibc.cc', '#  include "node_api.h"'],
    ['process/statm.cc', '#include "allocator/detect.h"'],
    ['platform/clock.h', '#include "process/statm.h"'],
    ['heap/sizes.cc', '#include "convert/values.h"'],
    ['platform/ring.cc', '#include "environment.h"'],
    ['allocator/jemalloc/jemalloc.cc', '#include "allocator/glibc/glibc.h"'],
    ['allocator/jemalloc/jemalloc.cc', '#include "allocator/detect.h"'],
  ])('refuse in %s: %s', (file, line) => {
    expect(findWrongIncludes(file, `// a line above\n${line}\n`)).toEqual([expect.stringContaining(`native/${file}:2: `)])
  })

  it.each([
    ['convert/process.cc', '#include <napi.h>'],
    ['environment.h', '#include "process/statm.h"'],
    ['process/statm.cc', '#include "platform/clock.h"'],
    ['allocator/detect.cc', '#include "allocator/glibc/glibc.h"'],
    ['allocator/glibc/glibc.cc', '#include "allocator/glibc/layout.h"'],
    ['whatif/child.cc', '#include "allocator/detect.h"'],
  ])('allow in %s: %s', (file, line) => {
    expect(findWrongIncludes(file, line)).toEqual([])
  })
})
