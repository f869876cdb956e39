import http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'

import { findTarget, inspect, maskedFrame, takeFrame } from '../../lib/attach/inspector-client.js'
import { isLoopback, parseInspectorOptions } from '../../lib/attach/inspector-options.js'

test.each([
  ['nothing', [], {}],
  ['the usual port', ['node', '--inspect', 'app.js'], {}],
  ['a port', ['--inspect=9230'], { port: 9230 }],
  ['a port for later', ['--inspect-port=9231'], { port: 9231 }],
  ['the same in two words', ['--debug-port', '9232'], { port: 9232 }],
  ['any port', ['--inspect-wait=0'], { port: 0 }],
  ['a host', ['--inspect-brk=0.0.0.0'], { host: '0.0.0.0' }],
  ['a host and a port', ['--inspect_port=localhost:1'], { host: 'localhost', port: 1 }],
  ['an address of IPv6', ['--inspect=[::1]:9233'], { host: '::1', port: 9233 }],
  ['the last of two', ['--inspect-port=9234', '--inspect=9235'], { port: 9235 }],
  ['no listing', ['--inspect-publish-uid=stderr'], { isListed: false }],
  ['a listing', ['--inspect-publish-uid=stderr,http'], {}],
  ['what only looks like it', ['--inspect-brk-node', '--inspected=1', '--no-inspect'], {}],
])('options of the inspector: %s', (_name, args, expected) => {
  expect(parseInspectorOptions(args)).toEqual({ host: '127.0.0.1', port: 9229, isListed: true, ...expected })
})

test('what is loopback', () => {
  const hosts = ['127.0.0.1', '127.1.2.3', '::1', 'localhost', '0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org']
  expect(hosts.map(isLoopback)).toEqual([true, true, true, true, false, false, false, false, false])
})

/** As a server sends it: without a mask. */
function unmasked(opcode: number, text: string): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(text.length))
  if (text.length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, text.length]), Buffer.from(text)])
  const [short, bytes] = text.length < 65536 ? [126, length.subarray(6)] : [127, length]
  return Buffer.concat([Buffer.from([0x80 | opcode, short]), bytes, Buffer.from(text)])
}

test('frames of every length are read, piece by piece', () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const text = 'x'.repeat(length)
    const data = Buffer.concat([unmasked(1, text), Buffer.from('more')])
    expect(takeFrame(data)).toEqual({ opcode: 1, text, rest: Buffer.from('more') })
    for (const cut of [0, 1, 2, 5, data.length - 5]) expect(takeFrame(data.subarray(0, Math.min(cut, data.length - 5)))).toBeUndefined()
  }
})

test('what is sent is masked', () => {
  for (const text of ['', 'short', 'x'.repeat(500)]) {
    const frame = maskedFrame(1, text)
    const start = text.length < 126 ? 2 : 4
    expect(frame[0]).toBe(0x81)
    expect((frame[1] as number) & 0x80).toBe(0x80)
    expect(start === 2 ? (frame[1] as number) & 0x7f : frame.readUInt16BE(2)).toBe(text.length)
    const mask = frame.subarray(start, start + 4)
    const plain = frame.subarray(start + 4).map((byte, place) => byte ^ (mask[place % 4] as number))
    expect(Buffer.from(plain).toString()).toBe(text)
  }
})

async function withServer(server: net.Server, use: (address: { address: string; port: number }) => Promise<void>): Promise<void> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use({ address: '127.0.0.1', port: (server.address() as AddressInfo).port })
  } finally {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

test.each<readonly [string, (response: http.ServerResponse) => void]>([
  ['no JSON', (response) => response.end('hello')],
  ['another JSON', (response) => response.end('[null, 1, {"type":"page"}]')],
  ['a path that is none', (response) => response.end(JSON.stringify([{ type: 'node', id: '/x\r\nHost: y', webSocketDebuggerUrl: '' }]))],
  ['an answer without an end', (response) => void setInterval(() => response.write('x'.repeat(10_000)), 1).unref()],
  ['no answer', () => undefined],
])('a server that gives %s is no inspector', async (_name, answer) => {
  const server = http.createServer((_request, response) => {
    answer(response)
  })
  await withServer(server, async (address) => {
    expect(await findTarget(address)).toBeUndefined()
  })
})

/** Agrees to a WebSocket, and sends this for whatever comes. */
function speaking(reply: Buffer): net.Server {
  return net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      socket.on('data', () => socket.write(reply))
    })
  })
}

/** Of what is waited for to its end in vain, and of what comes, however busy the machine is. */
const [inVainMs, patienceMs] = [500, 60_000]

test.each([
  ['an answer', unmasked(1, '{"id":1,"result":{"result":{"value":"here"}}}'), { outcome: 'answered', value: 'here' }],
  ['another message', unmasked(1, '{"method":"Debugger.paused"}'), { outcome: 'late' }],
  ['what is no JSON', unmasked(1, 'hello'), { outcome: 'late' }],
  ['the end', unmasked(8, ''), { outcome: 'closed' }],
  [
    'a frame longer than any answer',
    Buffer.concat([Buffer.from([0x81, 127]), Buffer.alloc(8, 0x7f), Buffer.alloc(70_000)]),
    { outcome: 'closed' },
  ],
])('an inspector that sends %s', async (_name, reply, expected) => {
  await withServer(speaking(reply), async (address) => {
    const withinMs = expected.outcome === 'late' ? inVainMs : patienceMs
    expect(await inspect({ ...address, path: '/x' }, '1', withinMs, false)).toEqual(expected)
  })
})

test('an inspector that refuses the socket', async () => {
  const server = http.createServer((_request, response) => response.end())
  await withServer(server, async (address) => {
    await expect(inspect({ ...address, path: '/x' }, '1', patienceMs, false)).rejects.toThrow(/it answered 200/)
  })
})
