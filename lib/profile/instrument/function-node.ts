import type { AnonymousFunctionDeclaration, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression, StaticBlock } from 'acorn'

export type FunctionNode = AnonymousFunctionDeclaration | ArrowFunctionExpression | FunctionDeclaration | FunctionExpression

/** What has statements of its own to profile. */
export type FunctionLike = FunctionNode | StaticBlock
