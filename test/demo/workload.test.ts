import { makeDocument, parseDocument } from '../../lib/demo/orders.js'
import { seededRandom } from '../../lib/demo/seeded-random.js'

// What a whole demo says is in test/cli/demo.test.ts.
test('the sequence is xorshift32 of 13, 17 and 5, as Marsaglia published it', () => {
  const random = seededRandom(1)
  expect(Array.from({ length: 4 }, () => random() * 2 ** 32)).toEqual([270369, 67634689, 2647435461, 307599695])
  expect(seededRandom(0)()).toBe(seededRandom(1)())
})

test('the same seed makes the same document', () => {
  expect(makeDocument(5, seededRandom(7)).equals(makeDocument(5, seededRandom(7)))).toBe(true)
  expect(makeDocument(5, seededRandom(7)).equals(makeDocument(5, seededRandom(8)))).toBe(false)
})

test('a document is JSON of its orders, of about the size that is said', () => {
  const document = makeDocument(300, seededRandom(7))
  const orders = parseDocument(document)
  expect(orders.map(({ id }) => id)).toEqual(orders.map((_order, index) => `order-${index.toString(36).padStart(8, '0')}`))
  expect(orders).toHaveLength(300)
  expect(document.length / 300 / 480).toBeCloseTo(1, 1)
})
