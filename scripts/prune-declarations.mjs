// Removes declarations from dist that none of the package's entries leads to: a user of the package can't import them, and they are a third of its files.
// Part of `npm run build:lib`.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

const root = path.join(import.meta.dirname, '..')

/** Every `types` of package.json's exports. */
function entries(exported) {
  if (typeof exported !== 'object') return []
  return Object.entries(exported).flatMap(([name, value]) => (name === 'types' ? [path.join(root, value)] : entries(value)))
}

/** The declarations that a file imports or exports from. */
function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'))
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => path.join(path.dirname(file), fileName.replace(/\.(m?)js$/, '.d.$1ts')))
}

function reachedFrom(files) {
  const reached = new Set(files)
  // A set's walk comes to what is added meanwhile.
  for (const file of reached) {
    if (!existsSync(file)) throw new Error(`${file} is missing`)
    importsOf(file).forEach((each) => reached.add(each))
  }
  return reached
}

const { exports: exported } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const reached = reachedFrom(entries(exported))
const dist = path.join(root, 'dist')
readdirSync(dist, { recursive: true })
  .filter((file) => /\.d\.m?ts$/.test(file))
  .map((file) => path.join(dist, file))
  .filter((file) => !reached.has(file))
  .forEach((file) => rmSync(file))
