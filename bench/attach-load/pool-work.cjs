'use strict'

const { createHash } = require('node:crypto')

module.exports = (rows) =>
  createHash('sha256')
    .update(Buffer.from(JSON.stringify(rows)))
    .digest('hex')
