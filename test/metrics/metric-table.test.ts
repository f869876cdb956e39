import { metrics } from '../../lib/metrics/index.js'
import type { Metric } from '../../lib/metrics/index.js'

const all: readonly (readonly [string, Metric])[] = Object.entries(metrics)

test('names are there once', () => {
  expect(new Set(all.map(([, { name }]) => name)).size).toBe(all.length)
  expect(new Set(all.map(([, { instrumentName }]) => instrumentName)).size).toBe(all.length)
})

test.each(all)('%s has its unit in its name, says where it is from and what it costs', (_key, metric) => {
  const { name, unit, help, instrument, instrumentName } = metric
  const suffix = { By: /_bytes$/, s: /_seconds$/ }[unit] ?? /_(?:info|arenas|contexts|total)$/
  expect(name).toMatch(suffix)
  expect(name.endsWith('_total')).toBe(instrument === 'counter')
  expect(help).toMatch(/ Source: .+; cost: /)
  expect(instrumentName).toMatch(/^(?:nodejs|process|v8js)(?:\.[a-z_]+)+$/)
})

test('no name of an instrument is the beginning of another', () => {
  const names = all.map(([, { instrumentName }]) => instrumentName)
  expect(names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))).toEqual([])
})
