import { defineConfig } from 'vitest/config'
import own from './vitest.config.ts'

/** The tests that mutants of lib/simulator/ have to survive. */
export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: ['test/simulator/**/*.test.ts', 'test/cli/official-*.test.ts'],
    exclude: [],
    // A test that is slow because the machine is busy must not count as one that found the mutant.
    testTimeout: 60_000,
  },
})
