// The scripts of the HTML pages, each folder `page` in one piece, written into dist as a module that exports its text.
// Part of `npm run build:lib`; Jest calls it before any test, so that a test of lib sees the pages as they are.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { buildSync } from 'esbuild'

const root = path.join(import.meta.dirname, '..')

/** `library` is what a page brings along that isn't ours: its licence asks for its notice to be in every copy. */
const pages = [
  { folder: path.join('report', 'line-profile'), product: 'page-script.js' },
  { folder: path.join('report', 'tracking'), product: 'flame-script.js' },
  { folder: path.join('report', 'recording-plot'), product: 'plot-script.js', library: 'uplot', style: path.join('dist', 'uPlot.min.css') },
]

function ofPackage(name, file) {
  return readFileSync(path.join(root, 'node_modules', name, file), 'utf8').trim()
}

function bundle({ folder, library }) {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [path.join('lib', folder, 'page', 'main.ts')],
    banner: library === undefined ? {} : { js: `/*! ${library}\n${ofPackage(library, 'LICENSE')} */` },
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

function moduleOf(page) {
  const script = `'use strict'\nexports.pageScript = ${JSON.stringify(bundle(page))}\n`
  if (page.style === undefined) return script
  return `${script}exports.libraryStyle = ${JSON.stringify(ofPackage(page.library, page.style))}\n`
}

/** Writes the modules where they aren't what the sources say. */
export default function bundlePages() {
  for (const page of pages) {
    const product = path.join(root, 'dist', page.folder, page.product)
    const text = moduleOf(page)
    if (existsSync(product) && readFileSync(product, 'utf8') === text) continue
    mkdirSync(path.dirname(product), { recursive: true })
    writeFileSync(product, text)
  }
}

if (process.argv[1] === import.meta.filename) bundlePages()
