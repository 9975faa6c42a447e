import { randomBytes } from 'node:crypto'
import type { ClaimName } from '../claims.ts'
import type { SignInSettings } from '../options/sign-in-options.ts'
import { returnPath } from '../return-path.ts'
import { nowInSeconds } from '../clock.ts'

/** What waits in the session between the redirect to One Login and the callback. Plain JSON. */
export interface Transaction {
  readonly state: string
  readonly nonce: string
  /** The PKCE verifier. */
  readonly codeVerifier: string
  readonly trust: SignInSettings['trust']
  readonly claims: readonly ClaimName[]
  readonly maxAge?: number
  /** Whether the user was asked to prove again that it is them. */
  readonly prompt?: 'login'
  /** Who was signed in when it started: nobody else may finish it. */
  readonly sub?: string
  readonly returnTo?: string
  /** The app's own value. */
  readonly appState?: unknown
  /** Seconds since 1970. */
  readonly startedAt: number
}

/** Where transactions wait. */
export interface TransactionHolder {
  transactions?: readonly Transaction[]
}

const mostAtOnce = 10

/** Makes the transaction of a sign-in that starts now, for the signed-in user when there is one. */
export function createTransaction(
  { trust, claims, maxAge, prompt, returnTo, state: appState }: SignInSettings,
  sub?: string,
): Transaction {
  const [state, nonce, codeVerifier] = secrets()
  return {
    state,
    nonce,
    codeVerifier,
    trust,
    claims,
    ...(maxAge !== undefined && { maxAge }),
    ...(prompt && { prompt }),
    ...(sub !== undefined && { sub }),
    ...(returnTo !== undefined && { returnTo: returnPath(returnTo) }),
    ...(appState !== undefined && { appState }),
    startedAt: nowInSeconds(),
  }
}

/** Keeps a transaction, beside those of other tabs; past ten the oldest goes. */
export function keepTransaction(holder: TransactionHolder, transaction: Transaction): void {
  holder.transactions = [...(holder.transactions ?? []), transaction].slice(-mostAtOnce)
}

/**
 * Takes a transaction out, so that it works once.
 *
 * @param lifetime - seconds that a transaction can wait
 * @returns nothing when `state` names none, or one that has waited too long
 */
export function takeTransaction(
  holder: TransactionHolder,
  state: string,
  lifetime: number,
): Transaction | undefined {
  // Stryker disable next-line ArrayDeclaration: nothing that is no transaction is found
  const waiting = holder.transactions ?? []
  const found = waiting.find((transaction) => transaction.state === state)
  if (!found) return undefined
  holder.transactions = waiting.filter((transaction) => transaction !== found)
  return nowInSeconds() - found.startedAt < lifetime ? found : undefined
}

/** Three secrets of 256 bits. */
function secrets(): [string, string, string] {
  const bytes = randomBytes(96)
  const secret = (at: number) => bytes.toString('base64url', at, at + 32)
  return [secret(0), secret(32), secret(64)]
}
