const kept = []

/** Leaves nothing. */
export default function drop() {
  return Array.from({ length: 40 }, () => new Uint8Array(2 ** 20).fill(1)).length
}

/** A Buffer more with each call. */
export function keep() {
  kept.push(Buffer.alloc(200_000, 1))
}

export const notAFunction = 7
