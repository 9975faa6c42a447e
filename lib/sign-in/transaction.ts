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
  /** `'login'` if the user was asked to authenticate again. */
  readonly prompt?: 'login'
  /** The user who was signed in when the sign-in started. No other user can complete it. */
  readonly sub?: string
  /** The ID of the sign-in from which this one started. If that user signs out, this sign-in cannot be completed. */
  readonly startedFrom?: string
  readonly returnTo?: string
  /** Whether `returnTo` is the path that this service received. A proxy may have removed a prefix from it. */
  readonly returnsToRequest?: boolean
  /** Whether the user is returning from an in-person identity check. */
  readonly inPersonReturn?: boolean
  /** Whether this is the second try, after the user had signed in to One Login too long ago. */
  readonly isRetry?: boolean
  /** The app's own `state`. */
  readonly appState?: unknown
  /** When the browser was sent to One Login. In milliseconds since 1970. */
  readonly sentAt: number
}

/** The details of a transaction, other than the options of its sign-in. */
export type TransactionDetails = Partial<
  Pick<Transaction, 'sub' | 'startedFrom' | 'returnsToRequest' | 'inPersonReturn' | 'isRetry'>
>

/** Longer addresses are not stored, because every waiting sign-in takes space in the session store. */
const longestReturnTo = 2048

/** Creates the transaction of a new sign-in. */
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

function secrets(): [string, string, string] {
  const bytes = randomBytes(96)
  const secret = (at: number) => bytes.toString('base64url', at, at + 32)
  return [secret(0), secret(32), secret(64)]
}
