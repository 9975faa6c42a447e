import { claimURL, type ClaimName } from '../claims.ts'
import { assertRequestedClaims } from './requested-claims.ts'
import { createCodeExchange, type CodeExchange } from './code-exchange.ts'
import { verifyCoreIdentity } from '../tokens/core-identity.ts'
import { verifyIdToken } from '../tokens/id-token.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import type { Transaction } from './transaction.ts'
import { createIdentity, createUser, type Identity, type OneLoginUser } from './user.ts'
import { fetchUserinfo, type ReceivedUserinfo } from './userinfo.ts'
import type { CredentialLevel, IdentityLevel } from '../vectors-of-trust.ts'

/** A verified sign-in. Plain JSON. */
export interface VerifiedSignIn {
  readonly sub: string
  /** The ID token, sent as a hint at sign-out and re-authentication. */
  readonly idToken: string
  /** When the ID token was issued, by One Login's clock. In seconds since 1970. */
  readonly issuedAt: number
  readonly level: CredentialLevel
  /** When the user last signed in to One Login. In seconds since 1970. */
  readonly authTime?: number
  /** The outcome of the identity journey, if there was one. */
  readonly identity?: IdentityOutcome
}

/** The outcome of an identity journey, for the guards. */
export interface IdentityOutcome {
  readonly proven: boolean
  /** The level that the user reached. If the identity was not proven, the requested level. */
  readonly level: IdentityLevel
  /** The requested claims. */
  readonly claims: readonly ClaimName[]
  readonly returnCodes: readonly string[]
}

/** Completes a sign-in: from the authorization code to a verified user. */
export type CompleteSignIn = (
  code: string,
  transaction: Transaction,
) => Promise<{ user: OneLoginUser; signedIn: VerifiedSignIn }>

/**
 * Returns the function that completes a sign-in. It verifies tokens, ID token, userinfo and core identity in this
 * order, so that it uses nothing before it is verified, and then creates the user.
 */
export function createSignInCompletion(settings: Settings, provider: Provider): CompleteSignIn {
  const exchangeCode: CodeExchange = createCodeExchange(settings, provider.http)

  return async function completeSignIn(code, transaction) {
    const metadata = await provider.metadata()
    const { idToken, accessToken } = await exchangeCode(metadata, code, transaction)
    const { nonce, trust, maxAge, claims } = transaction
    const sentAt = trust.identity && Math.floor(transaction.sentAt / 1000)
    const expected = { nonce, credential: trust.credential, maxAge, sentAt, accessToken }
    const token = await verifyIdToken(idToken, expected, provider, settings)
    const received = await fetchUserinfo(provider.http, metadata.userinfo_endpoint, accessToken, token.sub)
    const proof = trust.identity && (await prove(received, trust.identity, claims))
    return {
      user: createUser(token, received.userinfo, proof?.identity),
      signedIn: {
        sub: token.sub,
        idToken,
        issuedAt: token.iat,
        level: token.vot,
        // Stryker disable next-line ConditionalExpression: a session is JSON, so it holds no undefined
        ...(token.authTime !== undefined && { authTime: token.authTime }),
        ...(proof && { identity: proof.outcome }),
      },
    }
  }

  async function prove(
    { userinfo, namedClaims }: ReceivedUserinfo,
    level: IdentityLevel,
    claims: readonly ClaimName[],
  ): Promise<{ identity: Identity; outcome: IdentityOutcome }> {
    const jwt = userinfo[claimURL('coreIdentityJWT')]
    const core =
      jwt === undefined
        ? undefined
        : await verifyCoreIdentity(jwt, { sub: userinfo.sub, level }, provider, settings)
    if (core) assertRequestedClaims(claims, namedClaims)
    const identity = createIdentity(core, userinfo)
    return { identity, outcome: outcomeOf(identity, level, claims) }
  }
}

function outcomeOf(identity: Identity, asked: IdentityLevel, claims: readonly ClaimName[]): IdentityOutcome {
  const level = identity.proven ? identity.level : asked
  return { proven: identity.proven, level, claims, returnCodes: identity.returnCodes }
}
