// Prints, as JSON, whether this very Node's layout is proved.
console.log(JSON.stringify(require('../../../dist/index.js').getCapabilities().objectSizes))
