console.log(JSON.stringify({ argv: process.argv.slice(2), execArgv: process.execArgv, variable: process.env.ALLOCSCOPE_CHECK ?? null }))
let held = Array.from({ length: 40 }, () => Buffer.alloc(2 ** 20, 1))
setTimeout(() => {
  console.log(`held ${held.length}`)
  held = undefined
}, 200)
