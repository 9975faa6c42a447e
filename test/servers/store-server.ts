/** A server that keeps sessions, with what it needs on disk. */
export interface StoreServer extends AsyncDisposable {
  readonly kind: 'redis' | 'postgres'
  /** How a client finds it. */
  readonly url: string
  /** Goes away at once, as in a crash; keeps what it has on disk. */
  crash(): Promise<void>
  /** Comes back at the same port with what it had. */
  comeBack(): Promise<void>
}
