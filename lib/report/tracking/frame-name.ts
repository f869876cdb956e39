import type { TrackedFrame } from '../../track/index.js'

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** A frame as flame graphs show it: `load images.js:12`, `node::Buffer::New [node]`. */
export function frameName({ kind, functionName, file, line }: TrackedFrame): string {
  if (kind === 'native') return `${functionName === '' ? '(no symbol)' : functionName} [${baseName(file)}]`
  const name = functionName === '' ? '(anonymous)' : functionName
  return line === undefined ? name : `${name} ${file === '' ? '(evaluated)' : file.startsWith('node:') ? file : baseName(file)}:${line}`
}
