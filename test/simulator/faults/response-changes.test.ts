import { readyUser, type Simulator, type SimulatorFaults } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import {
  authorizationURL,
  Browser,
  codeFor,
  exchange,
  identityRequest,
  start,
  tokenRequest,
  tokensFor,
} from '../relying-party.ts'
import { difference, type Difference } from './difference.ts'
import { expectChanges, ownFaults } from './expect-changes.ts'
import {
  authorizeChanges,
  didChanges,
  discoveryChanges,
  jwksChanges,
  tokenChanges,
  userinfoChanges,
} from './expected-response-changes.ts'
import { logoutCallFaults } from './expected-token-changes.ts'
import { observedLogoutCall } from './observed-logout-call.ts'
import { withoutPadding } from './raw-response.ts'
import { observeResponse, responseDifference, type ObservedResponse } from './observed-response.ts'

const user = readyUser('every-document')

describe('a fault of the request that carries a logout token', () => {
  const observe = async (op: Simulator, fault?: SimulatorFaults['logout-token']) => {
    const { method, url, type, body } = await observedLogoutCall(op, fault)
    const known = (text: string) => withoutPadding(text.replaceAll(/eyJ[\w.-]+/g, 'TOKEN'))
    const isForm = type === 'application/x-www-form-urlencoded'
    return {
      method,
      query: known(url),
      header: { ...(type !== '' && { 'content-type': type }) },
      fields: isForm ? fieldsOf(known(body)) : undefined,
      body: known(body),
    }
  }

  it('[SIM-3] [SESS-6] is absent unless a test requests it', async () => {
    expect(await observe(await start())).toEqual({
      method: 'POST',
      query: '/',
      header: { 'content-type': 'application/x-www-form-urlencoded' },
      fields: { logout_token: ['TOKEN'] },
      body: 'logout_token=TOKEN',
    })
  })

  const expected: Readonly<Record<(typeof logoutCallFaults)[number], Difference>> = {
    'missing-token': { 'no field logout_token': 'gone' },
    'token-twice': { 'field logout_token': ['TOKEN', 'TOKEN'] },
    'json-body': { 'header content-type': 'application/json', body: '{"logout_token":"TOKEN"}' },
    'oversized-body': { 'field padding': [`${10 * 1024 * 1024} times "x"`] },
    'get-request': {
      method: 'GET',
      query: '/?logout_token=TOKEN',
      'no header content-type': 'gone',
      'no body': 'gone',
    },
  }

  it.each(logoutCallFaults)(
    '[SIM-3] [SESS-6] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const good = await observe(op)
      const { method, query, header, fields, body } = await observe(op, fault)
      const found = {
        ...(method !== good.method && { method }),
        ...(query !== good.query && { query }),
        ...difference('header', good.header, header),
        ...(fields && good.fields
          ? difference('field', good.fields, fields)
          : { [body === '' ? 'no body' : 'body']: body }),
      }
      expectChanges('logout-token', fault, found, expected[fault])
    },
  )
})

function fieldsOf(form: string): Record<string, string[]> {
  const params = new URLSearchParams(form)
  return Object.fromEntries([...params.keys()].map((name) => [name, params.getAll(name)]))
}

describe.each([
  ['discovery', '.well-known/openid-configuration', discoveryChanges],
  ['jwks', '.well-known/jwks.json', jwksChanges],
  ['did', '.well-known/did.json', didChanges],
] as const)('a fault of the document %s', (place, path, changesOf) => {
  it.each(ownFaults(place))(
    '[SIM-3] [CONF-8] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const observe = async () => observeResponse(await fetch(`${op.issuer}${path}`))
      const good = await observe()
      op.breakNext(place, fault)
      const found = responseDifference(good, await observe())
      const expected: Readonly<Record<string, Difference>> = changesOf(good)
      expectChanges(place, fault, found, expected[fault] ?? {})
      expect(responseDifference(good, await observe())).toEqual({})
    },
  )
})

describe('a fault of the token response', () => {
  it.each(ownFaults('token'))(
    '[SIM-3] [CB-11] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const good = await observedTokenResponse(op)
      op.breakNext('token', fault)
      const code = await codeFor(op)
      const found = responseDifference(good, await observedTokenResponse(op, code))
      expectChanges('token', fault, found, tokenChanges(good)[fault])
      expect((await exchange(op, code)).body.error).toBe('invalid_grant')
      expect(responseDifference(good, await observedTokenResponse(op))).toEqual({})
    },
  )
})

async function observedTokenResponse(op: Simulator, code?: string): Promise<ObservedResponse> {
  return observeResponse(await tokenRequest(op, code ?? (await codeFor(op))))
}

describe('a fault of the userinfo response', () => {
  it.each(ownFaults('userinfo'))(
    '[SIM-3] [UI-3] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      op.respondWith({ user: { ...user, returnCodes: ['B'] } })
      const { accessToken } = await tokensFor(op, { ...identityRequest, scope: 'openid email phone' })
      const headers = { Authorization: `Bearer ${accessToken}` }
      const observe = async () => observeResponse(await fetch(`${op.issuer}userinfo`, { headers }))
      const good = await observe()
      op.breakNext('userinfo', fault)
      const found = responseDifference(good, await observe())
      expectChanges('userinfo', fault, found, userinfoChanges(good)[fault])
      expect(responseDifference(good, await observe())).toEqual({})
    },
  )
})

describe('a fault of the redirect to the service', () => {
  const observe = async (op: Simulator) => {
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.href.split('?')[0]).toBe(op.options.callbackURL)
    const code = [...callback.searchParams.values()].find((value) => /^[\w-]{43}$/.test(value))
    return fieldsOf(callback.searchParams.toString().replaceAll(code ?? '\0', 'CODE'))
  }

  it.each(ownFaults('authorize'))(
    '[SIM-3] [CB-2] %s changes what its name says, and nothing else',
    async (fault) => {
      const op = await start()
      const good = await observe(op)
      expect(good).toEqual({ code: ['CODE'], state: ['a-state'] })
      op.breakNext('authorize', fault)
      const found = difference('parameter', good, await observe(op))
      expectChanges('authorize', fault, found, authorizeChanges[fault])
      expect(await observe(op)).toEqual(good)
    },
  )
})
