// Searches for what calls of functions of leaks.cjs leave behind, one after the other, and prints what was found by name. Arguments: the package's
// dist, the names, the calls, options as JSON.
'use strict'
const path = require('node:path')

const [dist, names, calls, options] = process.argv.slice(2)
const { HolderSearch } = require(path.join(dist, 'holders', 'index.js'))
const leaks = require('./leaks.cjs')

async function search(name) {
  if (name === 'statements') leaks.database = new (require('node:sqlite').DatabaseSync)(':memory:')
  for (let call = 0; call < 16; call += 1) await leaks[name](call)
  const found = await HolderSearch.begin(JSON.parse(options ?? '{}'))
  for (let call = 0; call < Number(calls); call += 1) await leaks[name](call)
  return found.finish(Number(calls))
}

async function main() {
  const found = {}
  for (const name of names.split(',')) found[name] = await search(name)
  console.log(JSON.stringify(found))
}

void main()
