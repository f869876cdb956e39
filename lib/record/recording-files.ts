import path from 'node:path'

/** `allocscope-20261128213600.rec`: the local time to the second, as mprof names its files. */
export function newRecordingFile(date: Date, folder = ''): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
  const digits = parts.map((part) => String(part).padStart(2, '0')).join('')
  return path.join(folder, `allocscope-${date.getFullYear()}${digits}.rec`)
}
