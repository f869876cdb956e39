// node bench/import.mjs [--runs 20] [--before <checkout>]: what importing allocscope costs a program, compared with prom-client, @datadog/pprof and
// memlab's API. --before adds an earlier build of allocscope to the same run. Ratios are of what an import adds to a bare node. All programs run in turn,
// each in its own process. Medians; no figure is asserted. The peers are installed under .cache/bench.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.join(import.meta.dirname, '..')
const { runs, before } = parseArgs({ options: { runs: { type: 'string', default: '20' }, before: { type: 'string' } } }).values

const peersFolder = path.join(root, '.cache', 'bench')
const peers = { 'prom-client': '15.1.3', '@datadog/pprof': '5.20.0', '@memlab/api': '2.0.5' }

function installPeers() {
  const missing = Object.keys(peers).filter((name) => !existsSync(path.join(peersFolder, 'node_modules', name)))
  if (missing.length === 0) return
  mkdirSync(peersFolder, { recursive: true })
  writeFileSync(path.join(peersFolder, 'package.json'), '{ "private": true }\n')
  const wanted = missing.map((name) => `${name}@${peers[name]}`)
  // memlab uses a browser, but importing it doesn't need the browser's download.
  const environment = { ...process.env, PUPPETEER_SKIP_DOWNLOAD: 'true' }
  spawnSync('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: peersFolder, stdio: 'inherit', env: environment })
}

// Each program writes this when it ends. process.memoryUsage.rss() reads one file; the bare program has that cost too.
const report = `process.on('exit', () => console.log(JSON.stringify({ rss: process.memoryUsage.rss(), files: Object.keys(require.cache ?? {}).length })))`
const reportModule = `import { createRequire } from 'node:module'; const require = createRequire('/'); ${report}`

const scratch = mkdtempSync(path.join(tmpdir(), 'allocscope-bench-'))
const emptyProgram = path.join(scratch, 'empty.js')
writeFileSync(emptyProgram, `${report}\n`)

function requiring(name) {
  return ['-e', `${report}; require(${JSON.stringify(name)})`]
}

function importing(file) {
  return ['--input-type=module', '-e', `${reportModule}; await import(${JSON.stringify(pathToFileURL(file).href)})`]
}

function buildOf(checkout) {
  const dist = path.join(checkout, 'dist')
  return {
    require: requiring(path.join(dist, 'index.js')),
    import: importing([path.join(dist, 'import.mjs'), path.join(dist, 'index.mjs')].find((file) => existsSync(file))),
    '--import allocscope/register': ['--import', path.join(dist, 'register', 'register.mjs'), emptyProgram],
    'allocscope stats': [path.join(dist, 'cli', 'main.js'), 'stats', '--json'],
  }
}

function programsOf() {
  const bare = { name: 'bare node', args: ['-e', report] }
  const bareFile = { name: 'bare node, a file', args: [emptyProgram] }
  const bareModule = { name: 'bare node, ES module', args: ['--input-type=module', '-e', reportModule] }
  const baseOf = (entry) => ({ import: bareModule, '--import allocscope/register': bareFile })[entry]?.name ?? bare.name
  const builds = [['now', buildOf(root)], ...(before === undefined ? [] : [['before', buildOf(path.resolve(before))]])]
  const ours = builds.flatMap(([when, entries]) =>
    Object.entries(entries).map(([entry, args]) => ({
      name: `${entry}, ${when}`,
      entry,
      when,
      args,
      base: baseOf(entry),
    })),
  )
  const theirs = Object.entries(peers).map(([name, version]) => ({
    name: `require('${name}') ${version}`,
    args: requiring(path.join(peersFolder, 'node_modules', name)),
    base: bare.name,
  }))
  return [bare, bareFile, bareModule, ...ours, ...theirs]
}

function runOnce({ args }) {
  const start = process.hrtime.bigint()
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  if (status !== 0) return { ms: NaN, problem: stderr.trim().split('\n').at(-1) }
  const line = stdout
    .trim()
    .split('\n')
    .findLast((one) => one.startsWith('{"rss"'))
  return { ms, ...(line === undefined ? {} : JSON.parse(line)) }
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1]
}

function measure(programs) {
  const measured = programs.map(() => [])
  for (let run = -1; run < Number(runs); run++) {
    // The first round fills the page cache.
    programs.forEach((program, index) => (run < 0 ? runOnce(program) : measured[index].push(runOnce(program))))
  }
  return programs.map((program, index) => ({
    ...program,
    ms: median(measured[index].map(({ ms }) => ms)),
    rss: median(measured[index].map(({ rss }) => rss ?? NaN)),
    files: measured[index][0].files,
    problem: measured[index][0].problem,
  }))
}

function mebibytes(bytes) {
  return Number.isNaN(bytes) ? '' : (bytes / 2 ** 20).toFixed(1)
}

function rowsOf(measured) {
  const byName = new Map(measured.map((one) => [one.name, one]))
  const added = (one, figure) => one[figure] - (byName.get(one.base)?.[figure] ?? NaN)
  return measured.map((one) => {
    const earlier = one.when === 'now' ? byName.get(`${one.entry}, before`) : undefined
    const ratio = (figure) => (earlier === undefined ? '' : (figure(one) / figure(earlier)).toFixed(2))
    return {
      program: one.problem === undefined ? one.name : `${one.name} (fails: ${one.problem})`,
      'median, ms': one.ms.toFixed(1),
      'added, ms': one.base === undefined ? '' : added(one, 'ms').toFixed(1),
      'RSS added, MiB': one.base === undefined ? '' : mebibytes(added(one, 'rss')),
      files: one.files ?? '',
      'all / before': ratio(({ ms }) => ms),
      'added / before': ratio((each) => added(each, 'ms')),
    }
  })
}

installPeers()
console.log(`Node ${process.version}, ${runs} runs of each in turn`)
console.table(rowsOf(measure(programsOf())))
rmSync(scratch, { recursive: true })
