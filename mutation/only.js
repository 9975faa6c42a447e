import base from '../stryker.config.js'

/**
 * Mutation of one folder of lib/ by the tests of that folder. Set MUTATE to try only some of its files, for example
 * MUTATE='lib/simulator/tokens/**', and MUTATION_SAMPLE to try only a percentage of their functions.
 */
export function only(folder) {
  const report = `reports/mutation/${folder}`
  return {
    ...base,
    mutate: process.env.MUTATE?.split(',') ?? [`lib/${folder}/**/*.ts`],
    vitest: { configFile: `mutation/${folder}.vitest.config.ts` },
    plugins: [...base.plugins, './mutation/sample.js'],
    ignorers: [...base.ignorers, 'sample'],
    timeoutMS: 60_000,
    incrementalFile: `${report}-incremental.json`,
    jsonReporter: { fileName: process.env.MUTATION_REPORT ?? `${report}.json` },
    htmlReporter: { fileName: `${report}.html` },
    // Tests of the command compare it with its page in docs/.
    ignorePatterns: base.ignorePatterns.filter((pattern) => pattern !== '/docs'),
  }
}
