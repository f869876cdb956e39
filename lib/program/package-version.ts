import { createRequire } from 'node:module'

/** The version in the package's own package.json. */
export const packageVersion = (createRequire(__filename)('../../package.json') as { readonly version: string }).version
