import type { AnyNode, CallExpression, Expression, NewExpression, PrivateIdentifier } from 'acorn'

/** Names that say nothing about the value assigned to them. */
const exportObject = /^(?:module\.exports|exports|this|default)(?:\.|$)/

/** Helpers of TypeScript, esbuild, swc and Babel. */
const asyncHelpers: ReadonlySet<string> = new Set(['__awaiter', '__generator', '__async', '_async_to_generator', '_asyncToGenerator'])

/** The name of an assignment's target: `a.b.c`; undefined when it has no name. */
export function targetName(target: AnyNode): string | undefined {
  const full = memberPath(target)
  if (full === undefined) return undefined
  return full.replace(/\.prototype\./g, '.').replace(/^(?:module\.exports|exports|this)\./, '')
}

function memberPath(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'ThisExpression') return 'this'
  if (node.type !== 'MemberExpression') return undefined
  const object = memberPath(node.object)
  const key = node.computed ? literalKey(node.property) : keyText(node.property)
  return object === undefined || key === undefined ? key : `${object}.${key}`
}

/** The name of a method or a property. */
export function keyName(key: Expression | PrivateIdentifier, computed: boolean, source: string): string {
  if (!computed) return keyText(key) ?? '<computed>'
  return literalKey(key) ?? `[${source.slice(key.start, Math.min(key.end, key.start + 60)).replace(/\s+/g, ' ')}]`
}

/** `owner.key`. */
export function qualifiedName(owner: string | undefined, key: string): string {
  return owner === undefined || exportObject.test(owner) ? key : `${owner}.${key}`
}

/** Whether this is a call of `profile(…)`, also as a member: compilers write `(0, allocscope_1.profile)(…)`. */
export function isProfileCall({ callee }: CallExpression): boolean {
  return calleeName(callee) === 'profile'
}

/** Whether a compiler wrote this call to run an async function's body as a generator. */
export function isAsyncHelperCall({ callee }: CallExpression): boolean {
  return asyncHelpers.has(calleeName(callee) ?? '')
}

/** A text that a call begins with tells it from others, if it is short. */
const longestText = 60

/** What is called, as a name for an anonymous function among its arguments: `app.post('/import')`, `rows.map()`; undefined when it has no name. */
export function callText({ type, callee, arguments: [first] }: CallExpression | NewExpression): string | undefined {
  const called = memberPath(callee)
  if (called === undefined) return undefined
  const text = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : ''
  const shown = text === '' || text.length > longestText ? '' : `'${text}'`
  return `${type === 'NewExpression' ? 'new ' : ''}${called}(${shown})`
}

/** The last name in the called expression. */
function calleeName(callee: AnyNode): string | undefined {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type === 'SequenceExpression') return calleeName(callee.expressions[callee.expressions.length - 1] as Expression)
  return callee.type === 'MemberExpression' && !callee.computed ? keyText(callee.property) : undefined
}

function keyText(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return literalKey(key)
}

function literalKey(key: AnyNode): string | undefined {
  return key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number') ? String(key.value) : undefined
}
