import { describe, expect, it } from 'vitest'
import { isOneLoginError } from '../../lib/index.ts'
import { signInAt, startAttackedService } from '../support/attacked-service.ts'
import { compact, es256, honest, nothing, type Draft } from '../support/forged-tokens.ts'
import { nowInSeconds } from '../../lib/clock.ts'

const withClaims =
  (changes: (claims: Draft['claims']) => object) =>
  (draft: Draft): string =>
    honest({ ...draft, claims: { ...draft.claims, ...changes(draft.claims) } })

const withHeader =
  (header: object) =>
  (draft: Draft): string =>
    honest({ ...draft, header: { ...draft.header, ...header } })

/** Each requirement of an ID token, an ID token that breaks it, and the message. */
const refusals: Readonly<
  Record<string, readonly [id: string, token: (draft: Draft) => string, words: string]>
> = {
  'another issuer': [
    'IDT-3',
    withClaims(() => ({ iss: 'https://op.example/' })),
    'its "iss" is not the issuer',
  ],
  'no issuer': ['IDT-3', withClaims(() => ({ iss: undefined })), 'its "iss" is not the issuer'],
  'another audience': ['IDT-3', withClaims(() => ({ aud: 'another' })), 'its "aud" is not the client'],
  'no audience': ['IDT-3', withClaims(() => ({ aud: undefined })), 'its "aud" is not the client'],
  '2 audiences': [
    'IDT-3',
    withClaims(({ aud }) => ({ aud: [aud, 'another'] })),
    'its "aud" is not the client',
  ],
  'another authorized party': [
    'IDT-9',
    withClaims(() => ({ azp: 'another' })),
    'its "azp" is another client',
  ],
  'no subject': ['IDT-3', withClaims(() => ({ sub: undefined })), 'its "sub" is not text'],
  'an expiry in the past': ['IDT-4', withClaims(() => ({ exp: 1 })), 'its "exp" is missing or past'],
  'no expiry': ['IDT-4', withClaims(() => ({ exp: undefined })), 'its "exp" is missing or past'],
  'an expiry that is text': [
    'IDT-4',
    withClaims(({ exp }) => ({ exp: String(exp) })),
    'its "exp" is missing or past',
  ],
  'a time of issue in the future': [
    'IDT-4',
    withClaims(() => ({ iat: nowInSeconds() + 600 })),
    'its "iat" is missing or in the future',
  ],
  'no time of issue': [
    'IDT-4',
    withClaims(() => ({ iat: undefined })),
    'its "iat" is missing or in the future',
  ],
  'a start in the future': [
    'IDT-4',
    withClaims(() => ({ nbf: nowInSeconds() + 600 })),
    'its "nbf" is in the future',
  ],
  'another nonce': [
    'IDT-5',
    withClaims(() => ({ nonce: 'another' })),
    'its "nonce" is not the one that was sent',
  ],
  'no nonce': ['IDT-5', withClaims(() => ({ nonce: undefined })), 'its "nonce" is not the one that was sent'],
  'another access token': [
    'IDT-8',
    withClaims(() => ({ at_hash: 'another' })),
    'its "at_hash" does not match the access token',
  ],
  'no vot': [
    'IDT-6',
    withClaims(() => ({ vot: undefined })),
    'its "vot" is missing or not a credential level',
  ],
  'an auth_time that is text': [
    'IDT-7',
    withClaims(() => ({ auth_time: 'now' })),
    'its "auth_time" is missing or not a number',
  ],
  'alg none': [
    'IDT-2',
    ({ header, claims }) => compact({ ...header, alg: 'none' }, claims, nothing),
    'it is not a signed JWT',
  ],
  'alg ES384': ['IDT-2', withHeader({ alg: 'ES384' }), 'its "alg" is not allowed'],
  'no kid': ['IDT-1', withHeader({ kid: undefined }), 'its header has no "kid"'],
  'another signature': [
    'IDT-1',
    ({ header, claims, key }) =>
      compact(header, claims, () => es256(key)(compact(header, { ...claims, sub: 'another' }, nothing))),
    'its signature does not match its key',
  ],
  'text that is not a JWT': ['IDT-1', () => 'no JWT', 'it is not a signed JWT'],
  'a header that is not JSON': ['IDT-1', () => 'AAAA.AAAA.AAAA', 'its header cannot be read'],
  'claims that are not JSON': [
    'IDT-1',
    (draft) => honest({ ...draft, claims: '{"sub":' as never }),
    'its payload cannot be read',
  ],
}

describe('an ID token', () => {
  it.each(Object.entries(refusals).map(([what, [id, token, words]]) => ({ what, id, token, words })))(
    "[$id] with $what is rejected with this package's error code and message",
    async ({ token, words }) => {
      await using attacked = await startAttackedService()
      attacked.provider.idToken = token
      expect(await signInAt(attacked.service)).toMatchObject({ code: 'id_token_invalid', user: null })
      const [error] = attacked.service.errors
      expect(isOneLoginError(error) && error.message).toContain(`The ID token was rejected: ${words}`)
    },
  )
})
