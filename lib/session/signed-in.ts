import { hash } from 'node:crypto'
import type { Request } from 'express'
import * as v from 'valibot'
import { claimNames } from '../claims.ts'
import type { Client } from './waiting-sign-ins.ts'
import { recordKey } from './record-store.ts'

const identityOutcomeSchema = v.object({
  proven: v.boolean(),
  level: v.picklist(['P1', 'P2', 'P3']),
  claims: v.pipe(v.array(v.picklist(claimNames)), v.readonly()),
  returnCodes: v.pipe(v.array(v.string()), v.readonly()),
})

const signedInSchema = v.object({
  /** Identifies this sign-in through every step-up and re-authentication. */
  id: v.pipe(v.string(), v.nonEmpty()),
  sub: v.pipe(v.string(), v.nonEmpty()),
  /** The ID token, sent as a hint at sign-out and re-authentication. */
  idToken: v.string(),
  /**
   * When the ID token was issued, by One Login's clock. In seconds since 1970, as are all times here except `sentAt`.
   */
  issuedAt: v.number(),
  /** When the browser was sent to One Login for this ID token, by this service's clock. In milliseconds since 1970. */
  sentAt: v.number(),
  level: v.picklist(['Cl', 'Cl.Cm']),
  /** When the user last signed in to One Login. */
  authTime: v.optional(v.number()),
  /** When the session began, by this service's clock. */
  startedAt: v.number(),
  /** When the last sign-in, step-up or re-authentication was completed. */
  completedAt: v.number(),
  /** When the user last authenticated again for this service. */
  reauthenticatedAt: v.optional(v.number()),
  /** The outcome of the identity journey, if there was one. */
  identity: v.optional(identityOutcomeSchema),
  /** A failed request for a higher level than the one in `identity`. */
  failedIdentity: v.optional(identityOutcomeSchema),
  /** Whether the user has signed in after an in-person identity check but not continued yet. */
  inPersonReturn: v.optional(v.boolean()),
  /**
   * The last callbacks of this session, with their time and where each redirected: for a user who goes back or
   * refreshes.
   */
  callbacks: v.array(v.object({ state: v.string(), returnTo: v.string(), at: v.number() })),
})

/** The signed-in user and how they signed in. Plain JSON that stays on the server. */
export type SignedIn = Readonly<v.InferOutput<typeof signedInSchema>>

const entrySchema = v.variant('kind', [
  v.object({
    kind: v.literal('signed-in'),
    issuer: v.string(),
    clientId: v.string(),
    session: v.string(),
    user: v.string(),
    signedIn: signedInSchema,
  }),
  v.object({
    kind: v.literal('reauthenticate'),
    issuer: v.string(),
    clientId: v.string(),
    session: v.string(),
    sub: v.string(),
    idToken: v.string(),
  }),
])

type Entry = v.InferOutput<typeof entrySchema>

/** The parts of a session that this package reads. Every member is checked before use. */
interface AnySession {
  readonly id?: unknown
  readonly sessionId?: unknown
  passport?: unknown
  oneLogin?: unknown
}

/** The content of a session, for one client. */
export type FoundInSession =
  | { readonly kind: 'signed-in'; readonly signedIn: SignedIn }
  /** The session of this user has expired. The next sign-in asks them to authenticate again. */
  | { readonly kind: 'reauthenticate'; readonly sub: string; readonly idToken: string }
  /** The session has a sign-in but its Passport user is missing. */
  | { readonly kind: 'without-user'; readonly completedAt: number }
  /** The app has moved the sign-in to a session with another ID. */
  | { readonly kind: 'moved'; readonly completedAt: number }
  | { readonly kind: 'nobody' }

/**
 * The entries of this package in sessions, one for each client. An entry is valid only in the session and with the
 * Passport user for which it was written. Any other entry is deleted.
 */
export class SessionEntries {
  readonly #client: Client
  readonly #name: string

  constructor(client: Client) {
    this.#client = client
    this.#name = recordKey('client', client.issuer, client.clientId).slice(0, 16)
  }

  /** Reads the session for this client. Changes the session only to delete an invalid entry. */
  read(session: Request['session']): FoundInSession {
    const entries = entriesOf(session)
    if (!Object.hasOwn(entries, this.#name)) return { kind: 'nobody' }
    const { success, output } = v.safeParse(entrySchema, entries[this.#name])
    const { issuer, clientId } = this.#client
    if (success && output.issuer === issuer && output.clientId === clientId) {
      const isOfSession = output.session === fingerprint(sessionIdOf(session))
      if (isOfSession && output.kind === 'reauthenticate') return output
      if (isOfSession && output.kind === 'signed-in' && output.user === ownerOf(session)) return output
      if (isOfSession && output.kind === 'signed-in' && serialisedUser(session) === undefined) {
        this.delete(session)
        return { kind: 'without-user', completedAt: output.signedIn.completedAt }
      }
      if (output.kind === 'signed-in' && output.user === ownerOf(session)) {
        this.delete(session)
        return { kind: 'moved', completedAt: output.signedIn.completedAt }
      }
    }
    this.delete(session)
    return { kind: 'nobody' }
  }

  /**
   * Writes the record for the user that Passport has just written into the session.
   *
   * @returns whether the session has a user
   */
  write(session: Request['session'], signedIn: SignedIn): boolean {
    const user = ownerOf(session)
    if (user === undefined) return false
    this.#set(session, { kind: 'signed-in', ...this.#of(session), user, signedIn })
    return true
  }

  /** Records in the session that follows an expired one that the user must authenticate again. */
  askToReauthenticate(session: Request['session'], { sub, idToken }: SignedIn): void {
    this.#set(session, { kind: 'reauthenticate', ...this.#of(session), sub, idToken })
  }

  delete(session: Request['session']): void {
    const { [this.#name]: _, ...others } = entriesOf(session)
    if (Object.keys(others).length > 0) (session as AnySession).oneLogin = others
    else delete (session as AnySession).oneLogin
  }

  #of(session: Request['session']) {
    return { ...this.#client, session: fingerprint(sessionIdOf(session)) }
  }

  #set(session: Request['session'], entry: Entry): void {
    ;(session as AnySession).oneLogin = { ...entriesOf(session), [this.#name]: entry }
  }
}

/** The parts of an earlier session that the entries of other clients need. */
export interface EarlierSession {
  readonly id: string
  readonly user: string | undefined
  readonly entries: Readonly<Record<string, unknown>>
}

/** Returns the session before a log-in renews it. */
export function earlierSession(session: Request['session']): EarlierSession {
  return { id: sessionIdOf(session), user: ownerOf(session), entries: entriesOf(session) }
}

/** Keeps the entries of other clients when the same Passport user logs in. */
export function carryEntries(session: Request['session'], { id, user, entries }: EarlierSession): void {
  const carried: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(entries)) {
    const { success, output } = v.safeParse(entrySchema, value)
    const isValid = success && output.session === fingerprint(id)
    if (!isValid || output.kind !== 'signed-in' || output.user !== user || user !== ownerOf(session)) continue
    carried[name] = { ...output, session: fingerprint(sessionIdOf(session)) }
  }
  ;(session as AnySession).oneLogin = carried
}

/** Returns the ID of a session. @fastify/session uses another name for it. */
export function sessionIdOf(session: Request['session']): string {
  const { id, sessionId } = session as AnySession
  return String(id ?? sessionId)
}

function entriesOf(session: Request['session']): Readonly<Record<string, unknown>> {
  const { oneLogin } = session as AnySession
  return typeof oneLogin === 'object' && oneLogin !== null ? (oneLogin as Record<string, unknown>) : {}
}

/** Returns the user as Passport serialised it. @fastify/passport stores it without an object around it. */
function serialisedUser(session: Request['session']): unknown {
  const { passport } = session as AnySession
  if (typeof passport === 'object' && passport !== null && 'user' in passport) return passport.user
  const isEmpty = typeof passport === 'object' && passport !== null && Object.keys(passport).length === 0
  return isEmpty ? undefined : passport
}

function ownerOf(session: Request['session']): string | undefined {
  const user = serialisedUser(session)
  return user === undefined || user === null ? undefined : fingerprint(JSON.stringify(user, inOrder))
}

/** Sorts the members of objects, because some databases return them in another order. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Returns 128 bits of a hash. */
function fingerprint(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22)
}
