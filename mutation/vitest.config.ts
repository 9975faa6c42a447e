import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import base from '../vitest.config.ts'
import { NearestFirst } from './nearest-first.ts'
import { warmWorkers } from './warm-worker.ts'

/**
 * The tests that mutants of lib/ have to survive: all that run lib/ in this process and are quick. Set MUTATION_TESTS to
 * run only some, for example MUTATION_TESTS='test/express/*.test.ts test/flow/sign-in.test.ts'.
 */
export default defineConfig({
  ...base,
  plugins: [
    {
      name: 'warm-workers',
      // Stryker sets the pool itself, so this comes after it.
      configureVitest: ({ project }) => {
        Object.assign(project.config, { pool: warmWorkers.name, poolRunner: warmWorkers })
      },
    },
  ],
  test: {
    include: process.env.MUTATION_TESTS?.split(' ') ?? [
      'test/*.test.ts',
      'test/{attacks,express,options,properties,provider,session,sign-in,tokens}/**/*.test.ts',
      'test/flow/{auth-time,sign-in,events,step-up,stored-content,session-owner,requested-level,callback-privacy}.test.ts',
      'test/flow/{session-seams,unusual-apps,fastify-passport,faults,warm-up,second-try,callback-url}.test.ts',
    ],
    // Leaves out slow tests that repeat others, and a test that is different in each run.
    exclude: ['test/{example-app,leaks}.test.ts', 'test/properties/session-life.test.ts'],
    sequence: { sequencer: NearestFirst },
    // Each mutant has its own run in a new worker, in which the files can share what they import.
    isolate: false,
    runner: fileURLToPath(new URL('./stops-at-failure.ts', import.meta.url)),
    // A test that is slow because the machine is busy must not count as one that found the mutant.
    testTimeout: 60_000,
    env: { PROPERTY_RUNS: '20' },
  },
})
