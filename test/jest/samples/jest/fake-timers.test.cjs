require('allocscope/jest')

jest.useFakeTimers()

test('passes: with fake timers', () => expect(() => undefined).toReturnMemoryToOS({ runs: 3 }))
