import { testWhereInstalled } from '../allocator/installed.js'
import { functionNamed, profileProgram, run, scratchFile } from './profiled-program.js'
import { cli } from '../cli/run-cli.js'
import { writeFileSync } from 'node:fs'

const maps = scratchFile('.cjs')
writeFileSync(
  maps,
  `// @profile
function work() {
  const text = 'x'.repeat(10)
  return text
}
work()
const libraries = require('node:fs').readFileSync('/proc/self/maps', 'utf8')
console.log([...new Set(libraries.match(/lib(?:jemalloc|mimalloc|tcmalloc)/g))].join())
`,
)

// The oracle: which allocator's library the kernel says is mapped in the program.
describe.each(['jemalloc', 'mimalloc', 'tcmalloc'] as const)('profile --allocator %s', (allocator) => {
  testWhereInstalled(allocator)('runs the program under it, and profiles it', async () => {
    const { code, stdout, document } = await profileProgram(process.execPath, ['--allocator', allocator, maps])
    expect([code, stdout]).toEqual([0, `lib${allocator}\n`])
    expect(functionNamed(document, 'work').calls).toBe(1)
  })
})

test('profile --allocator glibc preloads nothing; another name is refused', async () => {
  const { stdout } = await profileProgram(process.execPath, ['--allocator', 'glibc', maps], { LD_PRELOAD: '' })
  expect(stdout).toBe('\n')
  const { code, stderr } = await run(process.execPath, [cli, 'profile', '--allocator', 'hoard', maps])
  expect(code).toBe(2)
  expect(stderr).toMatch(/'hoard' is invalid.*glibc, jemalloc, mimalloc, tcmalloc/)
})
