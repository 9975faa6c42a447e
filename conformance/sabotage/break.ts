/** One realistic mistake: a small change of one file that breaks one requirement. */
export interface Break {
  /** The requirement that no longer holds. A test that names it must fail. */
  readonly requirement: string
  /** What the mistake is. */
  readonly mistake: string
  /** Relative to the project. */
  readonly file: string
  /** Text that is in the file exactly once. */
  readonly from: string
  readonly to: string
  /** The test files to run, relative to `test/`, without `.test.ts`. */
  readonly tests: readonly string[]
}
