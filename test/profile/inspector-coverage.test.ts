import { testOnEachNode } from '../heap/node-versions.js'
import { profileProgram, program, run } from './profiled-program.js'

// The oracle is the same program under plain node.

interface FunctionCoverage {
  readonly functionName: string
  readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[]
}

interface Printed {
  readonly precise: readonly (readonly FunctionCoverage[])[]
  readonly best: readonly (readonly FunctionCoverage[])[]
  readonly stack: readonly string[]
}

const note = expect.stringMatching(/^The program measures V8's coverage by node's inspector/) as string

for (const kind of ['cjs', 'mjs']) {
  testOnEachNode(`coverage of what is loaded while the inspector measures it is that of the file (${kind})`, async (node) => {
    const plain = await run(node, [program('covers.mjs'), kind, 'late'])
    const { document, ...profiled } = await profileProgram(node, ['--all', program('covers.mjs'), kind, 'late'])
    expect(profiled).toEqual(plain)
    expect(plain).toMatchObject({ code: 0, stderr: '' })
    expect((JSON.parse(plain.stdout) as Printed).precise[0]?.length).toBeGreaterThan(10)
    expect(document.functions.map(({ name }) => name)).not.toContain('loops')
    expect(document.profiles[0]?.notes).toContainEqual(note)
  })

  testOnEachNode(`coverage of what was loaded before is that of the file's functions (${kind})`, async (node) => {
    const plain = await run(node, [program('covers.mjs'), kind, 'early'])
    const { document, ...profiled } = await profileProgram(node, ['--all', program('covers.mjs'), kind, 'early'])
    const [before, after] = [plain, profiled].map(({ stdout }) => JSON.parse(stdout) as Printed) as [Printed, Printed]
    const whole = (scripts: Printed['precise']): unknown =>
      scripts.map((functions) =>
        functions.map(({ functionName, ranges }) => ({ functionName, isBlockCoverage: false, ranges: ranges.slice(0, 1) })),
      )
    expect(after.precise).toEqual(whole(before.precise))
    expect(after.best).toEqual(whole(before.best))
    expect(after.stack).toEqual(before.stack)
    expect(before.precise[0]?.map(({ functionName }) => functionName)).toContain('loops')
    expect(document.functions.map(({ name }) => name)).toContain('loops')
    expect(document.profiles[0]?.notes).toContainEqual(note)
  })
}

testOnEachNode('another use of the inspector changes nothing', async (node) => {
  const file = program('asks-inspector.cjs')
  const plain = await run(node, [file])
  const { document, ...profiled } = await profileProgram(node, ['--all', file])
  expect(profiled).toEqual(plain)
  expect(plain).toMatchObject({ code: 0, stderr: '' })
  expect(document.profiles[0]?.notes).toEqual([])
})
