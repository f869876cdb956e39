console.log(JSON.stringify({ argv: process.argv.slice(2), execArgv: process.execArgv, variable: process.env.ALLOCSCOPE_CHECK ?? null }))
// So large that glibc gives it back when it is freed, whatever other threads do meanwhile.
let held = Buffer.alloc(48 * 2 ** 20, 1)
setTimeout(() => {
  console.log(`held ${held.length / 2 ** 20} MiB`)
  held = undefined
}, 200)
