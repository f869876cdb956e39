import fc from 'fast-check'

import { checkMemorySize, parseMemorySize } from '../../lib/jest/memory-size.js'
import type { MemorySizeText, MemoryUnit } from '../../lib/jest/memory-size.js'

/** Each unit as its definition has it, and not by arithmetic on its letters. */
const bytesOf: Readonly<Record<MemoryUnit, bigint>> = {
  B: 1n,
  KB: 1_000n,
  MB: 1_000_000n,
  GB: 1_000_000_000n,
  TB: 1_000_000_000_000n,
  PB: 1_000_000_000_000_000n,
  KiB: 1_024n,
  MiB: 1_048_576n,
  GiB: 1_073_741_824n,
  TiB: 1_099_511_627_776n,
  PiB: 1_125_899_906_842_624n,
}
const units = Object.keys(bytesOf) as MemoryUnit[]
const largest = BigInt(Number.MAX_SAFE_INTEGER)

function errorOf(act: () => unknown): { readonly name: string; readonly code: string; readonly message: string } {
  try {
    act()
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException
    return { name, code: code ?? '', message }
  }
  throw new Error('nothing was thrown')
}

describe('parseMemorySize', () => {
  test.each([
    ['24 MB', 24_000_000],
    ['24 MiB', 25_165_824],
    ['1.5 GiB', 1_610_612_736],
    ['0 B', 0],
    ['007 KB', 7000],
    ['1.1 KB', 1100],
    ['0.4 B', 0],
    ['7.9 PiB', 8_894_609_264_056_730],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseMemorySize(text)).toBe(bytes)
  })

  test('every number of bytes, in bytes, is itself', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseMemorySize(`${BigInt(bytes)} B`)).toBe(bytes)
      }),
    )
  })

  test('a whole number of any unit is that many times the unit, or out of range', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 17n), fc.constantFrom(...units), (count, unit) => {
        const bytes = count * bytesOf[unit]
        const text = `${count} ${unit}`
        if (bytes <= largest) expect(BigInt(parseMemorySize(text))).toBe(bytes)
        else expect(errorOf(() => parseMemorySize(text)).code).toBe('ERR_OUT_OF_RANGE')
      }),
    )
  })

  test('decimals are rounded to the nearest byte', () => {
    fc.assert(
      fc.property(
        fc.nat(999_999),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(999),
        fc.constantFrom(...units),
        (fraction, digits, whole, unit) => {
          const decimals = String(fraction).padStart(digits, '0')
          const numerator = BigInt(`${whole}${decimals}`) * bytesOf[unit]
          const denominator = 10n ** BigInt(decimals.length)
          fc.pre(numerator / denominator < largest)
          const parsed = BigInt(parseMemorySize(`${whole}.${decimals} ${unit}`))
          const twiceError = 2n * (parsed * denominator - numerator)
          expect(twiceError <= denominator && twiceError >= -denominator).toBe(true)
        },
      ),
    )
  })

  test('more is never less', () => {
    const size = fc
      .tuple(fc.double({ min: 0, max: 1000, noNaN: true }), fc.constantFrom<MemoryUnit>('B', 'KB', 'KiB', 'MB', 'MiB', 'GB', 'GiB'))
      .map(([count, unit]) => `${count.toFixed(3)} ${unit}`)
    fc.assert(
      fc.property(size, fc.nat(1000), (text, more) => {
        const [quantity, unit] = text.split(' ') as [string, MemoryUnit]
        expect(parseMemorySize(`${(Number(quantity) + more).toFixed(3)} ${unit}`)).toBeGreaterThanOrEqual(parseMemorySize(text))
      }),
    )
  })

  test.each([
    '',
    '24',
    '24MB',
    '24  MB',
    ' 24 MB',
    '24 MB ',
    '24 MB\n',
    '24 mb',
    '24 Mb',
    '24 KIB',
    '24 iB',
    '24 bytes',
    '24 EB',
    '.5 MB',
    '5. MB',
  ])('%j is no size', (text) => {
    expect(errorOf(() => parseMemorySize(text))).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
  })

  test.each(['-1 MB', '+1 MB', '1e3 MB', '0x10 MB', '1,000 MB', '1_000 MB', 'NaN MB', 'Infinity MB', '１ MB', '1\u00a0MB', '1 ＭB'])(
    '%j has no number that the grammar knows',
    (text) => {
      expect(errorOf(() => parseMemorySize(text))).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
    },
  )

  test('any text is a size of the grammar, one that is too large, or a TypeError that shows it', () => {
    const near = fc.stringMatching(/^[0-9.+-]{0,6} ?[ KMGTPkmiIBb]{0,4}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
        const [quantity = '', unit = '', ...rest] = text.split(' ')
        const isSize =
          rest.length === 0 && /^[0-9]+(?:\.[0-9]+)?$/.test(quantity) && !text.includes('\n') && units.includes(unit as MemoryUnit)
        if (isSize && Number(quantity) * Number(bytesOf[unit as MemoryUnit]) <= Number.MAX_SAFE_INTEGER) {
          expect(Number.isSafeInteger(parseMemorySize(text))).toBe(true)
        } else if (isSize) expect(errorOf(() => parseMemorySize(text)).code).toBe('ERR_OUT_OF_RANGE')
        else expect(errorOf(() => parseMemorySize(text)).code).toBe('ERR_INVALID_ARG_VALUE')
      }),
      { numRuns: 2000 },
    )
  })

  test('what is too large is out of range, however it is written', () => {
    for (const text of ['8 PiB', '9007199254740992 B', `${'9'.repeat(400)} B`]) {
      expect(errorOf(() => parseMemorySize(text))).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    }
  })

  test('what is no text is a TypeError', () => {
    for (const value of [24e6, undefined, null, ['24 MB'], { toString: () => '24 MB' }]) {
      expect(errorOf(() => parseMemorySize(value as string)).code).toBe('ERR_INVALID_ARG_TYPE')
    }
  })
})

describe('checkMemorySize', () => {
  test('bytes as a number stay as they are', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }), (bytes) => {
        expect(checkMemorySize('limit', bytes)).toBe(bytes)
      }),
    )
  })

  test('errors name the argument', () => {
    const size: MemorySizeText = '1 KiB'
    expect(checkMemorySize('limit', size)).toBe(1024)
    for (const value of [-1, NaN, Infinity, '1', null, {}, Symbol('size'), 1n, [], () => 1]) {
      expect(errorOf(() => checkMemorySize('limit', value)).message).toContain('"limit"')
    }
  })
})
