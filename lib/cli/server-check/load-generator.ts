import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { AllocscopeError } from '../../errors/index.js'

/** What of autocannon's options is used. */
interface CannonOptions {
  readonly url: string
  readonly connections: number
  /** Requests in all. */
  readonly amount: number
  /** Ends after so many errors. */
  readonly bailout: number
  /** Seconds. */
  readonly timeout: number
  /** Milliseconds between its own samples. A run ends with one. */
  readonly sampleInt: number
}

/** What of its result is used. */
interface CannonResult {
  readonly errors: number
  readonly timeouts: number
  readonly non2xx: number
  readonly '2xx': number
}

type Cannon = (options: CannonOptions) => Promise<CannonResult>

/** Requests that are made. */
export interface Load {
  readonly url: string
  readonly connections: number
  readonly requests: number
}

/** What came of them. */
export interface MadeRequests {
  readonly failed: number
  readonly timeouts: number
  /** Answers whose status isn't 2xx. */
  readonly otherStatus: number
}

/** Makes the requests of a call, over connections that are closed at its end: what an open one holds would look like a leak. */
export type LoadGenerator = (load: Load, timeoutMs: number) => Promise<MadeRequests>

const packageName = 'autocannon'
const sampleMs = 10

/** Where the project has it, or else where allocscope is installed. */
function findPackage(): string {
  for (const from of [path.join(process.cwd(), 'package.json'), __filename]) {
    try {
      return createRequire(from).resolve(packageName)
    } catch {
      continue
    }
  }
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_MISSING_PEER',
    `--url makes its requests by ${packageName}, which isn't installed: npm install --save-dev ${packageName}`,
  )
}

/**
 * Loads autocannon.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_MISSING_PEER` when it isn't installed.
 */
export async function loadGenerator(): Promise<LoadGenerator> {
  const { default: cannon } = (await import(pathToFileURL(findPackage()).href)) as { readonly default: Cannon }
  return async ({ url, connections, requests }, timeoutMs) => {
    const asked = { url, connections, amount: requests, bailout: 1, timeout: Math.ceil(timeoutMs / 1000), sampleInt: sampleMs }
    const { errors, timeouts, non2xx } = await cannon(asked)
    return { failed: errors, timeouts, otherStatus: non2xx }
  }
}
