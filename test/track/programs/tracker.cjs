// The tracker's library and the addon that counts its own blocks, as the tests' programs use them.
const path = require('node:path')

const root = path.join(__dirname, '..', '..', '..')

function loadLibrary(file) {
  const loaded = { exports: {} }
  process.dlopen(loaded, file)
  return loaded.exports
}

exports.library = path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'allocscope_tracker.so')
exports.loadTracker = () => loadLibrary(exports.library)
exports.loadCounted = () => loadLibrary(path.join(root, 'native', 'test', 'build', 'Release', 'counted_blocks.node'))

/** How many samples there are of blocks of `bytes`. */
exports.liveOf = ({ samples }, bytes) => {
  let count = 0
  for (let i = 0; i < samples.length; i += 5) if (samples[i] === bytes) count++
  return count
}
