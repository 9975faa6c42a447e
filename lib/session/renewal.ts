import { randomUUID } from 'node:crypto'
import { nowInSeconds } from '../clock.ts'
import type { IdentityOutcome, VerifiedSignIn } from '../sign-in/completion.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import { confidenceSatisfies } from '../vectors-of-trust.ts'
import type { SignedIn } from './signed-in.ts'

/** The number of callbacks to remember: enough for one user's tabs. */
const mostCallbacks = 10

/**
 * Creates the record of a user who has just signed in.
 *
 * @param verified - the sign-in
 * @param transaction - the transaction of this sign-in
 * @param before - the earlier record in the session of the same user
 * @param returnTo - the page to redirect to
 */
export function renewSignedIn(
  verified: VerifiedSignIn,
  transaction: Transaction,
  before: SignedIn | undefined,
  returnTo: string,
): SignedIn {
  const now = nowInSeconds()
  const { identity: outcome, ...signIn } = verified
  const reauthenticatedAt = transaction.prompt ? now : before?.reauthenticatedAt
  const isInPersonReturn = transaction.inPersonReturn ?? before?.inPersonReturn
  const callback = { state: transaction.state, returnTo, at: now }
  return {
    ...signIn,
    ...identities(outcome, before),
    // Even if the session has since been deleted: a sign-out ends everything that started from it.
    id: before?.id ?? transaction.startedFrom ?? randomUUID(),
    sentAt: transaction.sentAt,
    startedAt: before?.startedAt ?? now,
    completedAt: now,
    ...(reauthenticatedAt !== undefined && { reauthenticatedAt }),
    ...(isInPersonReturn && { inPersonReturn: true }),
    callbacks: [...(before?.callbacks ?? []), callback].slice(-mostCallbacks),
  }
}

/** A failed request for a higher level does not remove an identity that was already proven. */
export function leavesProven(outcome: IdentityOutcome, before: SignedIn | undefined): boolean {
  const known = before?.identity
  return !outcome.proven && known?.proven === true && !confidenceSatisfies(known.level, outcome.level)
}

function identities(
  outcome: IdentityOutcome | undefined,
  before: SignedIn | undefined,
): Pick<SignedIn, 'identity' | 'failedIdentity'> {
  const { identity, failedIdentity } = before ?? {}
  if (outcome && !leavesProven(outcome, before)) return { identity: outcome }
  const failed = outcome ?? failedIdentity
  return { ...(identity && { identity }), ...(failed && { failedIdentity: failed }) }
}
