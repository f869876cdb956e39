'use strict'
// The same 900 requests each time, 16 at once: two pages are read for each attachment, of 20 KiB to 1.5 MiB, that is written.
const { Agent, request } = require('node:http')

const connections = 16
const requests = Number(process.env.REQUESTS ?? 900)
const agent = new Agent({ keepAlive: true, maxSockets: connections })
const attachment = Buffer.alloc(1.5 * 1024 ** 2, 'what was written, and what was written after it, ')

function send(number) {
  const isAttachment = number % 3 === 0
  const options = { port: process.env.PORT, agent, path: `/page/${number % 50}`, method: isAttachment ? 'POST' : 'GET' }
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => response.resume().on('end', resolve)).on('error', reject)
    sent.end(isAttachment ? attachment.subarray(0, 20_480 + ((number * 104_729) % 1_500_000)) : undefined)
  })
}

async function main() {
  let next = 0
  const work = async () => {
    while (next < requests) await send(next++)
  }
  await Promise.all(Array.from({ length: connections }, work))
  agent.destroy()
}

main()
