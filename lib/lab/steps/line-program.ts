import { writeFileSync } from 'node:fs'

import { collectFully } from '../../heap/index.js'
import { getRss } from '../../process/index.js'
import { prepareCall } from './example-call.js'
import type { ExampleCall } from './example-call.js'

/** RSS around one call. */
export interface CallMoment {
  readonly startRssBytes: number
  readonly endRssBytes: number
}

async function measure(call: ExampleCall): Promise<CallMoment> {
  const perform = prepareCall(call)
  await collectFully()
  const startRssBytes = getRss()
  await perform()
  return { startRssBytes, endRssBytes: getRss() }
}

/** The profiled program: makes the calls one after another, and writes RSS around each into a file. */
async function main(): Promise<void> {
  const [, , answerFile, request] = process.argv as [string, string, string, string]
  const moments: CallMoment[] = []
  for (const call of JSON.parse(request) as readonly ExampleCall[]) moments.push(await measure(call))
  writeFileSync(answerFile, JSON.stringify(moments))
}

void main()
