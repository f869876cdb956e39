// Removes declarations from dist that none of the package's entries leads to: a user of the package can't import them, and they are half of its files. What a
// file exports from another stays where it is asked for. Part of `npm run build:lib`.
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

/** What a statement hands on of what is asked of its file: the name outside, and the one within. */
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
  const asking = statements.filter(({ moduleSpecifier }) => moduleSpecifier !== undefined)
  const byName = asking.flatMap((statement) => {
    const names = isHandedOn(statement) ? handedOn(statement, asked).map(([, within]) => within) : namesOf(statement)
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

/** Leaves of what a file hands on what is asked of it. */
function shorten(file, asked) {
  const { text, statements } = parse(file)
  if (asked.has(everything) || !statements.some(isHandedOn)) return
  const lines = statements.flatMap((statement) => {
    if (!isHandedOn(statement)) return [text.slice(statement.pos, statement.end).trim()]
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
