// Takes the comments out of dist's scripts: they are a fifth of what a user downloads. Declarations keep theirs, which editors show.
// Part of `npm run build:lib`.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { transformSync } from 'esbuild'

const dist = path.join(import.meta.dirname, '..', 'dist')

readdirSync(dist, { recursive: true })
  .filter((file) => /\.m?js$/.test(file))
  .map((file) => path.join(dist, file))
  .forEach((file) => {
    const text = readFileSync(file, 'utf8')
    const { code } = transformSync(text, { platform: 'node', target: 'node20', legalComments: 'inline' })
    if (code !== text) writeFileSync(file, code)
  })
