import { json } from '../reply.ts'
import type { Faults } from './fault.ts'
import {
  jsonFaults,
  missingMember,
  replacedResponse,
  wrongMembers,
  type ChangeResponse,
  type ResponseFault,
} from './response-fault.ts'

const refusal = (status: number, error: string, description?: string): ResponseFault =>
  replacedResponse(
    json(status, { error, ...(description !== undefined && { error_description: description }) }),
  )

/** Ways to break the response to a token request. The request is still processed, so its code is used up. */
export const tokenResponseFaults = {
  ...jsonFaults,
  'invalid-request': refusal(400, 'invalid_request', 'Invalid request'),
  'invalid-client': refusal(400, 'invalid_client', 'Invalid signature in private_key_jwt'),
  'invalid-client-401': refusal(401, 'invalid_client', 'Client authentication failed'),
  'invalid-grant': refusal(400, 'invalid_grant', 'Invalid grant'),
  'unauthorized-client': refusal(400, 'unauthorized_client', 'Unauthorized client'),
  'unsupported-grant-type': refusal(400, 'unsupported_grant_type', 'Unsupported grant type'),
  'server-error': refusal(
    400,
    'server_error',
    'Failed to fetch or parse JWKS to verify signature of private_key_jwt',
  ),
  'error-without-description': refusal(400, 'invalid_grant'),
  'unknown-error': refusal(400, 'something_else', 'An unknown error'),
  'storage-failure': replacedResponse({
    status: 500,
    headers: { 'Content-Type': 'text/plain' },
    body: 'Internal server error',
  }),
  'no-id-token': missingMember('id_token'),
  'no-access-token': missingMember('access_token'),
  'no-token-type': missingMember('token_type'),
  'wrong-token-type': wrongMembers({ token_type: 'DPoP' }),
  'id-token-not-a-string': wrongMembers({ id_token: { jwt: 'x' } }),
} satisfies Faults<ChangeResponse>
