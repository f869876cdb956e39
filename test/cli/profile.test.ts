import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { register, run } from '../profile/profiled-program.js'
import { allocscope } from './run-cli.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-profile-'))
const app = path.join(folder, 'app.cjs')
writeFileSync(app, 'function work() {\n  return Buffer.alloc(3 * 1024 ** 2)\n}\nwork()\nconsole.log("ran")\n')

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const titlesIn = (text: string): string | undefined => /^Line # +(.+?) +Line Contents$/m.exec(text)?.[1]

describe('--columns', () => {
  test('the figures of lines in the order in which they are named', async () => {
    const { code, stderr } = await allocscope(['profile', '--all', '--columns', 'external, Peak,allocated', app])
    expect(code).toBe(0)
    expect(titlesIn(stderr)?.split(/ {2,}/)).toEqual(['External', 'Peak RSS', 'Allocated'])
    // What Buffer.alloc() was given.
    expect(stderr).toMatch(/^ {5}2 +3\.000 MiB +\d+\.\d+ MiB +3\.\d+ MiB {5}return Buffer\.alloc/m)
  })

  test.each([
    ['allocatd,peak', /"columns" must be some of allocated, heap, .* \(allocated\?\)\. Received 'allocatd' \[ERR_INVALID_ARG_VALUE\]/],
    ['vms', /must be some of allocated, heap, external, increment, others, rss, mem, peak, occurrences.* Received 'vms'/],
    [',', /must be some of allocated/],
  ])('%s is refused before the program runs', async (names, message) => {
    const { code, stdout, stderr } = await allocscope(['profile', '--all', '--columns', names, app])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.split('\n')).toHaveLength(2)
  })

  test('register reads them from its settings', async () => {
    const withColumns = (columns: unknown): ReturnType<typeof run> =>
      run(process.execPath, ['--import', register, app], { ALLOCSCOPE_PROFILE: JSON.stringify({ all: true, columns }) })
    expect(titlesIn((await withColumns(['heap', 'occurrences'])).stderr)?.split(/ {2,}/)).toEqual(['Heap', 'Occurrences'])
    expect(await withColumns('occurences')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('(occurrences?)') as string,
    })
  })
})

describe('--html with a folder', () => {
  const pagesIn = (site: string): string[] => readdirSync(path.join(site, 'files')).sort()
  const read = (site: string, page: string): string => readFileSync(path.join(site, page), 'utf8')
  const linksIn = (site: string): string[] =>
    [...read(site, 'index.html').matchAll(/<td><a href="files\/(.*?)"/g)].map(([, link]) => link ?? '')
  const profileInto = (html: string, file: string, ...more: string[]): ReturnType<typeof allocscope> =>
    allocscope(['profile', '--all', '--html', html, '-o', '/dev/null', ...more, file])

  test('a trailing slash, a name that no page has, or a folder that is there', async () => {
    const there = path.join(folder, 'there.html')
    mkdirSync(there)
    for (const html of [path.join(folder, 'deep/new/'), path.join(folder, 'bare'), there]) {
      expect((await profileInto(html, app)).code).toBe(0)
      expect(linksIn(html)).toEqual(pagesIn(html))
      expect(read(html, `files/${pagesIn(html)[0] ?? ''}`)).toMatch(/3\.0 MiB.*Buffer/)
    }
    const page = path.join(folder, 'page.html')
    await profileInto(page, app)
    expect(readFileSync(page, 'utf8')).toContain('id="profile"')
  })

  test('files with odd names from anywhere, summed over workers and child processes', async () => {
    const [lib, main] = [path.join(folder, 'ünïcode <b>&"\' lib.cjs'), path.join(folder, 'main.cjs')]
    writeFileSync(lib, '// untouched\nexports.work = () => {\n  return Buffer.alloc(2 * 1024 ** 2)\n}\n')
    writeFileSync(
      main,
      `const { Worker, isMainThread } = require('node:worker_threads')
       const { fork } = require('node:child_process')
       require(${JSON.stringify(lib)}).work()
       if (isMainThread && process.argv[2] !== 'child') { new Worker(__filename); fork(__filename, ['child']) }`,
    )
    const site = path.join(folder, 'summed/')
    expect((await profileInto(site, main, '--workers', '--children')).code).toBe(0)
    const index = read(site, 'index.html')
    expect(index).toContain('Totals of 3 threads in 2 processes')
    expect(index).toContain('&#60;b&#62;&#38;&#34;&#39; lib.cjs')
    const [page = ''] = linksIn(site)
    expect(read(site, `files/${page}`)).toMatch(/<tr id="L1" class="idle">.*untouched/)
    // Three threads with what Buffer.alloc() was given, and its objects.
    expect(read(site, `files/${page}`)).toMatch(/<tr id="L3".*m-allocated[^>]*>6\.0 MiB<.*m-occurrences[^>]*>3</)
  })

  test('what an earlier run left goes, but for what is not of a profile', async () => {
    const site = path.join(folder, 'again')
    const other = path.join(folder, 'other.cjs')
    writeFileSync(other, 'function other() {}\nother()\n')
    await profileInto(site, other)
    writeFileSync(path.join(site, 'files', 'mine.html'), 'mine')
    const [before] = linksIn(site)
    await profileInto(site, app)
    expect(linksIn(site)).not.toContain(before)
    expect(pagesIn(site)).toEqual([...linksIn(site), 'mine.html'].sort())
  })

  test('a folder that cannot be written is refused before the program runs', async () => {
    const site = path.join(folder, 'of-others')
    mkdirSync(site)
    writeFileSync(path.join(site, 'index.html'), '<h1>My project</h1>')
    for (const [html, reason] of [
      [path.join(app, 'below/'), 'ENOTDIR'],
      [`${path.join(folder, 'x'.repeat(256))}/`, 'ENAMETOOLONG'],
      [site, "its index.html isn't that of a profile"],
    ] as const) {
      const { code, stdout, stderr } = await profileInto(html, app)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(reason)
      expect(stderr).toContain('[ERR_ALLOCSCOPE_REPORT]')
    }
    expect(read(site, 'index.html')).toBe('<h1>My project</h1>')
    const settings = { ALLOCSCOPE_PROFILE: JSON.stringify({ all: true, html: path.join(app, 'below/') }) }
    const registered = await run(process.execPath, ['--import', register, app], settings)
    expect(registered).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[ERR_ALLOCSCOPE_REPORT]') as string })
  })

  test('what fails half-way leaves no list and no half page, and the exit code 1', async () => {
    const site = path.join(folder, 'half')
    await profileInto(site, app)
    const [page = ''] = pagesIn(site)
    // Neither a file nor an empty folder can take the place of a folder that has something in it.
    rmSync(path.join(site, 'files', page))
    mkdirSync(path.join(site, 'files', page, 'in-the-way'), { recursive: true })
    const { code, stdout, stderr } = await profileInto(site, app)
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'ran\n' })
    expect(stderr).toMatch(/cannot write the report: the pages can't be written to .*half: .*(?:EISDIR|ENOTEMPTY)/)
    expect(existsSync(path.join(site, 'index.html'))).toBe(false)
    expect(pagesIn(site)).toEqual([page])
  })

  test('register writes them as well', async () => {
    const html = path.join(folder, 'registered/')
    const { code } = await run(process.execPath, ['--import', register, app], { ALLOCSCOPE_PROFILE: JSON.stringify({ all: true, html }) })
    expect(code).toBe(0)
    expect(linksIn(html)).toEqual(pagesIn(html))
  })
})
