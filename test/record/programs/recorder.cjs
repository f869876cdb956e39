// Records a process from outside until it is killed: `node recorder.cjs <pid> <file>`.
const { recordProcess } = require('../../../dist/record/index.js')

const [, , pid, file] = process.argv
const options = {
  file,
  replace: true,
  intervalMs: 10,
  children: false,
  timeoutMs: undefined,
  allocscopeVersion: '0',
  onFailure: () => undefined,
}
void recordProcess(Number(pid), options)
