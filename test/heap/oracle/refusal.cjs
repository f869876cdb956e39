// A program that has put a class of its own in the place of WeakRef, or removed it, before sizes are first asked for: the proof has no example
// then, and must say so instead of guessing. Prints, as JSON, what the calls do.
if (process.argv[2] === 'removed') delete globalThis.WeakRef
else globalThis.WeakRef = class WeakRef {}
const allocscope = require('../../../dist/index.js')

function codeOf(call) {
  try {
    return call()
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}

console.log(
  JSON.stringify({
    capability: allocscope.getCapabilities().objectSizes,
    errors: ['shallowSizeOf', 'sizeOf', 'deepSizeOf', 'sizeTree'].map((name) => codeOf(() => allocscope[name]({}))),
    rss: allocscope.getRss(),
  }),
)
