// The stack of a module that a loader compiles, and of one that node compiles. Prints the names of the functions in it.
const stack = require('./stack-of-module.cjs')

console.log(stack.map((line) => line.replace(/ \(.*/, '')).join('\n'))
