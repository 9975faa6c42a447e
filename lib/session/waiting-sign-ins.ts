import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { claimNames } from '../claims.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import { RecentIds } from './recent-ids.ts'
import { parseVectors } from '../vectors-of-trust.ts'
import { recordKey, type RecordStore } from './record-store.ts'

/** Milliseconds that a used state is remembered: as long as the code that came with it can live. */
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

/** The provider and the client that sign-ins are started with. */
export interface Client {
  readonly issuer: string
  readonly clientId: string
}

/**
 * The sign-ins that wait for their callback, each a record of its own: tabs cannot overwrite each other's, and
 * visitors who never finish leave no session. A record is good only together with the secret that the browser holds.
 */
export class WaitingSignIns {
  readonly #client: Client
  /** Seconds. */
  readonly #lifetime: number
  /** Two callbacks at once each read the record before either has removed it: the store alone cannot stop that. */
  readonly #used = new RecentIds(memory)

  constructor(client: Client, lifetime: number) {
    this.#client = client
    this.#lifetime = lifetime
  }

  /**
   * Keeps a sign-in. It is in the store when this returns.
   *
   * @returns the secret for the browser
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async keep(records: RecordStore, { state, trust, claims, ...transaction }: Transaction): Promise<string> {
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
   * Finds a sign-in and leaves it where it is.
   *
   * @param secret - what the browser brought
   * @returns nothing if there is none that this browser started with this client
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async find(records: RecordStore, state: string, secret: string): Promise<Transaction | undefined> {
    const { success, output } = v.safeParse(recordSchema, await records.read(this.#keyOf(state)))
    if (!success) return undefined
    const { issuer, clientId, browser, vtr, ...transaction } = output
    const isOurs = issuer === this.#client.issuer && clientId === this.#client.clientId
    const isInTime = Date.now() - transaction.sentAt < this.#lifetime * 1000
    if (!isOurs || !isInTime || !isHashOf(browser, secret)) return undefined
    return { state, trust: parseVectors(vtr), ...transaction } as Transaction
  }

  /**
   * Finds a sign-in and removes it, so that it works once.
   *
   * @throws OneLoginError `session_unavailable` if the store fails
   */
  async take(records: RecordStore, state: string, secret: string): Promise<Transaction | undefined> {
    const key = this.#keyOf(state)
    const transaction = await this.find(records, state, secret)
    if (!transaction || this.#used.has(key)) return undefined
    this.#used.add(key)
    await records.remove(key)
    return transaction
  }

  #keyOf(state: string): string {
    return recordKey('sign-in', this.#client.issuer, this.#client.clientId, state)
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

function isHashOf(hash: string, secret: string): boolean {
  const [expected, actual] = [Buffer.from(hash), Buffer.from(hashOf(secret))]
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
