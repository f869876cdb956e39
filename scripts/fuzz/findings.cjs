const fs = require('node:fs')

/** Of what reads alike no more is written down than this. */
const mostAlike = 3

/** Digits and names differ from one finding to the next that has the same cause. */
function signatureOf(kind, what) {
  return `${kind} ${what.split('\n', 1)[0].slice(0, 80).replace(/\d+/g, '0')}`
}

/** Writes down what is found, a line of JSON each, at once: the process may end at any moment. `where` says which step it was. */
function reporterTo(file, where) {
  const seen = new Map()
  return (kind, what) => {
    const signature = signatureOf(kind, what)
    const times = (seen.get(signature) ?? 0) + 1
    seen.set(signature, times)
    const { number, name } = where()
    if (times <= mostAlike) fs.appendFileSync(file, `${JSON.stringify({ kind, what, step: number, name })}\n`)
  }
}

module.exports = { reporterTo }
