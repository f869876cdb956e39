// Takes out of dist's scripts what runs nothing: comments, a fifth of what a user downloads, and the scripts of files that hold types alone, which nobody
// requires. Declarations keep their comments, which editors show. Part of `npm run build:lib`.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { transformSync } from 'esbuild'

const dist = path.join(import.meta.dirname, '..', 'dist')

/** What tsc makes of a file that holds types alone. */
const typesAlone = /^"use strict";\s*Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);\s*$/

readdirSync(dist, { recursive: true })
  .filter((file) => /\.m?js$/.test(file))
  .map((file) => path.join(dist, file))
  .forEach((file) => {
    const text = readFileSync(file, 'utf8')
    const { code } = transformSync(text, { platform: 'node', target: 'node20', legalComments: 'inline' })
    if (typesAlone.test(code)) rmSync(file)
    else if (code !== text) writeFileSync(file, code)
  })
