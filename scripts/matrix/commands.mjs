// The commands and preloads, each with its arguments and what it must print. `<app>` stands for the folder of the user's program, `<temp>` for one to write to.

const ran = { exitCode: 3, stdout: 'from the program\n' }

/** Commands that run the user's program: it says what it would say, and ends as it would. */
const programs = {
  'explain app.js': { args: ['explain', 'ends.mjs'], stderr: /at exit.*RSS [\d.]+ MiB, [\d.]+ % of it named/ },
  'run app.js': { args: ['run', 'ends.mjs'], stderr: /exit code 3 after[^]*RSS went from [\d.]+ MiB to [\d.]+ MiB/ },
  'watch app.js': { args: ['watch', 'ends.mjs'], stderr: /exit code 3 after[^]*peak RSS +[\d.]+ MiB/ },
  'record app.js': {
    args: ['record', '-o', '<temp>/one.rec', 'ends.mjs'],
    stderr: /recorded .*one\.rec: [1-9]\d* samples.*peak RSS [\d.]+ MiB/,
  },
  'profile app.js': { args: ['profile', '--function', 'keep', 'ends.mjs'], stderr: /keep {2}called once, allocated 6\.\d MiB/ },
  'track app.js': { args: ['track', 'ends.mjs'], stderr: /native allocations[^]*live +[\d.]+ MiB[^]*keep .*ends\.mjs:\d/ },
}

/** Those that answer by themselves. */
const answers = {
  stats: { args: ['stats'], exitCode: 0, stdout: /\nAllocator\n[^]*mapped +[\d.,]+ [KM]iB/ },
  'check handler.js': { args: ['check', 'leaks.cjs', '--runs', '20'], exitCode: 1, stdout: /still-live/ },
  memit: { args: ['memit', 'Buffer.alloc(1e6, 1)'], exitCode: 0, stdout: /peak memory: [\d.]+ MiB, increment: [\d.]+ MiB/ },
  sizeof: { args: ['sizeof', '[1, 2, 3]'], exitCode: 0, stdout: /total +\d+ {2}bytes/ },
  'attach <pid>': { args: ['attach', '<pid>'], exitCode: 0, stdout: /mapped +[\d.,]+ [KM]iB/ },
}

export const commands = [
  ...Object.entries(programs).map(([name, command]) => ({ ...command, ...ran, name })),
  ...Object.entries(answers).map(([name, command]) => ({ ...command, name })),
].map((command) => ({ kind: 'command', ...command, key: command.args[0], name: `\`allocscope ${command.name}\`` }))

export const preloads = [
  { key: 'register', stderr: /keep {2}called once, allocated 6\.\d MiB/, env: { ALLOCSCOPE_PROFILE: '{"functions":["keep"]}' } },
  { key: 'flight', made: 'flight.rec', env: { ALLOCSCOPE_FLIGHT_FILE: '<temp>/flight.rec' } },
  { key: 'agent', stderr: /^$/ },
].map((preload) => ({ kind: 'preload', ...ran, ...preload, name: `preload \`allocscope/${preload.key}\`` }))
