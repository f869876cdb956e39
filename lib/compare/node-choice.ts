import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

import { AllocscopeError, invalidArgumentValue } from '../errors/index.js'

/** A Node to run the program with. */
export interface NodeChoice {
  readonly label: string
  readonly file: string
  /** As it says itself: `v26.1.0`. */
  readonly version: string
}

/** The folders in which version managers keep a Node for each version, and its program within such a folder. */
function managedFolders({ env, home }: NodePlaces): readonly (readonly [folder: string, program: string])[] {
  const under = (variable: string, ...otherwise: readonly string[]): string => env[variable] ?? path.join(...otherwise)
  return [
    [path.join(under('NVM_DIR', home, '.nvm'), 'versions', 'node'), 'bin/node'],
    [path.join(under('FNM_DIR', home, '.local', 'share', 'fnm'), 'node-versions'), 'installation/bin/node'],
    [path.join(under('VOLTA_HOME', home, '.volta'), 'tools', 'image', 'node'), 'bin/node'],
    [path.join(under('N_PREFIX', '/usr/local'), 'n', 'versions', 'node'), 'bin/node'],
  ]
}

/** Where Nodes are looked for. */
export interface NodePlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** The parts of a version as numbers: `v20.11.1` is `[20, 11, 1]`. */
function partsOf(version: string): readonly number[] {
  return version.replace(/^v/, '').split('.').map(Number)
}

function isWithin(version: string, wanted: string): boolean {
  return partsOf(wanted).every((part, index) => partsOf(version)[index] === part)
}

function byVersion(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)]
  const different = left.findIndex((part, index) => part !== right[index])
  return different === -1 ? 0 : (left[different] as number) - (right[different] ?? 0)
}

function versionsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The newest installed Node of `version`, a major or more of a version. */
function findVersion(version: string, places: NodePlaces): string | undefined {
  if (isWithin(process.version, version)) return process.execPath
  const onPath = (places.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const named = onPath.map((folder) => path.join(folder, `node${version}`)).find((file) => existsSync(file))
  if (named !== undefined) return named
  const managed = managedFolders(places).flatMap(([folder, program]) =>
    versionsIn(folder)
      .filter((name) => isWithin(name, version) && existsSync(path.join(folder, name, program)))
      .map((name) => ({ name, file: path.join(folder, name, program) })),
  )
  return managed.sort((one, other) => byVersion(other.name, one.name))[0]?.file
}

function askVersion(file: string): string {
  try {
    return execFileSync(file, ['--print', 'process.version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch (cause) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `${file} is no Node that runs here: ${firstLine(cause)}`, { cause })
  }
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n')[0] as string
}

/**
 * The Node that `text` names: a file when it contains a slash, otherwise a version such as `26` or `22.11`, which is looked for as this very Node, as
 * `node26` on the PATH, and where nvm, fnm, volta and n keep theirs. `argument` is named in errors.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE`, AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when there is no such Node.
 */
export function findNode(argument: string, text: string, places: NodePlaces = { env: process.env, home: homedir() }): NodeChoice {
  const isFile = text.includes('/')
  if (!isFile && !/^v?\d+(?:\.\d+){0,2}$/.test(text)) {
    throw invalidArgumentValue(argument, 'a version such as 26, or the file of a Node, with a slash in it', text)
  }
  const file = isFile ? path.resolve(text) : findVersion(text.replace(/^v/, ''), places)
  if (file === undefined) {
    const looked = [`node${text} on the PATH`, ...managedFolders(places).map(([folder]) => folder)].join(', ')
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `no Node ${text} was found (${looked}); give ${argument} the file of one`)
  }
  const version = askVersion(file)
  return { label: `node ${version.replace(/^v/, '')}`, file, version }
}
