import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'

const root = path.join(__dirname, '..', '..')

/** What became of one test of a sample project. */
export interface SampleResult {
  readonly passed: boolean
  /** Its failure as the runner reports it, without colours; empty when it passed. */
  readonly message: string
  /** What Vitest's JSON has in `meta`. */
  readonly meta?: object | undefined
}

export type SampleResults = ReadonlyMap<string, SampleResult>

interface RunnerReport {
  readonly testResults: readonly {
    readonly message?: string
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages?: readonly string[]
      readonly meta?: object
    }[]
  }[]
}

/** How a runner is started. */
export interface SampleRun {
  readonly args: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
}

/** A user's project: the samples, with this package as `npm pack` packs it and the runners of this checkout under node_modules. */
export class SampleProject {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-sample-'))
  readonly #modules = path.join(this.folder, 'node_modules')
  #reports = 0

  constructor() {
    cpSync(path.join(__dirname, 'samples'), this.folder, { recursive: true })
    mkdirSync(this.#modules)
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', this.folder], {
      cwd: root,
      encoding: 'utf8',
    })
    const [tarball] = Object.values(JSON.parse(packed) as Record<string, { readonly filename: string }>)
    execFileSync('tar', ['-xzf', path.join(this.folder, tarball?.filename ?? ''), '-C', this.#modules])
    execFileSync('mv', [path.join(this.#modules, 'package'), path.join(this.#modules, 'allocscope')])
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    this.link(...Object.keys(dependencies))
  }

  /** Makes packages of this checkout available to the project. */
  link(...names: readonly string[]): void {
    for (const name of names) {
      const link = path.join(this.#modules, name)
      mkdirSync(path.dirname(link), { recursive: true })
      if (!existsSync(link)) symlinkSync(path.join(root, 'node_modules', name), link)
    }
  }

  /** Installed on a platform that no binary was built for. */
  removeAddon(): void {
    rmSync(path.join(this.#modules, 'allocscope', 'prebuilds'), { recursive: true })
  }

  runJest({ args, environment }: SampleRun): Promise<SampleResults> {
    const reportFile = this.#nextReport()
    const program = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')
    return this.#run(program, ['--runInBand', '--json', `--outputFile=${reportFile}`, ...args], reportFile, environment)
  }

  runVitest({ args, environment }: SampleRun): Promise<SampleResults> {
    const reportFile = this.#nextReport()
    const program = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
    return this.#run(
      program,
      ['run', '--root', 'vitest', '--reporter=json', `--outputFile=${reportFile}`, ...args],
      reportFile,
      environment,
    )
  }

  /** The compiler's complaints about the project; empty when there are none. */
  compile(...args: readonly string[]): string {
    const program = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    return spawnSync(process.execPath, [program, ...args], { cwd: this.folder, encoding: 'utf8' }).stdout
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Several may run at once. */
  #nextReport(): string {
    return path.join(this.folder, `report-${(this.#reports += 1)}.json`)
  }

  async #run(program: string, args: readonly string[], reportFile: string, environment: NodeJS.ProcessEnv = {}): Promise<SampleResults> {
    const { JEST_WORKER_ID: _worker, VITEST: _vitest, NODE_ENV: _env, ...inherited } = process.env
    const env = { ...inherited, FIXTURE_ADDON: fixtureFile, FORCE_COLOR: '0', NO_COLOR: '1', ...environment }
    const { stderr, stdout } = await this.#start([program, ...args], env)
    if (!existsSync(reportFile)) throw new Error(`no report was written\n${stdout}\n${stderr}`)
    const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8')) as RunnerReport
    const results = testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ title, status, failureMessages, meta }) => {
        const said = meta === undefined || Object.keys(meta).length === 0 ? {} : { meta }
        return [title, { passed: status === 'passed', message: (failureMessages ?? []).join('\n'), ...said }] as const
      }),
    )
    if (results.length === 0)
      throw new Error(`no test was run\n${testResults.map(({ message }) => message).join('\n')}\n${stdout}\n${stderr}`)
    return new Map(results)
  }

  /** What it wrote, whether its tests passed or not. */
  #start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: this.folder, env, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
        resolve({ stdout, stderr })
      })
    })
  }
}
