import path from 'node:path'

import { isRuntimeLibrary } from './native-names.js'
import type { TrackedFrame } from './tracking-report.js'

const ownFolder = `${path.dirname(__dirname)}${path.sep}`

const packageFolder = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//

/** The package that brings a file; undefined for what isn't in `node_modules`. */
function packageOf(file: string): string | undefined {
  return packageFolder.exec(file)?.[1]
}

/** Functions outside of node's own, the innermost first. */
function scriptsOf(frames: readonly TrackedFrame[]): readonly TrackedFrame[] {
  return frames.filter(({ kind, file, line }) => kind === 'javascript' && line !== undefined && !file.startsWith('node:'))
}

/** Whether allocscope ran for itself: the tracker, or its preload, which node loads in each worker thread again. */
function isOwn(scripts: readonly TrackedFrame[]): boolean {
  const [innermost] = scripts
  if (innermost === undefined) return false
  return path.dirname(innermost.file) === __dirname || scripts.every(({ file }) => file.startsWith(ownFolder))
}

/** The frame whose line a stack counts for: the innermost of JavaScript outside of node's own; otherwise node's own, otherwise native code. */
export function lineFrame(frames: readonly TrackedFrame[]): TrackedFrame | undefined {
  return scriptsOf(frames)[0] ?? frames.find(({ kind }) => kind === 'javascript') ?? nativeFrame(frames)
}

/** The native function that asked for the memory: the innermost outside of the libraries of C and C++. */
export function nativeFrame(frames: readonly TrackedFrame[]): TrackedFrame | undefined {
  const native = frames.filter(({ kind }) => kind === 'native')
  return native.find(({ file }) => !isRuntimeLibrary(file)) ?? native[0]
}

/**
 * The line that a stack counts for: the innermost outside of node's own. Where that is a package's, the innermost of the program itself stands for it, with
 * the package that it called. Where there is neither, node's own function counts, then the native one. What allocscope itself allocated, before the program
 * or a worker thread began, has a name of its own.
 */
export function lineName(frames: readonly TrackedFrame[]): string {
  const scripts = scriptsOf(frames)
  const [innermost] = scripts
  if (innermost === undefined) return frameLine(lineFrame(frames))
  if (isOwn(scripts)) return '(allocscope)'
  const called = packageOf(innermost.file)
  const own = scripts.find(({ file }) => packageOf(file) === undefined)
  return called === undefined || own === undefined ? frameLine(innermost) : `${frameLine(own)} → ${called}`
}

/** The package that brings an addon or a library of one. Node itself, which may come from a package too, is neither. */
function packageOfLibrary({ file }: TrackedFrame): string | undefined {
  return /\.(?:node|so(?:\.[\d.]+)?)$/.test(file) ? packageOf(file) : undefined
}

/**
 * The package in `node_modules` that a stack counts for: the one whose code ran innermost, of JavaScript outside of node's own or else of native code. What
 * the program asked for by itself or through node alone is its own, and what node asked for by itself is node's.
 */
export function packageName(frames: readonly TrackedFrame[]): string {
  const scripts = scriptsOf(frames)
  const [innermost] = scripts
  if (isOwn(scripts)) return '(allocscope)'
  const native = nativeFrame(frames)
  const called = (innermost && packageOf(innermost.file)) ?? (native && packageOfLibrary(native))
  if (called !== undefined) return called
  return innermost === undefined ? '(node)' : '(the program)'
}

/** A frame in one line of text: `load /app/images.js:12`, `napi_create_buffer [node]`. */
export function frameLine(frame: TrackedFrame | undefined): string {
  if (frame === undefined) return '(unknown)'
  const { kind, functionName, file, line } = frame
  if (kind === 'native') return `${functionName === '' ? '(no symbol)' : functionName} [${path.basename(file)}]`
  // Code that V8 didn't tell of has neither.
  if (line === undefined) return functionName
  return `${functionName === '' ? '(anonymous)' : functionName} ${file === '' ? '(evaluated)' : file}:${line}`
}

/** Functions of node's binary, whatever its file is called: it also carries what an addon was called by. */
const nodeFunction = /^(?:v8impl|v8::internal|node)::/

/**
 * The native functions through which a stack asked for memory: the innermost, and of each further module the innermost of those that led there, outside of
 * the libraries of C and C++: `vips_malloc [libvips.so] ← Execute [sharp.node]`. That node called the addon is so of all and isn't said.
 */
export function wayName(frames: readonly TrackedFrame[]): string {
  const native = frames.filter(({ kind, file }) => kind === 'native' && !isRuntimeLibrary(file))
  const node = native.findLast(({ functionName }) => nodeFunction.test(functionName))?.file
  const innermostOfModules = native.filter(({ file }, place) => native.findIndex((other) => other.file === file) === place)
  const said = innermostOfModules.filter(({ file }, place) => place === 0 || file !== node)
  return said.length === 0 ? frameLine(nativeFrame(frames)) : said.map(frameLine).join(' ← ')
}

/** The object of native code: its file's name, and the package that brings it. */
export function moduleName(frame: TrackedFrame | undefined): string {
  if (frame === undefined) return '(unknown)'
  const name = path.basename(frame.file)
  const packageName = packageOf(frame.file)
  return packageName === undefined ? name : `${name} (${packageName})`
}
