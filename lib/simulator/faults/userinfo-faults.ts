import { identityClaims, type IdentityClaimName } from '../claim-names.ts'
import type { Reply } from '../reply.ts'
import type { Faults } from './fault.ts'
import {
  jsonFaults,
  missingMember,
  replacedResponse,
  wrongHeader,
  wrongMembers,
  type ChangeResponse,
  type ResponseFault,
} from './response-fault.ts'

const refusal = (status: number, headers: Reply['headers']): ResponseFault =>
  replacedResponse({ status, headers, body: '' })

const wrongIdentityClaim = (name: IdentityClaimName, value: unknown): ResponseFault =>
  wrongMembers({ [identityClaims[name]]: value })

/** Ways to break the userinfo response. */
export const userinfoFaults = {
  ...jsonFaults,
  'invalid-token': refusal(401, {
    'WWW-Authenticate': 'Bearer error="invalid_token", error_description="The Access Token expired"',
  }),
  'missing-token': refusal(401, { 'WWW-Authenticate': 'Bearer' }),
  forbidden: refusal(403, {}),
  'jwt-content-type': wrongHeader('Content-Type', 'application/jwt'),
  'wrong-sub': wrongMembers({ sub: 'urn:fdc:gov.uk:2022:somebody-different' }),
  'missing-sub': missingMember('sub'),
  'malformed-email': wrongMembers({ email: 1 }),
  'malformed-email-verified': wrongMembers({ email_verified: 'true' }),
  'malformed-phone-number': wrongMembers({ phone_number: ['+447700900000'] }),
  'missing-core-identity': missingMember(identityClaims.coreIdentityJWT),
  'null-core-identity': wrongIdentityClaim('coreIdentityJWT', null),
  'core-identity-not-a-string': wrongIdentityClaim('coreIdentityJWT', { vot: 'P2' }),
  'missing-return-code': missingMember(identityClaims.returnCode),
  'missing-address': missingMember(identityClaims.address),
  'address-not-a-list': wrongIdentityClaim('address', { postalCode: 'BA2 5AA' }),
  'passport-not-a-list': wrongIdentityClaim('passport', { documentNumber: '321654987' }),
  'driving-permit-not-a-list': wrongIdentityClaim('drivingPermit', 'DECER607085K99AE'),
  'return-code-not-a-list': wrongIdentityClaim('returnCode', { code: 'A' }),
  'malformed-address': wrongIdentityClaim('address', ['8 HADLEY ROAD']),
  'malformed-uprn': wrongIdentityClaim('address', [{ uprn: { value: 1 } }]),
  'malformed-passport': wrongIdentityClaim('passport', [{ documentNumber: 321654987 }]),
  'malformed-driving-permit': wrongIdentityClaim('drivingPermit', [{ personalNumber: null }]),
  'malformed-return-code': wrongIdentityClaim('returnCode', [{ letter: 'A' }]),
} satisfies Faults<ChangeResponse>
