// From a finding to the fewest steps that lead to it again.
import { runChild } from './run-child.mjs'

/** How often a run that found something is tried again, before it is said to come and go. */
const tries = 2
const endMs = 120_000
/** No more runs are made for one finding once this time is over: a hang takes each of them long. */
const mostShrinkingMs = 120_000

/** Whether the steps lead to such a finding once more. */
async function findsAgain(target, seed, from, { kind, step }) {
  const { findings } = await runChild(target, { seed, from, to: step, endMs, mostCalls: Number.MAX_SAFE_INTEGER })
  return findings.some((finding) => finding.kind === kind)
}

async function findsInTries(target, seed, from, finding) {
  for (let attempt = 0; attempt < tries; attempt++) if (await findsAgain(target, seed, from, finding)) return true
  return false
}

/** The last step from which on it is still found. Bisects: that fewer steps find it as well is likely, not certain. */
async function latestStart(target, seed, start, finding, begun) {
  let [found, missed] = [start, finding.step]
  while (missed - found > 1 && performance.now() - begun < mostShrinkingMs) {
    const middle = Math.floor((found + missed) / 2)
    if (await findsAgain(target, seed, middle, finding)) found = middle
    else missed = middle
  }
  return found
}

/** The name of the smallest step like it, by fast-check, which changes one part of the step after the other. */
async function smallestStep(target, seed, { step }) {
  const { output } = await runChild(target, { seed, from: step, to: step, endMs: 5000, mostCalls: 1, shrinks: true })
  return output.trim()
}

function commandLine({ major, allocator, flags }, seed, from, { step }) {
  const options = [`--node ${major} --allocator ${allocator} --flags="${flags.join(' ')}"`, `--seed ${seed} --from ${from} --to ${step}`]
  return `npm run fuzz -- ${options.join(' ')}`
}

/** How to see `finding` again: a command line with as few steps as lead to it, and what the last of them does. */
export async function shrink(target, seed, start, finding) {
  const begun = performance.now()
  if (await findsInTries(target, seed, finding.step, finding)) {
    const smallest = finding.kind === 'crash' || finding.kind === 'hang' ? '' : await smallestStep(target, seed, finding)
    return { again: commandLine(target, seed, finding.step, finding), smallest }
  }
  if (!(await findsInTries(target, seed, start, finding))) {
    return { again: `${commandLine(target, seed, start, finding)} (it did not happen again in ${tries} runs)`, smallest: '' }
  }
  const from = await latestStart(target, seed, start, finding, begun)
  return { again: commandLine(target, seed, from, finding), smallest: '' }
}
