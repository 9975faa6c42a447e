import { test } from 'vitest'
import { VitestTestRunner } from 'vitest/runners'

/** After the first failure the other files need not even be loaded: the mutant is dead. */
export default class StopsAtFailure extends VitestTestRunner {
  private isOver = false

  override cancel(...reason: Parameters<VitestTestRunner['cancel']>): void {
    this.isOver = true
    super.cancel(...reason)
  }

  override async importFile(...file: Parameters<VitestTestRunner['importFile']>): Promise<unknown> {
    if (this.isOver) return undefined
    try {
      return await super.importFile(...file)
    } catch (error) {
      // Stryker counts tests that fail, and a file that cannot be loaded has none.
      test('the file can be loaded', () => {
        throw error
      })
      return undefined
    }
  }
}
