import { randomUUID } from 'node:crypto'
import { nowInSeconds } from '../clock.ts'
import type { IdentityOutcome, VerifiedSignIn } from '../sign-in/completion.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import { confidenceSatisfies } from '../vectors-of-trust.ts'
import type { SignedIn } from './signed-in.ts'

/** Callbacks that are remembered: enough for the tabs of one user. */
const mostCallbacks = 10

/**
 * Makes the record of a user who has just signed in.
 *
 * @param verified - the sign-in
 * @param transaction - what it answers to
 * @param before - the record that the session of the same user had
 * @param returnTo - the page that the user goes on to
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
    // Also if the session is gone by now: a sign-out ends everything that was started from it.
    id: before?.id ?? transaction.startedFrom ?? randomUUID(),
    sentAt: transaction.sentAt,
    startedAt: before?.startedAt ?? now,
    completedAt: now,
    ...(reauthenticatedAt !== undefined && { reauthenticatedAt }),
    ...(isInPersonReturn && { inPersonReturn: true }),
    callbacks: [...(before?.callbacks ?? []), callback].slice(-mostCallbacks),
  }
}

/** A try for a higher level that failed leaves what was proven before. */
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
