import { parseLinkerCache, preloadWith } from '../../lib/program/allocator-library.js'
import { describePackage, parseOsRelease } from '../../lib/program/distribution.js'

test('the linker cache is read as ldconfig prints it', () => {
  const text =
    '2 libs found in cache\n\tlibm.so.6 (libc6,x86-64, OS ABI: Linux 3.2.0) => /lib/libm.so.6\n\tlibm.so.6 (libc6) => /lib32/libm.so.6\n'
  expect([...parseLinkerCache(text)]).toEqual([['libm.so.6', ['/lib/libm.so.6', '/lib32/libm.so.6']]])
})

test.each([
  ['/a/libjemalloc.so.2', undefined, '/a/libjemalloc.so.2'],
  ['/a/libjemalloc.so.2', '/x/probe.so', '/a/libjemalloc.so.2:/x/probe.so'],
  ['/a/libjemalloc.so.2', '/x/probe.so /a/libjemalloc.so.2', '/a/libjemalloc.so.2:/x/probe.so'],
  [undefined, '/x/probe.so:/a/libtcmalloc_minimal.so.4 libmimalloc.so', '/x/probe.so'],
  [undefined, 'libjemalloc.so.2', undefined],
  [undefined, undefined, undefined],
])('%p before %p preloads %p', (library, inherited, expected) => {
  expect(preloadWith(library, inherited)).toBe(expected)
})

test('the package is named for the distribution, or for the one it descends from', () => {
  expect(parseOsRelease('NAME="Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')).toEqual(['linuxmint', 'ubuntu', 'debian'])
  expect(describePackage('jemalloc', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe('install it with: apt-get install libjemalloc2')
  expect(describePackage('tcmalloc', 'ID=fedora\n')).toBe('install it with: dnf install gperftools-libs')
  expect(describePackage('jemalloc', 'ID=plan9\n')).toContain("your distribution's package")
})
