import { readFileSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'

import * as publicList from '../../lib/index.js'

function namesExportedBy(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return []
    const clause = statement.exportClause
    return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  })
}

test('the ESM facade exports every value of the public list, and no other', () => {
  const facade = path.join(__dirname, '..', '..', 'lib', 'index.mts')
  expect([...namesExportedBy(facade)].sort()).toEqual(Object.keys(publicList).sort())
})
