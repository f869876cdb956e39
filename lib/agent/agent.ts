import { startAgent } from './start-agent.js'

// `allocscope/agent`: loaded before a program, it lets `allocscope attach` ask the program about its memory where ptrace is forbidden. Node loads it in each
// worker and, by its options, in each process of a cluster: each has a socket of its own.

try {
  startAgent()
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  process.stderr.write(`allocscope: the program runs without an agent: ${message}${code === undefined ? '' : ` [${code}]`}\n`)
}
