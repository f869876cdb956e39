import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { AllocscopeError, invalidArgumentValue, outOfRange } from '../errors/index.js'

/** The values that glibc takes for a tunable. It ignores others without a word. */
export interface TunableRange {
  readonly lowest: bigint
  readonly highest: bigint
}

const family = 'glibc.malloc.'

/** Tunables of malloc, without `glibc.malloc.`, from what the dynamic loader prints for `--list-tunables`. */
export function parseTunables(text: string): ReadonlyMap<string, TunableRange> {
  const lines = text.matchAll(/^glibc\.malloc\.(\w+): \S+ \(min: (\w+), max: (\w+)\)$/gm)
  return new Map(
    Array.from(lines, ([, name, lowest, highest]) => [
      name as string,
      { lowest: BigInt(lowest as string), highest: BigInt(highest as string) },
    ]),
  )
}

/** The dynamic loader of this process. The programs that are compared use the same one. */
function findLoader(): string | undefined {
  try {
    return /(\/\S*\/ld-[^/\s]*\.so[^/\s]*)$/m.exec(readFileSync('/proc/self/maps', 'latin1'))?.[1]
  } catch {
    return undefined
  }
}

function listTunables(): ReadonlyMap<string, TunableRange> {
  const loader = findLoader()
  const { stdout } = loader === undefined ? { stdout: '' } : spawnSync(loader, ['--list-tunables'], { encoding: 'utf8' })
  const tunables = parseTunables(stdout)
  if (tunables.size > 0) return tunables
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_UNSUPPORTED',
    'settings of glibc need a dynamic loader that lists its tunables (glibc 2.33 or newer): a name that it does not know would change nothing',
  )
}

let known: ReadonlyMap<string, TunableRange> | undefined

function parseValue(text: string): bigint | undefined {
  return /^(?:\d+|0[xX][\da-fA-F]+)$/.test(text) ? BigInt(text) : undefined
}

/**
 * Checks `name=value` against the tunables that this glibc knows, as glibc itself ignores what it doesn't understand. `argument` is named in errors.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, which lists the known ones; RangeError `ERR_OUT_OF_RANGE`.
 * @throws AllocscopeError `ERR_ALLOCSCOPE_UNSUPPORTED` when this glibc doesn't list them.
 */
export function checkTunable(argument: string, text: string, tunables = (known ??= listTunables())): string {
  const [, name = '', written = ''] = /^(?:glibc\.malloc\.)?(\w+)=(.*)$/.exec(text) ?? []
  const range = tunables.get(name)
  if (range === undefined) {
    const names = [...tunables.keys()].sort().join(', ')
    throw invalidArgumentValue(argument, `glibc:<tunable>=<value>, with one of ${names}`, text)
  }
  const value = parseValue(written)
  if (value === undefined) throw invalidArgumentValue(argument, `a whole number for ${name}, decimal or hexadecimal`, text)
  if (value < range.lowest || value > range.highest) {
    throw outOfRange(argument, `>= ${range.lowest} and <= ${range.highest} for ${name}`, text)
  }
  return `${family}${name}=${written}`
}
