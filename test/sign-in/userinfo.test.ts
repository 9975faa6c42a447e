import { describe, expect, it } from 'vitest'
import { createHttp } from '../../lib/provider/http.ts'
import { fetchUserinfo } from '../../lib/sign-in/userinfo.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const http = createHttp({ timeout: 5, environment: { allowInsecureRequests: true } })
const sub = 'urn:fdc:gov.uk:2022:a-user'
const good = {
  sub,
  email: 'test@example.com',
  email_verified: true,
  phone_number: '+441406946277',
  phone_number_verified: true,
  wallet_subject_id: 'urn:fdc:wallet.account.gov.uk:2024:a',
  'https://vocab.account.gov.uk/v1/returnCode': [{ code: 'A' }],
}

/** Requests userinfo from a provider with this response. */
async function fetchFrom(response: Responder) {
  await using server = await startScriptedServer(response)
  const { userinfo } = await fetchUserinfo(http, `${server.url}/userinfo`, 'the-access-token', sub)
  return userinfo
}

describe('request', () => {
  it('[UI-1] sends the access token only in the Authorization header', async () => {
    await using server = await startScriptedServer(json(good))
    await fetchUserinfo(http, `${server.url}/userinfo`, 'the-access-token', sub)
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        url: '/userinfo',
        body: '',
        headers: { authorization: 'Bearer the-access-token', accept: 'application/json' },
      },
    ])
  })
})

describe('response', () => {
  it('[UI-2] returns the claims unchanged', async () => {
    expect(await fetchFrom(json(good))).toEqual(good)
  })

  it('[AUTHZ-20] names the identity claims that came, also those that are null', async () => {
    const address = 'https://vocab.account.gov.uk/v1/address'
    await using server = await startScriptedServer(json({ ...good, [address]: null }))
    const { namedClaims } = await fetchUserinfo(http, `${server.url}/userinfo`, 'the-access-token', sub)
    expect(namedClaims.toSorted()).toEqual(['address', 'returnCode'])
  })

  it('[UI-2] accepts a response with only the subject', async () => {
    expect(await fetchFrom(json({ sub }))).toEqual({ sub })
  })

  it('[UI-3] accepts a content type with parameters and capital letters', async () => {
    await expect(
      fetchFrom(json({ sub }, { 'content-type': 'Application/JSON ; charset=utf-8' })),
    ).resolves.toEqual({ sub })
  })

  it.each(['urn:fdc:gov.uk:2022:another-user', `${sub} `, sub.toUpperCase()])(
    '[UI-1] rejects a response about %s, who is not the subject of the ID token',
    async (other) => {
      const error = await expectRefused(
        fetchFrom(json({ ...good, sub: other })),
        'userinfo_invalid',
        /its "sub" is not the "sub" of the ID token/,
      )
      expect(error.message).not.toMatch(/fdc|example/)
    },
  )

  it.each([
    ['sub', undefined],
    ['sub', ''],
    ['sub', 5],
    ['email', 5],
    ['sub', null],
    ['email_verified', 'true'],
    ['phone_number', 441406946277],
    ['phone_number_verified', 1],
    ['wallet_subject_id', {}],
  ])('[UI-2, UI-3] rejects a response whose %s is %j, and names the claim', async (claim, value) => {
    await expectRefused(
      fetchFrom(json({ ...good, [claim]: value })),
      'userinfo_invalid',
      new RegExp(`its "${claim}" is missing or damaged`),
    )
  })

  it.each([
    ['null', 'content'],
    ['"text"', 'content'],
    ['5', 'content'],
    ['[]', 'sub'],
  ])('[UI-3] rejects a response that is %s, and says what is missing', async (body, missing) => {
    await expectRefused(
      fetchFrom(text(body, { 'content-type': 'application/json' })),
      'userinfo_invalid',
      new RegExp(`^One Login's userinfo was rejected: its "${missing}" is missing or damaged`),
    )
  })
})

describe('failures', () => {
  it.each([401, 403])('[UI-3] reports that the access token was rejected with %i', async (status) => {
    const error = await expectRefused(
      fetchFrom(text('', { 'www-authenticate': 'Bearer error="invalid_token"' }, status)),
      'userinfo_refused',
      new RegExp(`status ${status}`),
    )
    expect(error.providerError).toEqual({ status })
    expect(error.message).not.toContain('the-access-token')
  })

  it.each([204, 302, 400, 404, 429, 500, 502, 503])('[UI-3] rejects status %i', async (status) => {
    const error = await expectRefused(
      fetchFrom(text('', { location: '/elsewhere', 'content-type': 'application/json' }, status)),
      'provider_answer_invalid',
      new RegExp(`status ${status}`),
    )
    expect(error.providerError).toEqual({ status })
  })

  it.each(['text/html', 'application/jwt', 'application/json-seq', 'text/plain; a=application/json'])(
    '[UI-3] rejects the content type %s',
    async (type) => {
      await expectRefused(
        fetchFrom(json(good, { 'content-type': type })),
        'userinfo_invalid',
        /its content type is not application\/json/,
      )
    },
  )

  it('[UI-3] rejects a response without a content type', async () => {
    await expectRefused(fetchFrom(text(JSON.stringify(good))), 'userinfo_invalid', /its content type/)
  })

  it.each(['', '{', '{"sub":', '<html></html>'])('[UI-3] rejects %j, which is not JSON', async (body) => {
    const error = await refusalOf(fetchFrom(text(body, { 'content-type': 'application/json' })))
    expect(error).toMatchObject({
      code: 'userinfo_invalid',
      message: expect.stringContaining('not JSON') as string,
    })
  })
})
