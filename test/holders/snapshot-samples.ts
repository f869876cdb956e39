import { execFileSync } from 'node:child_process'

/** The parts of a snapshot's text that tests look at, as `JSON.parse` reads them. */
export interface ParsedSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[]
      readonly node_types: readonly [readonly string[]]
      readonly edge_types: readonly [readonly string[]]
    }
    readonly node_count: number
    readonly edge_count: number
  }
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  readonly trace_function_infos: readonly number[]
  readonly strings: readonly string[]
}

const taking = `
  const { Session } = require('node:inspector')
  const session = new Session()
  session.connect()
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => require('node:fs').writeSync(1, params.chunk))
  session.post('HeapProfiler.takeHeapSnapshot')
`

/** The snapshot of a small program. */
export function takeSnapshot(): string {
  return execFileSync(process.execPath, ['-e', taking], { encoding: 'utf8', maxBuffer: 2 ** 28 })
}

const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  node_types: [['hidden', 'array', 'string', 'object', 'closure', 'synthetic'], 'string', 'number', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'], 'string_or_number', 'node'],
  trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
  trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
  sample_fields: ['timestamp_us', 'last_assigned_id'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
}

const weakMapEntry = '2 / part of key (K @5) -> value (V @7) pair in WeakMap (table @3)'

/** Five nodes, five edges, three traces: small enough for every place to cut it. Texts have what JSON escapes. */
export const smallSnapshot = `{"snapshot":${JSON.stringify({ meta, node_count: 5, edge_count: 5, trace_function_count: 2 })},
"nodes":[5,0,1,0,2,0,0
,1,1,3,48,1,0,0
,3,2,5,24,1,2,0
,3,3,7,5000000000,1,3,0
,2,4,9,16,0,0,0
],
"edges":[1,0,7
,1,1,14
,3,5,21
,3,5,21
,2,6,28
],
"trace_function_infos":[0,7,8,0,0,0
,1,9,10,42,12,3
],
"trace_tree":[1,0,0,0,[2,1,1,24,[]
,3,1,2,100,[4,0,0,0,[]]]],
"samples":[0,9
],
"locations":[14,42,3,-1
],
"strings":[
"",
"system / EphemeronHashTable",
"K\\"\\\\",
"V\\u00e9\\n",
"content ]}\\\\",
${JSON.stringify(weakMapEntry)},
"p",
"(root)",
"",
"leak",
"/app/server.js"
]}
`
