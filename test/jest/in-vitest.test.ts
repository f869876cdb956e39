import { expectFew, expectFindings, expectUnawaited } from './expected-messages.js'
import { SampleProject } from './sample-project.js'

const project = new SampleProject()
project.link('vitest')

afterAll(() => {
  project.remove()
})

const passed = { passed: true, message: '' }

describe("a project's tests run by Vitest", () => {
  test.concurrent('in a process of their own, expect of vitest and no global one', async () => {
    const results = await project.runVitest({ args: ['--pool=forks', 'imported', 'fake-timers'] })
    expectFew(results)
    expect(results.get('passes: with fake timers')).toEqual(passed)
    expect(results.get('passes: with the expect of the test')).toEqual(passed)
  })

  test.concurrent('in a thread, as a setup file', async () => {
    expectFew(await project.runVitest({ args: ['--pool=threads', 'set-up'], environment: { SETUP_FILE: 'allocscope/jest' } }))
  })

  test.concurrent('required by CommonJS, with a global expect', async () => {
    expectFew(await project.runVitest({ args: ['--pool=forks', '--globals', 'required'] }))
  })

  test.concurrent('an expectation tells what it could have missed, and the JSON has it', async () => {
    const results = await project.runVitest({ args: ['--pool=forks', 'findings'] })
    expectFindings(results)
    const told = { calls: expect.any(Number) as number, bytesPerCall: 0, boundBytesPerCall: expect.any(Number) as number }
    expect(results.get('passes: tells what it could have missed')?.meta).toEqual({
      allocscope: [
        { ...told, allowedBytesPerCall: 0 },
        { ...told, allowedBytesPerCall: 65_536 },
      ],
    })
  })

  test.concurrent('a matcher that is not awaited is named by its test', async () => {
    expectUnawaited(await project.runVitest({ args: ['--pool=forks', 'unawaited'] }), "a group > passes: doesn't await")
  })
})
