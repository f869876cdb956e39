import { readFileSync } from 'node:fs'
import path from 'node:path'

function readVersion(): string {
  try {
    // Not by require(), which keeps all of it, and costs a preload a sixth of a MiB.
    return (JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')) as { readonly version: string }).version
  } catch {
    // In a bundle, where what comes next says that it doesn't find the addon.
    return 'unknown'
  }
}

/** The version in the package's own package.json. */
export const packageVersion = readVersion()
