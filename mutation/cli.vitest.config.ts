import { defineConfig } from 'vitest/config'
import own from './vitest.config.ts'

/**
 * The tests that mutants of lib/cli/ must survive. A command that a test starts in its own process runs
 * without the mutant, so these tests prove nothing here.
 */
export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: ['test/{cli,conformance-check}/**/*.test.ts'],
    exclude: [],
  },
})
