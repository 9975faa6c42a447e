import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import shared from './vitest.config.ts'

// In a real browser: Debian's Chromium, or the one that the variable CHROMIUM names.
export default defineConfig({
  ...shared,
  test: {
    include: ['test/browser/**/*.test.ts'],
    sequence: { shuffle: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: availableParallelism(),
  },
})
