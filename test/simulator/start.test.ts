import { decodeJwt } from 'jose'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { authorizationURL, Browser, codeFor, exchange, start, tokensFor } from './relying-party.ts'
import { listen } from '../support/listen.ts'

describe('starting a simulator', () => {
  it('[SIM-1] uses a free port of 127.0.0.1, and an issuer that ends with a slash', async () => {
    const op = await start()
    expect(op.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect(op.url).toBe(op.issuer)
    const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list)
    for (const { address } of addresses.filter(({ family, internal }) => family === 'IPv4' && !internal))
      await expect(fetch(`http://${address}:${new URL(op.url).port}/`)).rejects.toThrow()
  })

  it('[SIM-1] uses the given port, and fails with EADDRINUSE if it is taken', async () => {
    const op = await start()
    const port = Number(new URL(op.issuer).port)
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await op.close()
    const again = await start({ port })
    expect(again.issuer).toBe(op.issuer)
  })

  it('[SIM-1] uses the given host name and core identity issuer', async () => {
    const coreIdentityIssuer = 'http://identity.localhost/'
    const op = await start({ host: 'localhost', coreIdentityIssuer })
    const { port } = new URL(op.url)
    expect(op.issuer).toBe(`http://localhost:${port}/`)
    expect(op.options.environment).toMatchObject({
      issuer: op.issuer,
      didController: `did:web:localhost%3A${port}`,
      coreIdentityIssuer,
    })
    const discovery = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)
    expect(await discovery.json()).toMatchObject({ issuer: op.issuer, token_endpoint: `${op.issuer}token` })
  })

  it('[SIM-1] returns options that the strategy accepts as they are', async () => {
    const op = await start({ postLogoutRedirectURL: 'http://127.0.0.1:3000/bye' })
    expect(op.options).toEqual({
      environment: {
        issuer: op.issuer,
        didDocumentURL: `${op.issuer}.well-known/did.json`,
        didController: `did:web:127.0.0.1%3A${new URL(op.issuer).port}`,
        coreIdentityIssuer: `${op.issuer}identity/`,
        allowInsecureRequests: true,
      },
      clientId: 'simulator-client',
      privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/) as string,
      callbackURL: 'http://127.0.0.1:3000/auth/callback',
      postLogoutRedirectURL: 'http://127.0.0.1:3000/bye',
      warmUp: false,
    })
    expect(op.secretOptions).toMatchObject({
      clientId: 'simulator-client',
      clientSecret: expect.any(String) as string,
    })
    expect(op.secretOptions).not.toHaveProperty('privateKey')
  })

  it('[SIM-1] can register the service’s addresses later', async () => {
    const op = await start()
    const callbackURL = 'http://127.0.0.1:4000/callback'
    op.register({ callbackURL, postLogoutRedirectURL: 'http://127.0.0.1:4000/bye' })
    expect(op.options).toMatchObject({ callbackURL, postLogoutRedirectURL: 'http://127.0.0.1:4000/bye' })
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.href.startsWith(callbackURL)).toBe(true)
  })

  it('[SIM-1] registers a service with the addresses and the secret that the documentation names', async () => {
    const op = await startSimulator()
    onTestFinished(() => op.close())
    const addresses = {
      callbackURL: 'http://127.0.0.1:3000/auth/callback',
      postLogoutRedirectURL: 'http://127.0.0.1:3000/signed-out',
    }
    expect(op.options).toMatchObject(addresses)
    expect(op.secretOptions).toMatchObject({ ...addresses, clientSecret: 'simulator-client-secret' })
    expect(await codeFor(op, { vtr: '["Cl.Cm.P0"]' })).not.toBe('')
  })

  it('[SIM-1] keeps the parts of a registration that a change does not name', async () => {
    const op = await start({ client: { clientId: 'mine', clientSecret: 'my-secret' } })
    const callbackURL = 'http://127.0.0.1:4000/callback'
    op.register({ callbackURL })
    op.register({ postLogoutRedirectURL: 'http://127.0.0.1:4000/bye' })
    expect(op.options).toMatchObject({ clientId: 'mine', callbackURL })
    expect(op.secretOptions.clientSecret).toBe('my-secret')
    const old = await new Browser().get(
      authorizationURL(op, { redirect_uri: 'http://127.0.0.1:3000/auth/callback' }),
    )
    expect(old.status).toBe(400)
  })

  it.each([
    {
      callbackURL: 'http://own/cb',
      postLogoutRedirectURL: 'http://own/bye',
      backChannelLogoutURL: undefined,
    },
    {
      redirectUris: ['http://own/cb', 'http://own/2'],
      postLogoutRedirectUris: ['http://own/bye'],
      backChannelLogoutUri: undefined,
    },
  ])(
    '[SIM-1] registers the addresses that a service has itself instead of those of the options',
    async (client) => {
      const op = await start({
        callbackURL: 'http://127.0.0.1:4000/callback',
        postLogoutRedirectURL: 'http://127.0.0.1:4000/bye',
        backChannelLogoutURL: 'http://127.0.0.1:1/',
        client,
      })
      expect(op.options).toMatchObject({
        callbackURL: 'http://own/cb',
        postLogoutRedirectURL: 'http://own/bye',
      })
      expect(await op.signOut('a-user')).toEqual([])
    },
  )

  it('[SIM-1] gives the addresses of its options to the first service', async () => {
    const op = await start({
      callbackURL: 'http://127.0.0.1:4000/callback',
      postLogoutRedirectURL: 'http://127.0.0.1:4000/bye',
      backChannelLogoutURL: 'http://127.0.0.1:1/',
      clients: [{}, { clientSecret: 'of-the-second' }],
    })
    expect(op.options).toMatchObject({
      callbackURL: 'http://127.0.0.1:4000/callback',
      postLogoutRedirectURL: 'http://127.0.0.1:4000/bye',
    })
    expect(op.optionsFor('simulator-client-2')).toMatchObject({
      callbackURL: 'http://127.0.0.1:3000/auth/callback',
      postLogoutRedirectURL: 'http://127.0.0.1:3000/signed-out',
    })
    expect(op.secretOptions.clientSecret).toBe('simulator-client-secret')
    const logouts = await op.signOut('a-user')
    expect(logouts.map(({ clientId }) => clientId)).toEqual(['simulator-client'])
  })

  it('[SIM-1] can register several services, each with its client ID', async () => {
    const op = await start({
      clients: [{ clientId: 'one' }, { callbackURL: 'http://127.0.0.1:3001/callback' }],
    })
    expect(op.options.clientId).toBe('one')
    expect(op.optionsFor('simulator-client-2').callbackURL).toBe('http://127.0.0.1:3001/callback')
    op.register({ status: 'deactivated' }, 'simulator-client-2')
    expect(decodeJwt((await tokensFor(op)).idToken).aud).toBe('one')
    expect(() => op.optionsFor('nobody')).toThrow('No service is registered as nobody')
    expect(() => op.register({}, 'nobody')).toThrow('No service is registered as nobody')
  })

  it('[SIM-1] does not affect another simulator', async () => {
    const [one, other] = [await start(), await start()]
    one.respondWith({ user: 'no-phone' })
    const code = await codeFor(one)
    expect((await exchange(other, code)).body.error).toBe('invalid_grant')
    expect(one.requests).toHaveLength(1)
    expect(other.requests).toHaveLength(1)
    const browser = new Browser()
    await tokensFor(one, {}, browser)
    await tokensFor(other, {}, browser)
    await browser.get(`${one.issuer}logout`)
    expect((await exchange(other, await codeFor(other, {}, browser))).status).toBe(200)
  })
})

describe('closing a simulator', () => {
  const handles = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name))

  async function startUseAndClose(): Promise<void> {
    const op = await startSimulator()
    await fetch(`${op.issuer}.well-known/openid-configuration`)
    op.breakNext('trustmark', 'hang')
    const hanging = fetch(`${op.issuer}trustmark`).catch(() => undefined)
    const signOut = op.signOut('a-user', { to: 'http://127.0.0.1:1/' })
    await op.close()
    await hanging
    await signOut
  }

  it('[SIM-1] leaves no open handle after it was started and closed 100 times', async () => {
    await startUseAndClose()
    const before = handles().filter((name) => name.includes('Server')).length
    for (let count = 0; count < 100; count++) await startUseAndClose()
    const after = handles().filter((name) => name.includes('Server')).length
    expect(after).toBe(before)
    await expect.poll(() => handles().filter((name) => name.startsWith('TCPSocket')).length).toBe(0)
  }, 30_000)

  it('[SIM-1] frees the port, and can be repeated', async () => {
    const op = await start()
    await op.close()
    await op.close()
    await expect(fetch(op.issuer)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    const server = await listen(createServer(), Number(new URL(op.issuer).port))
    await server[Symbol.asyncDispose]()
  })

  it('[SIM-1] does not wait for the retries of a back-channel logout', async () => {
    const op: Simulator = await startSimulator({ logoutRetryDelay: 600_000 })
    const signOut = op.signOut('a-user', { to: 'http://127.0.0.1:1/' })
    await vi.waitFor(() => expect(process.getActiveResourcesInfo()).toContain('TCPServerWrap'))
    await op.close()
    expect(await signOut).toMatchObject([{ delivered: false }])
  })

  it('[SIM-1] waits until a back-channel logout without a response has ended', async () => {
    const calls: unknown[] = []
    await using service = await listen(createHttpServer((req) => calls.push(req)))
    const op = await startSimulator()
    let hasEnded = false
    const signOut = op.signOut('a-user', { to: service.url }).finally(() => {
      hasEnded = true
    })
    await expect.poll(() => calls.length).toBe(1)
    await op.close()
    expect(hasEnded).toBe(true)
    expect((await signOut).map(({ attempts }) => attempts.length)).toEqual([1])
  })
})
