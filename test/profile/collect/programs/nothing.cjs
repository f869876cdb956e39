'use strict'

function count(limit) {
  let sum = 0
  for (let i = 0; i < limit; i++) {
    if ((i & 1) === 0) {
      sum += i
    } else {
      sum -= 1
    }
  }
  return sum & 0xffff
}

exports.main = (rounds) => {
  let sum = 0
  for (let i = 0; i < Number(rounds); i++) sum = (sum + count(200)) & 0xffff
}
