import { instrument } from '../../../lib/profile/instrument/index.js'

/** The lines of a function's source that its probes tell as freeing nothing. */
function keptLines(source: string, settles = true): number[] {
  const { code, functions } = instrument(source, { file: 'a.cjs', module: false, select: () => true, reserve: () => 1, settles })
  const told = [...(code ?? '').matchAll(/__allocscope(?:Enter|Line|Back)\((?:\d+|__allocscopeFrame),(-?)(\d+)/g)]
  const kept = new Set(told.filter(([, sign]) => sign === '-').map(([, , id]) => Number(id)))
  // A line has one sign.
  expect(told.filter(([, sign, id]) => sign === '' && kept.has(Number(id)))).toEqual([])
  return functions
    .flatMap(({ lines }) => lines)
    .filter(({ id }) => kept.has(id))
    .map(({ line }) => line)
    .sort((a, b) => a - b)
}

/** Whether the second line of a function with this body frees nothing. */
function keepsAll(statement: string, around = ['', '']): boolean {
  return keptLines(`function f(a, b) {\n${around.join(`\n${statement}\n`)}\n}`).includes(3)
}

test.each([
  'if (a === b) b()',
  'if (a !== null && !b) b()',
  'if (typeof a === "string" || b === undefined) b()',
  'let x = 1',
  'const x = a, y = null',
  'const x = a ? b : -1 === a',
  'return a',
  'return',
  'return this',
])('%s: nothing is called and nothing overwritten', (statement) => {
  // What is called is on a line of its own.
  expect(keepsAll(statement.replace(' b()', '\nb()'))).toBe(true)
})

test.each([
  'a = null',
  'a += 1',
  'a++',
  'delete a.b',
  'b()',
  'new b()',
  'a.b',
  'if (a.b === 1)\nb()',
  'if (a < b)\nb()',
  'if (a == b)\nb()',
  'if (-a === 1)\nb()',
  'if (a in b)\nb()',
  'if (b())\nb()',
  'if (a = b)\nb()',
  'const { x } = a',
  'const [x] = a',
  'const x = a.b',
  'const x = `${a}`',
  'const x = /a/',
  'const x = {}',
  'var x = null',
  'return a.b',
  'return b()',
  'throw a',
  'while (a) b()',
  'do a = b; while (a)',
  'for (;;) b()',
  'for (const x of a) b()',
  'switch (a) { case b: }',
  'try { b() } catch {}',
  'class X extends a {}',
])('%s: something may be freed', (statement) => {
  expect(keepsAll(statement)).toBe(false)
})

test('a line is all that is on it', () => {
  expect(keepsAll('if (a === b) a = null')).toBe(false)
  expect(keepsAll('const x = a; b()')).toBe(false)
  expect(keepsAll('b(); return a')).toBe(false)
  expect(keepsAll('if (a === b) return a')).toBe(true)
  expect(keptLines('function f(a) { a = null }')).toEqual([])
})

test('a variable that is declared in a loop may still have the value of the last round', () => {
  expect(keepsAll('const x = a', ['while (b()) {', '}'])).toBe(false)
  expect(keepsAll('const x = a', ['{', '}'])).toBe(true)
})

test('leaving a loop over an iterator calls it', () => {
  for (const statement of ['return a', 'break', 'continue']) {
    expect([statement, keepsAll(statement, ['for (const x of b) {', '}'])]).toEqual([statement, false])
  }
  expect(keepsAll('return a', ['while (b()) {', '}'])).toBe(true)
  expect(keepsAll('break', ['while (b()) {', '}'])).toBe(true)
})

test('the end of a block may dispose of what it names', () => {
  expect(keepsAll('return a', ['{ using x = b', '}'])).toBe(false)
  expect(keepsAll('if (a)\nb()', ['for (using x = b; a();) {', '}'])).toBe(false)
})

test('what an async generator returns is awaited', () => {
  expect(keptLines('async function* f(a) {\nreturn a\n}')).toEqual([1])
})

test("a function's first line runs nothing, if its body begins behind it", () => {
  expect(keptLines('function f(a) {\na()\n}')).toEqual([1])
  expect(keptLines('const f = (a) =>\na()')).toEqual([1])
  expect(keptLines('const f = (a) => a()')).toEqual([])
  expect(keptLines('function f(a) { while (a()) {} }')).toEqual([])
})

test('only settle mode is told', () => {
  expect(keptLines('function f(a) {\nreturn a\n}', false)).toEqual([])
})
