'use strict'

const kept = []

function works(ending) {
  for (let i = 0; i < 100; i++) {
    kept.push(Buffer.alloc(100_000))
  }
  console.log('working')
  ends(ending)
}

function ends(ending) {
  kept.push(new Array(500_000))
  if (ending === 'abort') process.abort()
  if (ending === 'exit') process.exit(3)
  if (ending === 'throw') throw new Error('uncaught')
  console.log('running on')
  for (;;) kept[0] = ending
}

exports.main = works
