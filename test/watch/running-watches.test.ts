import { addRunning, removeRunning } from '../../lib/watch/running-watches.js'

test('all watches share one listener on the process, which ends those that run', () => {
  const before = process.listeners('exit')
  const stopped: number[] = []
  const watches = [1, 2, 3].map((number) => {
    const watch = {
      stop: () => {
        stopped.push(number)
        removeRunning(watch)
      },
    }
    return watch
  })
  for (const watch of watches) addRunning(watch)
  const added = process.listeners('exit').slice(before.length)
  expect(added).toHaveLength(1)
  removeRunning(watches[1] as (typeof watches)[0])
  expect(process.listeners('exit')).toHaveLength(before.length + 1)
  ;(added[0] as () => void)()
  expect(stopped).toEqual([1, 3])
  expect(process.listeners('exit')).toEqual(before)
})
