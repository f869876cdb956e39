import { readFileSync } from 'node:fs'

/** HEAP_MAX_SIZE of glibc on 64-bit machines: what an arena reserves, and the alignment of each reservation. */
const heapBytes = BigInt(2 ** 26)

const mappingPattern = /^([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ 0 *(.*)$/

/**
 * What glibc's arenas can have at the most, by `/proc/<pid>/maps`: the heap that grows by the break, and writable memory that begins where an arena's
 * reservation does. Of an arena that had to be mapped elsewhere it knows nothing. An estimate for a walk's cost, no figure to show.
 */
export function mappedArenaBytes(maps: string): number {
  return maps.split('\n').reduce((sum, line) => {
    const [, from, to, name] = mappingPattern.exec(line) ?? []
    if (from === undefined || to === undefined) return sum
    const begin = BigInt(`0x${from}`)
    const isArena = name === '[heap]' || (name === '' && begin % heapBytes === 0n)
    return isArena ? sum + Number(BigInt(`0x${to}`) - begin) : sum
  }, 0)
}

/** {@link mappedArenaBytes} of the process with this folder in /proc, where the layout that tells the arenas' bytes isn't proved. */
export function readMappedArenaBytes(procFolder = '/proc/self'): number {
  return mappedArenaBytes(readFileSync(`${procFolder}/maps`, 'utf8'))
}
