import { isJsonObject, type JsonObject } from '../keys/jwt.ts'
import { withJson, without, type Reply } from '../reply.ts'
import { jsonAnswerFaults, type AnswerFault } from './json-faults.ts'

const change =
  (edit: (document: JsonObject) => unknown): AnswerFault =>
  (reply) =>
    withJson(reply, edit)

const cacheable =
  (value: string): AnswerFault =>
  (reply: Reply) => ({ ...reply, headers: { ...reply.headers, 'Cache-Control': value } })

const objectsOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])

const documentFaults = {
  ...jsonAnswerFaults,
  'no-cache-control': (reply) => ({
    ...reply,
    headers: Object.fromEntries(Object.entries(reply.headers).filter(([name]) => name !== 'Cache-Control')),
  }),
  'no-store': cacheable('no-store'),
  'short-lived': cacheable('max-age=1'),
} satisfies Record<string, AnswerFault>

/** Ways to break the discovery document. */
export const discoveryFaults = {
  ...documentFaults,
  'wrong-issuer': change((document) => ({ ...document, issuer: 'https://issuer.example/' })),
  'issuer-without-slash': change((document) => ({
    ...document,
    issuer: String(document.issuer).replace(/\/$/, ''),
  })),
  'missing-issuer': change((document) => without(document, 'issuer')),
  'no-authorization-endpoint': change((document) => without(document, 'authorization_endpoint')),
  'no-token-endpoint': change((document) => without(document, 'token_endpoint')),
  'no-userinfo-endpoint': change((document) => without(document, 'userinfo_endpoint')),
  'no-end-session-endpoint': change((document) => without(document, 'end_session_endpoint')),
  'no-jwks-uri': change((document) => without(document, 'jwks_uri')),
  'foreign-http-endpoints': change((document) => ({
    ...document,
    token_endpoint: 'http://issuer.example/token',
    jwks_uri: 'http://issuer.example/jwks',
  })),
} satisfies Record<string, AnswerFault>

/** Ways to break the JWKS. */
export const jwksFaults = {
  ...documentFaults,
  'no-keys': change((document) => without(document, 'keys')),
  'empty-keys': change((document) => ({ ...document, keys: [] })),
  'keys-not-a-list': change((document) => ({ ...document, keys: {} })),
  'malformed-keys': change((document) => ({
    keys: objectsOf(document.keys).map((key) => ({ ...key, x: '', y: '', n: '' })),
  })),
  'keys-without-kid': change((document) => ({
    keys: objectsOf(document.keys).map((key) => without(key, 'kid')),
  })),
  // The first one signs nothing, so this is a good document that lacks the keys in use.
  'without-signing-keys': change((document) => ({ keys: objectsOf(document.keys).slice(0, 1) })),
} satisfies Record<string, AnswerFault>

/** Ways to break the DID document. */
export const didFaults = {
  ...documentFaults,
  'wrong-controller': change((document) => ({ ...document, id: 'did:web:identity.example' })),
  'missing-controller': change((document) => without(document, 'id')),
  'method-of-another-controller': change((document) => ({
    ...document,
    assertionMethod: objectsOf(document.assertionMethod).map((method) => ({
      ...method,
      controller: 'did:web:identity.example',
    })),
  })),
  'no-assertion-method': change((document) => without(document, 'assertionMethod')),
  'empty-assertion-method': change((document) => ({ ...document, assertionMethod: [] })),
  'malformed-keys': change((document) => ({
    ...document,
    assertionMethod: objectsOf(document.assertionMethod).map((method) => ({
      ...method,
      publicKeyJwk: 'none',
    })),
  })),
  'without-signing-keys': change((document) => ({
    ...document,
    assertionMethod: objectsOf(document.assertionMethod).map((method, index) => ({
      ...method,
      id: `${String(document.id)}#another-key-${index}`,
    })),
  })),
} satisfies Record<string, AnswerFault>
