import { createHash } from 'node:crypto'
import type { SessionData, Store } from 'express-session'
import { OneLoginError } from '../errors.ts'

/** The calls of an express-session store that records need. */
export type SessionStore = Pick<Store, 'get' | 'set'> & Partial<Pick<Store, 'destroy'>>

/**
 * The key of a record: 32 hexadecimal characters, which fit into every store that express-session documents.
 *
 * @param parts - what the record is about; nobody can tell them from the key
 */
export function recordKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** Records of this package in a session store. They look like sessions, since that is what such stores keep. */
export class RecordStore {
  readonly #store: SessionStore
  readonly #timeout: number

  /** @param timeout - seconds that one call to the store may take */
  constructor(store: SessionStore, timeout: number) {
    this.#store = store
    this.#timeout = timeout
  }

  /**
   * Reads a record.
   *
   * @returns `undefined` if there is none, in whichever way the store says so
   * @throws OneLoginError `session_unavailable` if the store fails or does not answer in time
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
   * @throws OneLoginError `session_unavailable` if the store fails or does not answer in time
   */
  async write(key: string, members: object, lifetime: number): Promise<void> {
    const originalMaxAge = lifetime * 1000
    const cookie = { originalMaxAge, expires: new Date(Date.now() + originalMaxAge) }
    // Some stores ask the cookie for its maxAge, as of a live session. In JSON it would only take space.
    Object.defineProperty(cookie, 'maxAge', { value: originalMaxAge })
    const record = { cookie, ...members } as unknown as SessionData
    await this.#call((done) => this.#store.set(key, record, done))
  }

  /**
   * Removes a record. It is no error if there is none.
   *
   * @throws OneLoginError `session_unavailable` if the store fails or does not answer in time
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
        // A store that is an async function may reject as well as call back.
        Promise.resolve(work(done)).catch(fail)
      } catch (error) {
        fail(error)
      }
    })
  }
}

/** session-file-store reports a missing session as the error of the missing file. */
function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The error for a store that failed. */
export function storeFailure(cause: unknown): OneLoginError {
  return new OneLoginError(
    'session_unavailable',
    'The session store failed. Check that your service can reach it.',
    { cause },
  )
}
