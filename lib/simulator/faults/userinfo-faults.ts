import { identityClaims, type IdentityClaimName } from '../claim-names.ts'
import { withJson, without, type Reply } from '../reply.ts'
import { jsonAnswerFaults, type AnswerFault } from './json-faults.ts'

const refusal =
  (status: number, headers: Reply['headers']): AnswerFault =>
  () => ({ status, headers, body: '' })

const having =
  (claims: Readonly<Record<string, unknown>>): AnswerFault =>
  (reply) =>
    withJson(reply, (answer) => ({ ...answer, ...claims }))

const missing =
  (name: string): AnswerFault =>
  (reply) =>
    withJson(reply, (answer) => without(answer, name))

const identityClaim = (name: IdentityClaimName, value: unknown): AnswerFault =>
  having({ [identityClaims[name]]: value })

/** Ways to break the userinfo answer. */
export const userinfoFaults = {
  ...jsonAnswerFaults,
  'invalid-token': refusal(401, {
    'WWW-Authenticate': 'Bearer error="invalid_token", error_description="The Access Token expired"',
  }),
  'missing-token': refusal(401, { 'WWW-Authenticate': 'Bearer' }),
  forbidden: refusal(403, {}),
  'jwt-content-type': (reply) => ({
    ...reply,
    headers: { ...reply.headers, 'Content-Type': 'application/jwt' },
  }),
  'wrong-sub': having({ sub: 'urn:fdc:gov.uk:2022:somebody-else' }),
  'missing-sub': missing('sub'),
  'malformed-email': having({ email: 1 }),
  'malformed-email-verified': having({ email_verified: 'true' }),
  'malformed-phone-number': having({ phone_number: ['+447700900000'] }),
  'missing-core-identity': missing(identityClaims.coreIdentityJWT),
  'null-core-identity': identityClaim('coreIdentityJWT', null),
  'core-identity-not-a-string': identityClaim('coreIdentityJWT', { vot: 'P2' }),
  'address-not-a-list': identityClaim('address', { postalCode: 'BA2 5AA' }),
  'passport-not-a-list': identityClaim('passport', { documentNumber: '321654987' }),
  'driving-permit-not-a-list': identityClaim('drivingPermit', 'DECER607085K99AE'),
  'return-code-not-a-list': identityClaim('returnCode', { code: 'A' }),
  'malformed-address': identityClaim('address', ['8 HADLEY ROAD']),
  'malformed-uprn': identityClaim('address', [{ uprn: { value: 1 } }]),
  'malformed-passport': identityClaim('passport', [{ documentNumber: 321654987 }]),
  'malformed-driving-permit': identityClaim('drivingPermit', [{ personalNumber: null }]),
  'malformed-return-code': identityClaim('returnCode', [{ letter: 'A' }]),
} satisfies Record<string, AnswerFault>
