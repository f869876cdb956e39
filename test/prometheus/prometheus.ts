import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import { missingCommand } from '../installed/test-where.js'
import { endOf } from './served-metrics.js'

export const prometheusMissing = missingCommand('prometheus')
export const promtoolMissing = missingCommand('promtool')

/** One series of an instant query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** A Prometheus that scrapes one server. */
export interface Prometheus {
  query(expression: string): Promise<readonly Series[]>
  /** Asks again and again until the answer will do. */
  queryUntil(expression: string, isEnough: (series: readonly Series[]) => boolean): Promise<readonly Series[]>
  stop(): Promise<void>
}

const configuration = (port: number, rules: string): string => `
global: { scrape_interval: 500ms, evaluation_interval: 500ms }
rule_files: [${JSON.stringify(rules)}]
scrape_configs:
  - job_name: allocscope
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`

/** Starts a Prometheus that scrapes `port` often, with a store that is gone at its end. */
export async function startPrometheus(port: number, rules = ''): Promise<Prometheus> {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  writeFileSync(path.join(folder, 'prometheus.yml'), configuration(port, rules))
  return await startPrometheusIn(folder)
}

/** Starts Debian's Prometheus on a port that the kernel chooses, by the prometheus.yml of a folder, which is removed at its end. */
export async function startPrometheusIn(folder: string): Promise<Prometheus> {
  const file = path.join(folder, 'prometheus.yml')
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0']
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  let address: string | undefined
  for await (const line of createInterface(child.stderr)) {
    log += `${line}\n`
    address = /msg="Listening on" address=(\S+)/.exec(line)?.[1]
    if (address !== undefined) break
  }
  if (address === undefined) throw new Error(log)
  child.stderr.resume()
  const query = async (expression: string): Promise<readonly Series[]> => {
    const answer = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`)
    // It answers before it is ready.
    if (answer.status === 503) return []
    const { status, error, data } = (await answer.json()) as {
      readonly status: string
      readonly error?: string
      readonly data: { readonly result: readonly { readonly metric: Series['metric']; readonly value: readonly [number, string] }[] }
    }
    if (status !== 'success') throw new Error(error)
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }
  const queryUntil: Prometheus['queryUntil'] = async (expression, isEnough) => {
    for (;;) {
      const series = await query(expression)
      if (isEnough(series)) return series
      await sleep(100)
    }
  }
  const stop = async (): Promise<void> => {
    await endOf(child)
    rmSync(folder, { recursive: true })
  }
  return { query, queryUntil, stop }
}

/** What promtool says of a text or a file. */
export function promtool(args: readonly string[], input = ''): { readonly output: string; readonly status: number | null } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return { output: stdout + stderr, status }
}
