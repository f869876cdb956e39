import fc from 'fast-check'

import { formatByteChange, formatBytes, formatCount, formatShare } from '../../lib/figures/index.js'

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

function parse(text: string): { readonly bytes: number; readonly step: number } {
  const [, digits, unit] = /^(-?[\d,]+(?:\.\d)?) (B|KiB|MiB|GiB)$/.exec(text) as unknown as [string, string, string]
  const scale = units[unit] as number
  return { bytes: Number(digits.replaceAll(',', '')) * scale, step: unit === 'B' ? 1 : scale / 10 }
}

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [135_168, '132.0 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [46_242_201, '44.1 MiB'],
  [1_690_590_413, '1,612.3 MiB'],
  [16 * 1024 ** 3, '16.0 GiB'],
  [-3_250_586, '-3.1 MiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('what is not known is a dash, never 0', () => {
  expect([formatBytes(undefined), formatByteChange(undefined), formatCount(undefined), formatShare(undefined)]).toEqual([
    '–',
    '–',
    '–',
    '–',
  ])
})

const sizes = fc.integer({ min: 0, max: 2 ** 45 })

test('the text names the size to half a step of its last digit', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      const { bytes: read, step } = parse(formatBytes(bytes))
      expect(Math.abs(read - bytes)).toBeLessThanOrEqual(step / 2 + 1e-6 * bytes)
    }),
  )
})

test('more bytes never read as less', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 2 ** 30 }), (bytes, more) => {
      expect(parse(formatBytes(bytes + more)).bytes).toBeGreaterThanOrEqual(parse(formatBytes(bytes)).bytes)
    }),
  )
})

test('a change is signed, and the two directions mirror each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
      expect(formatByteChange(bytes)).toBe(`+${formatBytes(bytes)}`)
      expect(formatByteChange(-bytes)).toBe(`-${formatBytes(bytes)}`)
    }),
  )
  expect(formatByteChange(0)).toBe('±0 B')
})

test('counts are grouped as Intl groups them', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (count) => {
      expect(formatCount(count)).toBe(count.toLocaleString('en-US'))
    }),
  )
})

test('each unit is kept up to where its figure would round up to the next, and a share is one of a hundred', () => {
  expect([1000 * 1024, 9990 * 2 ** 20, 10_000 * 2 ** 20].map(formatBytes)).toEqual(['1,000.0 KiB', '9,990.0 MiB', '9.8 GiB'])
  expect([0.973, 0, undefined, NaN].map(formatShare)).toEqual(['97.3 %', '0.0 %', '–', '–'])
})
