// Runs until it is ended.
setInterval(() => undefined, 1000)
console.log('ready')
