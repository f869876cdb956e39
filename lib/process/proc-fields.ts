/**
 * The `Name:   123 kB` lines of a file under /proc, in bytes. Other lines are left out: the address line of `smaps_rollup`, counts without a unit.
 */
export function parseProcFields(text: string): ReadonlyMap<string, number> {
  const fields = new Map<string, number>()
  for (const [, name, kibibytes] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) fields.set(name as string, Number(kibibytes) * 1024)
  return fields
}
