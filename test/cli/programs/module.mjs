import { argv } from 'node:process'

const answer = await Promise.resolve(argv.length)
console.log(`module with ${answer} arguments`)
