import { readMemoryUsage } from '../process/memory-usage.js'

const wasmPage = 64 * 1024
/** A collection may fall between the readings. Then the next try tells. */
const mostTries = 5

/** Of @types/node's globals WebAssembly is none. */
interface WithWasm {
  readonly WebAssembly: { readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer } }
}

let known: boolean | undefined

function tryOnce(): boolean | undefined {
  const { Memory } = (globalThis as unknown as WithWasm).WebAssembly
  const before = readMemoryUsage().external
  const memory = new Memory({ initial: 1 })
  const grown = readMemoryUsage().external - before
  if (memory.buffer.byteLength !== wasmPage) return undefined
  if (grown >= wasmPage && grown < 2 * wasmPage) return true
  return grown >= 0 && grown < wasmPage ? false : undefined
}

/**
 * Whether V8 counts wasm memories as external: up to Node 24 it does, in Node 26 no longer. Found by making one of 64 KiB, once; undefined where none can
 * be made.
 */
export function isWasmCounted(): boolean | undefined {
  try {
    for (let tries = 0; known === undefined && tries < mostTries; tries += 1) known = tryOnce()
  } catch {
    // Without the addresses that V8 reserves behind a memory.
  }
  return known
}
