/** A mounted hierarchy that may have the memory controller. */
export interface CgroupMount {
  readonly version: 1 | 2
  /** The group that is mounted, within its hierarchy: `/` for all of it. */
  readonly root: string
  /** Where it is mounted. */
  readonly point: string
}

interface Mount {
  readonly id: string
  readonly parent: string
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/** The kernel writes spaces, tabs, newlines, backslashes and `#` of a path as octal numbers. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

function parseMount(line: string): Mount | undefined {
  const fields = line.split(' ')
  const [id, parent, , root, point] = fields
  // Between the sixth field and the dash stand any number of optional ones.
  const dash = fields.indexOf('-', 6)
  if (dash === -1 || id === undefined || parent === undefined || root === undefined || point === undefined) return undefined
  const [type = '', , options = ''] = fields.slice(dash + 1)
  return { id, parent, root: unescape(root), point: unescape(point), type, options: options.split(',') }
}

function versionOf({ type, options }: Mount): 1 | 2 | undefined {
  if (type === 'cgroup2') return 2
  return type === 'cgroup' && options.includes('memory') ? 1 : undefined
}

function holds(folder: string, path: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** Whether another mount lies over this one: its path then leads into the other. */
function isHidden(mount: Mount, mounts: readonly Mount[]): boolean {
  const byId = new Map(mounts.map((other) => [other.id, other]))
  const way = new Set<Mount>()
  for (let step: Mount | undefined = mount; step !== undefined && !way.has(step); step = byId.get(step.parent)) way.add(step)
  return mounts.some((other) => !way.has(other) && holds(other.point, mount.point))
}

/** The hierarchies that can be reached, from the text of `/proc/<pid>/mountinfo`. */
export function parseCgroupMounts(mountinfo: string): readonly CgroupMount[] {
  const mounts = mountinfo
    .split('\n')
    .map(parseMount)
    .filter((mount) => mount !== undefined)
  return mounts.flatMap((mount) => {
    const version = versionOf(mount)
    return version === undefined || isHidden(mount, mounts) ? [] : [{ version, root: mount.root, point: mount.point }]
  })
}

/**
 * The path of `group` below what is mounted, '' for the mounted group itself. Undefined when it isn't within, or when its way isn't known
 * by name.
 */
export function pathWithin({ root }: CgroupMount, group: string): string | undefined {
  if (!group.startsWith('/') || !holds(root, group)) return undefined
  const path = root === '/' ? group : group.slice(root.length)
  // A namespace's root is told as `/`, what is above it as `/..`.
  if (path.split('/').includes('..')) return undefined
  return path === '/' ? '' : path
}

/** The group of a process, from the text of `/proc/<pid>/cgroup`. */
export interface Membership {
  readonly version: 1 | 2
  readonly group: string
}

/** The group that memory is charged to: where version 1 has the memory controller, version 2 doesn't. */
export function parseMembership(text: string): Membership | undefined {
  const lines = Array.from(text.matchAll(/^\d+:([^:\n]*):(\/.*)$/gm), ([, controllers, group]) => ({
    controllers: (controllers as string).split(','),
    group: group as string,
  }))
  const first = lines.find(({ controllers }) => controllers.includes('memory'))
  if (first !== undefined) return { version: 1, group: first.group }
  const second = lines.find(({ controllers }) => controllers[0] === '')
  return second === undefined ? undefined : { version: 2, group: second.group }
}
