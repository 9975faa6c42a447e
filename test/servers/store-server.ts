/** A server that keeps sessions, with what it needs on disk. */
export interface StoreServer extends AsyncDisposable {
  readonly kind: 'redis' | 'postgres'
  /** How a client finds it. */
  readonly url: string
  /** Whether a write has to be acknowledged by a replica. */
  readonly waits?: boolean
  /** Goes away at once, as in a crash; keeps what it has on disk. */
  crash(): Promise<void>
  /** Comes back at the same port with what it had. */
  comeBack(): Promise<void>
}

/** A store with a replica. */
export interface ReplicatedStoreServer extends StoreServer {
  /** Makes a primary of the replica, which never receives the writes of the last 0.3 seconds. */
  failOver(): Promise<void>
}
