import { onMemoryPressure } from '../../lib/index.js'
import { readContainer } from '../../lib/process/index.js'

const listener = (): void => undefined

test.each<readonly [unknown, unknown, string, RegExp]>([
  [undefined, listener, 'ERR_INVALID_ARG_TYPE', /"options" argument must be of type object\. Received undefined/],
  [[], listener, 'ERR_INVALID_ARG_TYPE', /"options"/],
  [{}, listener, 'ERR_INVALID_ARG_VALUE', /'headroomBytes', 'headroomSeconds' or 'psi'/],
  [{ intervalMs: 50 }, listener, 'ERR_INVALID_ARG_VALUE', /'headroomBytes', 'headroomSeconds' or 'psi'/],
  [{ headroom: 5 }, listener, 'ERR_INVALID_ARG_VALUE', /Received 'headroom'/],
  [{ headroomBytes: '5' }, listener, 'ERR_INVALID_ARG_TYPE', /"options\.headroomBytes" property must be of type number/],
  [{ headroomBytes: 0 }, listener, 'ERR_OUT_OF_RANGE', /"options\.headroomBytes"/],
  [{ headroomBytes: NaN }, listener, 'ERR_OUT_OF_RANGE', /"options\.headroomBytes"/],
  [{ headroomSeconds: 0 }, listener, 'ERR_OUT_OF_RANGE', /"options\.headroomSeconds"/],
  [{ psi: 101 }, listener, 'ERR_OUT_OF_RANGE', /"options\.psi"/],
  [{ psi: 5, intervalMs: 9 }, listener, 'ERR_OUT_OF_RANGE', /"options\.intervalMs"/],
  [{ psi: 5 }, undefined, 'ERR_INVALID_ARG_TYPE', /"listener" argument must be of type function\. Received undefined/],
  [{ psi: 5 }, 'call me', 'ERR_INVALID_ARG_TYPE', /"listener" argument/],
])('onMemoryPressure(%j, %p) throws %s', (options, called, code, message) => {
  const call = (): unknown => onMemoryPressure(options as { psi: number }, called as () => void)
  expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as unknown }) as Error)
})

test('whether room can be watched is what the container says', () => {
  const container = readContainer()
  const watch = onMemoryPressure({ headroomBytes: 1 }, listener)
  watch.stop()
  expect(watch.supported).toBe(container.supported && container.headroomBytes !== undefined)
  if (!watch.supported) expect(watch.reason).toMatch(/^headroomBytes: ./)
})
