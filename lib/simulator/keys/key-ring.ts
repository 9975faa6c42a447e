/** A series of signing keys: the current one, the earlier ones, and the next one. */
export class KeyRing<Key> {
  readonly #make: () => Key
  #current: Key
  #old: readonly Key[] = []
  #next: Key | undefined

  /**
   * @param make creates a key
   * @param first the first key, if it already exists
   */
  constructor(make: () => Key, first = make()) {
    this.#make = make
    this.#current = first
  }

  /** The key that signs now. */
  get current(): Key {
    return this.#current
  }

  /** The keys that a verifier can find, with the current one first. */
  get published(): Key[] {
    return [this.#current, ...this.#old, ...(this.#next === undefined ? [] : [this.#next])]
  }

  /** Publishes the next key. */
  announce(): void {
    this.#next ??= this.#make()
  }

  /** Changes to the next key. The old ones stay published, unless they are withdrawn. */
  rotate(withdraw: boolean): void {
    this.#old = withdraw ? [] : [this.#current, ...this.#old]
    this.#current = this.#next ?? this.#make()
    this.#next = undefined
  }
}
