/// <reference types="jest" />
import 'allocscope/jest'
import { matchers, parseMemorySize } from 'allocscope/jest'

const handle = async (): Promise<string> => 'handled'

export async function accepts(limit: string): Promise<void> {
  const done: Promise<void> = expect(handle).toReturnMemoryToOS()
  await done
  await expect(handle).not.toReturnMemoryToOS({ runs: 20, allowBytes: 1e6, setup: () => undefined })
  await expect(handle).toStayUnderMemory('24 MB')
  await expect(handle).not.toStayUnderMemory('1.5 GiB', { warmup: 1, settleMs: 100 })
  await expect(handle).toStayUnderMemory(24e6)
  await expect(handle).toStayUnderMemory(parseMemorySize(limit))
  await expect(handle).toNotLeakNative()
  await expect(handle).not.toNotLeakNative({ perCall: '64 B', runs: 1000 })
  expect.extend(matchers)
  expect(1).toBe(1)
}

export async function refuses(limit: string): Promise<void> {
  // @ts-expect-error -- no space
  await expect(handle).toStayUnderMemory('24MB')
  // @ts-expect-error -- no such unit
  await expect(handle).toStayUnderMemory('24 mb')
  // @ts-expect-error -- any text
  await expect(handle).toStayUnderMemory(limit)
  // @ts-expect-error -- no limit
  await expect(handle).toStayUnderMemory()
  // @ts-expect-error -- no such option
  await expect(handle).toNotLeakNative({ percall: 8 })
  // @ts-expect-error -- of another matcher
  await expect(handle).toReturnMemoryToOS({ perCall: 8 })
}
