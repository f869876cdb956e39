import { types } from 'node:util'

import { invalidArgumentType, isRevokedProxy } from '../errors/index.js'
import { isInstrumented, isProfiling } from '../profile/load/index.js'
import { runSpan } from '../record/marks.js'
import { meterFor } from './function-totals.js'
import type { TotalsMeter } from './function-totals.js'
import { nameOfFunction, nameOfKey, nameOfOwner } from './profiled-names.js'
import { printTotalsAtExit } from './print-totals.js'

/** Any function or method. */
export type ProfiledFunction = (this: never, ...args: never[]) => unknown

/** The descriptor that TypeScript gives to a decorator of methods under `experimentalDecorators`. */
export type MethodDescriptor<Method> = TypedPropertyDescriptor<Method>

/** Measures each step of a generator, not the time between the steps. */
function measureSteps<Steps extends object>(generator: Steps, meter: TotalsMeter): Steps {
  for (const step of ['next', 'return', 'throw'] as const) {
    const advance = (generator as Record<string, unknown>)[step] as ((...given: unknown[]) => unknown) | undefined
    if (advance === undefined) continue
    const value = (...given: unknown[]): unknown => measureUntilSettled(() => Reflect.apply(advance, generator, given), meter)
    Object.defineProperty(generator, step, { value, writable: true, enumerable: false, configurable: true })
  }
  return generator
}

/** Runs `work` and measures it. When it returns a promise, measures until that is settled, and returns a promise with the same outcome. */
function measureUntilSettled(work: () => unknown, meter: TotalsMeter): unknown {
  let isPending = false
  meter.begin()
  try {
    const result = work()
    if (!types.isPromise(result)) return result
    isPending = true
    return settleBetween(result, meter)
  } finally {
    if (!isPending) meter.end()
  }
}

/** Returns a new promise: with a handler on the old one alone, node wouldn't notice an unhandled rejection. */
async function settleBetween(promise: Promise<unknown>, meter: TotalsMeter): Promise<unknown> {
  try {
    return await promise
  } finally {
    meter.end()
  }
}

function wrap<Callable extends ProfiledFunction>(callable: Callable, name: string): Callable {
  let found: TotalsMeter | undefined
  const countCall = (): TotalsMeter => {
    found ??= meterFor(name, callable)
    found.countCall()
    return found
  }
  printTotalsAtExit()
  return new Proxy(callable, {
    apply: (target, self, given: never[]) => {
      const meter = countCall()
      const result = runSpan(name, () => measureUntilSettled(() => Reflect.apply(target, self as never, given), meter))
      return types.isGeneratorObject(result) && isGeneratorFunction(target) ? measureSteps(result, meter) : result
    },
    construct: (target, given: never[], newTarget) => {
      const meter = countCall()
      return runSpan(name, () => measureUntilSettled(() => Reflect.construct(target, given, newTarget), meter)) as object
    },
  })
}

/** Only a generator function owns its generator's steps. Another function may return somebody else's generator. */
function isGeneratorFunction(callable: ProfiledFunction): boolean {
  return types.isGeneratorFunction(callable)
}

function isCallable(value: unknown): value is ProfiledFunction {
  return typeof value === 'function' && !isRevokedProxy(value)
}

function profileFunction<Callable extends ProfiledFunction>(callable: Callable, name: string): Callable {
  // When lines are counted, totals are too. Functions that weren't selected aren't to be measured.
  return isProfiling() || isInstrumented(callable) ? callable : wrap(callable, name)
}

/** Public: described where it is exported, in lib/index.ts. */
export function profile<Callable extends ProfiledFunction>(callable: Callable): Callable
/** The same as a decorator of a method, `@profile`, in the language's own form. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the language's own ClassMethodDecoratorContext asks of a method
export function profile<This, Method extends (this: This, ...args: any) => any>(
  method: Method,
  context: ClassMethodDecoratorContext<This, Method>,
): Method
/** The same as a decorator of a method under TypeScript's `experimentalDecorators`. */
export function profile<Method extends ProfiledFunction>(
  target: object,
  key: string | symbol,
  descriptor: MethodDescriptor<Method>,
): MethodDescriptor<Method>
export function profile(subject: unknown, context?: unknown, descriptor?: unknown): unknown {
  if (descriptor !== undefined) return profileDescriptor(subject, context, descriptor)
  if (!isCallable(subject)) throw invalidArgumentType('callable', 'a function', subject)
  if (isRevokedProxy(context)) throw invalidArgumentType('context', 'the context of a decorator', context)
  const { kind, name } = (typeof context === 'object' && context !== null ? context : {}) as {
    readonly kind?: unknown
    readonly name?: unknown
  }
  if (kind !== undefined && kind !== 'method') throw invalidArgumentType('callable', 'a method, when profile is a decorator', subject)
  return profileFunction(subject, name === undefined ? nameOfFunction(subject) : nameOfKey(name))
}

function profileDescriptor(target: unknown, key: unknown, descriptor: unknown): MethodDescriptor<ProfiledFunction> {
  if (typeof descriptor !== 'object' || descriptor === null || isRevokedProxy(descriptor)) {
    throw invalidArgumentType('descriptor', 'the descriptor of a method', descriptor)
  }
  // Before it is copied: of a Buffer that would be a property for each byte.
  const { value } = descriptor as MethodDescriptor<ProfiledFunction>
  if (!isCallable(value)) throw invalidArgumentType('descriptor.value', 'a method, when profile is a decorator', value)
  return { ...descriptor, value: profileFunction(value, `${nameOfOwner(target)}.${nameOfKey(key)}`) }
}
