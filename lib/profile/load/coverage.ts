const coverageFlag = /(?:^|\s)--experimental-test-coverage(?:$|\s)/

/** Says in the report of a process or thread why nothing in it was instrumented. */
export const coverageNote =
  'Nothing was profiled here, as V8 measures coverage in this process (NODE_V8_COVERAGE): it would be that of the instrumented text.'

/** Whether V8 measures what code runs, for NODE_V8_COVERAGE, c8, or node's test runner. Its offsets must be those of the files. */
export function isCoverageMeasured(): boolean {
  const { NODE_V8_COVERAGE: folder = '', NODE_OPTIONS: options = '' } = process.env
  return folder !== '' || [...process.execArgv, options].some((flags) => coverageFlag.test(flags))
}
