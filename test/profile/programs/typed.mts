import { strictEqual } from 'node:assert'
interface Row {
  readonly id: number
}

// @profile
export function build(count: number): Row[] {
  const rows: Row[] = []

  for (let id = 0; id < count; id += 1) {
    rows.push({ id })
  }
  return rows
}

class Store<T> {
  private readonly held = new Map<number, T>()
  // @profile
  put(key: number, value: T): this {
    this.held.set(key, value)
    return this
  }
}

/** Waits.
 * @profile
 */
const waits = async (milliseconds: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  return milliseconds
}

strictEqual(build(3).length, 3)
new Store<string>().put(1, 'x')
void waits(2)
console.log(new Error('here').stack?.split('\n')[1]?.replace(/:\d+\)?$/, ''))
