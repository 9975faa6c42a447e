import { encodeJwt, type JsonObject, type Signature } from '../keys/jwt.ts'
import type { ProviderKeys } from '../keys/provider-keys.ts'
import type { SigningKey } from '../keys/signing-key.ts'
import type { Vector } from '../authorization/requested-vectors.ts'
import { without } from '../reply.ts'
import type { Fault } from './fault.ts'

/** A token before it is signed, so that a fault can change any part of it. */
export interface TokenDraft {
  readonly header: JsonObject
  /** The claims, or text to sign instead of them. */
  readonly claims: JsonObject | string
  readonly signature: Signature
  /** Text to send instead of a token. */
  readonly text?: string
}

/** The values that a fault can use. */
export interface TokenFaultContext {
  readonly issuer: string
  readonly keys: ProviderKeys
  /** The key that signs the correct token. */
  readonly key: SigningKey
  /** The time in seconds. */
  readonly now: number
  /** The lowest vector of the request, if there was one. */
  readonly requested: Vector | undefined
}

/** Changes a token. */
export type ChangeToken = (draft: TokenDraft, context: TokenFaultContext) => TokenDraft | Promise<TokenDraft>

/** One way to break a token. */
export type TokenFault = Fault<ChangeToken>

/** Returns the claims of a draft, if it has any. */
export const claimsOf = ({ claims }: TokenDraft): JsonObject => (typeof claims === 'string' ? {} : claims)

/** Returns the draft with claims added or replaced. */
export const withClaims = (draft: TokenDraft, claims: JsonObject): TokenDraft => ({
  ...draft,
  claims: { ...claimsOf(draft), ...claims },
})

/** Returns the draft with header members added or replaced. */
export const withHeader = (
  draft: TokenDraft,
  header: JsonObject,
  signature = draft.signature,
): TokenDraft => ({ ...draft, header: { ...draft.header, ...header }, signature })

/** A fault that leaves out a claim. */
export const missingClaim = (name: string): TokenFault => ({
  changes: [`no claim ${name}`],
  apply: (draft) => ({ ...draft, claims: without(claimsOf(draft), name) }),
})

/** A fault that replaces claims. */
export const wrongClaims = (claims: JsonObject): TokenFault => ({
  changes: Object.keys(claims).map((name) => `claim ${name}`),
  apply: (draft) => withClaims(draft, claims),
})

/** Signs a token with these faults. */
export async function encodeBroken(
  draft: TokenDraft,
  faults: readonly TokenFault[],
  context: TokenFaultContext,
): Promise<string> {
  let broken = draft
  for (const { apply } of faults) broken = await apply(broken, context)
  return broken.text ?? encodeJwt(broken.header, broken.claims, broken.signature)
}
