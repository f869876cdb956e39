// The package as a user gets it: packed, and installed from the tarball into the folder of a user's project.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { prepareBy } from './start.mjs'

export const root = path.resolve(import.meta.dirname, '..', '..')
const programs = path.join(import.meta.dirname, 'programs')

/** Entries that make a call: as a CommonJS file, as a module, and beside an executable or a snapshot. */
const entries = {
  'main.cjs': `const allocscope = require('allocscope')\nvoid require('./calls.cjs').main(allocscope)\n`,
  'main.mjs': `import * as allocscope from 'allocscope'\nimport { main } from './calls.mjs'\nvoid main(allocscope)\n`,
}

function writeProject(folder, files = {}) {
  mkdirSync(folder, { recursive: true })
  cpSync(programs, folder, { recursive: true })
  const calls = readFileSync(path.join(programs, 'calls.cjs'), 'utf8')
  writeFileSync(path.join(folder, 'calls.mjs'), calls.replace('module.exports = ', 'export '))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true }))
  for (const [name, text] of Object.entries({ ...entries, ...files })) writeFileSync(path.join(folder, name), text)
}

/**
 * @typedef {object} Kit
 * @property {string} folder where everything is
 * @property {string} tarball the packed package
 * @property {string} app a project into which npm installed it
 * @property {(name: string, files?: Record<string, string>) => string} project a new project without the package
 * @property {(name: string, files?: Record<string, string>) => string} installed a new project with it
 */

/** @returns {Promise<Kit>} */
export async function makeKit() {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-matrix-'))
  // Other users read it.
  chmodSync(folder, 0o755)
  // Without scripts: `prepack` would build anew what is built.
  const packed = await prepareBy({ argv: ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder], cwd: root })
  const tarball = path.join(folder, packed.trim().split('\n').at(-1))
  const project = (name, files) => {
    const made = path.join(folder, name)
    writeProject(made, files)
    return made
  }
  const app = project('app')
  await prepareBy({ argv: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', tarball], cwd: app })
  const installed = (name, files) => {
    cpSync(app, path.join(folder, name), { recursive: true, verbatimSymlinks: true })
    return project(name, files)
  }
  return { folder, tarball, app, project, installed }
}
