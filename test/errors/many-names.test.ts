import path from 'node:path'

import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

interface Answer {
  readonly name: string
  readonly kind: string
  readonly code?: string
  readonly message?: string
  readonly heapBytes: number
}

// What a refusal itself takes is some 3 KiB. A list of 300,000 names takes 2.4 MB, without the names.
const mostHeapBytes = 64 * 1024

testOnEachNode('options with very many names are refused without a list of them', async (node) => {
  const program = path.resolve('test/errors/programs/many-names.cjs')
  const { stdout } = await runFile(node, [program])
  const { answers, accepted } = JSON.parse(stdout) as { readonly answers: readonly Answer[]; readonly accepted: readonly string[] }
  expect(accepted).toEqual(['footprint', 'footprint', 'footprint'])
  expect(answers).toHaveLength(18 * 6)
  const refused = /^The argument "options" must be an object with only '.*', and not hundreds of names\. Received an? /
  expect(answers.filter(({ code, message }) => code !== 'ERR_INVALID_ARG_VALUE' || !refused.test(message ?? ''))).toEqual([])
  expect(answers.filter(({ heapBytes }) => heapBytes > mostHeapBytes)).toEqual([])
})

testOnEachNode(
  'a worker that is terminated meanwhile ends alone',
  async (node) => {
    const program = path.resolve('test/errors/programs/terminated-workers.cjs')
    expect((await runFile(node, [program])).stdout).toBe('all ended\n')
  },
  [20, 26],
)
