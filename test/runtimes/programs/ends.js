console.log('from the program')
process.exitCode = 3
