import { expectTypeOf } from 'expect-type'

import { checkRelease, releaseMemory, startPeriodicRelease } from '../../lib/index.js'
import type {
  CheckOptions,
  FaultBack,
  LiveMemory,
  PeriodicRelease,
  PeriodicReleaseEnd,
  PeriodicReleaseOptions,
  ReleaseCheck,
  ReleaseOptions,
  ReleaseReport,
  ReleaseVerdict,
  releaseVerdicts,
} from '../../lib/index.js'

expectTypeOf(releaseMemory).parameter(0).toEqualTypeOf<ReleaseOptions | undefined>()
expectTypeOf(releaseMemory).returns.resolves.toEqualTypeOf<ReleaseReport>()
expectTypeOf(checkRelease).parameter(1).toEqualTypeOf<CheckOptions | undefined>()
expectTypeOf(checkRelease).returns.resolves.toEqualTypeOf<ReleaseCheck>()
expectTypeOf(checkRelease).toBeCallableWith(() => Promise.resolve(7), { runs: 3, whatIf: false })
expectTypeOf<ReleaseCheck['live'][number]>().toEqualTypeOf<LiveMemory>()
expectTypeOf<(typeof releaseVerdicts)[number]>().toEqualTypeOf<ReleaseVerdict>()
// What an allocator may not tell has to be looked at before it is used.
expectTypeOf<ReleaseCheck['bytes']['held']['nativeBytes']>().toEqualTypeOf<number | undefined>()

expectTypeOf(startPeriodicRelease).parameter(0).toEqualTypeOf<PeriodicReleaseOptions | undefined>()
const periodic = startPeriodicRelease()
expectTypeOf(periodic).toEqualTypeOf<PeriodicRelease>()
periodic.on('faultBack', (faultBack) => {
  expectTypeOf(faultBack).toEqualTypeOf<FaultBack>()
})
periodic.on('stop', (end) => {
  expectTypeOf(end).toEqualTypeOf<PeriodicReleaseEnd>()
})
