import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')

interface Case {
  /** An existing file of lib, whose text is replaced. */
  readonly file: string
  readonly text: string
}

interface LintMessage {
  readonly ruleId: string | null
  readonly message: string
}

/**
 * Lints every case with the package's real configuration, in one process: eslint's start is most of the cost. Rules about imports ask for no types, so
 * the compiler needn't find any.
 */
function lint(cases: readonly Case[]): readonly (readonly LintMessage[])[] {
  const program = `
    import { ESLint } from 'eslint'
    const overrideConfig = { languageOptions: { parserOptions: { projectService: false } } }
    const eslint = new ESLint({ ruleFilter: ({ ruleId }) => /import/.test(ruleId), overrideConfig })
    const answers = []
    for (const { file, text } of JSON.parse(process.argv[1])) answers.push((await eslint.lintText(text, { filePath: file }))[0].messages)
    console.log(JSON.stringify(answers))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(cases)], {
    cwd: root,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as LintMessage[][]
}

const paths = 'import-x/no-restricted-paths'
const cycle = 'import-x/no-cycle'
const pageImports = '@typescript-eslint/no-restricted-imports'
const page = 'lib/report/line-profile/page/main.ts'

function importing(file: string, name: string, from: string): Case {
  return { file, text: `import { ${name} } from '${from}'\nvoid ${name}\n` }
}

function requiring(file: string, from: string): Case {
  return { file, text: `export const room = lazily(() => require('${from}'))\n` }
}

const refused: readonly (readonly [string, string, Case])[] = [
  ['an upper room', paths, importing('lib/binding/native-surface.ts', 'getRss', '../process/index.js')],
  [
    'an upper room, by type',
    paths,
    { file: 'lib/errors/allocscope-error.ts', text: "export type { HeapStats } from '../heap/index.js'\n" },
  ],
  ['an upper room, when it is first used', paths, requiring('lib/binding/native-surface.ts', '../process/index.js')],
  ['a sibling room', paths, importing('lib/heap/heap-stats.ts', 'getAllocatorStats', '../allocator/index.js')],
  ['the inside of a room', paths, importing('lib/process/proc-fields.ts', 'outOfRange', '../errors/argument-errors.js')],
  ['the public list', paths, importing('lib/process/proc-fields.ts', 'getHeapStats', '../index.js')],
  ['in a circle, when it is first used', cycle, requiring('lib/process/proc-fields.ts', './process-memory.js')],
  ['in a circle', cycle, importing('lib/process/proc-fields.ts', 'getRss', './process-memory.js')],
  ['a development dependency', 'import-x/no-extraneous-dependencies', importing('lib/process/proc-fields.ts', 'sample', 'fast-check')],
  ['what the text report has, into the page', pageImports, importing(page, 'renderTable', '../../table.js')],
  ['a room other than figures, into the page', pageImports, importing(page, 'lazily', '../../../loading/index.js')],
  ["a module of Node's, into the page", pageImports, importing(page, 'createHash', 'node:crypto')],
]

const allowed: readonly (readonly [string, Case])[] = [
  ['a lower room', importing('lib/process/proc-fields.ts', 'outOfRange', '../errors/index.js')],
  ['a room within a room', importing('lib/register/profile.ts', 'measureMemory', '../profile/measure/index.js')],
  ['a file of the same room', importing('lib/process/process-memory.ts', 'parseProcFields', './proc-fields.js')],
  ['the arrow from allocator to process', importing('lib/allocator/allocator-stats.ts', 'getRss', '../process/index.js')],
  ['figures into the page', importing(page, 'formatShare', '../../../figures/index.js')],
]

describe('the arrows of lib', () => {
  const answers = lint([...refused.map(([, , one]) => one), ...allowed.map(([, one]) => one)])

  it.each(refused.map(([name, rule], index) => [name, rule, index] as const))('refuse to import %s (%s)', (_name, rule, index) => {
    expect((answers[index] ?? []).map(({ ruleId }) => ruleId)).toContain(rule)
  })

  it.each(allowed.map(([name], index) => [name, refused.length + index] as const))('allow to import %s', (_name, index) => {
    expect(answers[index]).toEqual([])
  })
})
