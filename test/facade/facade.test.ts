import { readFileSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

import * as publicList from '../../lib/index.js'

/** The names of `export const { a, b } = …`. */
function namesDeclaredBy(statement: ts.VariableStatement): readonly string[] {
  if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return []
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isObjectBindingPattern(name) ? name.elements.map((element) => element.name.getText()) : [],
  )
}

function namesExportedBy(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  return source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) return namesDeclaredBy(statement)
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return []
    const clause = statement.exportClause
    return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  })
}

test.each(['index.mts', 'import.mts'])('%s exports every value of the public list, and no other', (file) => {
  const facade = path.join(__dirname, '..', '..', 'lib', file)
  expect([...namesExportedBy(facade)].sort()).toEqual(Object.keys(publicList).sort())
})
