/** The names by which a program may be told to load the register, as a user writes them. */
const names = /^(?:allocscope\/register|.*[/\\](?:allocscope|dist)[/\\](?:dist[/\\])?register[/\\]register\.m?js)$/

/** What stands after the register among node's preloads: a loader there sees a file before the register does, and hands over what it likes. */
export function preloadsAfterRegister(): readonly string[] {
  const preloads = process.execArgv.flatMap((flag, index, flags) => {
    const [, joined] = /^(?:--import|--require|-r)=(.*)$/.exec(flag) ?? []
    if (joined !== undefined) return [joined]
    return /^(?:--import|--require|-r)$/.test(flag) ? [flags[index + 1] ?? ''] : []
  })
  const own = preloads.findLastIndex((name) => names.test(name))
  return own === -1 ? [] : preloads.slice(own + 1)
}

/** Takes the register out of `process.execArgv`, from which `child_process.fork` and `cluster` would pass it on: children are profiled on request. */
export function hideFromChildren(): void {
  const { execArgv } = process
  for (let index = execArgv.length - 1; index >= 0; index -= 1) {
    const [, , joined] = /^(--import|--require|-r)=(.*)$/.exec(execArgv[index] as string) ?? []
    if (joined !== undefined && names.test(joined)) execArgv.splice(index, 1)
    else if (/^(?:--import|--require|-r)$/.test(execArgv[index] as string) && names.test(execArgv[index + 1] ?? ''))
      execArgv.splice(index, 2)
  }
}
