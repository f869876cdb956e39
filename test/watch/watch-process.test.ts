import { closeSync, openSync } from 'node:fs'

import { watchProcess } from '../../lib/watch/index.js'

const filters = { intervalMs: 100, minBytes: 2 ** 22, minGrowth: 0.1, consecutiveSamples: 1 }
const listener = { event: () => undefined, tick: () => undefined }

async function watchAnswer(answer: unknown): Promise<unknown> {
  const hosted = { pid: process.pid, answer, over: new Promise<void>(() => undefined), end: () => Promise.resolve() }
  return await watchProcess(hosted, filters, listener, Promise.resolve())
}

test.each([undefined, null, {}, { descriptor: '3' }, { descriptor: 1.5 }, 'text'])(
  'an answer that is none, %p, is an error and nothing is opened',
  async (answer) => {
    await expect(watchAnswer(answer)).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_ATTACH' })
  },
)

test('of what a process has open only shared memory is opened, whatever it answers', async () => {
  const descriptor = openSync('/dev/null', 'r')
  try {
    await expect(watchAnswer({ descriptor })).rejects.toMatchObject({
      code: 'ERR_ALLOCSCOPE_ATTACH',
      message: `process ${process.pid} answered with something else`,
    })
  } finally {
    closeSync(descriptor)
  }
})
