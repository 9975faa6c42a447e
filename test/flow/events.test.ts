import * as diagnostics from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import type { OneLoginEventName } from '../../lib/index.ts'
import { readyUser } from '../../lib/simulator/index.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { visitorSignedIn } from '../support/visitors.ts'

/** The messages of one event while a function runs. */
async function eventsDuring(name: OneLoginEventName, happens: () => Promise<unknown>): Promise<unknown[]> {
  const events: unknown[] = []
  const listener = (event: unknown) => void events.push(event)
  diagnostics.subscribe(`passport-govuk-one-login:${name}`, listener)
  try {
    await happens()
  } finally {
    diagnostics.unsubscribe(`passport-govuk-one-login:${name}`, listener)
  }
  return events
}

const { sub } = readyUser('typical')

/** A signed-in user visits a page that requires them to sign in again. */
const sensitive = (): Promise<Pair> =>
  startPair({
    routes: (app, oneLogin) => {
      const guard = oneLogin.requireAuthentication({ reauthenticateWithin: '5m' })
      app.get('/sensitive', guard, (_req, res) => void res.end())
    },
  })

describe('the events', () => {
  it('have what a sign-in requests when it starts', async () => {
    await using pair = await sensitive()
    const browser = pair.browser()
    const visit = (path: string) => browser.visit(pair.service.url + path)
    expect(await eventsDuring('sign-in.started', () => visit('/account'))).toStrictEqual([{ vtr: ['Cl.Cm'] }])
    expect(await eventsDuring('sign-in.started', () => visit('/identity'))).toStrictEqual([
      { vtr: ['Cl.Cm.P2'] },
    ])
    expect(await eventsDuring('sign-in.started', () => visit('/sensitive'))).toStrictEqual([
      { vtr: ['Cl.Cm'], prompt: 'login' },
    ])
  })

  it('have who signed in, and the result of the identity', async () => {
    await using pair = await startPair()
    const browser = pair.browser()
    const visit = (path: string) => browser.visit(pair.service.url + path)
    expect(await eventsDuring('sign-in.succeeded', () => visit('/account'))).toStrictEqual([{ sub }])
    expect(await eventsDuring('sign-in.succeeded', () => visit('/identity'))).toStrictEqual([
      { sub, identity: { proven: true, level: 'P2' } },
    ])
  })

  it('have an identity that was not proven, with the requested level', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair, 'no-identity')
    pair.op.respondWith({ user: 'no-identity' })
    const events = await eventsDuring('sign-in.succeeded', () =>
      browser.visit(`${pair.service.url}/identity`),
    )
    expect(events).toStrictEqual([
      { sub: readyUser('no-identity').sub, identity: { proven: false, level: 'P2' } },
    ])
  })

  it('have the code of the error if a sign-in failed', async () => {
    await using pair = await startPair()
    pair.op.respondWith({ error: { error: 'access_denied' } })
    const fails = () => pair.browser().visit(`${pair.service.url}/account`)
    expect(await eventsDuring('sign-in.failed', fails)).toStrictEqual([{ code: 'access_denied' }])
  })

  it('have a failed sign-in also if the error is not from this package', async () => {
    await using pair = await startPair({
      options: {
        uiLocales: () => {
          throw new Error('no language')
        },
      },
    })
    const fails = () => pair.browser().visit(`${pair.service.url}/account`)
    expect(await eventsDuring('sign-in.failed', fails)).toStrictEqual([{ code: 'unexpected' }])
  })

  it('[CB-5] have a user who was signed out because they could not sign in again', async () => {
    await using pair = await sensitive()
    // Otherwise the back-channel logout would sign the user out first.
    pair.op.register({ backChannelLogoutURL: `${pair.service.url}/nowhere` })
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ error: { error: 'login_required' } })
    const fails = () => browser.visit(`${pair.service.url}/sensitive`)
    expect(await eventsDuring('signed-out', fails)).toStrictEqual([{ sub, reason: 'login_required' }])
  })

  it('[CB-5] have login_required if no user was signed in', async () => {
    await using pair = await startPair()
    pair.op.respondWith({ error: { error: 'login_required' } })
    const fails = () => pair.browser().visit(`${pair.service.url}/account`)
    expect(await eventsDuring('signed-out', fails)).toStrictEqual([{ reason: 'login_required' }])
  })

  it('have a user who was signed out because another user returned', async () => {
    await using pair = await startPair()
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ user: 'no-phone' })
    const fails = () => browser.visit(`${pair.service.url}/sign-in`)
    expect(await eventsDuring('signed-out', fails)).toStrictEqual([{ sub, reason: 'subject_mismatch' }])
  })

  it('[CONF-3] have each document that was downloaded', async () => {
    await using pair = await startPair()
    const events = await eventsDuring('document.refreshed', () =>
      pair.browser().visit(`${pair.service.url}/identity`),
    )
    expect(events).toStrictEqual([
      { url: `${pair.op.issuer}.well-known/openid-configuration` },
      { url: `${pair.op.issuer}.well-known/jwks.json` },
      { url: expect.stringMatching(/\/\.well-known\/did\.json$/) as string },
    ])
  })

  it('[CONF-4] have each document that could not be downloaded, and why', async () => {
    await using pair = await startPair()
    await pair.op.stopListening()
    const fails = () => pair.browser().visit(`${pair.service.url}/account`)
    expect(await eventsDuring('document.refresh-failed', fails)).toStrictEqual([
      { url: `${pair.op.issuer}.well-known/openid-configuration`, code: 'provider_unreachable' },
    ])
  })
})
