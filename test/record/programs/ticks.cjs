// Runs until it is ended, and does a little each millisecond.
const block = Buffer.alloc(2 ** 20, 1)
setInterval(() => block.fill(2, 0, 100), 1)
