'use strict'

// Renders a page on the server for each request.
const http = require('node:http')
const next = require('next')

const app = next({ dev: false, dir: __dirname })
const render = app.getRequestHandler()

function handle(request, response) {
  request.asked = Array.from({ length: 1000 }, (_, index) => ({ index }))
  return render(request, response)
}

void app.prepare().then(() => {
  const server = http.createServer(handle)
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
})
process.on('disconnect', () => process.exit())
