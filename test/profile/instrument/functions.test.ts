import { findMarkedLines } from '../../../lib/profile/instrument/index.js'
import type { FunctionSite, InstrumentOptions } from '../../../lib/profile/instrument/index.js'
import { instrumentAll } from './run-both.js'

function sitesOf(source: string, options: Partial<InstrumentOptions> = {}): FunctionSite[] {
  const sites: FunctionSite[] = []
  const result = instrumentAll(source, {
    select: (site) => {
      sites.push(site)
      return false
    },
    ...options,
  })
  expect(result.code).toBeUndefined()
  return sites
}

function markedIn(source: string, options: Partial<InstrumentOptions> = {}): string[] {
  return sitesOf(source, options)
    .filter(({ marked }) => marked)
    .map(({ name }) => name)
}

describe('names', () => {
  test.each([
    ['function load() {}', ['load']],
    ['const load = () => {}, save = function () {}, own = function named() {}', ['load', 'save', 'named']],
    ['exports.load = () => {}; module.exports.save = () => {}; module.exports = function () {}', ['load', 'save', 'module.exports']],
    ['A.prototype.load = function () {}; a.b.c = () => {}; a["d"] = () => {}', ['A.load', 'a.b.c', 'a.d']],
    [
      'const api = { get() {}, set: () => {}, users: { list() {} }, [key]() {}, ["text"]: () => {} }',
      ['api.get', 'api.set', 'api.users.list', 'api.[key]', 'api.text'],
    ],
    ['module.exports = { load() {} }', ['load']],
    [
      'class A { constructor() {} #p() {} static s() {} get g() { return 1 } f = () => {}; static {} }',
      ['A.constructor', 'A.#p', 'A.s', 'A.g', 'A.f', 'A.<static>'],
    ],
    ['const B = class { m() {} }; call(class { m() {} })', ['B.m', '<anonymous>.m']],
    ['const load = profile(() => {}), save = (0, lib_1.profile)(function () {})', ['load', 'save']],
    ['let a = b || (() => {}); a ??= () => {}; const { c = () => {} } = {}', ['a', 'a', 'c']],
    ['call(() => {}, function named() {})', ['call()', 'named']],
    ["app.post('/import', check, async () => {}); this.app.get(path, () => {})", ["app.post('/import')", 'this.app.get()']],
    ['new Promise((resolve) => { setTimeout(() => resolve(), 1) }).then(() => {})', ['new Promise()', 'setTimeout()', 'then()']],
    ["on('end', a || (() => {})); on('x', { done() {}, each: () => {} }, [() => {}])", ["on('end')", 'done', 'each', '<anonymous>']],
    [`route('${'/long'.repeat(13)}', () => {}); (() => {})(); get()()(() => {})`, ['route()', '<anonymous>', '<anonymous>']],
  ])('%s', (source, names) => {
    expect(sitesOf(source).map(({ name }) => name)).toEqual(names)
  })

  test('default exports', () => {
    expect(sitesOf('export default function () {}', { module: true })[0]?.name).toBe('default')
    expect(sitesOf('export default { setup() {} }', { module: true })[0]?.name).toBe('setup')
  })

  test('every name of the source is listed, selected or not', () => {
    expect(instrumentAll('function a() {} class B { c() {} } call(() => {})', { select: ({ name }) => name === 'a' }).names).toEqual([
      'a',
      'B.c',
      'call()',
    ])
  })
})

describe('marks', () => {
  test.each([
    ['// @profile\nfunction a() {}\nfunction b() {}', ['a']],
    ['/** Reads.\n * @profile\n */\nexport_: function a() {}', ['a']],
    ['function a() { // @profile\n}\nfunction b() {}', ['a']],
    ['/* @profile */ function a() {}\nfunction b() {}', ['a']],
    ['// @profile\n// eslint-disable-next-line\nconst a = async () => {}', ['a']],
    ['// @profile\nconst a =\n  () => (x) => x', ['a']],
    ['const a = () => 1 // @profile\nconst b = () => 2', ['a']],
    ['class A {\n  // @profile\n  static async a() {}\n  b() {}\n}', ['A.a']],
    ['// @profile\nclass A {\n  a() {}\n  b() {}\n}', ['A.a', 'A.b']],
    ['const o = {\n  // @profile\n  a: function () {},\n  b() {}\n}', ['o.a']],
    ['// @profile\napp.get("/", async (request) => request.map((x) => x))', ["app.get('/')"]],
    ['// @profile\n\nfunction a() {}', []],
    ['// see @profile in the docs\nfunction a() {}\n// @profiler\nfunction b() {}', []],
    ['const a = profile(function inner() { return () => 1 })\nconst b = memoize(() => 1)', ['inner']],
    ['const a = lib.profile({ name: "x" }, async () => {})', ['a']],
  ])('%s', (source, names) => {
    expect(markedIn(source)).toEqual(names)
  })

  test('in the original of a generated source, also as a decorator', () => {
    const original = `class A {\n  @profile\n  @log('x')\n  a() {}\n\n  @profile() b() {}\n  c() {}\n}\n`
    const markedLines = findMarkedLines(original)
    expect([...markedLines]).toEqual([2, 3, 4, 6])
    const generated = 'class A {\n a() {}\n b() {}\n c() {} }'
    const originalPosition = (line: number) => ({ file: 'a.ts', line: [1, 4, 6, 7][line - 1] as number, column: 0 })
    expect(markedIn(generated, { markedLines, originalPosition })).toEqual(['A.a', 'A.b'])
  })
})

describe('positions', () => {
  test('a function has the lines from its first to its last, and those of its probes', () => {
    const { functions } = instrumentAll('\nfunction f() {\n  g()\n\n  h()\n}\n')
    expect(functions).toEqual([
      {
        id: 40,
        name: 'f',
        file: 'case.js',
        line: 2,
        endLine: 6,
        lines: [
          { id: 700, line: 2 },
          { id: 701, line: 3 },
          { id: 702, line: 5 },
        ],
      },
    ])
  })

  test('methods begin where their declarations do, U+2028 ends a line, and each function has its own slot for a line', () => {
    const { functions } = instrumentAll('const o = {\n  get\n  m() { return [1].map((x) => x) },\u2028n() {} }', {
      select: ({ name }) => name !== 'none',
    })
    expect(functions.map(({ name, line }) => [name, line])).toEqual([
      ['o.m', 2],
      ['map()', 3],
      ['o.n', 4],
    ])
    expect(new Set(functions.flatMap(({ lines }) => lines.map(({ id }) => id))).size).toBe(4)
  })

  test('lines of the original, where the source was generated; what the map does not know belongs to the line before', () => {
    const originals: Record<number, number> = { 1: 10, 2: 12, 4: 11, 5: 14 }
    const { functions, code } = instrumentAll('function f() {\n a()\n helper()\n b()\n}', {
      originalPosition: (line) => (originals[line] === undefined ? undefined : { file: 'f.ts', line: originals[line], column: 0 }),
    })
    expect(functions[0]).toMatchObject({ file: 'f.ts', line: 10, endLine: 14 })
    expect(functions[0]?.lines.map(({ line }) => line)).toEqual([10, 11, 12])
    // The probe of line 4 stands behind line 3, and line 3 has none behind line 2.
    expect(code?.split('\n').map((line) => line.includes('Line('))).toEqual([true, false, true, false, false])
  })

  test('an async function that was compiled to a generator is profiled where its statements are', () => {
    const typescript = `function f() { return __awaiter(this, void 0, void 0, function* () {\n yield g()\n}) }`
    const esbuild = `const f = () => __async(null, null, function* () {\n yield g()\n})`
    const swc = `function f() { return _async_to_generator(function* () {\n yield g()\n})() }`
    for (const source of [typescript, esbuild, swc]) {
      const { functions } = instrumentAll(source, { select: ({ name }) => name === 'f' })
      expect(functions.map(({ name, lines }) => [name, lines.map(({ line }) => line)])).toEqual([['f', [1, 2]]])
    }
  })
})

describe('what runs as it is', () => {
  test.each([
    ['function f(o) { with (o) { g() } }', 'f', 'it has a with statement'],
    ['with (o) { (function f() {})() }', 'f', 'it stands within a with statement'],
    ['function f() { "use asm"; return {} }', 'f', 'it is asm.js, which V8 compiles only as it is written'],
    ['function f() { eval(x); function g() {} }', 'f', 'it calls eval and declares functions, which the evaluated code may declare again'],
    ['function f() { var g = 1; function g() {} }', 'f', 'it declares g more than once, as a function and otherwise'],
    ['function f() { function g() {} function g() {} }', 'f', 'it declares g more than once, as a function and otherwise'],
    ['function f(g) { function g() {} }', 'f', 'it declares g more than once, as a function and otherwise'],
    [
      'function f() { function g() {} for (const x of y) { var [{ g }] = x } }',
      'f',
      'it declares g more than once, as a function and otherwise',
    ],
    ['function f() { function g() {} { function g() {} } }', 'f', 'it declares g more than once, as a function and otherwise'],
  ])('%s', (source, name, reason) => {
    const { refused, functions } = instrumentAll(source, { select: (site) => site.name === 'f' })
    expect(refused).toEqual([{ name, line: 1, reason }])
    expect(functions).toEqual([])
  })

  test('the functions within a refused one are profiled', () => {
    const { functions } = instrumentAll('function f() { var g = 1; function g() { return () => 1 } }')
    expect(functions.map(({ name }) => name)).toEqual(['g', '<anonymous>'])
  })

  test.each([
    ['function f() { return __allocscopeLine }', 'it uses names of this profiler'],
    ['var __allocscope\\u0046rame; function f() {}', 'it uses names of this profiler'],
    ['globalThis.__allocscopeEnter = 1; function f() {}', 'it uses names of this profiler'],
    ['function f() { return " /*@<*/" }', 'it contains a mark of this profiler'],
  ])('a source that could be mistaken for ours: %s', (source, reason) => {
    expect(instrumentAll(source)).toEqual({
      code: undefined,
      functions: [],
      insertions: [],
      refused: [{ name: undefined, line: undefined, reason }],
      names: [],
      syntaxError: false,
    })
  })

  test('names of ours in comments and strings are no names', () => {
    const source = '// __allocscopeEnter(1, 2)\nfunction f() { return "__allocscopeFrame" + `__allocscopeLine` + /__allocscope/ }'
    const { code, functions, refused } = instrumentAll(source)
    expect([functions.length, refused]).toEqual([1, []])
    expect(code).toContain('__allocscopeEnter(40,700)')
  })

  test('a source that is wrong: node reports it', () => {
    const result = instrumentAll('function f() {\n  return }\n}\n')
    expect(result).toMatchObject({ code: undefined, syntaxError: true, functions: [] })
    expect(result.refused).toEqual([{ name: undefined, line: 3, reason: "it can't be parsed: Unexpected token (3:0)" }])
    expect(instrumentAll('import a from "a"').syntaxError).toBe(true)
    expect(instrumentAll('import a from "a"; await a', { module: true }).syntaxError).toBe(false)
    expect(instrumentAll('let exports; function f() {}')).toMatchObject({ code: undefined, syntaxError: true })
  })

  test('what was not wanted costs no id and changes nothing', () => {
    const reserve = jest.fn(() => 0)
    expect(instrumentAll('function f() {}', { select: () => false, reserve }).code).toBeUndefined()
    expect(reserve).not.toHaveBeenCalled()
  })

  test('what select and reserve throw is thrown', () => {
    const throwing = () => {
      throw new Error('no more ids')
    }
    expect(() => instrumentAll('function f() {}', { reserve: throwing })).toThrow('no more ids')
    expect(() => instrumentAll('function f() {}', { select: throwing })).toThrow('no more ids')
  })
})
