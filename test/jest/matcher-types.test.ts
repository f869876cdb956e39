import { SampleProject } from './sample-project.js'

const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--lib', 'es2023,esnext.disposable']
const nodenext = ['--module', 'nodenext', '--moduleResolution', 'nodenext']

const project = new SampleProject()

afterAll(() => {
  project.remove()
})

/** Compiles a file of the project with what is installed by now. */
function expectClean(file: string, ...args: readonly string[]): void {
  expect(project.compile(...options, ...nodenext, ...args, '--types', 'node', `types/${file}`)).toBe('')
}

// In this order: no runner's types may need another's, and they must get on with each other's.
describe('types of a project, as the compiler sees them', () => {
  test('with no runner installed, every declaration checked', () => {
    project.link('@types/node', 'undici-types')
    expectClean('none.ts', '--skipLibCheck', 'false')
  })

  // Vitest's own declarations need packages that aren't installed, such as jsdom's.
  test('with the expect of Vitest', () => {
    project.link('vitest', '@vitest/expect', '@types/chai')
    expectClean('vitest.ts', '--skipLibCheck', 'true')
  })

  test("with Jest's global expect of @types/jest, every declaration checked", () => {
    project.link('@types/jest', 'expect', 'pretty-format')
    expectClean('jest-types.ts', '--skipLibCheck', 'false')
  })

  test('with the expect of @jest/globals', () => {
    project.link('@jest/globals', '@jest/expect')
    expectClean('jest-globals.ts', '--skipLibCheck', 'true')
  })
})
