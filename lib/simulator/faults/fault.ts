/** A fault: what it changes, and how. */
export interface Fault<Change> {
  /**
   * What differs from the correct response, for example `claim nonce`, or `no claim nonce` if the claim is missing.
   * Nothing else differs: tests compare this list with the response.
   */
  readonly changes: readonly string[]
  readonly apply: Change
}

/** The faults of one place, by name. */
export type Faults<Change> = Readonly<Record<string, Fault<Change>>>
