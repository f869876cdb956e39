/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/*.test.?js'],
  testTimeout: 300_000,
  injectGlobals: process.env.INJECT_GLOBALS !== 'false',
}
