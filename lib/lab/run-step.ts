import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import type { StepAnswer, StepInput, StepName, StepRequest, StepResult } from './steps/step-table.js'

/** What V8 says when it ends a process is followed by a stack of several thousand characters. */
const longestComplaint = 100_000

/** What a process said last on its standard error, without the stack. */
function lastWords(complaint: string): string {
  const fatal = /FATAL ERROR: .*/.exec(complaint)?.[0]
  const line = fatal ?? complaint.trim().split('\n').at(-1) ?? ''
  return line === '' ? '' : `: ${line}`
}

function cutShort(step: StepName, how: string, complaint: string): AllocscopeError {
  return new AllocscopeError(
    'ERR_ALLOCSCOPE_LAB_CUT_SHORT',
    `the process of '${step}' ended ${how} before it had measured${lastWords(complaint)}`,
  )
}

function answerOf(child: ChildProcess, step: StepName): Promise<StepAnswer> {
  return new Promise((resolve, reject) => {
    let answer: StepAnswer | undefined
    let complaint = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-longestComplaint)
    })
    child.once('message', (message) => {
      answer = message as StepAnswer
    })
    child.once('error', (cause) => {
      reject(new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `cannot start ${process.execPath}: ${cause.message}`, { cause }))
    })
    // By 'close' all that it wrote and sent has come.
    child.once('close', (code, signal) => {
      if (answer !== undefined) resolve(answer)
      else reject(cutShort(step, signal === null ? `with exit code ${code ?? 0}` : `by ${signal}`, complaint))
    })
  })
}

/**
 * Measures one step in a fresh process of this same Node, so that neither the order of steps nor what this process holds is in its figures.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_LAB_CUT_SHORT` when that process ended early; what the step itself threw, by code and message.
 */
export async function runStep<Name extends StepName>(step: Name, input: StepInput<Name>, signal?: AbortSignal): Promise<StepResult<Name>> {
  signal?.throwIfAborted()
  const child = fork(path.join(__dirname, 'lab-process.js'), [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const stop = (): void => {
    child.kill('SIGTERM')
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const answered = answerOf(child, step)
    child.send({ step, input } satisfies StepRequest)
    const answer = await answered
    if ('problem' in answer) throw Object.assign(new Error(answer.problem.message), { code: answer.problem.code })
    return answer.result as StepResult<Name>
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
