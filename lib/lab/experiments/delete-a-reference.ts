import { AllocscopeError } from '../../errors/index.js'
import { formatBytes } from '../../figures/index.js'
import type { LabFinding, LabLines } from '../experiment.js'
import { stateThat } from '../experiment.js'
import { classicDeletion } from './classic-figures.js'
import type { Bench, Experiment } from './bench.js'

const example = '03-delete-a-reference.cjs'

const copies = [
  { functionName: 'structuredCopy', title: 'structuredClone: a deep copy' },
  { functionName: 'spreadCopy', title: 'Spread: a copy of the references' },
  { functionName: 'jsonCopy', title: 'JSON: a deep copy by way of text' },
] as const

/** What the line `text` freed of live memory. */
function freedBy({ lines, functionName }: LabLines, text: string): number {
  const line = lines.find((one) => one.text.trim() === text)
  if (line?.liveBytes === undefined) throw new AllocscopeError('ERR_ALLOCSCOPE_INTERNAL', `'${text}' was not executed in ${functionName}`)
  return -line.liveBytes
}

async function perform({ count, measure }: Bench): Promise<LabFinding> {
  const tables: LabLines[] = []
  for (const { functionName, title } of copies) {
    const call = { example, export: [functionName], arguments: [count], functionName, title }
    tables.push(...(await measure(title, 'profile-lines', { calls: [call] })))
  }
  const [cloned, spread] = tables as [LabLines, LabLines]
  const [bySpread, byClone] = [freedBy(spread, 'list = null'), freedBy(cloned, 'list = null')]
  return {
    parts: [...tables, classicDeletion],
    statement: stateThat(
      `Dropping the list frees ${formatBytes(byClone)} when its copy is deep, and ${formatBytes(bySpread)} when the copy was made by spread: its objects are still referred to.`,
      [
        { name: 'freed by `list = null` after a spread', bytes: bySpread },
        { name: 'freed by `list = null` after structuredClone', bytes: byClone },
      ],
    ),
  }
}

export const deleteAReference: Experiment = {
  name: 'delete-a-reference',
  title: 'Delete a reference',
  summary: 'a list, a copy of it, drop the first: what comes back and what does not, line by line',
  defaultCount: 1_000_000,
  smallestCount: 10_000,
  steps: copies.length,
  perform,
}
