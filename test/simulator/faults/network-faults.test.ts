import type { Simulator } from 'passport-govuk-one-login/simulator'
import { simulatorFaults } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { authorizationURL, Browser, codeFor, exchange, start } from '../relying-party.ts'
import type { NetworkFault } from './expect-changes.ts'
import { receive, type Received } from './raw-response.ts'

const paths = {
  discovery: '.well-known/openid-configuration',
  jwks: '.well-known/jwks.json',
  did: '.well-known/did.json',
  trustmark: 'trustmark',
  authorize: 'authorize',
  token: 'token',
  userinfo: 'userinfo',
  logout: 'logout',
} as const
type Endpoint = keyof typeof paths
const endpoints = Object.keys(paths) as Endpoint[]

const addressOf = (op: Simulator, place: Endpoint): URL =>
  place === 'authorize' ? authorizationURL(op) : new URL(paths[place], op.issuer)

const ask = (op: Simulator, place: Endpoint) =>
  receive(addressOf(op, place), place === 'token' ? 'x=y' : undefined)

const gatewayPage = (status: number) =>
  `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>Gateway page</h1></body></html>\n`

const half = (text: string) => text.slice(0, text.length / 2)

/** The response that a caller receives instead of the good one. */
function expected(fault: Exclude<NetworkFault, 'hang'>, good: Received, issuer: string): Received {
  const { headers, body } = good
  const nothing = { status: undefined, headers: {}, body: '' }
  const sized = (text: string) => ({ ...headers, 'content-length': String(text.length) })
  const page = (status: number, further = {}): Received => ({
    status,
    headers: {
      ...transportOf(headers),
      'content-type': 'text/html',
      'content-length': String(gatewayPage(status).length),
      ...further,
    },
    body: gatewayPage(status),
    end: 'end',
  })
  // An empty response cannot be halved, so the simulator adds white space.
  const whole = body === '' ? '  ' : body
  switch (fault) {
    case 'refuse':
      return { ...nothing, end: 'end' }
    case 'reset':
      return { ...good, headers: sized(whole), body: half(whole), end: 'ECONNRESET' }
    case 'truncated':
      return { ...good, headers: sized(whole), body: half(whole), end: 'end' }
    case 'slow':
      return good
    case 'oversized': {
      const padding = 10 * 1024 * 1024
      const headersOf = { ...headers, 'content-length': String(body.length + padding) }
      return { ...good, headers: headersOf, body: `${body}${padding} times " "` }
    }
    case 'html':
      return page(200)
    case '429':
      return page(429, { 'retry-after': '1' })
    case 'redirect':
      return {
        status: 302,
        headers: { ...transportOf(headers), location: `${issuer}nothing-here`, 'content-length': '0' },
        body: '',
        end: 'end',
      }
    default:
      return page(Number(fault))
  }
}

const transportOf = ({ date = '', connection = '' }: Received['headers']) => ({ date, connection })

const faults = simulatorFaults.trustmark.filter((fault) => fault !== 'hang')

describe.each(endpoints)('a network fault at %s', (place) => {
  it.each(faults)('[SIM-3] [CONF-6] %s changes what its name says, and nothing else', async (fault) => {
    const op = await start()
    const good = await ask(op, place)
    op.breakNext(place, fault, { seconds: 0.05 })
    const begin = performance.now()
    expect(await ask(op, place)).toEqual(expected(fault, good, op.issuer))
    const took = performance.now() - begin
    expect(took).toBeGreaterThan(fault === 'slow' ? 45 : 0)
    expect(await ask(op, place)).toEqual(good)
  })

  it('[SIM-3] [CONF-6] hang never responds, and does not delay closing', async () => {
    const op = await start()
    op.breakUntilReset(place, 'hang')
    const hanging = ask(op, place)
    await expect.poll(() => op.requests.length, { timeout: 5000 }).toBe(1)
    // By the time another request gets its response, the first would have had one too.
    op.reset()
    expect(await ask(op, 'trustmark')).toMatchObject({ status: 200 })
    await op.close()
    expect(await hanging).toMatchObject({ status: undefined, body: '' })
  })

  it('[SIM-3] slow does not delay closing', async () => {
    const op = await start()
    op.breakNext(place, 'slow', { seconds: 600 })
    const late = ask(op, place)
    await expect.poll(() => op.requests.length, { timeout: 5000 }).toBe(1)
    await op.close()
    expect(await late).toMatchObject({ status: undefined, body: '' })
  })
})
describe('a network fault', () => {
  it('[SIM-3] has the same name at every endpoint', () => {
    for (const place of endpoints)
      expect(simulatorFaults[place]).toEqual(expect.arrayContaining(simulatorFaults.trustmark))
    expect(simulatorFaults.logout).toEqual(simulatorFaults.trustmark)
    expect(simulatorFaults.trustmark).toHaveLength(13)
  })

  it.each(simulatorFaults.trustmark)(
    '[SIM-3] [CB-10] is either after the provider has handled the request, or instead: %s',
    async (fault) => {
      const op = await start()
      const code = await codeFor(op)
      op.breakNext('token', fault, { seconds: 0 })
      const broken = exchange(op, code).catch(() => undefined)
      if (fault === 'hang') await expect.poll(() => op.requests.at(-1)?.endpoint).toBe('token')
      else await broken
      const isHandled = ['slow', 'reset', 'truncated', 'oversized'].includes(fault)
      expect((await exchange(op, code)).status).toBe(isHandled ? 400 : 200)
    },
  )

  it('[SIM-3] leads to a 404 page if its redirect is followed', async () => {
    const op = await start()
    op.breakNext('jwks', 'redirect')
    const response = await fetch(addressOf(op, 'jwks'))
    expect(response.status).toBe(404)
    expect(op.requests.map(({ endpoint, path }) => [endpoint, path])).toEqual([
      ['jwks', '/.well-known/jwks.json'],
      ['unknown', '/nothing-here'],
    ])
  })

  it('[SIM-3] affects the whole port if the simulator stops listening, and ends without loss when it listens again', async () => {
    const op = await start()
    const code = await codeFor(op)
    await op.stopListening()
    expect(await ask(op, 'jwks')).toMatchObject({ status: undefined, end: 'ECONNREFUSED' })
    await op.stopListening()
    await op.listenAgain()
    await op.listenAgain()
    expect((await exchange(op, code)).status).toBe(200)
  })

  it('[SIM-3] does not affect other endpoints', async () => {
    const op = await start()
    op.breakUntilReset('token', '503')
    const callback = await new Browser().redirect(authorizationURL(op))
    expect(callback.searchParams.get('code')).not.toBeNull()
  })
})
