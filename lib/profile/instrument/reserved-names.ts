import type { AnyNode, Program } from 'acorn'

import { openingMark } from '../probe-marks.js'
import { forEachChild } from './child-nodes.js'
import { reservedPrefix } from './insertions.js'
import { parseSource } from './parse-source.js'

/** Whether a name may begin with the reserved prefix, judged by the text alone. A name may be written with escapes. */
function mayUseReservedNames(source: string): boolean {
  return source.includes(reservedPrefix) || source.includes('\\u')
}

function hasReservedName(node: AnyNode): boolean {
  if (node.type === 'Identifier') return node.name.startsWith(reservedPrefix)
  let isFound = false
  forEachChild(node, (child) => {
    isFound ||= hasReservedName(child)
  })
  return isFound
}

/** Why what is inserted into a source couldn't be told from the source itself; undefined when it can. Comments and strings may contain any name. */
export function whyAmbiguous(source: string, program: Program): string | undefined {
  if (source.includes(openingMark)) return 'it contains a mark of this profiler'
  return mayUseReservedNames(source) && hasReservedName(program) ? 'it uses names of this profiler' : undefined
}

/** Whether the source has names of the profiler's, as instrumented code has. */
export function usesReservedNames(source: string): boolean {
  if (!mayUseReservedNames(source)) return false
  return [false, true].some((module) => {
    const { program } = parseSource(source, module)
    return program !== undefined && hasReservedName(program)
  })
}
