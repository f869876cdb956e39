'use strict'

// Brings an agent into a process, and never comes. Says where its socket is.
const path = require('node:path')

const built = path.resolve('dist/attach')
const { AttachedProcess } = require(path.join(built, 'attached-process.js'))
const { inviteAgent } = require(path.join(built, 'invite-agent.js'))

process.on('disconnect', () => process.exit())
process.send({ asking: true })
inviteAgent(new AttachedProcess(Number(process.argv[2]))).then((socket) => process.send({ socket }))
