// A typical program: reads a server's log, parses each row, keeps counts, and writes a report.
'use strict'

const levels = ['debug', 'info', 'warn', 'error']
const paths = ['/', '/login', '/search', '/item', '/cart', '/checkout', '/api/items', '/api/users']

function makeRandom(seed) {
  let state = seed
  return function random() {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function writeRow(random, index) {
  const level = levels[Math.floor(random() * levels.length)]
  const path = paths[Math.floor(random() * paths.length)]
  const user = Math.floor(random() * 500)
  const took = Math.floor(random() * 900)
  const at = new Date(1_700_000_000_000 + index * 1000).toISOString()
  return `${at} ${level} ${path}?user=${user}&page=${index % 40} took=${took}ms status=${random() < 0.05 ? 500 : 200}`
}

function parseQuery(text) {
  const query = {}
  for (const pair of text.split('&')) {
    const [key, value] = pair.split('=')
    query[key] = value
  }
  return query
}

const rowPattern = /^(\S+) (debug|info|warn|error) (\S+) took=(\d+)ms status=(\d+)$/

function parseRow(row) {
  const match = rowPattern.exec(row)
  if (match === null) {
    return undefined
  }
  const [, at, level, target, took, status] = match
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? {} : parseQuery(target.slice(mark + 1))
  return { at: Date.parse(at), level, path, query, took: Number(took), status: Number(status) }
}

function bucketOf(took) {
  let bucket = 0
  let limit = 1
  while (limit < took) {
    limit *= 2
    bucket += 1
  }
  return bucket
}

function checksum(text) {
  let sum = 0
  for (let i = 0; i < text.length; i += 4) {
    sum = (sum * 31 + text.charCodeAt(i)) | 0
  }
  return sum
}

class Statistics {
  constructor() {
    this.byPath = new Map()
    this.byUser = new Map()
    this.sums = 0
  }

  pathEntry(path) {
    let entry = this.byPath.get(path)
    if (entry === undefined) {
      entry = { count: 0, errors: 0, total: 0, buckets: new Array(12).fill(0) }
      this.byPath.set(path, entry)
    }
    return entry
  }

  add(record) {
    const entry = this.pathEntry(record.path)
    entry.count += 1
    entry.total += record.took
    if (record.status >= 500) {
      entry.errors += 1
    }
    entry.buckets[bucketOf(record.took)] += 1
    const user = record.query.user
    const seen = this.byUser.get(user)
    if (seen === undefined) {
      this.byUser.set(user, [record])
    } else if (seen.length < 20) {
      seen.push(record)
    }
  }
}

function report(statistics) {
  const lines = []
  const entries = [...statistics.byPath].sort((a, b) => b[1].count - a[1].count)
  for (const [path, entry] of entries) {
    const mean = entry.total / entry.count
    lines.push(`${path.padEnd(12)} ${entry.count} ${entry.errors} ${mean.toFixed(1)} ${entry.buckets.join('/')}`)
  }
  return lines.join('\n')
}

function main(rows) {
  const random = makeRandom(7)
  const statistics = new Statistics()
  let kept = 0
  for (let index = 0; index < rows; index++) {
    const row = writeRow(random, index)
    const record = parseRow(row)
    if (record === undefined) {
      continue
    }
    const line = JSON.stringify(record)
    if (record.level !== 'debug') {
      statistics.add(record)
      kept += 1
    }
    statistics.sums = (statistics.sums + checksum(line)) | 0
  }
  return `${report(statistics)}\n${kept} ${statistics.sums}`
}

/** Nothing calls it: what a profile costs that measures nothing. */
function neverCalled(rows) {
  return rows.map((row) => parseRow(row))
}

module.exports = { main, neverCalled }
