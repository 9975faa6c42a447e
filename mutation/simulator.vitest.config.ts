import { defineConfig } from 'vitest/config'
import own from './vitest.config.ts'

/** The tests that mutants of lib/simulator/ have to survive. */
export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: ['test/simulator/**/*.test.ts', 'test/cli/official-*.test.ts'],
    exclude: [],
  },
})
