import { createRequire } from 'node:module'
import path from 'node:path'

/** A function of one of the package's examples, and what it is called with. */
export interface ExampleCall {
  /** The example's file name. */
  readonly example: string
  /** The way to the function from what the example exports. */
  readonly export: readonly string[]
  readonly arguments: readonly (string | number)[]
}

/** Where an example lies: beside `dist` in the package, beside `lib` in a checkout. */
export function exampleFile(example: string): string {
  return path.join(__dirname, '..', '..', '..', 'examples', example)
}

/** The call, ready to be made. Loading the example isn't part of it. */
export function prepareCall({ example, export: way, arguments: given }: ExampleCall): () => unknown {
  const exported = createRequire(__filename)(exampleFile(example)) as unknown
  const callable = way.reduce((holder, name) => (holder as Record<string, unknown>)[name], exported) as (...given: unknown[]) => unknown
  return () => callable(...given)
}
