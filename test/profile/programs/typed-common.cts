const { strictEqual } = require('node:assert') as typeof import('node:assert')

interface Row {
  readonly id: number
}

// @profile
function build(count: number): Row[] {
  const rows: Row[] = []
  for (let id = 0; id < count; id += 1) {
    rows.push({ id })
  }
  return rows
}

strictEqual(build(3).length, 3)
console.log(String(new Error('here').stack).split('\n')[1])
