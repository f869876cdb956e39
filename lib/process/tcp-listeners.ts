import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** Where a socket listens. */
export interface TcpAddress {
  /** As it is bound: `127.0.0.1`, `0.0.0.0`, `::1`, `::`; other addresses of IPv6 in full. */
  readonly address: string
  readonly port: number
}

/** A listening socket. */
export interface TcpListener extends TcpAddress {
  /** The kernel numbers sockets in the order in which they are made. */
  readonly inode: number
}

const listening = '0A'

/** `0100007F`: words of 32 bits, each of them as little-endian processors have it, which all are that allocscope runs on. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) return bytes[15] === 0 ? '::' : `::${(bytes[15] as number).toString(16)}`
  return Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16)).join(':')
}

/** Listening sockets, from the text of `/proc/<pid>/net/tcp`: the local address and port are hexadecimal, the inode the tenth column. */
export function parseListeners(table: string): readonly TcpListener[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [address = '', port = ''] = local.split(':')
    return state === listening ? [{ inode: Number(inode), address: addressOf(address), port: Number.parseInt(port, 16) }] : []
  })
}

function readTable(file: string): readonly TcpListener[] {
  try {
    return parseListeners(readFileSync(file, 'latin1'))
  } catch {
    // A kernel without IPv6 has no such file; nor has a process that has ended.
    return []
  }
}

/** Whoever listens in the network of process `pid`. */
export function listenersAround(pid: number): readonly TcpListener[] {
  return [...readTable(`/proc/${pid}/net/tcp`), ...readTable(`/proc/${pid}/net/tcp6`)]
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    // Closed between two calls.
    return ''
  }
}

/** The sockets on which process `pid` itself listens, the one that it opened first at the beginning. None where it has ended, or may not be looked into. */
export function listenersOf(pid: number): readonly TcpListener[] {
  const around = listenersAround(pid)
  if (around.length === 0) return []
  try {
    const folder = `/proc/${pid}/fd`
    const own = new Set(readdirSync(folder).map((name) => Number(/^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${name}`))?.[1])))
    return around.filter(({ inode }) => own.has(inode)).sort((one, other) => one.inode - other.inode)
  } catch {
    return []
  }
}
