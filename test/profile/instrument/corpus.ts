import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const packages = path.resolve('node_modules')

export interface CorpusFile {
  readonly name: string
  readonly source: string
}

/** JavaScript files of the installed packages: each `step`th in the order of their names, those above `maxBytes` left out. */
export function readCorpus(step: number, maxBytes: number): CorpusFile[] {
  return readdirSync(packages, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .filter((_, index) => index % step === 0)
    .map((file) => ({ name: path.relative(packages, file), source: readFileSync(file, 'utf8') }))
    .filter(({ source }) => source.length <= maxBytes)
}
