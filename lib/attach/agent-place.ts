import { accessSync, constants, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError, whyNotWritable } from '../errors/allocscope-error.js'

/** Where a user's agents have their sockets: by XDG_RUNTIME_DIR, which is the user's alone, or in /tmp. */
export function agentFolders(uid: number, runtimeFolder: string | undefined): readonly string[] {
  const temporary = `/tmp/allocscope-${uid}`
  return runtimeFolder !== undefined && path.isAbsolute(runtimeFolder) ? [path.join(runtimeFolder, 'allocscope'), temporary] : [temporary]
}

/** The socket of a process's main thread, of its worker with this number, or of a guest with this name. `pid` is what the process itself calls its own. */
export function socketName(pid: number, of?: number | string): string {
  return of === undefined ? `${pid}.sock` : `${pid}-${of}.sock`
}

/** Why `folder` can't be trusted: anybody may have made it before. Undefined when only user `uid` can enter it. */
export function distrust(folder: string, uid: number): string | undefined {
  const status = lstatSync(folder)
  if (!status.isDirectory()) return `${folder} is no folder`
  if (status.uid !== uid) return `${folder} belongs to user ${status.uid}`
  return (status.mode & 0o077) === 0 ? undefined : `${folder} can be entered by others`
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // What keeps a socket from being made there, `listen` tells too late.
  accessSync(folder, constants.W_OK)
}

/** Makes the folder for this process's socket, or finds it. Throws `ERR_ALLOCSCOPE_ATTACH` where it can't be trusted or written to. */
export function makeAgentFolder(): string {
  const uid = process.geteuid?.() ?? 0
  const [folder] = agentFolders(uid, process.env['XDG_RUNTIME_DIR']) as [string]
  try {
    makeFolder(folder)
  } catch (cause) {
    const why = whyNotWritable(cause, folder)
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `no socket can be opened in ${folder}: ${why}`, { cause })
  }
  const reason = distrust(folder, uid)
  if (reason !== undefined) throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `${reason}: no socket is opened there`)
  return folder
}

function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

/** The socket of process `pid`'s agent, or of that `guest`, as this process reaches it; undefined when it has none that can be trusted. */
export function findAgent(pid: number, guest?: string): string | undefined {
  const status = fileOf(pid, 'status')
  const uid = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1])
  // Its own number for itself is the last: it may live in a namespace of process numbers.
  const own = Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? pid)
  const runtimeFolder = fileOf(pid, 'environ')
    .split('\0')
    .find((entry) => entry.startsWith('XDG_RUNTIME_DIR='))
  for (const folder of agentFolders(uid, runtimeFolder?.slice('XDG_RUNTIME_DIR='.length))) {
    const there = `/proc/${pid}/root${folder}`
    try {
      const socket = `${there}/${socketName(own, guest)}`
      if (distrust(there, uid) === undefined && lstatSync(socket).isSocket()) return socket
    } catch {
      // No such folder, or no such socket.
    }
  }
  return undefined
}
