/** One signing key after the other: the one in use, the ones before it, and the one to come. */
export class KeyRing<Key> {
  readonly #make: () => Key
  #current: Key
  #old: readonly Key[] = []
  #next: Key | undefined

  /**
   * @param make makes a key
   * @param first the first key, when it is not to be made
   */
  constructor(make: () => Key, first = make()) {
    this.#make = make
    this.#current = first
  }

  /** The key that signs now. */
  get current(): Key {
    return this.#current
  }

  /** Every key that a verifier can find, the one that signs now first. */
  get published(): Key[] {
    return [this.#current, ...this.#old, ...(this.#next === undefined ? [] : [this.#next])]
  }

  /** Publishes the key that comes next. */
  announce(): void {
    this.#next ??= this.#make()
  }

  /** Goes on to the next key; the old ones stay published unless they are withdrawn. */
  rotate(withdraw: boolean): void {
    this.#old = withdraw ? [] : [this.#current, ...this.#old]
    this.#current = this.#next ?? this.#make()
    this.#next = undefined
  }
}
