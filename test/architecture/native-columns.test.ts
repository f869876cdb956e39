import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')

interface Case {
  readonly native: string
  readonly lib: string
  readonly file: string
}

/** What the lint script, an ES module that Jest can't load, says of the package and of each case, in one process: loading the compiler is most of the cost. */
function findDrift(cases: readonly Case[]): { readonly ofPackage: readonly string[]; readonly ofCases: readonly (readonly string[])[] } {
  const program = `
    import { findDrift, findDriftUnder } from './scripts/lint/native-columns.mjs'
    const ofCases = JSON.parse(process.argv[1]).map(({ native, lib, file }) => findDrift([[file, native]], [['watch/places.ts', lib]]))
    console.log(JSON.stringify({ ofPackage: findDriftUnder('.'), ofCases }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(cases)], {
    cwd: root,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as ReturnType<typeof findDrift>
}

function sharing(native: string, lib: string, file = 'convert/sampler.cc'): Case {
  return { native, lib, file }
}

const nativeEnum = `
// The figures. In TypeScript: drainPlace.
enum DrainField : size_t {
  kDrained,
  kCpuMillis,  // Of the thread.
  kDrainLength,
};
`
const libEnum = '/** DrainField of native/convert/sampler.cc. */\nconst drainPlace = { drained: 0, cpuMs: 1, length: 2 } as const\n'

const nativeList = '// In TypeScript: columns.\nconstexpr const char* kColumns[] = {"one",\n  "two"};\n'
const nativeStructures =
  '// In TypeScript: columns.\nconstexpr Column kColumns[] = {\n    {"one", "stats.one", Kind::kSize},\n    {"two", "", Kind::kIndex}};\n'
const libList =
  "/** kColumns of native/convert/sampler.cc. */\nexport const columns = ['one', 'two'] as const satisfies readonly string[]\n"

const unmarkedList = 'constexpr const char* kColumns[] = {"one"};\n'

const nativeScalar =
  '// In TypeScript: headerBytes.\nconstexpr size_t kHeaderBytes = 4096;\n// In TypeScript: table.\nconstexpr char kTable[] = "arenas";\n'
const libScalar =
  "/** kHeaderBytes of native/convert/sampler.cc. */\nconst headerBytes = 4096\n/** kTable of native/convert/sampler.cc. */\nconst table = 'arenas'\n"

const allowed: readonly (readonly [string, Case])[] = [
  ['an enum', sharing(nativeEnum, libEnum)],
  ['a list', sharing(nativeList, libList)],
  ['structures', sharing(nativeStructures, libList)],
  ['a number and a text', sharing(nativeScalar, libScalar)],
  ['a list of no back end', sharing(unmarkedList, '', 'allocator/jemalloc/arenas.cc')],
]

const refused: readonly (readonly [string, Case])[] = [
  ['a place more on the native side', sharing(nativeEnum.replace('kDrained', 'kFirst,\n  kDrained'), libEnum)],
  ['a place less on the native side', sharing(nativeEnum.replace('  kCpuMillis,  // Of the thread.\n', ''), libEnum)],
  ['places that changed', sharing(nativeEnum, libEnum.replace('drained: 0, cpuMs: 1', 'cpuMs: 0, drained: 1'))],
  ['another name', sharing(nativeList.replace('two', 'three'), libList)],
  ['another name of a structure', sharing(nativeStructures.replace('"two"', '"three"'), libList)],
  ['another order', sharing(nativeList, libList.replace("'one', 'two'", "'two', 'one'"))],
  ['a name less in TypeScript', sharing(nativeList, libList.replace(", 'two'", ''))],
  ['another number', sharing(nativeScalar.replace('4096', '8192'), libScalar)],
  ['another text', sharing(nativeScalar, libScalar.replace('arenas', 'bins'))],
  ['no counterpart in TypeScript', sharing(nativeEnum, '')],
  ['no counterpart in native code', sharing('', libEnum)],
  ['a counterpart of another name', sharing(nativeEnum, libEnum.replace('const drainPlace', 'const place'))],
  ['a value that is computed', sharing(nativeScalar, libScalar.replace('4096', '1 << 12'))],
  ['a declaration that cannot be read', sharing(nativeList.replace('constexpr const char*', 'static auto'), '')],
  ["a back end's list that doesn't say what it is in TypeScript", sharing(unmarkedList, '', 'allocator/jemalloc/columns.h')],
]

describe('the lists that native code and TypeScript share', () => {
  const { ofPackage, ofCases } = findDrift([...allowed, ...refused].map(([, one]) => one))

  it('are the same in this package', () => {
    expect(ofPackage).toEqual([])
  })

  it.each(allowed.map(([name], index) => [name, index] as const))('may be %s', (_name, index) => {
    expect(ofCases[index]).toEqual([])
  })

  it.each(refused.map(([name], index) => [name, allowed.length + index] as const))('are refused with %s', (_name, index) => {
    expect(ofCases[index]).toHaveLength(1)
  })
})
