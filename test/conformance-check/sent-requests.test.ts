import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkAssertions, checkAuthorizations } from '../../lib/cli/conformance/phases/sent-requests.ts'
import type { RecordedRequest } from '../../lib/simulator/index.ts'

afterEach(() => {
  vi.useRealTimers()
})

const base: RecordedRequest = {
  endpoint: 'authorize',
  method: 'GET',
  path: '/authorize',
  headers: {},
  params: {},
}

const query = (params: Record<string, string>): RecordedRequest => ({ ...base, params })
const signed = (claims: Record<string, unknown>, params = {}): RecordedRequest => ({
  ...base,
  params,
  requestObject: { header: {}, claims },
})
const assertion = (claims: Record<string, unknown>): RecordedRequest => ({
  ...base,
  clientAssertion: { header: {}, claims },
})

type Requests = readonly RecordedRequest[]

function findingOf(id: string, signIns: Requests, identities: Requests = []): string {
  const found = checkAuthorizations(signIns, identities).find(([requirement]) => requirement === id)?.[1]
  return `${found?.verdict}: ${found?.seen}`
}

const long = 'x'.repeat(20)

describe('the requests that the check reads', () => {
  it.each(['state', 'nonce'])('[CHK-2] need a new %s each time, of 20 characters', (name) => {
    const of = (...values: (string | undefined)[]) =>
      findingOf(
        name,
        values.map((value) => query(value === undefined ? {} : { [name]: value })),
      )
    expect(of(long, `${long}y`)).toBe('kept: Each request had a new one.')
    expect(of(long, long)).toBe(`broken: Two requests had the same ${name}.`)
    expect(of(long, undefined)).toBe(`broken: A request had no ${name}.`)
    expect(of(long, 'x'.repeat(19))).toBe('advice: It had 19 characters, fewer than 20.')
    expect(findingOf(name, [query({ [name]: 'query' })], [signed({ [name]: long }, { [name]: 'x' })])).toBe(
      'advice: It had 5 characters, fewer than 20.',
    )
    expect(findingOf(name, [query({ [name]: long })], [query({ [name]: long })])).toBe(
      `broken: Two requests had the same ${name}.`,
    )
    expect(findingOf(name, [signed({ [name]: 7 })])).toBe(`broken: A request had no ${name}.`)
  })

  it('[CHK-2] use PKCE each time or never', () => {
    const of = (...challenges: (string | undefined)[]) =>
      findingOf(
        'pkce',
        challenges.map((code_challenge) => signed({ code_challenge })),
      )
    expect(of('a', 'b')).toBe('kept: Each request had a new code_challenge.')
    expect(of('a', 'a')).toBe('broken: Two requests had the same code_challenge.')
    expect(of('a', undefined)).toBe('broken: Some requests do not use PKCE.')
    expect(of(undefined, undefined)).toBe('advice: The requests do not use PKCE.')
  })

  it('[CHK-2] are signed each time or never, for at most 10 minutes', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1000_000 })
    const of = (...requests: Requests) => findingOf('request-object', requests)
    expect(of(signed({ exp: 1600 }), signed({ iat: 5000, exp: 5600 }))).toBe('kept: Each request was signed.')
    expect(of(query({}), query({}))).toBe('advice: The requests are not signed.')
    expect(of(query({}), signed({ exp: 1600 }))).toBe('broken: Some requests are not signed.')
    expect(of(signed({ exp: 1600 }), signed({}))).toBe('broken: The request object has no exp.')
    expect(of(signed({ exp: '1600' }))).toBe('broken: The request object has no exp.')
    const tooLong = 'broken: The request object is valid for more than 10 minutes.'
    expect(of(signed({ exp: 1601 }))).toBe(tooLong)
    expect(of(signed({ iat: 5000, exp: 5601 }))).toBe(tooLong)
  })

  it('[CHK-2] name their vectors', () => {
    expect(findingOf('vtr', [query({ vtr: '["Cl"]' }), signed({ vtr: ['Cl'] })])).toBe(
      'kept: Each request had one.',
    )
    expect(findingOf('vtr', [query({ vtr: '["Cl"]' })], [query({})])).toBe('advice: A request had no vtr.')
  })

  it('[CHK-2] ask for identity claims with an identity level, and for the core identity among them', () => {
    const claims = (...names: string[]) =>
      JSON.stringify({
        userinfo: Object.fromEntries(names.map((name) => [`https://vocab.account.gov.uk/v1/${name}`, null])),
      })
    const of = (...requests: Requests) => findingOf('identity-claims', [], requests)
    const fine = 'kept: Claims were requested as they must be.'
    const missing = 'broken: A request for an identity did not ask for the core identity.'
    const early = 'advice: A request without an identity level asked for identity claims.'
    expect(of(query({ vtr: '["Cl.Cm.P2"]', claims: claims('coreIdentityJWT') }))).toBe(fine)
    expect(of(signed({ vtr: ['P1.Cl.Cm'], claims: JSON.parse(claims('coreIdentityJWT')) as object }))).toBe(
      fine,
    )
    expect(of(query({ vtr: '["Cl.Cm.P3"]', claims: claims('address') }))).toBe(missing)
    expect(of(query({ vtr: '["Cl.Cm.P2"]' }))).toBe(missing)
    expect(of(query({ vtr: '["Cl.Cm"]' }), query({}))).toBe(fine)
    expect(of(query({ vtr: '["Cl.Cm.P0"]', claims: claims('coreIdentityJWT') }))).toBe(early)
    expect(of(query({ claims: claims('address') }))).toBe(early)
    expect(of(query({ claims: '{"userinfo":{"email":null}}' }))).toBe(fine)
    expect(findingOf('identity-claims', [query({ claims: claims('address') })])).toBe(early)
  })

  it('[CHK-2] have assertions with a new jti each time, for at most 10 minutes', () => {
    const of = (...requests: Requests) => {
      const { verdict, seen } = checkAssertions(requests)
      return `${verdict}: ${seen}`
    }
    const times = { iat: 1000, exp: 1600 }
    expect(of(assertion({ jti: 'a', ...times }), assertion({ jti: 'b', ...times }))).toBe(
      'kept: Each token request had a new one.',
    )
    expect(of(base, base)).toBe('not observable: The service uses a client secret.')
    expect(of(assertion({ jti: 'a', ...times }), base)).toBe('broken: An assertion had no jti.')
    expect(of(assertion({ jti: 'a', ...times }), assertion(times))).toBe('broken: An assertion had no jti.')
    expect(of(assertion({ jti: 'a', ...times }), assertion({ jti: 'a', ...times }))).toBe(
      'broken: Two assertions had the same jti.',
    )
    expect(of(assertion({ jti: 'a' }))).toBe('broken: The assertion has no exp.')
    expect(of(assertion({ jti: 'a', iat: 1000, exp: 1601 }))).toBe(
      'broken: The assertion is valid for more than 10 minutes.',
    )
  })

  it('[CHK-2] are checked for these requirements', () => {
    expect(checkAuthorizations([], []).map(([id]) => id)).toEqual([
      'state',
      'nonce',
      'pkce',
      'request-object',
      'vtr',
      'identity-claims',
    ])
  })
})
