'use strict'
// Asks the inspector for what isn't coverage, and for what isn't there.
const { Session } = require('node:inspector')

function works() {
  return 'works'
}

const session = new Session()
session.connect()
for (const method of ['constructor', '__proto__', 'Runtime.getHeapUsage']) {
  session.post(method, (error) => console.log(method, error?.code))
}
session.disconnect()
console.log(works())
