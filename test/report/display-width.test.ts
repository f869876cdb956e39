import { displayWidth } from '../../lib/report/display-width.js'

function characters(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index))
}

// Beside an ideograph, which is two columns wide, every character is looked at as a grapheme.
test('text that is measured by its length is as wide as its graphemes are', () => {
  for (const character of [...characters(0x20, 0x7e), ...characters(0xa0, 0xff), ...characters(0x2010, 0x27ff)])
    expect([character, displayWidth(character)]).toEqual([character, displayWidth(`${character}界`) - 2])
})
