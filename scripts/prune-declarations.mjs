// Removes declarations from dist that none of the package's entries leads to: a user of the package can't import them, and they are half of its files. A room's list of
// exports, which has nothing but `export … from`, keeps what is asked of it. Part of `npm run build:lib`.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

const root = path.join(import.meta.dirname, '..')

/** Stands for every name. */
const everything = '*'

/** Every `types` of package.json's exports. */
function entries(exported) {
  if (typeof exported !== 'object') return []
  return Object.entries(exported).flatMap(([name, value]) => (name === 'types' ? [path.join(root, value)] : entries(value)))
}

function declarationsOf(file, specifier) {
  return path.join(path.dirname(file), specifier.replace(/\.(m?)js$/, '.d.$1ts'))
}

function parse(file) {
  if (!existsSync(file)) throw new Error(`${file} is missing`)
  const text = readFileSync(file, 'utf8')
  return { text, statements: ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements }
}

/** Whether a statement hands names of another file on. */
function isHandedOn(statement) {
  return ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && statement.exportClause !== undefined
}

/** What the statement of a list hands on of what is asked of the list: the name outside, and the one within. */
function handedOn(statement, asked) {
  const names = statement.exportClause.elements.map(({ name, propertyName }) => [name.text, (propertyName ?? name).text])
  return names.filter(([outside]) => asked.has(everything) || asked.has(outside))
}

/** The names that a statement of a file asks of another; everything where it names none. */
function namesOf(statement) {
  const elements = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings?.elements : statement.exportClause?.elements
  return elements?.map(({ name, propertyName }) => (propertyName ?? name).text) ?? [everything]
}

/** What a file asks of others: each file, and a name. */
function asksOf(file, asked) {
  const { text, statements } = parse(file)
  const isList = statements.every(isHandedOn)
  const asking = statements.filter(({ moduleSpecifier }) => moduleSpecifier !== undefined)
  const byName = asking.flatMap((statement) => {
    const names = isList ? handedOn(statement, asked).map(([, within]) => within) : namesOf(statement)
    return names.map((name) => [statement.moduleSpecifier.text, name])
  })
  const inTypes = Array.from(text.matchAll(/\bimport\(["']([^"']+)["']\)/g), ([, specifier]) => [specifier, everything])
  return [...byName, ...inTypes].filter(([specifier]) => specifier.startsWith('.')).map(([to, name]) => [declarationsOf(file, to), name])
}

/** Each file that is reached, and the names that are asked of it. */
function reachedFrom(files) {
  const reached = new Map(files.map((file) => [file, new Set([everything])]))
  const waiting = [...reached.keys()]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const [to, name] of asksOf(file, reached.get(file))) {
      const asked = reached.get(to) ?? new Set()
      if (asked.has(name)) continue
      reached.set(to, asked.add(name))
      waiting.push(to)
    }
  }
  return reached
}

/** Leaves in a list what is asked of it. */
function shorten(file, asked) {
  const { statements } = parse(file)
  if (asked.has(everything) || !statements.every(isHandedOn)) return
  const lines = statements.flatMap((statement) => {
    const names = handedOn(statement, asked).map(([outside, within]) => (outside === within ? outside : `${within} as ${outside}`))
    const type = statement.isTypeOnly ? 'type ' : ''
    return names.length === 0 ? [] : [`export ${type}{ ${names.join(', ')} } from '${statement.moduleSpecifier.text}';`]
  })
  writeFileSync(file, `${lines.join('\n')}\n`)
}

const { exports: exported } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const reached = reachedFrom(entries(exported))
for (const [file, asked] of reached) shorten(file, asked)
const dist = path.join(root, 'dist')
readdirSync(dist, { recursive: true })
  .filter((file) => /\.d\.m?ts$/.test(file))
  .map((file) => path.join(dist, file))
  .filter((file) => !reached.has(file))
  .forEach((file) => rmSync(file))
