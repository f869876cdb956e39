import { readFileSync } from 'node:fs'

/** Node's own, where nothing else is asked for. */
const usualPort = 9229

/** How a process was told to have its inspector. */
export interface InspectorOptions {
  readonly host: string
  /** 0 where the kernel was to choose one. */
  readonly port: number
  /** Whether its inspector tells over HTTP where it answers. */
  readonly isListed: boolean
}

/** `9230`, `host`, `host:9230`, `[::1]:9230`. */
function placeOf(text: string): { readonly host?: string; readonly port?: number } {
  const [, bracketed, plain = '', port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  if (bracketed === undefined && port === undefined && /^\d+$/.test(plain)) return { port: Number(plain) }
  const host = bracketed ?? plain
  return { ...(host === '' ? {} : { host }), ...(port === undefined ? {} : { port: Number(port) }) }
}

/**
 * What these arguments of node's ask for: the last counts. Arguments of the program's own aren't told apart, as options of node's may have a value that looks
 * like a program.
 */
export function parseInspectorOptions(args: readonly string[]): InspectorOptions {
  let options: InspectorOptions = { host: '127.0.0.1', port: usualPort, isListed: true }
  args.forEach((argument, place) => {
    const [, places] = /^--inspect[-_]publish[-_]uid=(.*)$/.exec(argument) ?? []
    if (places !== undefined) options = { ...options, isListed: places.split(',').includes('http') }
    const [, name = '', value] = /^--(inspect|inspect[-_](?:brk|wait|port)|debug[-_]port)(?:=(.*))?$/.exec(argument) ?? []
    if (name === '') return
    // Of the others a port is behind an equals sign.
    const following = name.endsWith('port') ? args[place + 1] : undefined
    options = { ...options, ...placeOf(value ?? following ?? '') }
  })
  return options
}

function wordsOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Of process `pid`, by its command line and its NODE_OPTIONS. A program that sets `process.title` has overwritten the first. */
export function inspectorOptionsOf(pid: number): InspectorOptions {
  const inherited = wordsOf(`/proc/${pid}/environ`).find((entry) => entry.startsWith('NODE_OPTIONS=')) ?? ''
  // The command line counts for more.
  return parseInspectorOptions([...inherited.slice('NODE_OPTIONS='.length).split(/\s+/), ...wordsOf(`/proc/${pid}/cmdline`)])
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}
