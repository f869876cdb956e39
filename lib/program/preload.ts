const flags = /^(?:--import|--require|-r)$/
const joinedFlags = /^(?:--import|--require|-r)=(.*)$/

/** A preload among node's flags: what is loaded, and the flags that say so, two of them where the name stands by itself. */
interface PreloadFlag {
  readonly name: string
  readonly index: number
  readonly length: 1 | 2
}

function findPreloads(): readonly PreloadFlag[] {
  return process.execArgv.flatMap((flag, index, all): readonly PreloadFlag[] => {
    const joined = joinedFlags.exec(flag)?.[1]
    if (joined !== undefined) return [{ name: joined, index, length: 1 }]
    return flags.test(flag) ? [{ name: all[index + 1] ?? '', index, length: 2 }] : []
  })
}

/** Takes a preload of allocscope's out of `process.execArgv`, from which `child_process.fork` and `cluster` would pass it on to children. */
export function hidePreload(isOwn: (name: string) => boolean): void {
  const own = findPreloads().filter(({ name }) => isOwn(name))
  for (const { index, length } of own.toReversed()) process.execArgv.splice(index, length)
}

/** The preloads behind the last one of allocscope's: a loader among them sees a file first, and hands over what it likes. */
export function preloadsAfter(isOwn: (name: string) => boolean): readonly string[] {
  const names = findPreloads().map(({ name }) => name)
  const own = names.findLastIndex(isOwn)
  return own === -1 ? [] : names.slice(own + 1)
}

/** The value of an environment variable that is meant for allocscope alone: the program and its children don't see it. */
export function takeVariable(name: string): string | undefined {
  const value = process.env[name]
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[name]
  return value
}
