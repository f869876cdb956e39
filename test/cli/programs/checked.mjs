const kept = []

/** Leaves nothing: what is larger than 32 MiB has an mmap of its own in glibc, which goes back when it is freed, whatever other threads do meanwhile. */
export default function drop() {
  return new Uint8Array(48 * 2 ** 20).fill(1).length
}

/** A Buffer more with each call. */
export function keep() {
  kept.push(Buffer.alloc(200_000, 1))
}

export const notAFunction = 7
