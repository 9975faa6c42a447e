import { json, withJson, without } from '../reply.ts'
import { jsonAnswerFaults, type AnswerFault } from './json-faults.ts'

const refusal =
  (status: number, error: string, description?: string): AnswerFault =>
  () =>
    json(status, { error, ...(description !== undefined && { error_description: description }) })

/** Ways to break the answer to a token request. The request itself is worked on: its code is used up. */
export const tokenAnswerFaults = {
  ...jsonAnswerFaults,
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
  'unknown-error': refusal(400, 'something_else', 'Nobody knows'),
  'storage-failure': () => ({
    status: 500,
    headers: { 'Content-Type': 'text/plain' },
    body: 'Internal server error',
  }),
  'no-id-token': (reply) => withJson(reply, (answer) => without(answer, 'id_token')),
  'no-access-token': (reply) => withJson(reply, (answer) => without(answer, 'access_token')),
  'no-token-type': (reply) => withJson(reply, (answer) => without(answer, 'token_type')),
  'wrong-token-type': (reply) => withJson(reply, (answer) => ({ ...answer, token_type: 'DPoP' })),
  'id-token-not-a-string': (reply) => withJson(reply, (answer) => ({ ...answer, id_token: { jwt: 'x' } })),
} satisfies Record<string, AnswerFault>
