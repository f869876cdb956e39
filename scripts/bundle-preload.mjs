// The flight recorder's preload in one piece: some thirty files, each looked up, read and compiled alone, leave a MiB more in the program that they are loaded
// into. What is loaded lazily stays apart. Part of `npm run build:lib`.
import path from 'node:path'

import { build } from 'esbuild'

const root = path.join(import.meta.dirname, '..')

/** A file that is loaded lazily is dist's own, by its path from there. */
const lazilyLoaded = {
  name: 'lazily-loaded',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.{1,2}\// }, ({ kind, path: asked, resolveDir, importer }) => {
      if (kind !== 'require-call' || importer.includes('node_modules')) return undefined
      return { path: path.relative(path.join(root, 'lib', 'flight'), path.join(resolveDir, asked)), external: true }
    })
  },
}

await build({
  absWorkingDir: root,
  entryPoints: [path.join('lib', 'flight', 'flight.ts')],
  outfile: path.join('dist', 'flight', 'flight.js'),
  allowOverwrite: true,
  bundle: true,
  format: 'cjs',
  logLevel: 'warning',
  minifyWhitespace: true,
  packages: 'external',
  platform: 'node',
  plugins: [lazilyLoaded],
  target: 'node20',
})
