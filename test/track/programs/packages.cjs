// Keeps handles of a package's addon, and drops as many: packages.cjs <folder of the packages> canvas|libsql|sharp
const path = require('node:path')

const [folder, name] = process.argv.slice(2)
const load = (id) => require(path.join(folder, id))
const kept = []

function draw(canvas, size) {
  const made = canvas.createCanvas(size, size)
  made.getContext('2d').fillRect(0, 0, size, size)
  return made
}

function keepPictures() {
  const canvas = load('@napi-rs/canvas')
  for (let i = 0; i < 40; i++) {
    draw(canvas, 200 + i)
    kept.push(draw(canvas, 200 + i))
  }
}

function keepStatements() {
  const Database = load('libsql')
  const database = new Database(':memory:')
  database.exec('create table t (a integer, b text)')
  for (let i = 0; i < 2000; i++) kept.push(database.prepare(`select a, b, ${i} from t where a > ${i} order by b`))
}

async function keepImages() {
  const sharp = load('sharp')
  for (let i = 0; i < 40; i++) {
    const image = sharp({ create: { width: 400, height: 400, channels: 3, background: 'red' } })
    kept.push(await image.raw().toBuffer())
  }
}

const works = { canvas: keepPictures, libsql: keepStatements, sharp: keepImages }

async function main() {
  await works[name]()
  // What was dropped is collected, so that what is live is what is kept.
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

void main()
