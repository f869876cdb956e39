import fc from 'fast-check'

/** What a place in a program allows. */
interface Place {
  readonly function: 'plain' | 'generator' | 'async' | 'asyncGenerator'
  /** Whether `break` and `continue` have a loop, and a loop with the label `outer`. */
  readonly jumps: 'none' | 'loop' | 'label'
}

const depthIdentifier = 'program'
const functionKinds = ['plain', 'generator', 'async', 'asyncGenerator'] as const
const jumpKinds = ['none', 'loop', 'label'] as const
const heads = { plain: 'function', generator: 'function*', async: 'async function', asyncGenerator: 'async function*' }

type Parts = Record<string, fc.Arbitrary<string>>
type Tie = (key: string) => fc.Arbitrary<string>

/** Each part is a template of other parts: `$name` is a part, the rest is text. */
function template(tie: Tie, text: string): fc.Arbitrary<string> {
  const pieces = text.split(/(\$\w+)/)
  return fc
    .tuple(...pieces.map((piece) => (piece.startsWith('$') ? tie(piece.slice(1)) : fc.constant(piece))))
    .map((texts) => texts.join(''))
}

function oneOf(tie: Tie, small: readonly string[], large: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { maxDepth: 5, depthIdentifier, depthSize: 'small', withCrossShrink: true },
    fc.oneof(...small.map((text) => template(tie, text))),
    ...large.map((text) => template(tie, text)),
  )
}

/** Parts that have a meaning of their own in each kind of function are named for it. */
function localized(texts: readonly string[], place: Place): string[] {
  return texts.map((text) =>
    text
      .replace(/\$(E|B|S)\b/g, `$$$1_${place.function}_${place.jumps}`)
      .replace(/\$(BL|SL)\b/g, (_, part: string) => `$${part[0] as string}_${place.function}_${place.jumps === 'label' ? 'label' : 'loop'}`)
      .replace(/\$BO\b/g, `$B_${place.function}_label`),
  )
}

const smallExpressions = ['$V', '$N', '$V', "'s'", 'this === undefined', 'typeof $V', 'arguments.length']
const largeExpressions = [
  '$E + $E',
  '($E, $E)',
  '$E ? $E : $E',
  '$E && $E',
  '[$E, ...[$E]]',
  '{ x: $E, [`k${$E}`]: $E }.x',
  '($V = small($E))',
  '$V++',
  'call($E, $E)',
  'call(($V) => $E)',
  'call(($V = $E) =>\n $E)',
  'call((a) => ({ x: $E }), $E)',
  'call(function ($V) { $B_plain_none })',
  'call(function named() { $B_plain_none })',
  'collect((function* () { $B_generator_none })())',
  'start((async () => $E_async_none)())',
  'start((async function () { $B_async_none })())',
  'start(drain((async function* () { $B_asyncGenerator_none })()))',
  '`t${$E}`',
  'o?.x?.($E)',
  '[$V, $V] = [small($E), small($E)]',
  '({ x: $V = small($E) } = { y: $E }).y',
  'new (class { p = $E_plain_none; static s = 1; static { log(typeof this) } constructor() { $B_plain_none } get q() { return this.p } m($V) { $B_plain_none } })().q',
  'call(new (class extends Base { constructor() { log("before"); super($E_plain_none); log(this.base) } }))',
]
const suspensions: Record<Place['function'], readonly string[]> = {
  plain: [],
  generator: ['(yield $E)', '(yield)', '(yield* [$E, $E])', '(yield* collect($E))'],
  async: ['(await $E)', '(await call($E))', '(await Promise.resolve($E))', '(await\n$E)'],
  asyncGenerator: ['(yield $E)', '(await $E)', '(yield* [$E])', '(yield await $E)'],
}
const smallStatements = [
  'log($V)$T',
  '$V = small($E)$T',
  'return $E$T',
  'return$T',
  ';',
  'throw new Error($V)$T',
  'log($E)$T',
  '$V++; $V--$T',
]
const largeStatements = [
  'log($E)$T',
  'let $V = small($E)$T',
  'var $V = small($E), w = $E$T',
  'const { x: k = $E } = { x: $E }$T log(k)$T',
  'if ($E) $S else $S',
  'if ($E) { $B }\nelse if ($E) { $B } else $S',
  'if ($E)\n $S',
  'for (let i = 0; i < 2; i++) { tick(); keep(() => i); $BL }',
  'for (let i = 0; i < 2; i++) $SL',
  'for (let i = 0;;) { if (i++ > 1) break; tick(); $BL }',
  'for (const e of [$E, $E]) { tick(); keep(() => e); $BL }',
  'for (const [e = $E] of [[], [1]]) $SL',
  'for (const key in { p: $E, q: 1 }) $SL',
  '{ let n = 2; while (n-- > 0) { tick(); $BL } }',
  '{ let n = 2; while (n-- > 0 && ($E)) $SL }',
  '{ let n = 2; do { tick(); $BL } while (--n > 0 && ($E))$T }',
  'outer: for (const e of [1, 2]) {\n for (let i = 0; i < 2; i++) { tick(); $BO }\n log(e) }',
  'outer: for (let i = 0; i < 2; i++) { tick(); $BO }',
  'block: { $B\n if ($E) break block\n log(9) }',
  'try { $B } catch (e) { log(e)$T $B }',
  'try { $B } finally { log(8)$T $S }',
  'try { $B } catch { $B } finally { $B }',
  'switch ($E) { case 0: $S\n case $E: $B\n default: $S }',
  'switch ($N) { case 1: { $B }\n break\n case 2: $S }',
  '{ $B }',
  'function inner($V) { $B_plain_none }\nlog(inner($E))$T',
  '{ function block() { $B_plain_none }\n log(block()) }',
  'class Local extends Base { static m() { $B_plain_none } }\nlog(Local.m())$T',
  '[$V, $E].map((each) => { $B_plain_none })$T',
  ';(() => { $B_plain_none })()$T',
  '++$V$T',
]
const jumps: Record<Place['jumps'], readonly string[]> = {
  none: [],
  loop: ['if ($E) continue$T', 'if ($E) break$T', 'continue$T', 'break$T'],
  label: ['if ($E) continue outer$T', 'if ($E) break outer$T', 'if ($E) { log(7); continue }', 'break$T'],
}
const asyncStatements = [
  'for await (const e of [$E, Promise.resolve($E)]) { tick(); $BL }',
  'for await (const e of ($E, [$E])) $SL',
  'try { await Promise.reject(new Error($E)) } catch (e) { log(e) }',
]

function placeParts(tie: Tie, place: Place): Parts {
  const suffix = `_${place.function}_${place.jumps}`
  const isAsync = place.function === 'async' || place.function === 'asyncGenerator'
  const statements = [...largeStatements, ...(isAsync ? asyncStatements : [])]
  return {
    [`E${suffix}`]: oneOf(tie, localized(smallExpressions, place), localized([...largeExpressions, ...suspensions[place.function]], place)),
    [`S${suffix}`]: oneOf(
      tie,
      localized(smallStatements, place),
      localized([...statements.filter(isEmbeddable), ...jumps[place.jumps]], place),
    ),
    [`B${suffix}`]: fc
      .array(oneOf(tie, localized(smallStatements, place), localized([...statements, ...jumps[place.jumps]], place)), {
        maxLength: 3,
        depthIdentifier,
      })
      .chain((list) =>
        fc
          .array(fc.constantFrom('\n', ' ', '\n\n'), { minLength: list.length, maxLength: list.length })
          .map((breaks) => interleave(list, breaks)),
      ),
  }
}

/** Not a declaration, which may not stand where the grammar has one statement. */
function isEmbeddable(statement: string): boolean {
  return !/^(let|const|class|function)/.test(statement) && !statement.includes('$T log')
}

function interleave(list: readonly string[], breaks: readonly string[]): string {
  return list.map((text, index) => text + (/[;}]$/.test(text) ? (breaks[index] as string) : '\n')).join('')
}

/** Programs of every kind of statement and function. They end, as loops count what they do, and say what they do by `log`. */
export const programs: fc.Arbitrary<string> = fc
  .letrec((tie) => {
    const typedTie = tie as Tie
    const parts: Parts = {
      V: fc.constantFrom('a', 'b', 'c'),
      N: fc.constantFrom('0', '1', '2'),
      // What ends a statement: nothing at all is put right by the language where it can.
      T: fc.constantFrom(';', ';', '\n', ' // note\n', ' /* a */;'),
    }
    for (const kind of functionKinds)
      for (const jump of jumpKinds) Object.assign(parts, placeParts(typedTie, { function: kind, jumps: jump }))
    const bodies = functionKinds.map((kind) =>
      template(typedTie, `${heads[kind]} ${kind}(a, b = $E_plain_none, ...c) {\n$B_${kind}_none}\n`),
    )
    return {
      ...parts,
      main: fc.tuple(fc.boolean(), ...bodies).map(([strict, ...texts]) => (strict ? `'use strict'\n` : '') + texts.join('')),
    }
  })
  .main.map((text) => `${text}${prelude}`)

const prelude = `
function tick() { if (++ticks > 300) throw new Error('too long') }
// Values that grow by being put together again and again would never be printed.
function small(v) { return typeof v === 'object' ? 1 : typeof v === 'string' && v.length > 99 ? v.length : v }
function call(f, ...rest) { return typeof f === 'function' ? f(...rest) : f }
function keep(f) { if (kept.push(f) > 20) kept.length = 0 }
function start(promise) { if (started++ < 200) promise.then(log, log); return 1 }
function collect(it) { const list = []; if (it?.next) for (const each of it) { list.push(each); if (list.length > 3) break } return list }
async function drain(it) { let n = 0; for await (const each of it) { log(each); if (n++ > 3) return n } }
class Base { constructor(base) { this.base = base } }
var ticks = 0, kept = [], started = 0, o = { x: (v) => v }, a = 1, b = 2, c = 3
for (const main of [() => plain(1), () => collect(generator(1)), () => start(async(1)), () => start(drain(asyncGenerator(1)))]) {
  try { log(main()) } catch (error) { log(error) }
}
log(kept.map((f) => f()))
globalThis.done = (async () => { for (let i = 0; i < 60; i++) await null; log('end', ticks, started) })()
`
