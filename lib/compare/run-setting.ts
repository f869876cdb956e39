import { invalidArgumentValue } from '../errors/index.js'
import { allocatorChoices } from '../program/index.js'
import type { AllocatorChoice } from '../program/index.js'
import { checkTunable } from './glibc-tunables.js'
import type { NodeChoice } from './node-choice.js'

/** An allocator to run under, and how it is set. */
export interface AllocatorSetting {
  readonly label: string
  readonly allocator: AllocatorChoice
  /** Of glibc, as `GLIBC_TUNABLES` has them: `glibc.malloc.arena_max=2`. */
  readonly tunables: readonly string[]
}

/** A variable of the environment, and one of its values. Undefined is a variable that isn't set. */
export interface VariableSetting {
  readonly name: string
  readonly value: string | undefined
}

/** One way to run the program: a row of the comparison. What isn't named stays as it is in this process. */
export interface RunSetting {
  readonly label: string
  readonly allocator: AllocatorSetting | undefined
  readonly node: NodeChoice | undefined
  readonly variables: readonly VariableSetting[]
}

/** Reads `jemalloc`, `glibc` or `glibc:arena_max=2:mmap_threshold=131072`. `argument` is named in errors. */
export function parseAllocator(argument: string, text: string): AllocatorSetting {
  const [name, ...settings] = text.trim().split(':')
  const allocator = allocatorChoices.find((choice) => choice === name)
  if (allocator === undefined) {
    throw invalidArgumentValue(argument, `a list of ${allocatorChoices.join(', ')} or glibc:<tunable>=<value>`, text)
  }
  if (allocator !== 'glibc' && settings.length > 0) {
    throw invalidArgumentValue(argument, `'${allocator}' alone: only glibc takes settings here, others through --env`, text)
  }
  return { label: text.trim(), allocator, tunables: settings.map((setting) => checkTunable(argument, setting)) }
}

/** Divides a list at its commas. A comma after a backslash belongs to the value. */
export function splitList(text: string): readonly string[] {
  return text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ','))
}

/** Reads `NAME=a,b`: the variable with each of its values. An empty value leaves it unset. `argument` is named in errors. */
export function parseVariable(argument: string, text: string): readonly VariableSetting[] {
  const [, name, list] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || list === undefined) throw invalidArgumentValue(argument, 'NAME=value,value', text)
  return splitList(list).map((value) => ({ name, value: value === '' ? undefined : value }))
}

function describeVariable({ name, value }: VariableSetting): string {
  return value === undefined ? `${name} unset` : `${name}=${value}`
}

/** Every choice from one list with every choice from the others; the last list changes fastest. */
function combine<Choice>(lists: readonly (readonly Choice[])[]): readonly (readonly Choice[])[] {
  return lists.reduce<readonly (readonly Choice[])[]>(
    (rows, choices) => rows.flatMap((row) => choices.map((choice) => [...row, choice])),
    [[]],
  )
}

/** What varies. A list that is empty varies nothing. */
export interface Variation {
  readonly allocators: readonly AllocatorSetting[]
  readonly nodes: readonly NodeChoice[]
  readonly variables: readonly (readonly VariableSetting[])[]
}

/** A setting that is asked for twice is run twice: how far its two rows are apart shows what noise does. */
function numberRepeated(settings: readonly RunSetting[]): readonly RunSetting[] {
  const seen = new Map<string, number>()
  return settings.map((setting) => {
    const times = (seen.get(setting.label) ?? 0) + 1
    seen.set(setting.label, times)
    return times === 1 ? setting : { ...setting, label: `${setting.label} (${times})` }
  })
}

/** All settings of a variation, in the order in which they were named. */
export function listSettings({ allocators, nodes, variables }: Variation): readonly RunSetting[] {
  const orNone = <Choice>(choices: readonly Choice[]): readonly (Choice | undefined)[] => (choices.length === 0 ? [undefined] : choices)
  const settings = orNone(allocators).flatMap((allocator) =>
    orNone(nodes).flatMap((node) =>
      combine(variables).map((chosen) => {
        const named = [allocator?.label, node?.label, ...chosen.map(describeVariable)].filter((part) => part !== undefined)
        return { label: named.length === 0 ? 'as it is' : named.join(', '), allocator, node, variables: chosen }
      }),
    ),
  )
  return numberRepeated(settings)
}
