import { hash } from 'node:crypto'
import type { SessionData, Store } from 'express-session'
import { OneLoginError } from '../errors.ts'

/** The methods of an express-session store that records need. */
export type SessionStore = Pick<Store, 'get' | 'set'> & Partial<Pick<Store, 'destroy'>>

/**
 * Returns the key of a record: 32 hexadecimal characters, which every store that express-session documents accepts.
 *
 * @param parts - what the record is about. The key does not reveal them
 */
export function recordKey(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'buffer').toString('hex', 0, 16)
}

/** The package's records in a session store. They have the form of sessions, because that is what such stores hold. */
export class RecordStore {
  readonly #store: SessionStore
  readonly #timeout: number

  /** @param timeout - the longest time for one call to the store, in seconds */
  constructor(store: SessionStore, timeout: number) {
    this.#store = store
    this.#timeout = timeout
  }

  /**
   * Reads a record.
   *
   * @returns `undefined` if there is none, however the store reports that
   * @throws OneLoginError `session_unavailable` if the store fails or does not respond in time
   */
  async read(key: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const record = await this.#call<SessionData | null | undefined>((done) => this.#store.get(key, done))
    return (record ?? undefined) as Readonly<Record<string, unknown>> | undefined
  }

  /**
   * Writes a record.
   *
   * @param members - plain JSON
   * @param lifetime - seconds until the store may delete it
   * @throws OneLoginError `session_unavailable` if the store fails or does not respond in time
   */
  async write(key: string, members: object, lifetime: number): Promise<void> {
    const originalMaxAge = lifetime * 1000
    const cookie = { originalMaxAge, expires: new Date(Date.now() + originalMaxAge) }
    // Some stores read maxAge from the cookie, as of a session in use. In JSON it would only take space.
    Object.defineProperty(cookie, 'maxAge', { value: originalMaxAge })
    const record = { cookie, ...members } as unknown as SessionData
    await this.#call((done) => this.#store.set(key, record, done))
  }

  /**
   * Removes a record. It is not an error if there is none.
   *
   * @throws OneLoginError `session_unavailable` if the store fails or does not respond in time
   */
  async remove(key: string): Promise<void> {
    await this.#call((done) => this.#store.destroy?.(key, done))
  }

  async #call<Result>(work: (done: (error?: unknown, result?: Result) => void) => unknown) {
    return new Promise<Result | undefined>((resolve, reject) => {
      const fail = (cause: unknown) => {
        clearTimeout(deadline)
        if (isAbsence(cause)) resolve(undefined)
        else reject(storeFailure(cause))
      }
      const deadline = setTimeout(() => {
        fail(new Error(`no response within ${this.#timeout} s`))
      }, this.#timeout * 1000)
      const done = (error?: unknown, result?: Result) => {
        clearTimeout(deadline)
        if (error) fail(error)
        else resolve(result)
      }
      try {
        const result = work(done)
        // A store that is an async function may reject instead of calling back.
        if (result !== undefined) Promise.resolve(result).catch(fail)
      } catch (error) {
        fail(error)
      }
    })
  }
}

/** session-file-store reports a missing session as the error of the missing file. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Returns the error for a store that failed. */
export function storeFailure(cause: unknown): OneLoginError {
  return new OneLoginError(
    'session_unavailable',
    'The session store failed. Check that your service can reach it.',
    { cause },
  )
}
