import type { CheckOptions } from '../release/index.js'
import type { MemorySize } from './memory-size.js'
import type { NativeLeakOptions } from './to-not-leak-native.js'
import type { PeakOptions } from './to-stay-under-memory.js'

/** What importing `allocscope/jest` adds to `expect(fn)`. Each calls `fn` itself, sync or async, and must be awaited. */
export interface MemoryMatchers {
  /**
   * Expects that the function's memory goes back to the operating system: {@link checkRelease} finds the verdict `'returned'`. The function is called
   * once to warm up and then in rounds, for two to four seconds in all unless the options say otherwise.
   *
   * @example
   * await expect(() => handle(bigInput)).toReturnMemoryToOS()
   */
  toReturnMemoryToOS(options?: CheckOptions): Promise<void>
  /**
   * Expects that one call raises RSS by no more than `limit` above the baseline. Before the baseline everything is collected and the allocator's free
   * memory is purged: the call can't reuse it. The peak is the kernel's own if that rose, otherwise the highest of samples each millisecond.
   *
   * @param limit - Bytes, or a size: `'24 MB'` is 24,000,000 bytes, `'24 MiB'` 25,165,824.
   * @example
   * await expect(() => parse(file)).toStayUnderMemory('24 MB')
   */
  toStayUnderMemory(limit: MemorySize, options?: PeakOptions): Promise<void>
  /**
   * Expects that native memory grows by no more than `perCall` (0 by default) with each call, apart from noise. Native memory is what the allocator
   * has in use, less what V8 counts as external. The function is called in rounds that grow, as by {@link checkRelease}. Fails when the allocator
   * doesn't tell what is in use.
   *
   * @example
   * await expect(() => addon.parse(text)).toNotLeakNative({ perCall: '64 B', runs: 20_000 })
   */
  toNotLeakNative(options?: NativeLeakOptions): Promise<void>
}

/* eslint-disable @typescript-eslint/no-namespace, @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- what is merged
   with has this form */
declare global {
  /** `@types/jest` has its matchers here, and Vitest 3 and 4 look here for more. */
  namespace jest {
    interface Matchers<R, T> extends MemoryMatchers {}
  }
  /** Every version of Vitest takes its assertions from here. The type parameters of its own interface differ from version to version. */
  namespace Chai {
    interface Assertion extends MemoryMatchers {}
  }
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error only where Jest isn't installed
/** @ts-ignore What `@jest/globals` takes its matchers from. */
declare module 'expect' {
  interface Matchers<R, T> extends MemoryMatchers {}
}
