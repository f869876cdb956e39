import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

/*
 * Names and numbers that native code and TypeScript both write by hand: what figures are called, and at which place they stand. Each side's
 * comment names the other: `In TypeScript: drainPlace.` above `enum DrainField`, and `DrainField of native/convert/sampler.cc` above
 * `const drainPlace`. What they say must be the same.
 */

const nativeMarker = /\bIn TypeScript: (\w+)\./
const typeScriptMarker = /\b(\w+) of (native\/[\w/]+\.(?:h|cc))\b/

/** `kRecordTimeMillis` of `RecordField` is `timeMs`: no prefix, and the units as TypeScript writes them. */
function placeName(enumerator, enumName) {
  const base = enumName.replace(/Field$/, '')
  const bare = enumerator.replace(/^k/, '')
  const own = bare.startsWith(base) && /^[A-Z]/.test(bare.slice(base.length)) ? bare.slice(base.length) : bare
  return (own[0].toLowerCase() + own.slice(1)).replace(/Millis$/, 'Ms')
}

function parseEnum(name, body) {
  const enumerators = body
    .replace(/\/\/.*$/gm, '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const wrong = enumerators.find((each) => !/^k\w+$/.test(each))
  if (wrong !== undefined) throw new Error(`${name}: "${wrong}" has a number of its own, which this check doesn't read`)
  return Object.fromEntries(enumerators.map((each, index) => [placeName(each, name), index]))
}

/** Strings, or structures that begin with one. */
function parseList(body) {
  const entries = /^\s*\{/.test(body) ? body.matchAll(/\{\s*"([^"]*)"/g) : body.matchAll(/"([^"]*)"/g)
  return [...entries].map(([, name]) => name)
}

/** The declaration that `text` begins with: an enum, a list of names, a text or a number. */
function parseDeclaration(text) {
  const enumeration = /^enum (?:class )?(\w+)[^{;]*\{([^}]*)\}/.exec(text)
  if (enumeration !== null) return { name: enumeration[1], value: parseEnum(enumeration[1], enumeration[2]) }
  const list = /^constexpr [\w:* ]+?(k\w+)\[\] = \{([^;]*)\};/.exec(text)
  if (list !== null) return { name: list[1], value: parseList(list[2]) }
  const scalar = /^constexpr [\w:* ]+?(k\w+)(?:\[\])? = (?:"([^"]*)"|(\d+));/.exec(text)
  if (scalar !== null) return { name: scalar[1], value: scalar[2] ?? Number(scalar[3]) }
  return undefined
}

/** What `text`, the file `native/<file>`, shares with TypeScript, and what is wrong with how it says so. */
function readNative(file, text) {
  const shared = []
  const wrong = []
  for (const { 0: comment, index } of text.matchAll(/^(?:\/\/.*\n)+/gm)) {
    const marker = nativeMarker.exec(comment.replaceAll('\n//', ''))
    if (marker === null) continue
    const declaration = parseDeclaration(text.slice(index + comment.length))
    if (declaration === undefined)
      wrong.push(`native/${file}: what is "In TypeScript: ${marker[1]}" isn't declared in a form that can be read`)
    else shared.push({ ...declaration, file: `native/${file}`, counterpart: marker[1] })
  }
  if (path.basename(file) === 'columns.h') {
    const known = shared.map(({ name }) => name)
    const lists = [...text.matchAll(/^constexpr .*?(k\w+)(?:\[\])? =/gm)].map(([, name]) => name)
    for (const name of lists.filter((each) => !known.includes(each)))
      wrong.push(`native/${file}: ${name} doesn't say what it is in TypeScript`)
  }
  return { shared, wrong }
}

function literalOf(node) {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return literalOf(node.expression)
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(literalOf)
  if (!ts.isObjectLiteralExpression(node)) return undefined
  return Object.fromEntries(node.properties.map((each) => [each.name?.getText(), each.initializer && literalOf(each.initializer)]))
}

/** The constants of `text` whose comments name something native. */
function readTypeScript(file, text) {
  if (!typeScriptMarker.test(text)) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return source.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const comment = text
      .slice(statement.getFullStart(), statement.getStart())
      .split('/**')
      .at(-1)
      .replace(/\s+\*?\s*/g, ' ')
    const marker = typeScriptMarker.exec(comment)
    const [declaration] = statement.declarationList.declarations
    if (marker === null || declaration.initializer === undefined) return []
    return [{ name: declaration.name.getText(), value: literalOf(declaration.initializer), file, counterpart: marker[1], of: marker[2] }]
  })
}

function compare(native, typeScript) {
  const [here, there] = [`${native.name} of ${native.file}`, `${typeScript.name} of ${typeScript.file}`]
  if (native.counterpart !== typeScript.name) return `${here} says that it is ${native.counterpart}, but ${there} says that it is the same`
  const [ours, theirs] = [JSON.stringify(native.value), JSON.stringify(typeScript.value)]
  return ours === theirs ? undefined : `${there} isn't ${here}:\n  ${theirs}\n  ${ours}`
}

/** What is said differently in the texts of `native` and `lib`, each a list of `[file, text]` with paths within that folder. */
export function findDrift(native, lib) {
  const read = native.map(([file, text]) => readNative(file, text))
  const shared = read.flatMap((each) => each.shared)
  const constants = lib.flatMap(([file, text]) => readTypeScript(`lib/${file}`, text))
  const isSame = (one, other) => one.name === other.counterpart && one.file === other.of
  const unread = shared.filter((one) => !constants.some((other) => isSame(one, other)))
  return [
    ...read.flatMap((each) => each.wrong),
    ...unread.map(({ name, file, counterpart }) => `${name} of ${file}: no ${counterpart} in lib says that it is the same`),
    ...constants.map((constant) => {
      const one = shared.find((each) => isSame(each, constant))
      return one === undefined
        ? `${constant.name} of ${constant.file}: ${constant.of} has no ${constant.counterpart} that says so`
        : compare(one, constant)
    }),
  ].filter((line) => line !== undefined)
}

function textsUnder(folder, pattern) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => pattern.test(file) && !file.startsWith('test/'))
    .map((file) => [file, readFileSync(path.join(folder, file), 'utf8')])
}

/** As {@link findDrift}, of the package in `root`. */
export function findDriftUnder(root) {
  return findDrift(textsUnder(path.join(root, 'native'), /\.(cc|h)$/), textsUnder(path.join(root, 'lib'), /\.ts$/))
}
