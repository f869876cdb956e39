import { createRequire } from 'node:module'

// The same preload for `node --import`. Not by a static import, for which node would start its reader of CommonJS exports.
createRequire(import.meta.url)('./guard.js')
