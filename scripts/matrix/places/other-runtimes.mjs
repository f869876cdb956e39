// Bun and Deno, the latter also with permissions missing.
import path from 'node:path'

import { root } from '../kit.mjs'
import { lacking, linesFor, versionOf } from './node.mjs'

const runtimes = path.join(root, '.cache', 'runtimes', 'node_modules')
export const bun = path.join(runtimes, '@oven', 'bun-linux-x64', 'bin', 'bun')
export const deno = path.join(runtimes, '@deno', 'linux-x64-glibc', 'deno')

const group = 'Bun and Deno'

export const bunPlace = {
  group,
  name: 'Bun',
  missing: () => lacking(bun, 'Bun'),
  version: () => `Bun ${versionOf(bun)}`,
  prepare: ({ app }) => linesFor({ app, runtime: [bun], preload: '--preload' }),
}

/** Whose files aren't ours to take for a version of Bun: Debian has no musl build of the C++ library that it needs. */
const bunOnMusl = {
  group,
  name: 'Bun on musl',
  missing: () => "Bun's binary for musl needs a libstdc++ built for musl, which Debian has not",
}

function denoPlace(name, flags, about) {
  return {
    group,
    name,
    about,
    missing: () => lacking(deno, 'Deno'),
    version: () => versionOf(deno).replace(/^deno (\S+).*/, 'Deno $1'),
    prepare: ({ app }) => {
      // Deno takes a preload for a path.
      const preloaded = (key) => `./node_modules/allocscope/dist/${key}/${key}.mjs`
      return linesFor({ app, runtime: [deno, 'run', '--no-prompt', '--unstable-detect-cjs', ...flags], preload: '--preload', preloaded })
    },
  }
}

const others = ['--allow-read', '--allow-write', '--allow-env', '--allow-sys', '--allow-run']

export const denoPlaces = [
  denoPlace('Deno -A', ['-A'], '`deno run -A`'),
  denoPlace('Deno without --allow-ffi', others, `\`deno run ${others.join(' ')}\``),
  denoPlace('Deno, --allow-ffi', ['--allow-ffi', '--allow-read=.', '--allow-env'], '`deno run --allow-ffi --allow-read=. --allow-env`'),
]

export const otherRuntimes = [bunPlace, bunOnMusl, ...denoPlaces]
