import { isMainThread } from 'node:worker_threads'

import { lazily } from '../loading/index.js'

const inside = lazily(() => require('./compare-inside.js') as typeof import('./compare-inside.js'))

// The preload of `allocscope compare`: `node --require <this file> program`. Node loads it in each worker thread as well, where it must load nothing more: that
// would be in the figures.

if (isMainThread) inside().recordInside(__filename)
