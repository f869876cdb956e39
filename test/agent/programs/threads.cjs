'use strict'

// A worker thread and, as a cluster's primary, a worker process. Says the numbers of both.
const cluster = require('node:cluster')
const { Worker, isMainThread } = require('node:worker_threads')

if (isMainThread && cluster.isPrimary) {
  const thread = new Worker(__filename)
  thread.once('online', () => {
    const member = cluster.fork()
    member.once('online', () => process.send({ thread: thread.threadId, member: member.process.pid }))
  })
}
setInterval(() => undefined, 1000)
process.on('disconnect', () => process.exit())
