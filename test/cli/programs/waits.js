// Ends by itself only after a minute; a SIGINT or SIGTERM that it handles makes it end with code 7.
if (process.argv[2] === 'handled') {
  let seen = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => {
      seen += 1
      console.log(signal)
      setTimeout(() => process.exit(6 + seen), 200)
    })
  }
}
setTimeout(() => undefined, 60_000)
console.log(`ready ${process.pid}`)
