import { getAllocatorStats } from '../allocator/index.js'
import { hidePreload, quietly, takeVariable } from '../program/index.js'
import { connectLedgers, explainVariable } from './explain-channel.js'
import type { ExplainMoment, ExplainRequest, TakenLedger } from './explain-channel.js'
import { explainRss } from './explain-rss.js'

/** What a walk of glibc's free lists may take, milliseconds: whoever asks for a ledger wants to know what is free. */
const walkBudgetMs = 250

/** How often RSS is looked at for its peak, and by how much it must rise for another ledger. */
const peakIntervalMs = 50
const peakStep = 1.02

class LedgerTaker {
  private peak: TakenLedger | undefined

  constructor(
    private readonly request: ExplainRequest,
    private readonly write: (taken: TakenLedger) => boolean,
  ) {}

  begin(): void {
    // By this walk, of a heap that is small yet, the next one is estimated: without one, at the slowest that any heap could take.
    getAllocatorStats({ detail: 'usage', budgetMs: walkBudgetMs, others: false })
    const { at, everyMs } = this.request
    if (at === 'peak')
      setInterval(
        quietly(() => {
          this.lookForPeak()
        }),
        peakIntervalMs,
      ).unref()
    if (everyMs > 0)
      setInterval(
        quietly(() => {
          this.write(this.take('interval'))
        }),
        everyMs,
      ).unref()
    process.on(
      'SIGUSR2',
      quietly(() => {
        this.write(this.take('signal'))
      }),
    )
    process.on(
      'exit',
      quietly(() => {
        this.end()
      }),
    )
  }

  private take(moment: ExplainMoment): TakenLedger {
    return { moment, elapsedMs: performance.now(), ledger: explainRss({ budgetMs: walkBudgetMs }) }
  }

  private lookForPeak(): void {
    if (this.peak === undefined || process.memoryUsage.rss() > this.peak.ledger.rssBytes * peakStep) this.peak = this.take('peak')
  }

  private end(): void {
    if (this.request.at === 'peak') this.lookForPeak()
    this.write(this.peak ?? this.take('exit'))
  }
}

/** Begins within the program, which must run as if it weren't there, whatever happens. `preload` is the file that node was told to load. */
export function takeLedgersInside(preload: string): void {
  try {
    hidePreload((name) => name === preload)
    const text = takeVariable(explainVariable)
    if (text !== undefined) {
      const request = JSON.parse(text) as ExplainRequest
      new LedgerTaker(request, connectLedgers(request.file)).begin()
    }
  } catch {
    // A program that may not read files or load addons runs on, unobserved. The reader finds an empty file and says so.
  }
}
