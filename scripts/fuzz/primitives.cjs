const { recipesOf } = require('./recipes.cjs')

function ropeOf(length) {
  let rope = 'rope of text, ' + String(length)
  while (rope.length < length) rope += rope
  return rope
}

const longDescription = Symbol('d'.repeat(100_000))

exports.numbers = recipesOf({
  0: () => 0,
  '-0': () => -0,
  1: () => 1,
  '-1': () => -1,
  0.5: () => 0.5,
  7: () => 7,
  100: () => 100,
  '2^31': () => 2 ** 31,
  '-2^31 - 1': () => -(2 ** 31) - 1,
  '2^53': () => 2 ** 53,
  '1e308': () => 1e308,
  '5e-324': () => Number.MIN_VALUE,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
})

exports.primitives = recipesOf({
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  '0n': () => 0n,
  '-1n': () => -1n,
  '2n ** 64n': () => 2n ** 64n,
  '-(2n ** 4000n)': () => -(2n ** 4000n),
  "''": () => '',
  "'a'": () => 'a',
  "'NaN'": () => 'NaN',
  "'24 MB'": () => '24 MB',
  "'1e9 GB'": () => '1e9 GB',
  "'footprint'": () => 'footprint',
  "'__proto__'": () => '__proto__',
  'a text with a zero': () => 'a\0b',
  'half a character': () => '\ud83d',
  'two-byte text': () => 'Ω漢字'.repeat(20),
  'a rope': () => ropeOf(2000),
  'a long rope': () => ropeOf(100_000),
  'a part of a text': () => 'the whole of a longer text'.repeat(9).slice(5, 70),
  'a joined rope': () => {
    const rope = ropeOf(1000)
    rope.charCodeAt(0)
    return rope
  },
  'a symbol': () => Symbol('one'),
  'a symbol without a description': () => Symbol(),
  'Symbol.iterator': () => Symbol.iterator,
  'a symbol with a long description': () => longDescription,
})

/** What takes a while to make. */
exports.largePrimitives = recipesOf({
  'a huge BigInt': () => 1n << 8_000_000n,
  'a negative huge BigInt': () => -(1n << 2_000_001n),
  'a rope of 2^24 characters': () => ropeOf(2 ** 24),
  'a text of 2^22 characters': () => 'x'.repeat(2 ** 22),
  'a text outside the heap': () => Buffer.alloc(2 ** 21, 'e').toString('latin1'),
  'a symbol described by a huge rope': () => Symbol(ropeOf(2 ** 22)),
})
