import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { checkTunable, parseTunables } from '../../lib/compare/glibc-tunables.js'
import { listSettings, parseAllocator, parseVariable, splitList } from '../../lib/compare/run-setting.js'
import type { RunSetting } from '../../lib/compare/run-setting.js'
import { environmentOf, overriddenVariables } from '../../lib/compare/setting-environment.js'

const listing = `glibc.rtld.nns: 0x4 (min: 0x1, max: 0x10)
glibc.malloc.perturb: 0 (min: 0, max: 255)
glibc.malloc.arena_max: 0x0 (min: 0x1, max: 0xffffffffffffffff)
glibc.elision.enable: 0 (min: 0, max: 1)
`
const tunables = parseTunables(listing)

/** The error of `work` as the command prints it: its message and its code. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return `${(error as Error).message} [${String((error as { code?: unknown }).code)}]`
  }
  return 'taken'
}

/** Settings of these allocators and variables, as many as are named. */
function settingsOf(allocators: readonly string[], variables: readonly string[] = []): readonly RunSetting[] {
  const named = variables.map((text) => parseVariable('x', text))
  return listSettings({ allocators: allocators.map((text) => parseAllocator('x', text)), nodes: [], variables: named })
}

test('the tunables of malloc, with their ranges, from what the loader prints', () => {
  expect([...tunables]).toEqual([
    ['perturb', { lowest: 0n, highest: 255n }],
    ['arena_max', { lowest: 1n, highest: 0xffffffffffffffffn }],
  ])
})

test.each([
  ['arena_max=2', 'glibc.malloc.arena_max=2'],
  ['glibc.malloc.perturb=0xff', 'glibc.malloc.perturb=0xff'],
  ['arena_max=18446744073709551615', 'glibc.malloc.arena_max=18446744073709551615'],
])('%s is taken', (text, expected) => {
  expect(checkTunable('--allocators', text, tunables)).toBe(expected)
})

test.each([
  ['arenas=2', 'ERR_INVALID_ARG_VALUE', /"--allocators".*one of arena_max, perturb\. Received 'arenas=2'/],
  ['arena_max', 'ERR_INVALID_ARG_VALUE', /one of arena_max, perturb/],
  ['arena_max=', 'ERR_INVALID_ARG_VALUE', /whole number for arena_max/],
  ['arena_max=-1', 'ERR_INVALID_ARG_VALUE', /whole number/],
  ['arena_max=2MB', 'ERR_INVALID_ARG_VALUE', /whole number/],
  ['arena_max=0', 'ERR_OUT_OF_RANGE', />= 1 and <= 18446744073709551615/],
  ['perturb=256', 'ERR_OUT_OF_RANGE', />= 0 and <= 255/],
])('%s, which glibc would ignore, is refused', (text, code, message) => {
  const refused = refusal(() => checkTunable('--allocators', text, tunables))
  expect(refused).toMatch(message)
  expect(refused).toContain(`[${code}]`)
})

test('this glibc is asked for its own, as it prints them itself', () => {
  const [loader = ''] = /\/\S*\/ld-[^/\s]*\.so\S*$/m.exec(readFileSync('/proc/self/maps', 'latin1')) ?? []
  const { stdout } = spawnSync(loader, ['--list-tunables'], { encoding: 'utf8' })
  const names = [...stdout.matchAll(/^glibc\.malloc\.(\w+):/gm)].map(([, name]) => name as string)
  expect(names).toContain('mmap_threshold')
  for (const name of names) expect(parseAllocator('x', `glibc:${name}=1`).tunables).toEqual([`glibc.malloc.${name}=1`])
})

test.each([['hoard'], [''], ['jemalloc:arena_max=2'], ['Glibc']])('the allocator %p is refused, with the argument named', (text) => {
  expect(refusal(() => parseAllocator('--allocators', text))).toMatch(/"--allocators".*\[ERR_INVALID_ARG_VALUE\]/)
})

test('lists: a comma divides, one behind a backslash belongs to the value', () => {
  expect(splitList('a,b')).toEqual(['a', 'b'])
  expect(splitList('narenas:1\\,tcache:false,')).toEqual(['narenas:1,tcache:false', ''])
  expect(parseVariable('--env', 'MALLOC_CONF=narenas:1\\,tcache:false,')).toEqual([
    { name: 'MALLOC_CONF', value: 'narenas:1,tcache:false' },
    { name: 'MALLOC_CONF', value: undefined },
  ])
  expect(parseVariable('--env', 'A=b=c')).toEqual([{ name: 'A', value: 'b=c' }])
  for (const text of ['A', '=1', '9=1', ''])
    expect(refusal(() => parseVariable('--env', text))).toMatch(/"--env".*\[ERR_INVALID_ARG_VALUE\]/)
})

test('each choice is combined with each of the others, and what is asked for twice is two rows', () => {
  const labels = (...lists: Parameters<typeof settingsOf>): readonly string[] => settingsOf(...lists).map(({ label }) => label)
  expect(labels(['glibc', 'glibc:arena_max=2'], ['A=1,', 'B=2'])).toEqual([
    'glibc, A=1, B=2',
    'glibc, A unset, B=2',
    'glibc:arena_max=2, A=1, B=2',
    'glibc:arena_max=2, A unset, B=2',
  ])
  expect(labels(['jemalloc', 'jemalloc'])).toEqual(['jemalloc', 'jemalloc (2)'])
  expect(labels([])).toEqual(['as it is'])
})

describe('the environment of a row', () => {
  const inherited = {
    PATH: '/bin',
    MALLOC_ARENA_MAX: '1',
    GLIBC_TUNABLES: 'glibc.rtld.nns=5:glibc.malloc.arena_max=7',
    LD_PRELOAD: '/lib/libjemalloc.so.2 /lib/own.so',
  }
  const environments = (settings: readonly RunSetting[], library?: string): readonly NodeJS.ProcessEnv[] =>
    settings.map((setting) => environmentOf(setting, library, inherited))

  test('an allocator is under its own settings alone; what isn’t malloc’s stays', () => {
    expect(environments(settingsOf(['glibc', 'glibc:arena_max=2:top_pad=0']))).toEqual([
      { PATH: '/bin', GLIBC_TUNABLES: 'glibc.rtld.nns=5', LD_PRELOAD: '/lib/own.so' },
      {
        PATH: '/bin',
        GLIBC_TUNABLES: 'glibc.rtld.nns=5:glibc.malloc.arena_max=2:glibc.malloc.top_pad=0',
        LD_PRELOAD: '/lib/own.so',
      },
    ])
    const [tcmalloc] = environments(settingsOf(['tcmalloc']), '/lib/libtcmalloc.so.4')
    expect(tcmalloc?.['LD_PRELOAD']).toMatch(/^\/lib\/libtcmalloc\.so\.4:/)
    expect(overriddenVariables(inherited)).toEqual(['MALLOC_ARENA_MAX', 'the malloc settings of GLIBC_TUNABLES'])
    expect(overriddenVariables({ PATH: '/bin', GLIBC_TUNABLES: 'glibc.rtld.nns=5' })).toEqual([])
  })

  test('without an allocator all stays but the named variables, and a variable that is named comes last', () => {
    const { MALLOC_ARENA_MAX: _one, ...others } = inherited
    expect(environments(settingsOf([], ['MALLOC_ARENA_MAX=4,']))).toEqual([{ ...inherited, MALLOC_ARENA_MAX: '4' }, others])
    expect(environments(settingsOf(['glibc'], ['MALLOC_ARENA_MAX=4']))[0]?.['MALLOC_ARENA_MAX']).toBe('4')
  })
})
