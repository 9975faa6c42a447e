import type { KeyObject } from 'node:crypto'
import { encodeJwt, hs256, unsigned, type JsonObject, type Signature } from '../keys/jwt.ts'
import type { ProviderKeys } from '../keys/provider-keys.ts'
import { ecKey, type SigningKey } from '../keys/signing-key.ts'
import { without } from '../reply.ts'

/** A token before it is put together, so that a fault can change any part of it. */
export interface TokenDraft {
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly signature: Signature
  /** Text that is sent in place of a token. */
  readonly text?: string
}

/** What a fault can use. */
export interface TokenFaultContext {
  readonly keys: ProviderKeys
  /** The key that signs the token when nothing is wrong. */
  readonly key: SigningKey
  /** The time in seconds. */
  readonly now: number
}

/** One way to break a token. */
export type TokenFault = (draft: TokenDraft, context: TokenFaultContext) => TokenDraft | Promise<TokenDraft>

/** The draft with claims added or replaced. */
export const withClaims = (draft: TokenDraft, claims: JsonObject): TokenDraft => ({
  ...draft,
  claims: { ...draft.claims, ...claims },
})

/** The draft with header members added or replaced. */
export const withHeader = (
  draft: TokenDraft,
  header: JsonObject,
  signature = draft.signature,
): TokenDraft => ({
  ...draft,
  header: { ...draft.header, ...header },
  signature,
})

/** A fault that leaves claims out. */
export const missing =
  (...names: string[]): TokenFault =>
  (draft) => ({ ...draft, claims: without(draft.claims, ...names) })

/** A fault that replaces claims. */
export const having =
  (claims: JsonObject): TokenFault =>
  (draft) =>
    withClaims(draft, claims)

const hour = 3600

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

/** Ways to break any of the signed tokens. */
export const signedTokenFaults = {
  'invalid-signature': (draft) => ({ ...draft, signature: ecKey().signature }),
  'signature-of-another-token': (draft) => ({ ...draft, signature: (input) => draft.signature(`${input}x`) }),
  'empty-signature': (draft) => ({ ...draft, signature: unsigned }),
  'no-signature': (draft) => withHeader(draft, { alg: 'none' }, unsigned),
  hs256: (draft, { key }) => withHeader(draft, { alg: 'HS256' }, hs256(pem(key.publicKey))),
  'no-kid': (draft) => ({ ...draft, header: without(draft.header, 'kid') }),
  'wrong-issuer': having({ iss: 'https://issuer.example/' }),
  'missing-issuer': missing('iss'),
  'wrong-audience': having({ aud: 'another-client' }),
  'wrong-audience-list': having({ aud: ['another-client', 'yet-another-client'] }),
  'missing-audience': missing('aud'),
  'missing-sub': missing('sub'),
  'empty-sub': having({ sub: '' }),
  expired: (draft, { now }) => withClaims(draft, { iat: now - 2 * hour, exp: now - hour }),
  'no-exp': missing('exp'),
  'issued-in-the-future': (draft, { now }) => withClaims(draft, { iat: now + hour, exp: now + 2 * hour }),
  'missing-iat': missing('iat'),
  'not-a-jwt': (draft) => ({ ...draft, text: 'not a token' }),
  'malformed-claims': (draft) => ({ ...draft, text: 'eyJhbGciOiJFUzI1NiJ9.bm90IGpzb24.AAAA' }),
} satisfies Record<string, TokenFault>

/** Puts a token together, broken in these ways. */
export async function encodeBroken(
  draft: TokenDraft,
  faults: readonly TokenFault[],
  context: TokenFaultContext,
): Promise<string> {
  let broken = draft
  for (const fault of faults) broken = await fault(broken, context)
  return broken.text ?? encodeJwt(broken.header, broken.claims, broken.signature)
}
