import { execFile } from 'node:child_process'

import { cli, plainEnvironment } from '../cli/run-cli.js'

type Row = Readonly<Record<string, string | number | null>>

interface Line {
  readonly text: string
  readonly occurrences: number
  readonly liveBytes: number | null
}

/** What `allocscope lab --json` prints, as its help says. */
export interface LabJson {
  readonly version: number
  readonly nodeVersion: string
  readonly experiments: readonly {
    readonly name: string
    readonly count: number
    readonly parts: readonly {
      readonly kind: string
      readonly title: string
      readonly functionName?: string
      readonly rows?: readonly Row[]
      readonly lines?: readonly Line[]
    }[]
    readonly statement: {
      readonly text: string
      readonly ascending: readonly { readonly name: string; readonly bytes: number }[]
      readonly holds: boolean
    } | null
    readonly failure: { readonly code: string | null; readonly message: string } | null
  }[]
}

export type Experiment = LabJson['experiments'][number]

/** Makes one experiment by the command, under `node`. */
export async function experiment(node: string, name: string, count: number): Promise<{ readonly code: number; readonly made: Experiment }> {
  const [code, stdout, stderr] = await new Promise<[number, string, string]>((resolve) => {
    const args = [cli, 'lab', name, '--n', String(count), '--json']
    execFile(node, args, { env: plainEnvironment(), maxBuffer: 1 << 26 }, (error, out, complaint) => {
      resolve([typeof error?.code === 'number' ? error.code : 0, out, complaint])
    })
  })
  if (stderr !== '') throw new Error(stderr)
  const { version, experiments } = JSON.parse(stdout) as LabJson
  expect([version, experiments.length]).toEqual([1, 1])
  return { code, made: experiments[0] as Experiment }
}

/** The rows of the part whose title matches. */
export function rowsOf({ parts }: Experiment, title: RegExp): readonly Row[] {
  const found = parts.find((part) => part.kind === 'table' && title.test(part.title))
  if (found?.rows === undefined) throw new Error(`no table ${title.source}`)
  return found.rows
}

/** The functions that have a line table, in order. */
export function tablesOf({ parts }: Experiment): readonly (string | undefined)[] {
  return parts.filter(({ kind }) => kind === 'lines').map(({ functionName }) => functionName)
}

/** The line that begins so, in the line table whose title matches. */
export function lineOf({ parts }: Experiment, title: RegExp, text: string): Line {
  const table = parts.find((part) => part.kind === 'lines' && title.test(part.title))
  const line = table?.lines?.find((one) => one.text.trim().startsWith(text))
  if (line === undefined) throw new Error(`no line ${text}`)
  return line
}

/** The live bytes of that line. */
export function liveOf(made: Experiment, title: RegExp, text: string): number {
  const { liveBytes } = lineOf(made, title, text)
  if (liveBytes === null) throw new Error(`no live bytes of ${text}`)
  return liveBytes
}
