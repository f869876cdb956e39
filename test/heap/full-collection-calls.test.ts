type Room = typeof import('../../lib/heap/full-collection.js')

const did: string[] = []
const world = { hasGc: false, failsWith: undefined as Error | undefined, collectAll: undefined as boolean | undefined }
let flag = false
const gc = (...given: readonly unknown[]): void => void did.push(`gc(${given.join()})`)

jest.mock('node:timers/promises', () => ({
  setImmediate: () => Promise.resolve(did.push('turn')),
  setTimeout: (ms: number) => Promise.resolve(did.push(`pause ${ms}`)),
}))
jest.mock('node:v8', () => ({
  setFlagsFromString: (given: string) => {
    did.push(given)
    flag = given === '--expose-gc'
  },
}))
jest.mock('node:vm', () => ({
  runInNewContext: (code: string) => {
    // As in a new context: `gc` alone throws where there is none.
    if (code === 'globalThis.gc') return world.hasGc || flag ? gc : undefined
    if (world.failsWith !== undefined) throw world.failsWith
    if (code === 'gc' && flag) return gc
    throw new ReferenceError(code)
  },
}))
jest.mock('../../lib/binding/index.js', () => ({
  get binding() {
    if (world.collectAll === undefined) return undefined
    return {
      collectAllAvailable: () => {
        did.push('collect all')
        return world.collectAll
      },
    }
  },
}))

function load(given: Partial<typeof world>): Room {
  did.length = 0
  flag = false
  Object.assign(world, { hasGc: false, failsWith: undefined, collectAll: undefined }, given)
  jest.resetModules()
  return jest.requireActual<Room>('../../lib/heap/full-collection.js')
}

describe('findGc', () => {
  test('finds the function that is there, and touches no flag', () => {
    expect(load({ hasGc: true }).findGc()).toBe(gc)
    expect(did).toEqual([])
  })

  test('sets the flag only while a context is made', () => {
    expect(load({}).findGc()).toBe(gc)
    expect(did).toEqual(['--expose-gc', '--no-expose-gc'])
  })

  test('sets it back though no context can be made', () => {
    const { findGc } = load({ failsWith: new Error('from the context') })
    expect(findGc).toThrow('from the context')
    expect(did).toEqual(['--expose-gc', '--no-expose-gc'])
  })
})

test('collectGarbage finds the function once, and gives it nothing', () => {
  const { collectGarbage } = load({})
  collectGarbage()
  collectGarbage()
  expect(did).toEqual(['--expose-gc', '--no-expose-gc', 'gc()', 'gc()'])
})

describe('collectFully', () => {
  test('collects twice with a turn and a pause in between, the second time all that the addon can', async () => {
    expect(await load({ hasGc: true, collectAll: true }).collectFully()).toBe('v8::Isolate::LowMemoryNotification')
    expect(did).toEqual(['gc()', 'turn', 'pause 20', 'collect all'])
  })

  test('and by gc where the addon can’t, or isn’t there', async () => {
    expect(await load({ hasGc: true, collectAll: false }).collectFully()).toBe('gc')
    expect(did).toEqual(['gc()', 'turn', 'pause 20', 'collect all', 'gc()'])
    expect(await load({ hasGc: true }).collectFully()).toBe('gc')
    expect(did).toEqual(['gc()', 'turn', 'pause 20', 'gc()'])
  })
})
