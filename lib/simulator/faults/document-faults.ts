import { isJsonObject, type JsonObject } from '../keys/jwt.ts'
import { without } from '../reply.ts'
import type { Faults } from './fault.ts'
import {
  changedMember,
  jsonFaults,
  missingHeader,
  missingMember,
  wrongHeader,
  wrongMembers,
  type ChangeResponse,
  type ResponseFault,
} from './response-fault.ts'

/** A fault that changes each object in a list. */
const changedItems = (
  name: string,
  change: (item: JsonObject, index: number, document: JsonObject) => JsonObject,
): ResponseFault =>
  changedMember(name, (list, document) =>
    Array.isArray(list)
      ? list.filter(isJsonObject).map((item, index) => change(item, index, document))
      : list,
  )

/** Ways to break any of the documents. */
export const documentFaults = {
  ...jsonFaults,
  'no-cache-control': missingHeader('Cache-Control'),
  'no-store': wrongHeader('Cache-Control', 'no-store'),
  'short-lived': wrongHeader('Cache-Control', 'max-age=1'),
} satisfies Faults<ChangeResponse>

/** Ways to break the discovery document. */
export const discoveryFaults = {
  ...documentFaults,
  'wrong-issuer': wrongMembers({ issuer: 'https://issuer.example/' }),
  'issuer-without-slash': changedMember('issuer', (issuer) => String(issuer).replace(/\/$/, '')),
  'missing-issuer': missingMember('issuer'),
  'no-authorization-endpoint': missingMember('authorization_endpoint'),
  'no-token-endpoint': missingMember('token_endpoint'),
  'no-userinfo-endpoint': missingMember('userinfo_endpoint'),
  'no-end-session-endpoint': missingMember('end_session_endpoint'),
  'no-jwks-uri': missingMember('jwks_uri'),
  'foreign-http-endpoints': wrongMembers({
    token_endpoint: 'http://issuer.example/token',
    jwks_uri: 'http://issuer.example/jwks',
  }),
} satisfies Faults<ChangeResponse>

/** Ways to break the JWKS. */
export const jwksFaults = {
  ...documentFaults,
  'no-keys': missingMember('keys'),
  'empty-keys': wrongMembers({ keys: [] }),
  'keys-not-a-list': wrongMembers({ keys: {} }),
  'malformed-keys': changedItems('keys', (key) =>
    key.kty === 'RSA' ? { ...key, n: '' } : { ...key, x: '', y: '' },
  ),
  'keys-without-kid': changedItems('keys', (key) => without(key, 'kid')),
  // The first key signs nothing, so this is a valid document without the keys in use.
  'without-signing-keys': changedMember('keys', (keys) => (Array.isArray(keys) ? keys.slice(0, 1) : keys)),
} satisfies Faults<ChangeResponse>

/** Ways to break the DID document. */
export const didFaults = {
  ...documentFaults,
  'wrong-controller': wrongMembers({ id: 'did:web:identity.example' }),
  'missing-controller': missingMember('id'),
  'method-of-another-controller': changedItems('assertionMethod', (method) => ({
    ...method,
    controller: 'did:web:identity.example',
  })),
  'no-assertion-method': missingMember('assertionMethod'),
  'empty-assertion-method': wrongMembers({ assertionMethod: [] }),
  'malformed-keys': changedItems('assertionMethod', (method) => ({ ...method, publicKeyJwk: 'none' })),
  'without-signing-keys': changedItems('assertionMethod', (method, index, { id }) => ({
    ...method,
    id: `${String(id)}#another-key-${index}`,
  })),
} satisfies Faults<ChangeResponse>
