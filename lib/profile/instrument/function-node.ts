import type { AnonymousFunctionDeclaration, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression, StaticBlock } from 'acorn'

export type FunctionNode = AnonymousFunctionDeclaration | ArrowFunctionExpression | FunctionDeclaration | FunctionExpression

/** A node with its own statements to profile. */
export type FunctionLike = FunctionNode | StaticBlock
