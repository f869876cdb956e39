// The sampling threads of this process, as the kernel lists them: for the tests and for the processes that they start.
const { readFileSync, readdirSync } = require('node:fs')

// The flag of a task that is on its way out (PF_EXITING in the kernel's linux/sched.h). A thread that was joined keeps its entry for a moment.
const exiting = 4

/** The line of `stat`, or nothing for a thread that has ended since the folder was read. */
function statOf(task) {
  try {
    return readFileSync(`/proc/self/task/${task}/stat`, 'latin1')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
    throw error
  }
}

/** The number of threads that sample memory and that aren't on their way out. */
exports.samplingThreads = () =>
  readdirSync('/proc/self/task').filter((task) => {
    const [, name, flags] = /^\d+ \((.*)\) \S+(?: \S+){5} (\d+)/s.exec(statOf(task) ?? '') ?? []
    return name === 'allocscope' && (Number(flags) & exiting) === 0
  }).length
