const { isHostile } = require('./hostile-code.cjs')

/** A call that takes longer is a hang. */
const longestCallMs = 10_000

function codeOf(error) {
  try {
    return typeof error === 'object' && error !== null ? error.code : undefined
  } catch {
    return undefined
  }
}

function describeError(error) {
  try {
    return String(error?.stack ?? error).slice(0, 1500)
  } catch {
    return 'an error that can not be printed'
  }
}

/** Makes calls, counts them, and judges how they ended. `report` is told what is found: a kind, and what happened. */
class Judge {
  /** Calls made so far. Of those of a worker, the worker's own judge knows. */
  calls = 0

  constructor(report) {
    this.report = report
  }

  /** What a synchronous call answered; undefined when it threw, rightly or not. */
  call(name, work) {
    this.calls++
    const start = performance.now()
    try {
      return work()
    } catch (error) {
      this.judgeError(name, error)
      return undefined
    } finally {
      this.judgeTime(name, performance.now() - start)
    }
  }

  /** What an asynchronous call settled with; undefined when it failed, rightly or not, and when it took too long. */
  async settle(name, work) {
    this.calls++
    const start = performance.now()
    try {
      return await this.within(name, work())
    } catch (error) {
      this.judgeError(name, error)
      return undefined
    } finally {
      this.judgeTime(name, performance.now() - start)
    }
  }

  async within(name, promise) {
    let timer
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, longestCallMs + 1)
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      clearTimeout(timer)
    }
  }

  judgeTime(name, ms) {
    if (ms > longestCallMs) this.report('hang', `${name} took ${Math.round(ms)} ms`)
  }

  judgeError(name, error) {
    if (isHostile(error)) return
    const code = codeOf(error)
    if (typeof code === 'string' && code.startsWith('ERR_') && code !== 'ERR_ALLOCSCOPE_INTERNAL') return
    this.report('uncoded', `${name} threw ${describeError(error)}`)
  }

  /** A law of sizes that must hold. */
  expect(holds, law, figures) {
    if (!holds) this.report('wrong', `${law}: ${JSON.stringify(figures)}`)
  }
}

module.exports = { Judge, longestCallMs }
