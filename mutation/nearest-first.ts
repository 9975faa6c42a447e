import { basename, dirname } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, or come last because little depends on them. */
const slow = [
  'attacks',
  'properties',
  'cached-document.test.ts',
  'code-exchange.test.ts',
  'oidc-provider.test.ts',
  'back-channel-logout.test.ts',
  'flow',
]

/**
 * Runs the tests of the mutated file first, then the quick ones: a mutant is done with at the first test that
 * fails.
 */
export class NearestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'))
    const rank = ({ moduleId }: TestSpecification) => {
      if (mutated.includes(basename(moduleId, '.test.ts'))) return -1
      const folder = basename(dirname(moduleId))
      const at = slow.findIndex((name) => name === folder || name === basename(moduleId))
      return folder === 'test' ? at + 1 : at + 2
    }
    return Promise.resolve(files.toSorted((a, b) => rank(a) - rank(b)))
  }
}
