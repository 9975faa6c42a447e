/** A realistic mistake: a small change in one file that breaks one requirement. */
export interface Break {
  /** The requirement that no longer holds. A test that names it must fail. */
  readonly requirement: string
  /** A description of the mistake. */
  readonly mistake: string
  /** The path in the project. */
  readonly file: string
  /** Text that occurs in the file exactly once. */
  readonly from: string
  readonly to: string
  /** The test files to run, relative to `test/`, without `.test.ts`. */
  readonly tests: readonly string[]
}
