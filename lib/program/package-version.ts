import { createRequire } from 'node:module'

function readVersion(): string {
  try {
    return (createRequire(__filename)('../../package.json') as { readonly version: string }).version
  } catch {
    // In a bundle, where what comes next says that it doesn't find the addon.
    return 'unknown'
  }
}

/** The version in the package's own package.json. */
export const packageVersion = readVersion()
