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

console.log(build(3).length === 3)
console.log(
  String(new Error('here').stack)
    .split('\n')[1]
    ?.replace(/:\d+\)?$/, ''),
)
