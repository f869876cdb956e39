import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { allocscope, program } from './run-cli.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }

/** A file of lib/cli/commands is a verb. */
const verbs = readdirSync('lib/cli/commands').map((file) => path.parse(file).name)

test('--version, and --help, which lists every verb', async () => {
  expect(await allocscope(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  const help = await allocscope(['--help'])
  expect(help.code).toBe(0)
  for (const word of ['Examples:', 'Exit codes']) expect(help.stdout).toContain(word)
  const [, commands] = /\nCommands:\n((?: {2}.*\n)+)/.exec(help.stdout) ?? []
  const listed = [...(commands ?? '').matchAll(/^ {2}(\w+)/gm)].map(([, verb]) => verb)
  expect(listed.filter((verb) => verb !== 'help').sort()).toEqual([...verbs].sort())
})

test.each(verbs)('%s --help says how it is used, with examples of it, and the documents have it', async (verb) => {
  const { code, stdout, stderr } = await allocscope([verb, '--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^Usage: allocscope ${verb} `))
  expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}\\$ allocscope ${verb}\\b`))
  const documents = [
    'README.md',
    ...readdirSync('docs')
      .filter((file) => file.endsWith('.md'))
      .map((file) => path.join('docs', file)),
  ]
  const told = documents.filter((file) => new RegExp(`\\ballocscope ${verb}\\b`).test(readFileSync(file, 'utf8')))
  expect(told).not.toEqual([])
})

test.each([
  [['stast'], /unknown command 'stast' \(Did you mean stats\?\) \[ERR_PARSE_ARGS_UNKNOWN_COMMAND\]/],
  [['stats', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\) \[ERR_PARSE_ARGS_UNKNOWN_OPTION\]/],
  [['stats', '--detail', 'all'], /'all' is invalid.*footprint, usage, arenas.*\[ERR_PARSE_ARGS_INVALID_OPTION_VALUE\]/],
  [['stats', 'extra'], /too many arguments.*\[ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL\]/],
  [['run'], /missing required argument 'program' \[ERR_MISSING_ARGS\]/],
  [['run', '--interval', '0', 'x.js'], /must be a number from 1 .*\[ERR_PARSE_ARGS_INVALID_OPTION_VALUE\]/],
  [['run', '--interval', 'soon', 'x.js'], /must be a number/],
  [['run', '--interval', '', 'x.js'], /must be a number/],
  [['run', '--interval'], /argument missing/],
  [['run', '--allocator', 'hoard', 'x.js'], /'hoard' is invalid.*glibc, jemalloc, mimalloc, tcmalloc/],
  [['run', '/no/such/program.js'], /there is no program '\/no\/such\/program\.js'.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [['run', 'node', 'x.js'], /leave 'node' out/],
  [['track', '--interval', '0', 'x.js'], /must be a size from 1 byte .*\[ERR_PARSE_ARGS_INVALID_OPTION_VALUE\]/],
  [['track', '--interval', 'often', 'x.js'], /must be a size, such as/],
  [['track', '--format', 'svg', 'x.js'], /'svg' is invalid.*text, json, html, collapsed, pprof, speedscope/],
  [['track', '--format', 'pprof', 'x.js'], /say where it goes with -o \[ERR_INVALID_ARG_VALUE\]/],
  [['track', '/no/such/program.js'], /there is no program '\/no\/such\/program\.js'.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [['agent'], /say where the metrics go: --textfile <dir> \[ERR_MISSING_ARGS\]/],
  [['agent', '--textfile', '/tmp'], /say which processes: --pid or --match \[ERR_MISSING_ARGS\]/],
  [['agent', '--textfile', '/tmp', '--match', ''], /would match every process \[ERR_INVALID_ARG_VALUE\]/],
  [['agent', '--textfile', '/tmp', '--pid', '0'], /must be a whole number from 1 up/],
  [['agent', '--textfile', '/no/such/folder', '--pid', '1'], /there is no folder.*\[ENOENT\]/],
  [['explain'], /give either a program or --pid \[ERR_MISSING_ARGS\]/],
  [['explain', '--pid', '1', 'x.js'], /give either a program or --pid/],
  [['explain', '--pid', '0'], /must be a whole number from 1 up/],
  [['explain', '--at', 'noon', 'x.js'], /'noon' is invalid.*exit, peak/],
  [['explain', '--every', '0', 'x.js'], /must be a number from 0\.1/],
  [['explain', '--html', '/no/such/folder/page.html', program('exit-3.js')], /cannot write the report.*\[ENOENT\]/],
  [['explain', '/no/such/program.js'], /there is no program.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [
    ['check', '--url', 'ftp://localhost/', program('exit-3.js')],
    /must be a URL of http or https.*not 'ftp:\/\/localhost\/' \[ERR_INVALID_ARG_VALUE\]/,
  ],
  [['check', '--url', 'localhost:3000', program('exit-3.js')], /must be a URL of http or https/],
  [['check', '--url', 'http://localhost/', '--export', 'x', program('exit-3.js')], /give either --export or --url/],
  [['check', '--url', 'http://localhost/', '--connections', '9', '--requests', '8', program('exit-3.js')], /at least --connections/],
  [['check', '--connections', '9', program('exit-3.js')], /are for --url/],
  [['profile'], /missing required argument 'program' \[ERR_MISSING_ARGS\]/],
  [['watch'], /give either a program or --pid \[ERR_MISSING_ARGS\]/],
  [['watch', '--pid', '1', 'x.js'], /give either a program or --pid/],
  [['watch', '--for', '1s', 'x.js'], /--for is for --pid.*\[ERR_INVALID_ARG_VALUE\]/],
  [['run', 'lib'], /'lib' is a folder without an index\.js.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [['sizeof', '[1,2'], /The expression '\[1,2' isn't JavaScript, or isn't whole: .*\[ERR_PARSE_ARGS_INVALID_OPTION_VALUE\]/],
  [['memit', '--setup', 'let a =', '1'], /--setup 'let a =' isn't JavaScript, or isn't whole/],
  [['watch', '--min-growth', '10', 'x.js'], /It must be a share: 10% or 1000%\?/],
  [['watch', '--duration', 'soon', 'x.js'], /must be a time from 1ms to 596h/],
  [['watch', '--pid', '1', '--duration', '1'], /are for a program that is started here \[ERR_INVALID_ARG_VALUE\]/],
  [['watch', '--min-bytes', 'much', 'x.js'], /must be a size, such as 65536, 4 MiB or 4MB/],
  [['watch', '--min-bytes', '4 MB/s', 'x.js'], /must be a size/],
  [['watch', '--min-growth', 'ten', 'x.js'], /must be a share, such as 0\.1 or 10%/],
  [['watch', '--consecutive', '1.5', 'x.js'], /must be a whole number from 1 up/],
  [['watch', '/no/such/program.js'], /there is no program.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [['watch', '-o', '/no/such/folder/out.txt', program('exit-3.js')], /cannot write the report.*\[ENOENT\]/],
  [['run', '-o', '/no/such/folder/out.txt', program('exit-3.js')], /cannot write the report.*\[ENOENT\]/],
])('%p is refused in one line, with code 2', async (args, expected) => {
  const { code, stdout, stderr } = await allocscope(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^allocscope: [^\n]*\n$/)
  expect(stderr).toMatch(expected)
})

test.each(verbs)("%s refuses an option that it doesn't have", async (verb) => {
  const { code, stdout, stderr } = await allocscope([verb, '--no-such-option'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^allocscope: unknown option '--no-such-option'[^\n]* \[ERR_PARSE_ARGS_UNKNOWN_OPTION\]\n$/)
})

test('ALLOCSCOPE_DEBUG=1 adds the stack', async () => {
  const { stderr } = await allocscope(['run', '/no/such/program.js'], { env: { ALLOCSCOPE_DEBUG: '1' } })
  expect(stderr).toMatch(/\n +at /)
})
