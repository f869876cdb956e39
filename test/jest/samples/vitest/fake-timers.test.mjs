import 'allocscope/jest'
import { expect, test, vi } from 'vitest'

vi.useFakeTimers()

test('passes: with fake timers', () => expect(() => undefined).toReturnMemoryToOS({ runs: 3 }))
