import { isMainThread } from 'node:worker_threads'

import { lazily } from '../../loading/index.js'

const inside = lazily(() => require('./server-inside.js') as typeof import('./server-inside.js'))

// The preload of `allocscope check --url`: `node --require <this file> server`. The server runs as it would without it, until it answers requests. Node loads
// it in each worker thread as well, where it must load nothing more: that would be in the figures.

if (isMainThread) inside().serveCheck(__filename)
