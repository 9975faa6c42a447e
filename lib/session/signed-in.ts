import { createHash } from 'node:crypto'
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
  /** Names this sign-in, through every step-up and re-authentication. */
  id: v.pipe(v.string(), v.nonEmpty()),
  sub: v.pipe(v.string(), v.nonEmpty()),
  /** The hint for sign-out and re-authentication. */
  idToken: v.string(),
  /** When the ID token was issued, by One Login's clock. Seconds since 1970, as all times here but `sentAt`. */
  issuedAt: v.number(),
  /** When the browser was sent to One Login for it, by this service's clock. Milliseconds since 1970. */
  sentAt: v.number(),
  level: v.picklist(['Cl', 'Cl.Cm']),
  /** When the user last signed in at One Login. */
  authTime: v.optional(v.number()),
  /** When the session began, by this service's clock. */
  startedAt: v.number(),
  /** When the last sign-in, step-up or re-authentication was completed. */
  completedAt: v.number(),
  /** When this service last saw the user prove again that it is them. */
  reauthenticatedAt: v.optional(v.number()),
  /** What came of the identity journey, if there was one. */
  identity: v.optional(identityOutcomeSchema),
  /** A try for a higher level than that of `identity`, which failed. */
  failedIdentity: v.optional(identityOutcomeSchema),
  /** Whether the user has signed in after an in-person identity check, and not gone on yet. */
  inPersonReturn: v.optional(v.boolean()),
  /** The last callbacks that led here, when, and where each went on to: for a user who goes back or refreshes. */
  callbacks: v.array(v.object({ state: v.string(), returnTo: v.string(), at: v.number() })),
})

/** Who is signed in, and how. Plain JSON, and on the server only. */
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

/** A session as far as this package looks at it; every member is doubted. */
interface AnySession {
  readonly id?: unknown
  readonly sessionId?: unknown
  passport?: unknown
  oneLogin?: unknown
}

/** What a session holds for a client. */
export type FoundInSession =
  | { readonly kind: 'signed-in'; readonly signedIn: SignedIn }
  /** The session of this user has expired: the next sign-in asks them to prove again that it is them. */
  | { readonly kind: 'reauthenticate'; readonly sub: string; readonly idToken: string }
  /** A sign-in whose Passport user is gone. */
  | { readonly kind: 'without-user'; readonly completedAt: number }
  | { readonly kind: 'nobody' }

/**
 * The entries of this package in sessions, one for each client. An entry counts only in the session it was written
 * for, and only together with the Passport user it was written for: anything else is deleted.
 */
export class SessionEntries {
  readonly #client: Client
  readonly #name: string

  constructor(client: Client) {
    this.#client = client
    this.#name = recordKey('client', client.issuer, client.clientId).slice(0, 16)
  }

  /** What a session holds for this client. It is changed only where something is to be deleted from it. */
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
    }
    this.delete(session)
    return { kind: 'nobody' }
  }

  /** Writes who is signed in, for the user that Passport has just written into the session. */
  write(session: Request['session'], signedIn: SignedIn): void {
    const user = ownerOf(session)
    if (user === undefined) return
    this.#set(session, { kind: 'signed-in', ...this.#of(session), user, signedIn })
  }

  /** Notes in the session that follows an expired one that its user has to prove again that it is them. */
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

/** What a log-in leaves behind that entries of other clients need. */
export interface EarlierSession {
  readonly id: string
  readonly user: string | undefined
  readonly entries: Readonly<Record<string, unknown>>
}

/** The session before a log-in renews it. */
export function earlierSession(session: Request['session']): EarlierSession {
  return { id: sessionIdOf(session), user: ownerOf(session), entries: entriesOf(session) }
}

/** Keeps other clients' entries through a log-in of the same Passport user. */
export function carryEntries(session: Request['session'], { id, user, entries }: EarlierSession): void {
  const carried: Record<string, unknown> = {}
  const now = ownerOf(session)
  for (const [name, value] of Object.entries(entries)) {
    const { success, output } = v.safeParse(entrySchema, value)
    const isValid = success && output.session === fingerprint(id)
    if (!isValid || output.kind !== 'signed-in' || output.user !== user || user !== now) continue
    carried[name] = { ...output, session: fingerprint(sessionIdOf(session)) }
  }
  ;(session as AnySession).oneLogin = carried
}

/** The id of a session, which @fastify/session calls otherwise. */
export function sessionIdOf(session: Request['session']): string {
  const { id, sessionId } = session as AnySession
  return String(id ?? sessionId)
}

function entriesOf(session: Request['session']): Readonly<Record<string, unknown>> {
  const { oneLogin } = session as AnySession
  return typeof oneLogin === 'object' && oneLogin !== null ? (oneLogin as Record<string, unknown>) : {}
}

/** What Passport has serialised; @fastify/passport keeps it without an object around it. */
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

/** Some databases give the members of an object back in another order. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** 128 bits of a hash. */
function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
