import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { claimNames } from '../claims.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import { RecentIds } from './recent-ids.ts'
import { parseVectors, type RequestedTrust } from '../vectors-of-trust.ts'
import { recordKey, type RecordStore } from './record-store.ts'

/** How long a used state is remembered at least, in milliseconds: as long as the code that came with it can be valid. */
const memory = 300_000

const recordSchema = v.object({
  issuer: v.string(),
  clientId: v.string(),
  browser: v.string(),
  nonce: v.string(),
  codeVerifier: v.string(),
  vtr: v.array(v.string()),
  claims: v.optional(v.array(v.picklist(claimNames)), []),
  maxAge: v.optional(v.number()),
  prompt: v.optional(v.literal('login')),
  sub: v.optional(v.string()),
  startedFrom: v.optional(v.string()),
  returnTo: v.optional(v.string()),
  returnsToRequest: v.optional(v.boolean()),
  inPersonReturn: v.optional(v.boolean()),
  isRetry: v.optional(v.boolean()),
  appState: v.optional(v.unknown()),
  sentAt: v.number(),
})

/** The provider and the client of a sign-in. */
export interface Client {
  readonly issuer: string
  readonly clientId: string
}

/**
 * The sign-ins that wait for their callback. Each has its own record, so browser tabs cannot overwrite each other's
 * sign-ins, and visitors who do not finish leave no session. A record is valid only with the secret in the browser's
 * cookie.
 */
export class WaitingSignIns {
  readonly #client: Client
  /** In seconds. */
  readonly #lifetime: number
  /** Two callbacks at once could both read a record before either removes it. The store alone cannot prevent that. */
  readonly #used = new RecentIds(memory)

  constructor(client: Client, lifetime: number) {
    this.#client = client
    this.#lifetime = lifetime
  }

  /**
   * Stores a sign-in. When the promise resolves, it is in the store.
   *
   * @returns the secret for the browser
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async save(records: RecordStore, { state, trust, claims, ...transaction }: Transaction): Promise<string> {
    const secret = randomBytes(24).toString('base64url')
    const record = {
      ...this.#client,
      browser: hashOf(secret),
      vtr: trust.vtr,
      ...(claims.length > 0 && { claims }),
      ...transaction,
    }
    await records.write(this.#keyOf(state), record, this.#lifetime)
    return secret
  }

  /**
   * Finds a sign-in without removing it.
   *
   * @param secret - the secret from the browser
   * @returns nothing if this browser did not start one with this client
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async find(records: RecordStore, state: string, secret: string): Promise<Transaction | undefined> {
    return this.#find(records, this.#keyOf(state), state, secret)
  }

  async #find(
    records: RecordStore,
    key: string,
    state: string,
    secret: string,
  ): Promise<Transaction | undefined> {
    const { success, output } = v.safeParse(recordSchema, await records.read(key))
    if (!success) return undefined
    const { issuer, clientId, browser, vtr, ...transaction } = output
    const isOurs = issuer === this.#client.issuer && clientId === this.#client.clientId
    const isInTime = Date.now() - transaction.sentAt < this.#lifetime * 1000
    const trust = trustIn(vtr)
    if (!isOurs || !isInTime || !trust || !isHashOf(browser, secret)) return undefined
    return { state, trust, ...transaction } as Transaction
  }

  /**
   * Finds and removes a sign-in, so that it works once.
   *
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async consume(records: RecordStore, state: string, secret: string): Promise<Transaction | undefined> {
    const key = this.#keyOf(state)
    const transaction = await this.#find(records, key, state, secret)
    if (!transaction || this.#used.has(key)) return undefined
    this.#used.add(key)
    await records.remove(key)
    return transaction
  }

  #keyOf(state: string): string {
    return recordKey('sign-in', this.#client.issuer, this.#client.clientId, state)
  }
}

/** The store may hold a record of another release, or one that something else changed. */
function trustIn(vtr: readonly string[]): RequestedTrust | undefined {
  try {
    return parseVectors(vtr)
  } catch {
    return undefined
  }
}

function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

function isHashOf(hash: string, secret: string): boolean {
  const [expected, actual] = [Buffer.from(hash), Buffer.from(hashOf(secret))]
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
