import type { ArrowFunctionExpression, BlockStatement } from 'acorn'

import { linksOf } from './call-chain.js'
import { ExpressionWalker } from './expression-walker.js'
import type { Surroundings } from './expression-walker.js'
import { Frame } from './frame.js'
import type { FunctionLike } from './function-node.js'
import { bodyClosing, bodyOpening, frameOpening } from './insertions.js'
import type { Insertions } from './insertions.js'
import type { FunctionSite, InstrumentOptions, Refusal } from './instrumented.js'
import { statementsOwner } from './lowered-async.js'
import { findMarkedLines } from './marked-lines.js'
import { Positions } from './positions.js'
import type { OriginalPosition } from './positions.js'
import { suspicionsOf, whyRefused } from './refusal.js'
import { StatementWriter } from './statement-writer.js'
import { findToken, skipToToken } from './token-search.js'

const anonymous = '<anonymous>'

/** An instrumented function before its ids are known. */
export interface WrittenFunction {
  readonly site: FunctionSite
  readonly frame: Frame
}

/** Finds every function of a source, asks whether it is selected, and writes its probes. */
export class FunctionWriter {
  readonly written: WrittenFunction[] = []
  readonly refused: Refusal[] = []
  readonly names = new Set<string>()
  readonly walker: ExpressionWalker
  readonly #positions: Positions
  readonly #marks: Marks
  readonly #suspicions
  #slots = 0

  constructor(
    private readonly source: string,
    private readonly options: InstrumentOptions,
    private readonly insertions: Insertions,
  ) {
    this.#positions = new Positions(source, options)
    this.#marks = new Marks(source, this.#positions, options.markedLines)
    this.#suspicions = suspicionsOf(source)
    this.walker = new ExpressionWalker(
      source,
      insertions,
      (node, around) => {
        this.#enter(node, around)
      },
      (offset) => this.#marks.find(offset) !== undefined,
      (identifier) => this.#positions.nameAt(identifier.start, identifier.name) ?? identifier.name,
    )
  }

  get slotCount(): number {
    return this.#slots
  }

  #enter(node: FunctionLike, around: Surroundings): void {
    const mark = this.#marks.find(node.start) ?? this.#marks.find(around.start)
    const position = this.#positions.at(isMethod(node, this.source) ? around.start : node.start)
    const site = this.#describe(node, around, position, mark !== undefined || around.marked)
    if (site.name !== anonymous) this.names.add(site.name)
    const owner = statementsOwner(node)
    const wanted = this.options.select(site)
    const reason = wanted ? whyRefused(owner, this.walker.withDepth, this.#suspicions) : undefined
    if (reason !== undefined) this.refused.push({ name: site.name, line: site.line, reason })
    this.#marks.while(mark, () => {
      if (!wanted || reason !== undefined) this.walker.walkChildren(node, undefined)
      else this.#write(node, owner, site, position)
    })
  }

  #describe(node: FunctionLike, around: Surroundings, { file, line }: OriginalPosition, marked: boolean): FunctionSite {
    const own = node.type !== 'StaticBlock' && node.id ? this.walker.nameOf(node.id) : undefined
    const end = this.#positions.at(node.end - 1)
    const endLine = end.isMapped && end.file === file ? Math.max(line, end.line) : line
    return { name: own ?? around.name ?? around.givenTo ?? anonymous, file, line, endLine, marked }
  }

  /** `owner` has the statements of `node`. It is `node` itself or a function within it. */
  #write(node: FunctionLike, owner: FunctionLike, site: FunctionSite, { isMapped }: OriginalPosition): void {
    const lineAt = (offset: number): number | undefined => {
      const position = this.#positions.at(offset)
      return position.file === site.file && position.isMapped === isMapped ? position.line : undefined
    }
    const isAsyncGenerator = owner.type !== 'StaticBlock' && owner.async && owner.generator
    const frame = new Frame(
      this.written.length,
      isAsyncGenerator,
      this.insertions,
      () => ({ index: this.#slots++, mayFree: false }),
      lineAt,
      site.line,
    )
    this.written.push({ site, frame })
    if (owner !== node) this.#walkAround(node, owner)
    if (owner.type !== 'StaticBlock') this.walker.walkAll(owner.params, undefined)
    this.#writeBody(owner, frame)
  }

  /** Walks the parts of `node` outside of `owner`. */
  #walkAround(node: FunctionLike, owner: FunctionLike): void {
    this.walker.except(owner, () => {
      this.walker.walkChildren(node, undefined)
    })
  }

  #writeBody(node: FunctionLike, frame: Frame): void {
    if (node.type === 'StaticBlock') this.#writeBlock(node, (findToken(this.source, '{', node.start) ?? node.end) + 1, frame)
    else if (node.body.type === 'BlockStatement') this.#writeBlock(node.body, node.body.start + 1, frame)
    else this.#writeExpression(node as ArrowFunctionExpression, frame)
  }

  #writeBlock(block: Pick<BlockStatement, 'body' | 'end'>, start: number, frame: Frame): void {
    const count = block.body.findIndex((each) => each.type !== 'ExpressionStatement' || each.directive === undefined)
    const directives = block.body.slice(0, count === -1 ? block.body.length : count)
    const last = directives[directives.length - 1]
    this.#open(last?.end ?? start, last ? ';' : '', frame)
    new StatementWriter(this.walker, frame).list(block.body.slice(directives.length), last?.end ?? start)
    this.insertions.add(block.end - 1, bodyClosing)
  }

  /**
   * Parentheses around the body aren't part of its node. `return` must be on the line of the first one, as V8 reports some errors at the line of the
   * statement.
   */
  #writeExpression({ params, body, start, end }: ArrowFunctionExpression, frame: Frame): void {
    const afterArrow = (findToken(this.source, '=>', params[params.length - 1]?.end ?? start) ?? body.start) + 2
    this.#open(afterArrow, '{', frame)
    const first = skipToToken(this.source, afterArrow)
    frame.reach(first, body.start, '{', '}')
    this.insertions.add(first, 'return (')
    this.walker.expect(linksOf(body))
    this.walker.walk(body, frame)
    this.insertions.add(end, `)${bodyClosing}}`)
  }

  #open(position: number, before: string, frame: Frame): void {
    frame.enter(position, `${before}${frameOpening}`, bodyOpening)
  }
}

/** Whether the node is a method: it begins at its parameters, and its name is before it. */
function isMethod(node: FunctionLike, source: string): boolean {
  return node.type === 'FunctionExpression' && source[node.start] === '('
}

/** Finds functions that are marked by a comment or a decorator. A mark is for the outermost functions that begin on its line. */
class Marks {
  readonly #lines: ReadonlySet<number>
  readonly #used = new Set<number>()

  constructor(
    source: string,
    private readonly positions: Positions,
    private readonly originalLines: ReadonlySet<number> | undefined,
  ) {
    this.#lines = findMarkedLines(source)
  }

  /** A key for {@link Marks.while}; undefined when the code that begins at `offset` isn't marked. */
  find(offset: number): number | undefined {
    if (this.#lines.size > 0) {
      const line = this.positions.generatedLineAt(offset)
      if (this.#lines.has(line) && !this.#used.has(line)) return line
    }
    if (this.originalLines === undefined || this.originalLines.size === 0) return undefined
    const original = this.positions.at(offset)
    return this.originalLines.has(original.line) && !this.#used.has(-original.line) ? -original.line : undefined
  }

  while(mark: number | undefined, walk: () => void): void {
    if (mark !== undefined) this.#used.add(mark)
    walk()
    if (mark !== undefined) this.#used.delete(mark)
  }
}
