// One line asks for known amounts through four native functions: of the addon's two, 4,000,000 and 3,000,000 bytes, of node's two 2,000,000 and 1,000,000.
const { loadCounted } = require('./tracker.cjs')

const { hold } = loadCounted()
const kept = []
const bytes = 100_000

function holdAll() {
  for (let i = 0; i < 10; i++)
    kept.push(hold('malloc', 4, bytes), hold('posix_memalign', 3, bytes), unsafe(2 * bytes), new ArrayBuffer(bytes))
}

const unsafe = Buffer.allocUnsafeSlow
holdAll()
process.on('exit', () => kept.length)
// So that there is time for moments.
setTimeout(() => undefined, Number(process.argv[2] ?? 0))
