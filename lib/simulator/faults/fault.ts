/** One fault: what it changes, and how. */
export interface Fault<Change> {
  /**
   * What is different from the good response. Nothing else is: tests compare this with what they observe. For
   * example `claim nonce`, or `no claim nonce` where the claim is missing.
   */
  readonly changes: readonly string[]
  readonly apply: Change
}

/** The faults of one place, by their names. */
export type Faults<Change> = Readonly<Record<string, Fault<Change>>>
