// node checked-server.js <port> <mode>: a server, and what each request leaves.
const { createServer } = require('node:http')

const [port, mode] = process.argv.slice(2)
const kept = []
let requests = 0

const server = createServer((_request, response) => {
  requests += 1
  if (mode === 'dies' && requests === 60) process.exit(5)
  if (mode === 'drops' && requests === 60) return server.close(() => undefined).closeAllConnections()
  if (mode === 'counts' && requests % 1000 === 0) console.log(requests)
  if (mode === 'leaks') kept.push(Buffer.alloc(2048, 1))
  response.statusCode = mode === 'refuses' ? 404 : 200
  // Where nothing is to stay, so little that it fits into what may: what glibc keeps of freed Buffers depends on the order in which threads free them.
  response.end(mode === 'says' || mode === 'counts' ? 'ok' : Buffer.alloc(20_000, requests))
})
if (mode === 'says') {
  console.log(JSON.stringify({ main: require.main === module, execArgv: process.execArgv, variable: process.env.ALLOCSCOPE_CHECK ?? null }))
}
// One that drops its connections runs on all the same.
if (mode === 'drops') setInterval(() => undefined, 1000)
if (mode !== 'ends') setTimeout(() => server.listen(Number(port), '127.0.0.1'), 200)
