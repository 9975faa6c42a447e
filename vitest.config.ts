import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./lib/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^passport-govuk-one-login$/, replacement: source('index.ts') },
      { find: /^passport-govuk-one-login\/simulator$/, replacement: source('simulator/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts', 'scaffold/**/*.test.ts'],
    // The example for Jest is run by Jest: test/package/.
    exclude: ['test/servers/**', 'test/browser/**', 'examples/jest/**', '**/node_modules/**'],
    sequence: { shuffle: true },
    // Two more than the cores, because many tests wait for a process or a deadline. By default Vitest uses one fewer.
    maxWorkers: availableParallelism() + 2,
    // The files of a worker share loaded modules: without it, a third of the processor time goes into loading them again.
    isolate: false,
    testTimeout: 10_000,
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './test/types/tsconfig.json',
    },
  },
})
