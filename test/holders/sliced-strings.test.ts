import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

/** V8's heap of each of 50 parts that are kept, of texts of 100,000 characters. */
const program = `
const length = 100_000
const heapOfEach = (keep) => {
  const kept = []
  const fill = (count) => {
    for (let i = 0; i < count; i++) kept.push(keep(Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz' + i).toString('latin1')))
    for (let i = 0; i < 3; i++) gc()
    return process.memoryUsage().heapUsed
  }
  const before = fill(5)
  return (fill(50) - before) / 50
}
const ways = [(text) => text.slice(5, 17), (text) => text.slice(5, 18), (text) => Buffer.from(text.slice(5, 18)).toString()]
console.log(JSON.stringify(ways.map(heapOfEach).map((bytes) => bytes > length / 2)))`

testOnEachNode(
  'what check advises about slices: from 13 characters on they keep their texts, and a copy by a Buffer does not',
  async (node) => {
    const { stdout } = await runFile(node, ['--expose-gc', '-e', program])
    expect(JSON.parse(stdout)).toEqual([false, true, false])
  },
)
