import { randomBytes } from 'node:crypto'
import type { ClaimName } from '../claims.ts'
import type { SignInSettings } from '../options/sign-in-options.ts'
import { returnPath } from '../return-path.ts'

/** A sign-in between the redirect to One Login and the callback. Plain JSON. */
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
  /** The sign-in that it started from: if that is signed out, this one cannot be finished. */
  readonly startedFrom?: string
  readonly returnTo?: string
  /** Whether `returnTo` is an address as this service saw it, from which a proxy may have removed a prefix. */
  readonly returnsToRequest?: boolean
  /** Whether the user comes back from an in-person identity check. */
  readonly inPersonReturn?: boolean
  /** Whether the user was sent back once because they had signed in at One Login too long ago. */
  readonly isRetry?: boolean
  /** The app's own value. */
  readonly appState?: unknown
  /** When the browser was sent to One Login. Milliseconds since 1970. */
  readonly sentAt: number
}

/** What a transaction is about, beside the options of its sign-in. */
export type TransactionDetails = Partial<
  Pick<Transaction, 'sub' | 'startedFrom' | 'returnsToRequest' | 'inPersonReturn' | 'isRetry'>
>

/** Longer addresses are not kept: everything that waits takes space in the session store. */
const longestReturnTo = 2048

/** Makes the transaction of a sign-in that starts now. */
export function createTransaction(
  { trust, claims, maxAge, prompt, returnTo, state: appState }: SignInSettings,
  details: TransactionDetails = {},
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
    ...(returnTo !== undefined && { returnTo: keptReturnPath(returnTo) }),
    ...(appState !== undefined && { appState }),
    ...details,
    sentAt: Date.now(),
  }
}

function keptReturnPath(wanted: string): string {
  const path = returnPath(wanted)
  return path.length > longestReturnTo ? '/' : path
}

/** Three secrets of 256 bits. */
function secrets(): [string, string, string] {
  const bytes = randomBytes(96)
  const secret = (at: number) => bytes.toString('base64url', at, at + 32)
  return [secret(0), secret(32), secret(64)]
}
