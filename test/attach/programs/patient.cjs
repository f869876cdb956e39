'use strict'

// Loaded before a target: an agent that is brought in waits for its visitor without end.
const { setTimeout } = globalThis
globalThis.setTimeout = (callback, delayMs, ...rest) => setTimeout(callback, delayMs === 10_000 ? 2 ** 31 - 1 : delayMs, ...rest)
