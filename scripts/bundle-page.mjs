// The script of a profile's HTML page: lib/report/line-profile/page in one piece, written into dist as a module that exports its text.
// Part of `npm run build:lib`; Jest calls it before any test, so that a test of lib sees the page as it is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { buildSync } from 'esbuild'

const root = path.join(import.meta.dirname, '..')
const folder = path.join('report', 'line-profile')
const product = path.join(root, 'dist', folder, 'page-script.js')

function bundle() {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [path.join('lib', folder, 'page', 'main.ts')],
    bundle: true,
    format: 'iife',
    legalComments: 'none',
    minify: true,
    platform: 'browser',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0].text.trimEnd()
}

/** Writes the module where it isn't what the sources say. */
export default function bundlePage() {
  const text = `'use strict'\nexports.pageScript = ${JSON.stringify(bundle())}\n`
  if (existsSync(product) && readFileSync(product, 'utf8') === text) return
  mkdirSync(path.dirname(product), { recursive: true })
  writeFileSync(product, text)
}

if (process.argv[1] === import.meta.filename) bundlePage()
