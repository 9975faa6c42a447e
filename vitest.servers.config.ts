import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** The tests that need redis-server, PostgreSQL and nginx on this machine: they start them themselves. */
export default defineConfig({
  ...base,
  test: {
    include: ['test/servers/**/*.test.ts'],
    sequence: { shuffle: true },
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // Two servers, two processes and a thousand sessions at once are enough.
    fileParallelism: false,
  },
})
