/** The names by which a program may be told to load the register, as a user writes them. */
const names = /^(?:allocscope\/register|.*[/\\](?:allocscope|dist)[/\\](?:dist[/\\])?register[/\\]register\.m?js)$/

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
