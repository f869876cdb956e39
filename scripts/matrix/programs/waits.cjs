// A service that does nothing until its standard input ends.
process.stdin.on('end', () => console.log('ended')).resume()
// Its threads wait for work by then.
setTimeout(() => console.log(process.pid), 300)
