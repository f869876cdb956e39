import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { makeTemporaryFolder, prepareProgram } from '../program/index.js'
import type { AllocatorChoice } from '../program/index.js'
import { checkVariable } from './check-request.js'
import type { CheckAnswer, CheckRefusal, CheckRequest } from './check-request.js'

/** A file without a name for the answer of the checking process. The process's standard streams belong to the program. */
function openAnswer(): number {
  const folder = makeTemporaryFolder()
  try {
    return openSync(path.join(folder, 'answer.json'), 'ax+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readAnswer(
  descriptor: number,
  program: string,
  ended: { readonly exitCode: number | undefined; readonly signal: string | undefined },
): CheckAnswer {
  // Reads from position 0: writing by the checking process has moved the position, which both share.
  const bytes = Buffer.alloc(fstatSync(descriptor).size)
  readSync(descriptor, bytes, 0, bytes.length, 0)
  if (bytes.length > 0) {
    const answer = JSON.parse(bytes.toString()) as CheckAnswer | CheckRefusal
    if ('refused' in answer) throw new AllocscopeError(answer.code, answer.refused)
    return answer
  }
  const { exitCode = 0, signal } = ended
  // Node ends with 0 when nothing is left to wait for, and with 13 where a module still waited.
  const hint = signal === undefined && [0, 13].includes(exitCode) ? ': it called process.exit(), or a promise never settles' : ''
  const how = signal === undefined ? `with exit code ${exitCode}` : `by ${signal}`
  throw new AllocscopeError('ERR_ALLOCSCOPE_CHECK_CUT_SHORT', `${program} ended the process ${how} before it could be checked${hint}`)
}

/** What a check runs under. */
export interface CheckSurroundings {
  readonly allocator: AllocatorChoice | undefined
  readonly nodeFlags: readonly string[]
  /** Environment variables beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Checks what the script exports, or the script itself, in a process of its own. */
export async function runCheck(
  program: string,
  programArguments: readonly string[],
  { allocator, nodeFlags, variables = {} }: CheckSurroundings,
  request: CheckRequest,
): Promise<CheckAnswer> {
  const prepared = prepareProgram(program, programArguments, { allocator, nodeFlags, through: path.join(__dirname, 'check-process.js') })
  const descriptor = openAnswer()
  try {
    const { ended } = prepared.start({ ...variables, [checkVariable]: JSON.stringify(request) }, descriptor)
    return readAnswer(descriptor, program, await ended)
  } finally {
    closeSync(descriptor)
  }
}
