import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { MemoryStore } from 'express-session'
import { pino, type Logger } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../example-app/src/app.ts'
import cy from '../example-app/src/locales/cy.json' with { type: 'json' }
import en from '../example-app/src/locales/en.json' with { type: 'json' }
import { createLog } from '../example-app/src/log.ts'
import { oneLoginHome } from '../example-app/src/one-login.ts'
import { startService, type RunningService } from '../example-app/src/server.ts'
import { startSimulator, type Simulator, type SimulatorResponse } from '../lib/simulator/index.ts'
import { Browser } from './support/browser.ts'
import { listen, type Listening } from './support/listen.ts'

const silent = pino({ level: 'silent' })

/** The example service with its simulator, and a browser. */
interface Example extends AsyncDisposable {
  readonly service: RunningService
  readonly op: Simulator
  readonly browser: Browser
  visit(path: string, visit?: Parameters<Browser['visit']>[1]): ReturnType<Browser['visit']>
}

async function startExample(response: SimulatorResponse = {}, log: Logger = silent): Promise<Example> {
  const service = await startService({ PORT: '0' }, log, { interactive: false })
  const { simulator: op } = service
  if (!op) throw new Error('No simulator was started')
  op.respondWith(response)
  const browser = new Browser()
  return {
    service,
    op,
    browser,
    visit: async (path, visit) => browser.visit(service.url + path, visit),
    [Symbol.asyncDispose]: async () => service.close(),
  }
}

/** A log that keeps its lines. */
function recordedLog(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const log = createLog('debug', { write: (line: string) => void lines.push(line) })
  return { log, lines }
}

const csrfTokenIn = (body: string) => /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''

afterEach(() => {
  vi.useRealTimers()
})

describe('The example service', () => {
  it('is small enough to read: under 450 lines of TypeScript', () => {
    const folder = new URL('../example-app/', import.meta.url)
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    )
    const lines = sources.map((path) => readFileSync(new URL(path, folder), 'utf8').split('\n').length - 1)
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(450)
  })

  it('names on its cookies page every cookie that it sets', async () => {
    await using example = await startExample()
    await example.visit('/account?lang=cy')
    // A sign-in that has not returned yet.
    await example.visit('/identity', { stopAt: (url) => url.startsWith(example.op.issuer) })
    const { body } = await example.visit('/cookies')
    const names = [...example.browser.jar(new URL(example.service.url).host).keys()]
    const kinds = names.map((name) => (name.startsWith('one-login-') ? 'one-login-…' : name))
    expect(new Set(kinds)).toEqual(new Set(['session', 'language', 'one-login-…']))
    expect(kinds.filter((name) => !body.includes(name))).toEqual([])
  })

  it('does not start with a simulator in production', async () => {
    await expect(startService({ PORT: '0', NODE_ENV: 'production' }, silent)).rejects.toThrow(/ONE_LOGIN_/)
  })

  it.each([
    ['integration', 'https://home.integration.account.gov.uk/'],
    ['https://oidc.integration.account.gov.uk/', 'https://home.integration.account.gov.uk/'],
    ['production', 'https://home.account.gov.uk/'],
  ])('links users of %s to their One Login', async (environment, home) => {
    await using op = disposable(await startSimulator())
    expect(oneLoginHome({ ...op.options, environment: environment as 'integration' })).toBe(home)
  })

  it('[SIM-1] signs a user in, proves their identity and signs them out, without other servers', async () => {
    await using example = await startExample()
    expect((await example.visit('/')).body).toContain(en.start.lead)
    const account = await example.visit('/account')
    expect(account.body).toContain('typical@example.com')
    expect(account.url).toBe(`${example.service.url}/account`)
    const identity = await example.visit('/identity')
    for (const detail of ['Kenneth Decerqueira', '8 July 1965', '8 HADLEY ROAD', '321654987'])
      expect(identity.body).toContain(detail)
    const signedOut = await example.visit('/sign-out')
    expect(signedOut.body).toContain(en.signedOut.asked)
    expect(signedOut.trail.some((url) => url.startsWith(`${example.op.issuer}logout?`))).toBe(true)
    const after = await example.visit('/account', { stopAt: true })
    expect(after.headers.location).toContain(`${example.op.issuer}authorize?`)
  })

  it('uses the next port if its own is in use, and prints it', async () => {
    await using other = await listen(createServer())
    const { port } = other
    const { log, lines } = recordedLog()
    const service = await startService({ PORT: String(port) }, log)
    try {
      expect(Number(new URL(service.url).port)).toBeGreaterThan(port)
      expect(lines.join('')).toContain(`port ${port} is taken`)
      expect((await new Browser().send(service.url)).status).toBe(200)
    } finally {
      await service.close()
    }
  })

  it('uses the One Login of the environment variables, at the registered address, and hides the development page', async () => {
    const callbackURL = 'https://dragons.example/auth/callback'
    await using op = disposable(await startSimulator({ callbackURL }))
    const { environment, clientId, privateKey } = op.options
    const env = {
      PORT: '0',
      SESSION_SECRET: 'for tests',
      ONE_LOGIN_ISSUER: environment.issuer,
      ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
      ONE_LOGIN_DID_CONTROLLER: environment.didController,
      ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
      ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
      ONE_LOGIN_CLIENT_ID: clientId,
      ONE_LOGIN_PRIVATE_KEY: privateKey,
      ONE_LOGIN_CALLBACK_URL: callbackURL,
    }
    const service = await startService(env, silent)
    try {
      expect(service).toMatchObject({ url: 'https://dragons.example', simulator: undefined })
    } finally {
      await service.close()
    }
  })

  it('does not start without a secret if its cookies must be secure', async () => {
    await using op = disposable(await startSimulator())
    const options = { ...op.options, callbackURL: 'https://dragons.example/auth/callback' }
    const parts = { store: new MemoryStore(), secret: undefined }
    expect(() => createApp(options, parts, silent)).toThrow(/SESSION_SECRET/)
  })

  it('sets a cookie for its own site only, behind a proxy that ends TLS', async () => {
    await using op = disposable(await startSimulator())
    const options = { ...op.options, callbackURL: 'https://dragons.example/auth/callback' }
    const app = createApp(options, { store: new MemoryStore(), secret: 'for tests' }, silent)
    await using server = await startApp(() => app)
    const forwarded = { 'x-forwarded-proto': 'https' }
    const { headers } = await new Browser().send(`${server.url}/account`, { headers: forwarded })
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-one-login-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect(headers['strict-transport-security']).toMatch(/^max-age=/)
    expect((await new Browser().send(`${server.url}/development`)).status).toBe(404)
  })

  it("[AUTHZ-8] passes on the user's chosen language, and keeps it after sign-out", async () => {
    await using example = await startExample()
    expect((await example.visit('/?lang=cy')).body).toContain(cy.start.lead)
    await example.visit('/account')
    expect(
      example.op.requests.find(({ endpoint }) => endpoint === 'authorize')?.requestObject?.claims,
    ).toMatchObject({
      ui_locales: 'cy',
    })
    expect((await example.visit('/sign-out')).body).toContain(cy.signedOut.asked)
  })

  it('allows no inline scripts or styles, and allows forms to be sent only to itself and One Login', async () => {
    await using example = await startExample()
    const policy = String((await example.visit('/')).headers['content-security-policy'])
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain(`form-action 'self' ${example.op.issuer}`)
    expect(policy).toContain("frame-ancestors 'none'")
  })

  it("forbids caches to store a user's page", async () => {
    await using example = await startExample()
    for (const path of ['/account', '/identity', '/bank-details'])
      expect((await example.visit(path)).headers['cache-control']).toBe('no-store')
  })

  it('accepts a form only with the token of its page', async () => {
    await using example = await startExample()
    const { body } = await example.visit('/bank-details')
    const forged = await example.visit('/bank-details', {
      method: 'POST',
      body: 'account=00733445&_csrf=forged',
    })
    expect(forged.status).toBe(403)
    expect(forged.body).toContain(en.errors.sessionLost.title)
    const own = `account=00733445&_csrf=${csrfTokenIn(body)}`
    const changed = await example.visit('/bank-details', { method: 'POST', body: own })
    expect(changed.body).toContain(en.bankDetails.changed)
  })

  it('[SESS-7] ends the session of a user who signs out of One Login in another service', async () => {
    await using example = await startExample()
    await example.visit('/account')
    await example.visit('/identity')
    const before = await example.visit('/account', { stopAt: true })
    expect(before.status).toBe(200)
    const user = await example.visit('/development')
    const sub = /urn:fdc:gov\.uk:2022:[\w-]+/.exec(user.body)?.[0] ?? ''
    const sent = await example.op.signOut(sub)
    expect(sent.map(({ delivered }) => delivered)).not.toContain(false)
    expect((await example.visit('/account', { stopAt: true })).status).toBe(303)
  })

  it('responds with 503 and a page if the session store fails, without details of the error', async () => {
    const store = new MemoryStore()
    await using op = disposable(await startSimulator())
    await using server = await startApp((url) => {
      op.register({ callbackURL: `${url}/auth/callback` })
      return createApp(op.options, { store, secret: 'for tests' }, silent)
    })
    const browser = new Browser()
    await browser.visit(`${server.url}/account`)
    store.get = (_id, done) => {
      done(new Error('connect ECONNREFUSED 10.0.0.7:6379'))
    }
    const response = await browser.send(`${server.url}/account?lang=cy`)
    expect(response.status).toBe(503)
    expect(response.body).toContain(cy.errors.tryAgainLater.title)
    expect(response.body).not.toMatch(/ECONNREFUSED|node_modules|\.ts:/)
    expect((await browser.send(`${server.url}/health`)).status).toBe(200)
  })

  it('lets no user through while it cannot check whether they have signed out, and shows a page', async () => {
    const store = new MemoryStore()
    await using op = disposable(await startSimulator())
    await using server = await startApp((url) => {
      op.register({ callbackURL: `${url}/auth/callback` })
      return createApp(op.options, { store, secret: 'for tests' }, silent)
    })
    const browser = new Browser()
    expect((await browser.visit(`${server.url}/account`)).status).toBe(200)
    const get = store.get.bind(store)
    store.get = (id, done) => {
      // Only the sign-out records of the store are unavailable.
      if (/^[0-9a-f]{32}$/.test(id)) done(new Error('connect ECONNREFUSED 10.0.0.7:6379'))
      else get(id, done)
    }
    const response = await browser.send(`${server.url}/account`)
    expect(response.status).toBe(503)
    expect(response.body).toContain(en.errors.tryAgainLater.title)
  })

  it('logs no personal data of its users and no credentials', async () => {
    const { log, lines } = recordedLog()
    await using example = await startExample({ user: 'no-identity', returnCodes: ['T'] }, log)
    await example.visit('/identity')
    const callback = await example.visit('/identity/try-again', {
      stopAt: (url) => url.includes('/auth/callback'),
    })
    const params = new URL(String(callback.headers.location)).searchParams
    example.op.breakNext('token', 'invalid-grant')
    await example.visit(String(callback.headers.location).replace(example.service.url, ''))
    const written = lines.join('')
    expect(written).toContain('"code":"identity_not_proven"')
    expect(written).toContain('"path":"/auth/callback"')
    expect(written).not.toMatch(/no-identity@example\.com|urn:fdc|127\.0\.0\.1|"T"|eyJ/)
    expect(written).not.toContain(params.get('code'))
    expect(written).not.toContain(params.get('state'))
  })

  it('finishes running requests before it closes, and accepts no more', async () => {
    const service = await startService({ PORT: '0' }, silent, { interactive: false })
    const { simulator: op } = service
    const browser = new Browser()
    const { headers } = await browser.visit(`${service.url}/account`, {
      stopAt: (url) => url.includes('/auth/callback'),
    })
    op?.breakNext('token', 'slow', { seconds: 0.3 })
    const callback = browser.send(String(headers.location))
    await vi.waitFor(() => {
      expect(op?.requests.map(({ endpoint }) => endpoint)).toContain('token')
    })
    const closed = service.close()
    expect(await callback).toMatchObject({ status: 303, headers: { location: '/account' } })
    await closed
    await expect(browser.send(service.url)).rejects.toThrow(/ECONNREFUSED/)
  })

  it('prints its address, and stops on a signal', { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'example-app/src/main.ts'], {
      env: { PATH: process.env.PATH, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    for await (const line of createInterface(child.stdout)) {
      const [, url] = /^The service is at (\S+)/.exec(line) ?? []
      if (!url) continue
      expect((await new Browser().send(`${url}/health`)).status).toBe(200)
      child.kill('SIGTERM')
    }
    expect(await ended).toEqual([0, null])
  })
})

function disposable<Thing extends { close(): Promise<void> }>(thing: Thing): Thing & AsyncDisposable {
  return Object.assign(thing, { [Symbol.asyncDispose]: async () => thing.close() })
}

/** Starts an app that needs to know its own address. */
async function startApp(make: (url: string) => ReturnType<typeof createApp>): Promise<Listening> {
  const server = createServer()
  const listening = await listen(server)
  server.on('request', make(listening.url))
  return listening
}
