/** What runs this program. */
export interface Runtime {
  readonly name: 'Node' | 'Bun' | 'Deno'
  /** As the runtime itself writes it: `v24.1.0`, `1.4.5`. */
  readonly version: string
  /** Whose heap `node:v8` tells of. Bun answers it with JavaScriptCore's figures. */
  readonly engine: 'V8' | 'JavaScriptCore'
}

function findRuntime(): Runtime {
  const { bun, deno } = process.versions
  if (bun !== undefined) return { name: 'Bun', version: bun, engine: 'JavaScriptCore' }
  if (deno !== undefined) return { name: 'Deno', version: deno, engine: 'V8' }
  return { name: 'Node', version: process.version, engine: 'V8' }
}

export const runtime = findRuntime()

/** `Node v24.1.0`, `Bun 1.4.5`. */
export const runtimeText = `${runtime.name} ${runtime.version}`

/** The version of Node, and who speaks for it where it isn't Node itself. */
export const nodeVersion = runtime.name === 'Node' ? process.version : `${process.version} by ${runtimeText}`
