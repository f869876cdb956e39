// For clang-tidy: the sources of each room as one, so that what they include is read and checked once a room rather than once a file, which takes
// a fourth of the time. Reads what node-gyp wrote of how each is compiled, and writes the same of the joined files. Prints their folder.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { root } from './run-step.mjs'

const native = path.join(root, 'native')
const joined = path.join(root, 'build', 'joined')
// Each file of it binds another room to JavaScript, and calls its arguments as the others call theirs.
const readApart = new Set(['convert'])
// The analyzer explores functions of the main file alone otherwise, which has none. Those of system headers it leaves out.
const analyzeAll = '-Xclang -analyzer-opt-analyze-headers'

function groupOf({ command, file }) {
  const inRoom = path.relative(native, file)
  const room = inRoom.split(path.sep)[0]
  const flags = command.replace(` -c ${file}`, '').replaceAll(/ -I(?=\S*(?:node_modules|\/usr\/))/g, ' -isystem ')
  return { flags, key: JSON.stringify([flags, readApart.has(room) ? inRoom : room]) }
}

function groupsOf(commands) {
  const groups = new Map()
  for (const command of commands) {
    const { flags, key } = groupOf(command)
    const group = groups.get(key) ?? { flags, files: [] }
    group.files.push(command.file)
    groups.set(key, group)
  }
  // The longest first, so that none is left to one core at the end.
  return [...groups.values()].toSorted((one, other) => other.files.length - one.files.length)
}

function writeJoined({ flags, files }, index) {
  if (files.length === 1) return { directory: joined, command: `${flags} -c ${files[0]}`, file: files[0] }
  const room = path.relative(native, path.dirname(files[0])).split(path.sep)[0]
  const file = path.join(joined, `${index}-${room}${path.extname(files[0])}`)
  const includes = files.map((each) => `#include "${each}"  // NOLINT(bugprone-suspicious-include)\n`)
  writeFileSync(file, includes.join(''))
  return { directory: joined, command: `${flags} ${analyzeAll} -c ${file}`, file }
}

const commands = JSON.parse(readFileSync(path.join(root, 'build', 'Release', 'compile_commands.json'), 'utf8'))
rmSync(joined, { recursive: true, force: true })
mkdirSync(joined, { recursive: true })
const database = groupsOf(commands.filter(({ file }) => file.startsWith(native + path.sep))).map(writeJoined)
writeFileSync(path.join(joined, 'compile_commands.json'), JSON.stringify(database))
console.log(path.relative(root, joined))
