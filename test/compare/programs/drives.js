'use strict'
// Makes 20 requests to PORT, and writes to DRIVEN what it was told.
const { appendFileSync, readFileSync } = require('node:fs')
const { get } = require('node:http')

const { PORT, ALLOCSCOPE_PID, DRIVEN, DRIVE_MODE } = process.env
const isServer = readFileSync(`/proc/${ALLOCSCOPE_PID}/cmdline`, 'latin1').includes('serves.js')
if (DRIVE_MODE === 'fails') throw new RangeError('no way to drive')
const request = (left) => {
  if (left === 0) {
    appendFileSync(DRIVEN, `drove ${isServer}\n`)
    return
  }
  get({ port: PORT, host: '127.0.0.1' }, (response) => response.resume().on('end', () => request(left - 1)))
}
request(20)
