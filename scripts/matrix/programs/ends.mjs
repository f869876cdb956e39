// A user's program that says one thing, keeps 100 blocks of 64 KiB, and ends with an exit code of its own.
const kept = []
function keep() {
  for (let block = 0; block < 100; block++) kept.push(Buffer.alloc(65_536, 1))
}
keep()
console.log('from the program')
process.exitCode = 3
