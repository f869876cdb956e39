import path from 'node:path'

import { isRuntimeLibrary } from './native-names.js'
import type { TrackedFrame } from './tracking-report.js'

/** The frame whose line a stack counts for: the innermost of JavaScript outside of node's own; otherwise node's own, otherwise native code. */
function lineFrame(frames: readonly TrackedFrame[]): TrackedFrame | undefined {
  const script = frames.filter(({ kind }) => kind === 'javascript')
  return script.find(({ file, line }) => line !== undefined && !file.startsWith('node:')) ?? script[0] ?? nativeFrame(frames)
}

/** The native function that asked for the memory: the innermost outside of the libraries of C and C++. */
export function nativeFrame(frames: readonly TrackedFrame[]): TrackedFrame | undefined {
  const native = frames.filter(({ kind }) => kind === 'native')
  return native.find(({ file }) => !isRuntimeLibrary(file)) ?? native[0]
}

/** The line of {@link lineFrame}. What the tracker itself allocated, before the program began, has a name of its own. */
export function lineName(frames: readonly TrackedFrame[]): string {
  const frame = lineFrame(frames)
  return frame?.kind === 'javascript' && path.dirname(frame.file) === __dirname ? '(allocscope)' : frameLine(frame)
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

const packageFolder = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//

/** The object of native code: its file's name, and the package that brings it. */
export function moduleName(frame: TrackedFrame | undefined): string {
  if (frame === undefined) return '(unknown)'
  const name = path.basename(frame.file)
  const packageName = packageFolder.exec(frame.file)?.[1]
  return packageName === undefined ? name : `${name} (${packageName})`
}
