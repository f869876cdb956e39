import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['*.test.mjs'],
    testTimeout: 300_000,
    // Tests that measure memory share a process with nothing else.
    fileParallelism: false,
    setupFiles: process.env.SETUP_FILE === undefined ? [] : [process.env.SETUP_FILE],
  },
})
