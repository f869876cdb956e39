const grammar = /^\s*(?<whole>\d+)(?:\.(?<decimals>\d+))?\s*(?:(?<prefix>[KMGTP])?(?<binary>(?<=[KMGTP])i)?B)?\s*$/i

const prefixes = 'KMGTP'

/** The nearest whole number of bytes. Computed in integers: doubles hold neither a tenth nor every large product exactly. */
function toBytes(whole: string, decimals: string, unitBytes: bigint): number {
  const denominator = 10n ** BigInt(decimals.length)
  const numerator = BigInt(whole + decimals) * unitBytes
  return Number((2n * numerator + denominator) / (2n * denominator))
}

/**
 * Reads a size as a user writes it, to whole bytes: `4096`, `0.1MiB`, `24 MB`. KiB and its like are powers of 1,024, KB and its like of 1,000.
 * Undefined when `text` isn't a size. May be more than `Number.MAX_SAFE_INTEGER`.
 */
export function parseBytes(text: string): number | undefined {
  const groups = grammar.exec(text)?.groups
  if (groups === undefined) return undefined
  const { whole, decimals, prefix, binary } = groups as { readonly whole: string } & Readonly<Record<string, string | undefined>>
  const power = prefix === undefined ? 0 : prefixes.indexOf(prefix.toUpperCase()) + 1
  return toBytes(whole, decimals ?? '', (binary === undefined ? 1000n : 1024n) ** BigInt(power))
}
