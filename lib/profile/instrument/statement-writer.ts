import type {
  BreakStatement,
  ContinueStatement,
  DoWhileStatement,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  IfStatement,
  ModuleDeclaration,
  ReturnStatement,
  Statement,
  SwitchStatement,
  TryStatement,
  WhileStatement,
} from 'acorn'

import { linksOfStatement } from './call-chain.js'
import { suspendWith } from './expression-walker.js'
import type { ExpressionWalker } from './expression-walker.js'
import type { Frame, JumpTarget } from './frame.js'
import { resumeNothing, suspendNothing } from './insertions.js'
import type { Insertions } from './insertions.js'
import { keepsAll } from './keeps-all.js'
import { endOfLastToken, findToken } from './token-search.js'

/** A statement without its labels. */
interface Labeled<T> {
  readonly statement: T
  readonly labels: readonly string[]
  /** Where the probe stands: at the end of what is before the statement and its labels, so that a statement that begins a line keeps its column. */
  readonly place: number
  /** What must stand before the probe: the statement before may have no semicolon of its own. */
  readonly separator: '' | ';'
}

/**
 * Writes the probes of one profiled function's statements.
 *
 * A line's occurrences are the times that it was entered, as Python's trace counts them:
 *
 * - Successive statements on one line are one occurrence.
 * - A statement over several lines counts on its first line, with all its arguments and operands. But each call of a chain counts on the line of its
 *   name (call-chain.ts).
 * - The line of a `while`, `for`, `for…of` or `for…in` loop is entered once more than the body runs, even when the body is on the same line. The test of
 *   a `do` loop counts on its own line.
 * - A function's first line is entered once for each call. Default values of parameters are evaluated before that and charged to the caller's line. So
 *   are the fields of a class.
 * - Declarations without a value, and `function` itself, run nothing and have no occurrences.
 *
 * A hidden `await` counts for the line at which the function waits: in `await using`, and when a thrown error ends an iterator.
 */
export class StatementWriter {
  readonly #insertions: Insertions

  constructor(
    private readonly walker: ExpressionWalker,
    private readonly frame: Frame,
  ) {
    this.#insertions = walker.insertions
  }

  /** `place` is the offset behind what stands before the list. */
  list(statements: readonly (Statement | ModuleDeclaration)[], place: number): void {
    statements.forEach((each, index) => {
      const before = statements[index - 1]
      const separator = before === undefined || this.walker.source[before.end - 1] === ';' ? '' : ';'
      this.#statement({ statement: each as Statement, labels: [], place: before?.end ?? place, separator })
    })
  }

  #statement({ statement, labels, place, separator }: Labeled<Statement>): void {
    if (declaresUsing(statement)) this.frame.disposes = true
    if (isReachedFirst(statement)) this.frame.reach(place, statement.start, `${separator}{`, '}', keepsAll(statement, this.frame))
    switch (statement.type) {
      case 'LabeledStatement': {
        this.#statement({ statement: statement.body, labels: [...labels, statement.label.name], place, separator })
        return
      }
      case 'WhileStatement': {
        this.#while(statement, labels)
        return
      }
      case 'DoWhileStatement': {
        this.#doWhile(statement, labels)
        return
      }
      case 'ForStatement': {
        this.#for(statement, labels)
        return
      }
      case 'ForInStatement':
      case 'ForOfStatement': {
        this.#forEach(statement, labels)
        return
      }
      case 'SwitchStatement': {
        this.#switch(statement, labels)
        return
      }
      default: {
        this.#block(labels, () => {
          this.#unrepeated(statement)
        })
        return
      }
    }
  }

  #unrepeated(statement: Statement): void {
    switch (statement.type) {
      case 'BlockStatement': {
        this.list(statement.body, statement.start + 1)
        return
      }
      case 'TryStatement': {
        this.#try(statement)
        return
      }
      case 'IfStatement': {
        this.#if(statement)
        return
      }
      case 'ReturnStatement': {
        this.#return(statement)
        return
      }
      case 'BreakStatement': {
        this.#break(statement)
        return
      }
      case 'ContinueStatement': {
        this.#continue(statement)
        return
      }
      default: {
        this.walker.expect(linksOfStatement(statement))
        this.walker.walk(statement, this.frame)
        return
      }
    }
  }

  /** A statement that isn't a loop. `break` may leave it by a label: it goes to where the ways meet again. */
  #block(labels: readonly string[], write: () => void): void {
    const fork = this.frame.fork()
    this.#within({ labels, kind: 'block', header: undefined, awaits: false }, write)
    if (labels.length > 0) this.frame.join(fork)
  }

  #within(target: JumpTarget, write: () => void): void {
    this.frame.jumps.push(target)
    write()
    this.frame.jumps.pop()
  }

  /**
   * The body of an `if` or a loop. The grammar has room for one statement there: with a probe before it, it needs braces. From `from` on, the source has
   * nothing but parentheses, semicolons and keywords before the body.
   */
  #body(statement: Statement, from: number): void {
    if (statement.type === 'BlockStatement') {
      this.list(statement.body, statement.start + 1)
      return
    }
    if (isFunction(statement) || statement.type === 'EmptyStatement') {
      this.walker.walk(statement, this.frame)
      return
    }
    const place = endOfLastToken(this.walker.source, from, statement.start)
    const needsBraces = this.#mayHaveProbeBefore(withoutLabels(statement))
    if (needsBraces) this.#insertions.add(place, '{')
    this.list([statement], place)
    if (needsBraces) this.#insertions.add(statement.end, '}')
  }

  #mayHaveProbeBefore(statement: Statement): boolean {
    if (isReachedFirst(statement) && this.frame.needsProbe(statement.start)) return true
    return statement.type === 'ContinueStatement' || statement.type === 'BreakStatement' || isEmptyReturn(statement)
  }

  #if({ test, consequent, alternate }: IfStatement): void {
    this.walker.walk(test, this.frame)
    const fork = this.frame.fork()
    this.#body(consequent, test.end)
    this.frame.current = fork.entry
    if (alternate?.type === 'IfStatement') {
      this.frame.reach(alternate.test.start, alternate.start, '', ',', keepsAll(alternate, this.frame))
      this.#if(alternate)
    } else if (alternate) this.#body(alternate, consequent.end)
    this.frame.join(fork)
  }

  #switch({ discriminant, cases }: SwitchStatement, labels: readonly string[]): void {
    this.walker.walk(discriminant, this.frame)
    for (const { test } of cases) this.walker.walk(test, this.frame)
    const fork = this.frame.fork()
    this.#within({ labels, kind: 'switch', header: undefined, awaits: false }, () => {
      for (const { consequent, test, start } of cases) {
        this.frame.join(fork)
        const [first] = consequent
        if (first) this.list(consequent, endOfLastToken(this.walker.source, test?.end ?? start, first.start))
      }
    })
    this.frame.join(fork)
  }

  #try({ block, handler, finalizer }: TryStatement): void {
    const fork = this.frame.fork()
    this.list(block.body, block.start + 1)
    if (handler) {
      this.frame.join(fork)
      this.walker.walk(handler.param, this.frame)
      this.list(handler.body.body, handler.body.start + 1)
    }
    if (finalizer) {
      this.frame.join(fork)
      this.list(finalizer.body, finalizer.start + 1)
    }
    this.frame.join(fork)
  }

  /** The probe is part of the test, so the loop's line is entered each time that the test is evaluated. */
  #while(statement: WhileStatement, labels: readonly string[]): void {
    const fork = this.frame.fork()
    this.frame.reenter(statement.test.start, statement.start, '', ',')
    this.walker.walk(statement.test, this.frame)
    this.#within({ labels, kind: 'loop', header: undefined, awaits: false }, () => {
      this.#body(statement.body, statement.test.end)
    })
    this.frame.join(fork)
  }

  #doWhile(statement: DoWhileStatement, labels: readonly string[]): void {
    const fork = this.frame.fork()
    this.frame.current = undefined
    this.#within({ labels, kind: 'loop', header: undefined, awaits: false }, () => {
      this.#body(statement.body, statement.start)
    })
    this.frame.join({ ...fork, entry: this.frame.current })
    this.frame.reach(statement.test.start, statement.test.start, '', ',')
    this.walker.walk(statement.test, this.frame)
    this.frame.join(fork)
  }

  /** The loop's line is entered at the beginning and before each update. */
  #for(statement: ForStatement, labels: readonly string[]): void {
    const fork = this.frame.fork()
    this.walker.walk(statement.init, this.frame)
    if (statement.update) this.frame.reenter(statement.update.start, statement.start, '', ',')
    else this.frame.reenter(this.#afterHeadersSemicolons(statement), statement.start, '', '')
    this.walker.walk(statement.test, this.frame)
    this.walker.walk(statement.update, this.frame)
    this.#within({ labels, kind: 'loop', header: undefined, awaits: false }, () => {
      this.#body(statement.body, (statement.update ?? statement.test ?? statement.init)?.end ?? statement.start)
    })
    this.frame.join(fork)
  }

  #afterHeadersSemicolons({ start, init, test }: ForStatement): number {
    const { source } = this.walker
    const first = test ? test.end : this.#afterSemicolon(source, init?.end ?? start)
    return this.#afterSemicolon(source, first)
  }

  #afterSemicolon(source: string, from: number): number {
    return (findToken(source, ';', from) ?? source.length) + 1
  }

  /** The loop's line is entered at the beginning and before each next value: at the end of the body and at `continue`. */
  #forEach(statement: ForOfStatement | ForInStatement, labels: readonly string[]): void {
    const awaits = statement.type === 'ForOfStatement' && statement.await
    const fork = this.frame.fork()
    this.walker.walk(statement.left, this.frame)
    if (awaits) suspendWith(this.walker, statement.right, this.frame)
    else this.walker.walk(statement.right, this.frame)
    const { body } = statement
    const isBlock = body.type === 'BlockStatement'
    const end = isBlock ? body.end - 1 : body.end
    const place = isBlock ? body.start + 1 : endOfLastToken(this.walker.source, statement.right.end, body.start)
    if (!isBlock) this.#insertions.add(place, '{')
    if (awaits) this.#insertions.add(place, `{${resumeNothing}}`)
    this.#within({ labels, kind: 'loop', header: statement.start, awaits }, () => {
      this.list(isBlock ? body.body : [body], place)
    })
    this.frame.reenter(end, statement.start, ';{', '}')
    if (awaits) this.#insertions.add(end, `{${suspendNothing}}`)
    if (!isBlock) this.#insertions.add(end, '}')
    this.frame.join(fork)
    if (awaits) this.frame.current = undefined
  }

  #continue(statement: ContinueStatement): void {
    const target = this.#crossed(statement).pop()
    if (target?.header === undefined) return
    this.frame.reenter(statement.start, target.header, '{', '}')
    if (target.awaits) this.#insertions.add(statement.start, `{${suspendNothing}}`)
  }

  #break(statement: BreakStatement): void {
    if (this.#crossed(statement).some(({ awaits }) => awaits)) this.#insertions.add(statement.start, `{${suspendNothing}}`)
  }

  /** An async generator awaits what it returns. Leaving a `for await` loop awaits the end of its iterator. */
  #return(statement: ReturnStatement): void {
    const { argument, start } = statement
    this.walker.expect(linksOfStatement(statement))
    const suspends = this.frame.isAsyncGenerator || this.frame.jumps.some(({ awaits }) => awaits)
    if (!suspends) {
      this.walker.walk(argument, this.frame)
      return
    }
    if (argument) suspendWith(this.walker, argument, this.frame)
    else this.#insertions.add(start, `{${suspendNothing}}`)
  }

  /** The statements that a jump leaves, the innermost first. The last one is where it goes. */
  #crossed({ type, label }: BreakStatement | ContinueStatement): JumpTarget[] {
    const inwards = this.frame.jumps.toReversed()
    const at = inwards.findIndex(({ labels, kind }) =>
      label ? labels.includes(label.name) : kind === 'loop' || (type === 'BreakStatement' && kind === 'switch'),
    )
    return inwards.slice(0, at + 1)
  }
}

function declaresUsing(statement: Statement): boolean {
  const declaration = statement.type === 'ForStatement' ? statement.init : statement.type === 'ForOfStatement' ? statement.left : statement
  return declaration?.type === 'VariableDeclaration' && (declaration.kind === 'using' || declaration.kind === 'await using')
}

function isFunction(statement: Statement): boolean {
  return statement.type === 'FunctionDeclaration' || (statement.type === 'LabeledStatement' && isFunction(statement.body))
}

function withoutLabels(statement: Statement): Statement {
  return statement.type === 'LabeledStatement' ? withoutLabels(statement.body) : statement
}

function isEmptyReturn(statement: Statement): boolean {
  return statement.type === 'ReturnStatement' && !statement.argument
}

/** Whether the statement needs a probe before it. It doesn't when it runs nothing, or only parts that have their own probes. */
function isReachedFirst(statement: Statement): boolean {
  switch (statement.type) {
    case 'BlockStatement':
    case 'DoWhileStatement':
    case 'EmptyStatement':
    case 'FunctionDeclaration':
    case 'LabeledStatement':
    case 'TryStatement':
    case 'WhileStatement':
      return false
    case 'VariableDeclaration':
      return statement.declarations.some(({ init }) => init)
    default:
      return true
  }
}
