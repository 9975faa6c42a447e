import { identityClaims } from '../claim-names.ts'
import type { JsonObject } from '../keys/jwt.ts'
import type { Provider } from '../simulated-provider.ts'
import { json, type Reply } from '../reply.ts'
import { credentialTrustLevels, levelsOfConfidence } from '../authorization/requested-vectors.ts'

const aDay = { 'Cache-Control': 'max-age=86400' }
const anHour = { 'Cache-Control': 'max-age=3600, private' }

/** Handles `GET /.well-known/openid-configuration`. */
export function discovery({ issuer }: Provider): Reply {
  return json(200, discoveryDocument(issuer), aDay)
}

/** Handles `GET /.well-known/jwks.json`. */
export async function jwks({ keys }: Provider): Promise<Reply> {
  return json(200, await keys.jwks(), aDay)
}

/** Handles `GET /.well-known/did.json`. */
export function did({ keys }: Provider): Reply {
  return json(200, keys.didDocument(), anHour)
}

/** Handles `GET /trustmark`. */
export function trustmark({ issuer }: Provider): Reply {
  return json(200, {
    idp: issuer,
    trustmark_provider: issuer,
    C: credentialTrustLevels,
    P: levelsOfConfidence,
  })
}

function discoveryDocument(issuer: string): JsonObject {
  return {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}token`,
    userinfo_endpoint: `${issuer}userinfo`,
    end_session_endpoint: `${issuer}logout`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    trustmarks: `${issuer}trustmark`,
    scopes_supported: ['openid', 'email', 'phone', 'offline_access'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public', 'pairwise'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    claim_types_supported: ['normal'],
    claims_supported: [
      'sub',
      'email',
      'email_verified',
      'phone_number',
      'phone_number_verified',
      'wallet_subject_id',
      ...Object.values(identityClaims),
      'https://vocab.account.gov.uk/v1/inheritedIdentityJWT',
    ],
    ui_locales_supported: ['en', 'cy'],
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: false,
    service_documentation: 'https://docs.sign-in.service.gov.uk/',
    op_policy_uri: 'https://signin.account.gov.uk/privacy-notice',
    op_tos_uri: 'https://signin.account.gov.uk/terms-and-conditions',
  }
}
