import { malformedSnapshot } from './malformed-snapshot.js'

/** What a snapshot's header says of its numbers. Places are within a group; `trace` is -1 where allocations weren't tracked. */
export interface SnapshotFields {
  readonly nodeCount: number
  readonly edgeCount: number
  readonly nodeWidth: number
  readonly edgeWidth: number
  readonly nodeTypes: readonly string[]
  readonly edgeTypes: readonly string[]
  readonly type: number
  readonly name: number
  readonly id: number
  readonly selfSize: number
  readonly edges: number
  readonly trace: number
}

/** More than this a heap of V8's can't have. It keeps a broken header from asking for all memory. */
const mostEntries = 2 ** 30

const edgeFields = ['type', 'name_or_index', 'to_node']
const functionFields = ['function_id', 'name', 'script_name', 'script_id', 'line', 'column']
const traceFields = ['id', 'function_info_index', 'count', 'size', 'children']

export const functionWidth = functionFields.length
/** Without the children, which are a list of their own. */
export const traceWidth = traceFields.length - 1

interface Header {
  readonly meta?: Readonly<Record<string, unknown>>
  readonly node_count?: unknown
  readonly edge_count?: unknown
}

function namesIn(value: unknown, what: string): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value
  throw malformedSnapshot(`its header has no ${what}`)
}

function countIn(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostEntries) return value
  throw malformedSnapshot(`its header has no ${what}`)
}

function parse(text: string): Header {
  try {
    return JSON.parse(text) as Header
  } catch (error) {
    throw malformedSnapshot('its header is no JSON', error)
  }
}

function checkFields(meta: Readonly<Record<string, unknown>>, name: string, expected: readonly string[]): void {
  const given = namesIn(meta[name], name)
  if (given.join() !== expected.join()) throw malformedSnapshot(`its ${name} are ${given.join()}`)
}

export function readFields(text: string): SnapshotFields {
  const { meta = {}, node_count, edge_count } = parse(text)
  checkFields(meta, 'edge_fields', edgeFields)
  checkFields(meta, 'trace_function_info_fields', functionFields)
  checkFields(meta, 'trace_node_fields', traceFields)
  const nodeFields = namesIn(meta['node_fields'], 'node_fields')
  const place = (name: string): number => {
    const at = nodeFields.indexOf(name)
    if (at === -1) throw malformedSnapshot(`its nodes have no ${name}`)
    return at
  }
  return {
    nodeCount: countIn(node_count, 'node_count'),
    edgeCount: countIn(edge_count, 'edge_count'),
    nodeWidth: nodeFields.length,
    edgeWidth: edgeFields.length,
    nodeTypes: namesIn((meta['node_types'] as readonly unknown[] | undefined)?.[0], 'node_types'),
    edgeTypes: namesIn((meta['edge_types'] as readonly unknown[] | undefined)?.[0], 'edge_types'),
    type: place('type'),
    name: place('name'),
    id: place('id'),
    selfSize: place('self_size'),
    edges: place('edge_count'),
    trace: nodeFields.indexOf('trace_node_id'),
  }
}
