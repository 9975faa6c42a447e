import { VitestTestRunner } from 'vitest/runners'

/** After the first failure the other files need not even be loaded: the mutant is dead. */
export default class StopsAtFailure extends VitestTestRunner {
  private isOver = false

  override cancel(...reason: Parameters<VitestTestRunner['cancel']>): void {
    this.isOver = true
    super.cancel(...reason)
  }

  override importFile(...file: Parameters<VitestTestRunner['importFile']>): unknown {
    return this.isOver ? undefined : super.importFile(...file)
  }
}
