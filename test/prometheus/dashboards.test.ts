import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import ts from 'typescript'

import { metrics } from '../../lib/metrics/index.js'
import { testWhere } from '../installed/test-where.js'
import { prometheusMissing, promtool, promtoolMissing, startPrometheus } from './prometheus.js'
import { serveMetrics } from './served-metrics.js'

const dashboards = path.join(__dirname, '..', '..', 'dashboards')
const alerts = path.join(dashboards, 'alerts.yml')
const file = path.join(dashboards, 'allocscope.json')

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly fieldConfig: { readonly defaults: { readonly unit: string } }
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string }[] }
}

const { panels, templating } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard

/** As Grafana asks Prometheus when everything is chosen. */
function asked(expression: string): string {
  return expression.replaceAll(/\$(?:job|instance)/g, '.*').replaceAll('$__rate_interval', '5s')
}

const expressions = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expression: asked(expr) })))

function metricsIn(text: string): readonly string[] {
  return [...new Set(text.match(/(?<![\w:])nodejs_\w+/g))]
}

const names = new Set(Object.values(metrics).map(({ name }) => name))

test('every metric that the dashboard and the alerts name is one of ours', () => {
  const used = metricsIn(JSON.stringify(panels) + JSON.stringify(templating) + readFileSync(alerts, 'utf8'))
  expect(used.length).toBeGreaterThan(12)
  expect(used.filter((name) => !names.has(name))).toEqual([])
})

test("the dashboard is of Grafana's own schema", () => {
  const schema = '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen'
  const source = `import type { Dashboard } from '${schema}'\nexport const dashboard: Dashboard = ${readFileSync(file, 'utf8')}`
  // Beside this file, from which the schema is found; it is never written.
  const made = path.join(__dirname, 'made-dashboard.ts')
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext }
  const host = ts.createCompilerHost(options)
  const readSource = host.getSourceFile.bind(host)
  host.getSourceFile = (name, version) => (name === made ? ts.createSourceFile(name, source, version) : readSource(name, version))
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([made], options, host))
  expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
})

test('the panels have numbers of their own, lie beside each other, and use variables that there are', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, place) => `${x + (place % w)} ${y + Math.floor(place / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
  const variables = new Set(['$__rate_interval', ...templating.list.map(({ name }) => `$${name}`)])
  const used = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\$\w+/g) ?? []))
  expect(used.filter((name) => !variables.has(name))).toEqual([])
})

testWhere(promtoolMissing)('promtool takes the alerts and every expression of the dashboard, and the tests of the alerts pass', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  const written = path.join(folder, 'dashboard.yml')
  const rules = expressions.map(({ expression }, number) => ({ record: `panel:expression:${number}`, expr: expression }))
  writeFileSync(written, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
  const checked = [promtool(['check', 'rules', written]), promtool(['check', 'rules', alerts])]
  rmSync(folder, { recursive: true })
  expect(checked.map(({ status, output }) => (status === 0 ? 0 : output))).toEqual([0, 0])
  expect(checked[0]?.output).toContain(`SUCCESS: ${expressions.length} rules found`)
  const { output, status } = promtool(['test', 'rules', path.join(dashboards, 'alerts.test.yml')])
  expect(status === 0 ? 0 : output).toBe(0)
})

// A process without an addon that has an allocator, and where no limit is set, has nothing to show there. Nothing is at a limit soon.
const mayBeEmpty = new Set(['Allocators within libraries', 'Container', "Time to the container's limit"])

testWhere(prometheusMissing)('each panel shows something of a real process; what the alerts are made of is there', async () => {
  const server = await serveMetrics({ LD_PRELOAD: '' })
  const prometheus = await startPrometheus(server.port, alerts)
  try {
    await prometheus.queryUntil('count_over_time(nodejs_allocator_info[1m])', ([series]) => (series?.value ?? 0) >= 3)
    const empty: string[] = []
    for (const { title, expression } of expressions) {
      const series = await prometheus.query(expression)
      if (series.length === 0 && !mayBeEmpty.has(title)) empty.push(expression)
    }
    expect(empty).toEqual([])
    const [native] = await prometheus.queryUntil('instance:nodejs_native_memory_bytes:sum', ({ length }) => length > 0)
    expect(native?.value).toBeGreaterThan(2 ** 20)
    expect(Object.keys(native?.metric ?? {})).toEqual(['__name__', 'instance', 'job'])
  } finally {
    await prometheus.stop()
    await server.stop()
  }
})
