// What V8 takes for a heap snapshot, as a multiple of the used heap: `node --expose-gc bench/snapshot-room.mjs`. Each kind of heap in a process of its own.
import { spawnSync } from 'node:child_process'
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import v8 from 'node:v8'

const mebibyte = 2 ** 20

const kinds = {
  'arrays of numbers': () => Array.from({ length: 60_000 }, (_, index) => new Array(100).fill(index + 0.5)),
  'a linked list': () => {
    let list = null
    for (let index = 0; index < 500_000; index++) list = { next: list }
    return list
  },
  'small objects': () => Array.from({ length: 500_000 }, (_, index) => ({ index })),
  'references alone': () => new Array(4_000_000).fill({}),
}

function peakBytes() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
}

function measure(kind) {
  globalThis.kept = kinds[kind]()
  globalThis.gc()
  const used = v8.getHeapStatistics().used_heap_size
  writeFileSync('/proc/self/clear_refs', '5')
  const before = peakBytes()
  unlinkSync(v8.writeHeapSnapshot(path.join(tmpdir(), `allocscope-${process.pid}.heapsnapshot`)))
  const grown = peakBytes() - before
  const figures = [used, grown].map((bytes) => `${(bytes / mebibyte).toFixed(0)} MiB`)
  console.log(`${process.version}  ${kind}: ${figures[0]} used, ${figures[1]} taken, ${(grown / used).toFixed(1)} times`)
}

const [, script, kind] = process.argv
if (kind !== undefined) measure(kind)
else for (const each of Object.keys(kinds)) spawnSync(process.execPath, ['--expose-gc', script, each], { stdio: 'inherit' })
