import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { expectAll, expectFew, expectFindings, expectUnavailable, expectUnawaited } from './expected-messages.js'
import { SampleProject } from './sample-project.js'

const project = new SampleProject()
project.link('expect')

afterAll(() => {
  project.remove()
})

const config = ['--config', 'jest/jest.config.cjs']

describe("a project's tests run by Jest", () => {
  test.concurrent('CommonJS, global expect, every expectation', async () => {
    expectAll(await project.runJest({ args: [...config, 'globals'] }))
  })

  test.concurrent('modules, expect of @jest/globals and no global one', async () => {
    const environment = { INJECT_GLOBALS: 'false', NODE_OPTIONS: '--experimental-vm-modules' }
    expectFew(await project.runJest({ args: [...config, 'injected'], environment }))
  })

  test.concurrent('as a setup file, with fake timers', async () => {
    const results = await project.runJest({ args: [...config, '--setupFilesAfterEnv', 'allocscope/jest', '--', 'set-up', 'fake-timers'] })
    expectFew(results)
    expect(results.get('passes: with fake timers')).toEqual({ passed: true, message: '' })
  })

  test.concurrent('matchers given to an expect of its own', async () => {
    expectFew(await project.runJest({ args: [...config, 'extended'] }))
  })

  test.concurrent('an expectation tells what it could have missed, and one that is not awaited is named by its test', async () => {
    const results = await project.runJest({ args: [...config, 'findings', 'unawaited'] })
    expectFindings(results)
    expectUnawaited(results, "a group passes: doesn't await")
  })
})

describe('where figures are missing', () => {
  testWhereInstalled('tbbmalloc', test.concurrent)('an allocator that does not tell what is in use', async () => {
    const environment = { LD_PRELOAD: findInstalled('tbbmalloc') }
    const results = await project.runJest({ args: [...config, 'unavailable'], environment })
    expectUnavailable(results, /needs the bytes that are in use, which tbbmalloc doesn't tell: oneTBB's allocator has no call that tells/)
    expect(results.size).toBe(2)
  })

  test('no addon', async () => {
    // After all others, which need it.
    project.removeAddon()
    const results = await project.runJest({ args: [...config, 'without-addon'] })
    expectUnavailable(results, /allocscope has no native binary that loads/)
    expect(results.size).toBe(6)
  })
})
