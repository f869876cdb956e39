// Allocates in steps that are known, sets marks and spans, and tells at the end what it has.
const { mark, profile, span } = require('../../../dist/index.js')

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const keep = []
const touch = profile(function touch(bytes) {
  keep.push(Buffer.alloc(bytes, 1))
})

async function main() {
  await rest(300)
  mark('begin')
  await span('outer', async () => {
    span('inner', () => touch(64 * 2 ** 20))
    await rest(300)
  })
  mark('filled')
  mark('collect')
  for (let i = 0; i < 3; i++) globalThis.gc()
  mark('collected')
  await rest(300)
  process.stdout.write(JSON.stringify(process.memoryUsage()))
  await rest(300)
  process.exitCode = 7
}

void main()
