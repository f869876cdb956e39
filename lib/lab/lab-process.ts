import { steps } from './steps/step-table.js'
import type { StepAnswer, StepRequest } from './steps/step-table.js'

// The process of one step. It measures in an empty process what it was asked for, answers, and ends.

async function perform({ step, input }: StepRequest): Promise<StepAnswer> {
  try {
    // The table holds for each name what its input is; the message comes from run-step.ts, which is checked against it.
    const measure = steps[step]() as (input: unknown) => unknown
    return { result: await measure(input) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { problem: { code, message } }
  }
}

process.once('message', (request) => {
  void perform(request as StepRequest).then((answer) => {
    // Whatever the step left running, such as a thread, ends with the process.
    process.send?.(answer, () => process.exit())
  })
})
