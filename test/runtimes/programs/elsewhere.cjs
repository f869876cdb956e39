// Loaded first: this process looks like one of the platform that ELSEWHERE names, to all that is JavaScript. There is no /proc, and under Windows no user's number.
const fs = require('node:fs')
const os = require('node:os')

const platform = process.env.ELSEWHERE
Object.defineProperty(process, 'platform', { value: platform })
os.platform = () => platform
if (platform === 'win32') for (const name of ['getuid', 'geteuid', 'getgid', 'getegid']) process[name] = undefined

function withoutProc(name) {
  const original = fs[name]
  fs[name] = (file, ...rest) => {
    if (!/^\/(?:proc|sys)\b/.test(String(file))) return original(file, ...rest)
    if (name === 'existsSync') return false
    if (rest.at(-1)?.throwIfNoEntry === false) return undefined
    const details = { code: 'ENOENT', errno: -2, syscall: 'open', path: file }
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${file}'`), details)
  }
}
for (const name of ['accessSync', 'existsSync', 'lstatSync', 'openSync', 'readFileSync', 'readdirSync', 'readlinkSync', 'statSync'])
  withoutProc(name)
