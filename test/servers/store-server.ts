/** A server that stores sessions, with its files on disk. */
export interface StoreServer extends AsyncDisposable {
  readonly kind: 'redis' | 'postgres'
  /** The address for clients. */
  readonly url: string
  /** Whether a write has to be acknowledged by a replica. */
  readonly waits?: boolean
  /** Stops at once, as in a crash, and keeps its data on disk. */
  crash(): Promise<void>
  /** Starts again at the same port with its data. */
  comeBack(): Promise<void>
}

/** A store with a replica. */
export interface ReplicatedStoreServer extends StoreServer {
  /** Makes a primary of the replica, which never receives the writes of the last 0.3 seconds. */
  failOver(): Promise<void>
}
