// 3. Delete a reference: what comes back when a list is dropped of which a copy was made?
//
//   node examples/03-delete-a-reference.cjs 200000
//   npx allocscope profile --mode settle examples/03-delete-a-reference.cjs     # the same, line by line
//   npx allocscope lab delete-a-reference                                       # the three, and what follows from them
'use strict'

function makeList(n) {
  return Array.from({ length: n }, (_, id) => ({ id, name: `name ${id}` }))
}

// A deep copy shares nothing with the list: all that the list held comes back.
// @profile
function structuredCopy(n) {
  let list = makeList(n)
  let copy = structuredClone(list)
  list = null
  copy = null
}

// A spread copies the references. The objects stay, as the copy refers to them: only the list's own slots come back.
// @profile
function spreadCopy(n) {
  let list = makeList(n)
  let copy = [...list]
  list = null
  copy = null
}

// A way through text holds three things at once, until the text is dropped as well.
// @profile
function jsonCopy(n) {
  let list = makeList(n)
  let text = JSON.stringify(list)
  let copy = JSON.parse(text)
  text = null
  list = null
  copy = null
}

module.exports = { structuredCopy, spreadCopy, jsonCopy }

if (require.main === module) {
  const n = Number(process.argv[2] ?? 200_000)
  for (const copy of [structuredCopy, spreadCopy, jsonCopy]) {
    const before = process.memoryUsage.rss()
    copy(n)
    const grown = (process.memoryUsage.rss() - before) / 1024 ** 2
    console.log(`${copy.name.padEnd(14)}  RSS ${grown.toFixed(1)} MiB above where it began, nothing of it in use`)
  }
}
