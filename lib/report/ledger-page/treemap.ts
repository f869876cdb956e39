/** A rectangle. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** How long the least square rectangle of a row is, as a multiple of its width, when the row lies along a side of this length. */
function worstRatio(areas: readonly number[], side: number): number {
  const depth = sumOf(areas) / side
  return Math.max(...areas.map((area) => Math.max(area / depth ** 2, depth ** 2 / area)))
}

/** As many areas as make a row whose rectangles another one would only make longer. */
function takeRow(areas: readonly number[], side: number): readonly number[] {
  let count = 1
  while (count < areas.length && worstRatio(areas.slice(0, count + 1), side) <= worstRatio(areas.slice(0, count), side)) count += 1
  return areas.slice(0, count)
}

/**
 * Lays rectangles out along the shorter side of `box`. Answers with them and with what is left of it, for areas whose sum is `others`.
 * Both parts are shares, never a difference: of areas a million million times as large as another, that one would be lost in rounding.
 */
function layOutRow(areas: readonly number[], others: number, box: Box): { readonly boxes: readonly Box[]; readonly rest: Box } {
  const { left, top, width, height } = box
  const stands = width >= height
  const sum = sumOf(areas)
  const across = stands ? width : height
  const depth = across * (sum / (sum + others))
  const restDepth = across * (others / (sum + others))
  let at = stands ? top : left
  const boxes = areas.map((area): Box => {
    const length = area / depth
    const made = stands ? { left, top: at, width: depth, height: length } : { left: at, top, width: length, height: depth }
    at += length
    return made
  })
  const rest = stands ? { left: left + depth, top, width: restDepth, height } : { left, top: top + depth, width, height: restDepth }
  return { boxes, rest }
}

/**
 * Rectangles that fill `box`, each with its share of the area, as square as they come: the squarified treemap of Bruls, Huizing and van Wijk. `sizes`
 * are above 0, the largest first.
 */
export function layOutTreemap(sizes: readonly number[], box: Box): readonly Box[] {
  const boxes: Box[] = []
  for (let rest = box; boxes.length < sizes.length;) {
    const left = sizes.slice(boxes.length)
    // What is left fills what is left of the box: so rounding doesn't add up.
    const scale = (rest.width * rest.height) / sumOf(left)
    const areas = left.map((size) => size * scale)
    const row = takeRow(areas, Math.min(rest.width, rest.height))
    const laid = layOutRow(row, sumOf(areas.slice(row.length)), rest)
    boxes.push(...laid.boxes)
    rest = laid.rest
  }
  return boxes
}
