import { EventEmitter, once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { provesTheJourneys } from '../journeys.ts'
import { startExample, type StartedExample } from '../started-example.ts'
import { createApp } from './app.ts'

/** Starts the example, with additional routes for a test. */
async function start(routes?: (app: FastifyInstance) => void): Promise<StartedExample> {
  return startExample(async (options, port) => {
    const app = await createApp(options, 'a secret of 32 characters, for tests')
    routes?.(app)
    await app.listen({ port, host: '127.0.0.1' })
    return () => app.close()
  })
}

/** Returns the page that anyone with a copy of the session's cookie sees. */
async function seenWith(cookie: string, { url }: StartedExample): Promise<string> {
  return (await new Browser().send(url, { headers: { cookie: `sessionId=${cookie}` } })).body
}

const jarOf = ({ browser, url }: StartedExample) => browser.jar(new URL(url).host)
const sessionIn = (example: StartedExample) => jarOf(example).get('sessionId') ?? ''

/** Returns a promise and the function that resolves it. */
function gate() {
  const emitter = new EventEmitter()
  return { open: () => emitter.emit('open'), opened: once(emitter, 'open') }
}

describe('The Fastify example', () => {
  provesTheJourneys(start)

  it('sets no cookie for a visitor who does not sign in, and no second cookie for a signed-in user', async () => {
    await using example = await start()
    expect((await example.visit('/')).headers['set-cookie']).toBeUndefined()
    await example.visit('/dragons')
    expect((await example.visit('/')).headers['set-cookie']).toBeUndefined()
  })

  it('[CB-12] renews the session at sign-in, so the old session ID is useless', async () => {
    await using example = await start()
    await example.visit('/dragons')
    const before = sessionIn(example)
    expect(before).not.toBe('')
    example.op.respondWith({ level: 'P2' })
    await example.visit('/treasure')
    expect(await seenWith(sessionIn(example), example)).toBe('Hello typical@example.com')
    expect(await seenWith(before, example)).toBe('Nobody is signed in')
  })

  it('[SESS-1] deletes the cookie and the session at sign-out', async () => {
    await using example = await start()
    await example.visit('/dragons')
    const before = sessionIn(example)
    await example.visit('/sign-out', { stopAt: true })
    expect(jarOf(example).size).toBe(0)
    expect(await seenWith(before, example)).toBe('Nobody is signed in')
  })

  it('[CB-12] keeps the app’s session data when a user proves their identity', async () => {
    await using example = await start((app) => {
      app.get('/feed', ({ session }) => Object.assign(session, { fed: 'Smaug' }).fed)
      app.get('/fed', ({ session }) => (session as { fed?: string }).fed ?? 'none')
    })
    await example.visit('/dragons')
    await example.visit('/feed')
    example.op.respondWith({ level: 'P2' })
    expect((await example.visit('/treasure')).status).toBe(200)
    expect((await example.visit('/fed')).body).toBe('Smaug')
  })

  it('[SESS-7] does not restore a session that ends during a request', async () => {
    const arrived = gate()
    const signedOut = gate()
    await using example = await start((app) => {
      app.get('/slow', async ({ session }) => {
        arrived.open()
        await signedOut.opened
        Object.assign(session, { seen: 'slow' })
        return 'done'
      })
    })
    await example.visit('/dragons')
    const before = sessionIn(example)
    const slow = example.browser.send(`${example.url}/slow`)
    await arrived.opened
    await example.visit('/sign-out', { stopAt: true })
    signedOut.open()
    expect((await slow).status).toBe(200)
    expect(await seenWith(before, example)).toBe('Nobody is signed in')
  })
})
