// As exercises.cjs, for packages that are loaded as ES modules.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const text = (file) => readFileSync(path.join('node_modules', file), 'utf8')
const print = (value) => console.log(typeof value === 'string' ? value : JSON.stringify(value))

const exercises = {
  async acorn() {
    const { parse } = await import('acorn')
    print(parse(text('commander/lib/command.js'), { ecmaVersion: 'latest', sourceType: 'script' }))
  },
  async marked() {
    const { marked } = await import('marked')
    print(marked(text('semver/README.md')))
  },
  async prettier() {
    const prettier = await import('prettier')
    print(await prettier.format(text('semver/classes/range.js'), { parser: 'babel', semi: false }))
    print(
      await prettier.format('interface A<T extends {}> { a?: T } const x = <T,>(y: T) => y satisfies unknown', { parser: 'typescript' }),
    )
    print(await prettier.format(text('semver/README.md'), { parser: 'markdown', proseWrap: 'always' }))
  },
}

await exercises[process.argv[2]]()
