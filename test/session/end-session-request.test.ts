import { describe, expect, it } from 'vitest'
import { buildEndSessionURL } from '../../lib/session/end-session-request.ts'

const endpoint = 'https://oidc.integration.account.gov.uk/logout'
const postLogoutRedirectURL = 'https://tax-your-dragon.service.gov.uk/signed-out?lang=cy&a=1'
const idToken = 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'

function parametersOf(url: string) {
  const { origin, pathname, searchParams } = new URL(url)
  expect(origin + pathname).toBe(endpoint)
  return Object.fromEntries(searchParams)
}

describe('parameters', () => {
  it('[SESS-1] sends the ID token, the return address and the state', () => {
    expect(
      parametersOf(buildEndSessionURL(endpoint, { idToken, postLogoutRedirectURL, state: 'a b&c' })),
    ).toEqual({
      id_token_hint: idToken,
      post_logout_redirect_uri: postLogoutRedirectURL,
      state: 'a b&c',
    })
  })

  it('[SESS-2] sends nothing without an ID token: One Login shows its own page', () => {
    expect(parametersOf(buildEndSessionURL(endpoint, { postLogoutRedirectURL, state: 'a' }))).toEqual({})
  })

  it('[SESS-2] sends no state without a return address', () => {
    expect(parametersOf(buildEndSessionURL(endpoint, { idToken, state: 'a' }))).toEqual({
      id_token_hint: idToken,
    })
  })

  it('[SESS-2] does not check the ID token, which may have expired', () => {
    expect(parametersOf(buildEndSessionURL(endpoint, { idToken: 'a.b.c' }))).toEqual({
      id_token_hint: 'a.b.c',
    })
  })

  it('[SESS-1] keeps the query that the endpoint has', () => {
    expect(parametersOf(buildEndSessionURL(`${endpoint}?a=b`, { idToken }))).toEqual({
      a: 'b',
      id_token_hint: idToken,
    })
  })
})

describe('length', () => {
  const queryLength = (url: string) => new URL(url).search.length - 1
  const withStateOf = (length: number) =>
    buildEndSessionURL(endpoint, { idToken, postLogoutRedirectURL, state: 'x'.repeat(length) })
  const room = () => 2047 - queryLength(withStateOf(1)) + 1

  it('[SESS-3] sends a query of 2047 characters', () => {
    const url = withStateOf(room())
    expect(queryLength(url)).toBe(2047)
    expect(parametersOf(url)).toHaveProperty('state')
  })

  it('[SESS-3] leaves out the state if the query has 2048 characters', () => {
    expect(parametersOf(withStateOf(room() + 1))).toEqual({
      id_token_hint: idToken,
      post_logout_redirect_uri: postLogoutRedirectURL,
    })
  })

  it('[SESS-3] also leaves out the return address if the ID token is too long', () => {
    const long = 'x'.repeat(2000)
    expect(
      parametersOf(buildEndSessionURL(endpoint, { idToken: long, postLogoutRedirectURL, state: 'a' })),
    ).toEqual({
      id_token_hint: long,
    })
  })

  it('[SESS-3] sends nothing if the ID token alone is too long', () => {
    const long = 'x'.repeat(2100)
    expect(buildEndSessionURL(endpoint, { idToken: long, postLogoutRedirectURL })).toBe(endpoint)
  })
})
