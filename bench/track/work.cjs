// node work.cjs buffers|small|server|build|compute: what bench/track.mjs tracks. Prints how long it took, what it had of the cores, and RSS, as JSON on its last line.
const { mkdtempSync, rmSync } = require('node:fs')
const http = require('node:http')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { isMainThread, Worker, parentPort } = require('node:worker_threads')
const zlib = require('node:zlib')

const text = JSON.stringify(
  Array.from({ length: 1500 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a', 'b', String(id)], value: id * 1.5 })),
)

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }))
})

/** 400 Buffers of 1 to 64 KiB of which 200 are kept, a large JSON, and now and then zlib. */
function allocate(round, kept) {
  for (let i = 0; i < 400; i++) {
    const buffer = Buffer.allocUnsafeSlow(1024 + ((i * 7919 + round * 104729) % 64512))
    buffer[0] = i
    kept[(i + round) % 200] = buffer
  }
  JSON.parse(text)
  if (round % 4 === 0) zlib.gunzipSync(zlib.gzipSync(text.slice(0, 30_000)))
}

function allocateRounds(rounds) {
  const kept = []
  for (let round = 0; round < rounds; round++) allocate(round, kept)
}

async function serve(requests) {
  const body = JSON.stringify({ items: Array.from({ length: 20 }, (_, i) => ({ i, text: 'x'.repeat(20) })) })
  const server = http.createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body))
  await new Promise((resolve) => server.listen(0, resolve))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const ask = () =>
    new Promise((resolve) => http.get({ port: server.address().port, agent }, (response) => response.on('end', resolve).resume()))
  let left = requests
  const client = async () => {
    while (left-- > 0) await ask()
  }
  await Promise.all(Array.from({ length: 8 }, client))
}

/** @rspack/core, which scripts/install-packages.sh installs, packs and minifies some of the project's own dependencies, to a folder that is removed. */
async function build(times) {
  const { rspack } = require(require.resolve('@rspack/core', { paths: [path.join(__dirname, '..', '..', '.cache', 'embedded')] }))
  const output = mkdtempSync(path.join(tmpdir(), 'bench-build-'))
  const entry = ['acorn', 'ajv', 'commander', 'prettier'].map((name) => require.resolve(name))
  for (let i = 0; i < times; i++) {
    const compiler = rspack({ mode: 'production', target: 'node', entry, output: { path: output } })
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, done) => (error ? reject(error) : resolve(done)))
    })
    if (stats.hasErrors()) throw new Error(stats.toString())
    await new Promise((resolve) => compiler.close(resolve))
  }
  rmSync(output, { recursive: true })
}

const works = {
  buffers: () => {
    for (let i = 0; i < 4; i++) new Worker(__filename)
    allocateRounds(300)
  },
  small: () => {
    const kept = []
    for (let i = 0; i < 1_500_000; i++) kept[i % 5000] = new Uint8Array(100 + (i % 300))
  },
  // JavaScript alone: nothing of it asks malloc.
  compute: () => {
    let primes = 0
    for (let candidate = 2; candidate < 2_000_000; candidate++) {
      let divisor = 2
      while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++
      if (divisor * divisor > candidate) primes++
    }
    if (primes !== 148_933) throw new Error(`${primes} primes`)
  },
  server: () => void serve(15_000).then(() => process.exit()),
  build: () => build(3),
}

if (isMainThread) {
  works[process.argv[2]]()
} else {
  allocateRounds(180)
  parentPort.postMessage('done')
}
