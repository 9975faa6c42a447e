import { createServer } from 'node:http'
import type { Express } from 'express'
import { importPKCS8 } from 'jose'
import * as client from 'openid-client'
import { afterEach, describe, expect, it } from 'vitest'
import { readyUser, startSimulator, type Simulator } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { createApp as createNew } from './examples/migrating/after.ts'
import { createApp as createOld } from './examples/migrating/before.ts'
import { sessionUser } from './examples/migrating/session-user.ts'
import { startPair, type Pair } from '../support/simulator.ts'
import { visitorSignedIn } from '../support/visitors.ts'
import { listen, type Listening } from '../support/listen.ts'

const { sub } = readyUser('typical')

const open: { server: Listening; op: Simulator }[] = []

afterEach(async () => {
  for (const { server, op } of open.splice(0)) {
    await server[Symbol.asyncDispose]()
    await op.close()
  }
})

/** A simulator, and a port for the service from `make`. */
async function start(
  make: (op: Simulator, callbackURL: string) => Express | Promise<Express>,
): Promise<string> {
  const server = createServer()
  const listening = await listen(server)
  const { url } = listening
  const op = await startSimulator()
  open.push({ server: listening, op })
  op.register({ callbackURL: `${url}/auth/callback` })
  server.on('request', await make(op, `${url}/auth/callback`))
  return url
}

async function configurationOf({ options }: Simulator): Promise<client.Configuration> {
  const key = await importPKCS8(options.privateKey, 'RS256')
  return client.discovery(
    new URL(options.environment.issuer),
    options.clientId,
    { id_token_signed_response_alg: 'ES256' },
    client.PrivateKeyJwt(key),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  )
}

describe('the guide to migrating', () => {
  it.each([
    {
      name: 'before',
      make: async (op: Simulator, callbackURL: string) => createOld(await configurationOf(op), callbackURL),
    },
    { name: 'after', make: (op: Simulator) => createNew(op.options) },
  ])('shows a working service $name', async ({ make }) => {
    const url = await start(make)
    const browser = new Browser()
    expect(await browser.visit(`${url}/dragons`)).toMatchObject({
      status: 200,
      url: `${url}/dragons`,
      body: 'Dragons of typical@example.com',
    })
    const signedOut = await browser.visit(`${url}/sign-out`, { stopAt: true })
    expect(signedOut.headers.location).toMatch(/\/logout\?id_token_hint=/)
  })
})

describe('the bridge for pages that read req.session.user', () => {
  const start = async () =>
    startPair({
      routes: (app) => {
        // As the old code did, in sessions that still exist.
        app.get('/old-sign-in', (req, res) => {
          Object.assign(req.session, { user: { sub: 'somebody from before' } })
          res.end()
        })
        app.use(sessionUser)
        app.get('/page', (req, res) => void res.json((req.session as { user?: unknown }).user ?? null))
        app.get('/basket', (req, res) => {
          Object.assign(req.session, { basket: 'a dragon' })
          res.end()
        })
      },
    })
  const pageOf = async (pair: Pair, browser: Browser) =>
    JSON.parse((await browser.send(`${pair.service.url}/page`)).body) as { sub: string } | null

  it('[SESS-10] shows the signed-in user, and no user after each kind of sign-out', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    expect(await pageOf(pair, browser)).toMatchObject({ sub })
    await browser.send(`${pair.service.url}/basket`)
    expect(await pageOf(pair, browser)).toMatchObject({ sub })
    await pair.op.signOut(sub)
    expect(await pageOf(pair, browser)).toBeNull()
    const other = await visitorSignedIn(pair)
    await other.visit(`${pair.service.url}/sign-out`, { stopAt: true })
    expect(await pageOf(pair, other)).toBeNull()
  })

  it('[SESS-10] does not show a user whom the old code left in the session, also after it is stored again', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await browser.send(`${pair.service.url}/old-sign-in`)
    expect(await pageOf(pair, browser)).toBeNull()
    await browser.send(`${pair.service.url}/basket`)
    expect(await pageOf(pair, browser)).toBeNull()
  })
})
