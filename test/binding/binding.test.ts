import { binding, bindingLoadError, isFailure, requireBinding, toError } from '../../lib/binding/index.js'

// What happens where no binary loads is in test/register/without-addon.test.ts.
test('the addon is loaded once, and all ask the same', () => {
  expect(bindingLoadError).toBeUndefined()
  expect(requireBinding()).toBe(binding)
})

test('a failure is told from an answer', () => {
  expect([undefined, null, 0, 'failure', {}, []].some(isFailure)).toBe(false)
  expect(isFailure({ failure: { code: 'INTERNAL', call: '', errno: 0, message: '' } })).toBe(true)
})

test('an error says which call failed and how', () => {
  const error = toError({ failure: { code: 'PROC_UNREADABLE', call: 'open /proc/self/statm', errno: 2, message: 'No such file' } }, 'glibc')
  expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', syscall: 'open /proc/self/statm', errno: 2, backend: 'glibc' })
  expect(error.message).toBe('open /proc/self/statm: No such file')
  expect(toError({ failure: { code: 'INTERNAL', call: '', errno: 0, message: 'x' } })).toMatchObject({
    syscall: undefined,
    errno: undefined,
  })
})

test('native calls refuse what they cannot use, by a failure and not by a crash', () => {
  const { startPipeReader, readProcessMemory } = requireBinding() as unknown as Record<string, (given?: unknown) => unknown>
  for (const given of [undefined, null, 'sh', {}, [], [1], [{}]]) expect(isFailure(startPipeReader?.(given))).toBe(true)
  for (const given of [undefined, [], {}, new Float64Array(1), new Float32Array(64)])
    expect(isFailure(readProcessMemory?.(given))).toBe(true)
  expect(startPipeReader?.(['/nonexistent/program'])).toMatchObject({ failure: { code: 'PROGRAM', call: 'posix_spawn', errno: 2 } })
})
