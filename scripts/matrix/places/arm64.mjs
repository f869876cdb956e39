// Node for arm64, run by qemu-user on an x64 machine, with an addon built for it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { root } from '../kit.mjs'
import { linesFor, versionOf } from './node.mjs'

const folder = path.join(root, '.cache', 'arm64')
const libraries = '/usr/aarch64-linux-gnu'
const qemu = ['qemu-aarch64', '-L', libraries]

function lackingHere(node) {
  const isRun = spawnSync(qemu[0], ['--version'], { stdio: 'ignore' }).status === 0
  return isRun && existsSync(node) && existsSync(path.join(root, 'prebuilds', 'linux-arm64'))
    ? undefined
    : "qemu-user, Node for arm64 and the addon for arm64 aren't there: scripts/install-arm64.sh installs and builds them"
}

const check = "RSS has qemu's own translations of code in it, which grow with the calls: what the program keeps can't be told from them"
const register =
  'qemu-user tells each thread another start time of its process in /proc/self/stat, by which the threads of a profile find each other'

function place(major) {
  const node = path.join(folder, 'node', String(major), 'bin', 'node')
  return {
    group: 'Node on arm64, by qemu-user',
    name: `Node ${major}, arm64`,
    about: '`qemu-aarch64 node`; no commands, as the kernel here starts no program for arm64 by itself',
    missing: () => lackingHere(node),
    version: () => `${versionOf(qemu[0], [...qemu.slice(1), node, '--version'])}, ${versionOf(qemu[0])}`,
    buffersByMalloc: true,
    isEmulated: true,
    untestable: major === 20 ? { check, register } : { check },
    prepare: (kit) => ({ ...linesFor({ app: kit.app, runtime: [...qemu, node] }), command: undefined }),
  }
}

export const arm64Places = process.arch === 'x64' ? [20, 22, 24, 26].map(place) : []
