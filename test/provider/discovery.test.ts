import { describe, expect, it } from 'vitest'
import { readDiscovery } from '../../lib/provider/discovery.ts'

const issuer = 'https://oidc.integration.account.gov.uk/'
const document = {
  issuer,
  authorization_endpoint: `${issuer}authorize`,
  token_endpoint: `${issuer}token`,
  userinfo_endpoint: `${issuer}userinfo`,
  jwks_uri: `${issuer}.well-known/jwks.json`,
  end_session_endpoint: `${issuer}logout`,
}

const read = (changes: object = {}, allowInsecureRequests = false) =>
  readDiscovery({ ...document, ...changes }, { issuer, allowInsecureRequests })

describe('a discovery document', () => {
  it('[CONF-1] has the addresses of the endpoints', () => {
    expect(read({ scopes_supported: ['openid'], trustmarks: `${issuer}.well-known/trustmark` })).toEqual(
      document,
    )
  })

  it.each([
    issuer.slice(0, -1),
    'https://oidc.account.gov.uk/',
    issuer.toUpperCase(),
    `${issuer}/`,
    'http://oidc.integration.account.gov.uk/',
  ])(
    '[CONF-1, CONF-8, CONF-14] is rejected if its issuer is %s, with both issuers in the message',
    (other) => {
      expect(() => read({ issuer: other })).toThrow(
        `it names the issuer "${other}", and the configured issuer is "${issuer}"`,
      )
    },
  )

  it.each(['issuer', 'authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'])(
    '[CONF-1, CONF-8] is rejected without its %s',
    (name) => {
      for (const value of [undefined, null, 5])
        expect(() => read({ [name]: value })).toThrow(`its "${name}" is missing or damaged`)
    },
  )

  it('[CID-13] can have null for the end-session endpoint, which is then absent', () => {
    expect(read({ end_session_endpoint: null })).not.toHaveProperty('end_session_endpoint')
  })

  it.each([
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'end_session_endpoint',
  ])('[CONF-8] is rejected if its %s is not an address', (name) => {
    for (const value of [
      '',
      '/token',
      'token',
      5,
      `\0${issuer}x`,
      ` ${issuer}x`,
      `${issuer}x\n`,
      `${issuer}\tx`,
    ])
      expect(() => read({ [name]: value })).toThrow(`its "${name}" is missing or damaged`)
  })

  it.each([
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'end_session_endpoint',
  ])('[CONF-7] is rejected if its %s is plain http', (name) => {
    for (const value of [
      'http://oidc.integration.account.gov.uk/x',
      'http://127.0.0.1/x',
      'ftp://a.example/x',
    ])
      expect(() => read({ [name]: value })).toThrow(`its "${name}" is not https`)
    expect(() => read({ [name]: 'http://op.example/x' }, true)).toThrow(`its "${name}" is not https`)
    expect(read({ [name]: 'http://127.0.0.1:3000/x' }, true)).toHaveProperty(name, 'http://127.0.0.1:3000/x')
  })

  it('[SESS-2] does not need an end-session endpoint', () => {
    const { end_session_endpoint: _, ...without } = document
    expect(readDiscovery(without, { issuer, allowInsecureRequests: false })).toEqual(without)
  })

  it.each([
    [null, 'content'],
    ['text', 'content'],
    [5, 'content'],
    [[], 'issuer'],
    [{}, 'issuer'],
  ])('[CONF-8] is not %j, and the message says what is missing', (json, missing) => {
    expect(() => readDiscovery(json, { issuer, allowInsecureRequests: false })).toThrow(
      `its "${missing}" is missing or damaged`,
    )
  })
})
