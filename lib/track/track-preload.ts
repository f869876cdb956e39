import { isMainThread } from 'node:worker_threads'

import { lazily } from '../loading/index.js'

const inside = lazily(() => require('./track-inside.js') as typeof import('./track-inside.js'))

// The preload of `allocscope track`: `node --require <this file> program`. Node loads it in each worker thread as well, where it must load nothing more: that
// would be in the figures.

if (isMainThread) inside().trackInside(__filename)
