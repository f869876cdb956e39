module.exports = () => new Promise(() => undefined)
