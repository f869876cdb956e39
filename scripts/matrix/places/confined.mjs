// Node with something taken from it. What needs another mount or user needs root to prepare it.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'

import { lacking, linesFor, nodeOf, versionOf } from './node.mjs'

const node = nodeOf(24)
const group = 'Node 24, locked down'

const place = (name, about, { missing = () => undefined, lines }) => ({
  group,
  name,
  about,
  missing: () => lacking(node, 'Node 24') ?? missing(),
  version: () => versionOf(node),
  buffersByMalloc: true,
  prepare: (kit) => linesFor({ app: kit.app, runtime: [node], ...lines(kit) }),
})

/** Why `unshare` can't do this here; undefined when it can. */
function lackingMounts(script) {
  const { status, stderr, error } = spawnSync('unshare', ['-m', 'sh', '-c', `${script} && true`], { encoding: 'utf8' })
  return status === 0 ? undefined : `mounts can't be changed here: ${(error?.message ?? stderr).trim()}`
}

const inMounts = (script) => ['unshare', '-m', 'sh', '-c', `${script} && exec "$@"`, 'sh']
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const asNobody = () => (process.getuid() === 0 ? undefined : 'another user can only be taken by root')

/** What is mounted at `/` becomes read only, but for one folder, which stays as it is by a mount of its own. */
const readOnly = (writable) =>
  [
    'mount --make-rprivate /',
    ...(writable === undefined ? [] : [`mount --bind ${writable} ${writable}`]),
    'mount -o remount,bind,ro /',
  ].join(' && ')

function permission(name, flags) {
  const about = `\`node --permission ${flags.join(' ')}\``
  return place(name, about, {
    lines: ({ app }) => ({ runtime: [node, '--permission', ...flags.map((flag) => flag.replace('<app>', app))] }),
  })
}

const noProc = 'mount --make-rprivate / && umount -l /proc'
const hidden = 'mount --make-rprivate / && mount -t proc -o hidepid=2 proc /proc'

export const confined = [
  permission('--permission', ['--allow-addons', '--allow-fs-read=<app>']),
  permission('--permission, no addons', ['--allow-fs-read=<app>']),
  place('--no-addons', '`node --no-addons`; the program that a command runs has no such flag', {
    lines: () => ({ runtime: [node, '--no-addons'] }),
  }),
  place('not root', 'user `nobody`, in a folder that root owns', {
    missing: asNobody,
    lines: () => ({ around: nobody }),
  }),
  place('read-only', 'every file system read only, also `/tmp`', {
    missing: () => lackingMounts(readOnly()),
    lines: ({ app }) => ({ around: inMounts(readOnly()), temp: app }),
  }),
  place('read-only but /tmp', 'every file system read only, but for `TMPDIR`', {
    missing: () => lackingMounts(readOnly()),
    lines: ({ folder }) => {
      const temp = path.join(folder, 'writable')
      mkdirSync(temp, { recursive: true })
      return { around: inMounts(readOnly(temp)), env: { TMPDIR: temp }, temp }
    },
  }),
  place('no /proc', 'nothing is mounted at `/proc`', {
    missing: () => lackingMounts(noProc),
    lines: () => ({ around: inMounts(noProc) }),
  }),
  place('hidepid', '`/proc` mounted with `hidepid=2`, user `nobody`', {
    missing: () => asNobody() ?? lackingMounts(hidden),
    lines: () => ({ around: [...inMounts(hidden), ...nobody] }),
  }),
]
