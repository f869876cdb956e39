// 40 blocks of 1 MiB, each with an mmap of its own. `kept` holds them to the end, `dropped` leaves them to a collection that nothing hurries.
// `untouched` asks for 200 MiB and writes none of it; `mapped` has 100 MiB that no allocator knows: WebAssembly's.
const [, , mode] = process.argv
const mebibyte = 1024 ** 2
if (mode === 'untouched') globalThis.held = Buffer.allocUnsafeSlow(200 * mebibyte)
else if (mode === 'mapped') {
  globalThis.held = new globalThis.WebAssembly.Memory({ initial: 1600, maximum: 1600 })
  new Uint8Array(globalThis.held.buffer).fill(1)
} else {
  const blocks = Array.from({ length: 40 }, () => Buffer.allocUnsafeSlow(mebibyte).fill(1))
  if (mode === 'kept') globalThis.held = blocks
}
setTimeout(() => undefined, 300)
