const flags = /^(?:--import|--require|-r)$/
const joinedFlags = /^(?:--import|--require|-r)=(.*)$/

/** A preload among node's flags. `length` is 2 when its name is a flag of its own: `--require name`, not `--require=name`. */
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

/** Takes allocscope's preload out of `process.execArgv`. Otherwise `child_process.fork` and `cluster` would pass it on to children. */
export function hidePreload(isOwn: (name: string) => boolean): void {
  const own = findPreloads().filter(({ name }) => isOwn(name))
  for (const { index, length } of own.toReversed()) process.execArgv.splice(index, length)
}

/** The preloads after the last one of allocscope's. A loader among them sees each file first and may change it. */
export function preloadsAfter(isOwn: (name: string) => boolean): readonly string[] {
  const names = findPreloads().map(({ name }) => name)
  const own = names.findLastIndex(isOwn)
  return own === -1 ? [] : names.slice(own + 1)
}

/** Reads an environment variable that is meant for allocscope alone, and deletes it: the program and its children don't see it. */
export function takeVariable(name: string): string | undefined {
  const value = process.env[name]
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[name]
  return value
}
