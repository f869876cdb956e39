// Tracks itself by the public list, and prints what it finds.
const { startTracking } = require('../../../dist/index.js')
const { held, startWorker, work } = require('./lines.cjs')

/** The code of what `call` throws. */
function codeOf(call) {
  try {
    call()
    return undefined
  } catch ({ code, name }) {
    return `${name} ${code}`
  }
}

async function main() {
  const intervalBytes = Number(process.argv[2])
  const tracking = startTracking({ intervalBytes })
  const second = codeOf(() => startTracking())
  work()
  const worker = await startWorker()
  const report = await tracking.stop()
  const again = (await tracking.stop()) === report
  const refused = [0, -1, 1.5, Infinity, '1', null].map((value) => codeOf(() => startTracking({ intervalBytes: value })))
  const unknown = codeOf(() => startTracking({ interval: 1 }))
  const next = startTracking()
  const nothing = await next.stop()
  await worker.terminate()
  console.log(
    JSON.stringify({
      held,
      report: { ...report, stacks: report.stacks.length },
      second,
      again,
      refused,
      unknown,
      nothing: nothing.total.liveSamples,
    }),
  )
}

void main()
