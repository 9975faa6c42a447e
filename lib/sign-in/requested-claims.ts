import { claimsSentIfRequested, type ClaimName } from '../claims.ts'
import { OneLoginError } from '../errors.ts'

/**
 * Checks that One Login received the request for the claims of a proven identity. A claim is missing if another person
 * sent the request again without it, which One Login accepts from clients that may send unsigned requests.
 *
 * @param requested - the claims that this service requested
 * @param named - the claims that userinfo names
 * @throws OneLoginError `identity_claim_missing` that names the claim
 */
export function assertRequestedClaims(requested: readonly ClaimName[], named: readonly ClaimName[]): void {
  const missing = claimsSentIfRequested.find((claim) => requested.includes(claim) && !named.includes(claim))
  if (missing === undefined) return
  throw new OneLoginError(
    'identity_claim_missing',
    `One Login proved an identity but did not send the claim ${missing}, which your service requested. One Login always sends it if it is requested.`,
  )
}
