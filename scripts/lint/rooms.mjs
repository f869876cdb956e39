import { readdirSync } from 'node:fs'

/**
 * What differs between the rooms that a lint rule lists and what lies in `folder`: a folder that isn't listed would be bound by no arrow. Files outside
 * of the rooms must be among `loose`.
 */
export function compareRooms(folder, { listed, loose }) {
  const entries = readdirSync(folder, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  return [
    ...folders
      .filter((name) => !listed.includes(name))
      .map((name) => `${name}/ is no room that is listed: list it, with what it may import`),
    ...listed.filter((name) => !folders.includes(name)).map((name) => `${name}/ is listed as a room, and isn't there`),
    ...files.filter((name) => !loose.includes(name)).map((name) => `${name} stands in no room`),
  ]
}
