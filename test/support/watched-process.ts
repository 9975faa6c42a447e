import { writeFileSync } from 'node:fs'
import * as diagnostics from 'node:diagnostics_channel'
import { createPrivateKey } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { inspect } from 'node:util'
import { isOneLoginError, type OneLoginOptions } from '../../lib/index.ts'
import { readyUser, simulatorFaults, type FaultPlace } from '../../lib/simulator/index.ts'
import type { Browser } from './browser.ts'
import { startPair, type Pair } from './simulator.ts'
import { storedSignIn } from './visitors.ts'

/** The output of a process that ran all journeys and faults, and the secrets that must not be in it. */
export interface Observations {
  /** The number of writes to stdout and stderr, by the file whose code wrote. */
  readonly writes: Readonly<Record<string, number>>
  /** The output of undici, the one dependency whose debug output can be turned on. */
  readonly undiciWrites: readonly string[]
  readonly errors: readonly string[]
  readonly events: readonly string[]
  /** Status line, headers, cookies and body of every response of the service, except pages that show `req.user`. */
  readonly responses: readonly string[]
  /** Secrets and personal data, by kind. */
  readonly secrets: Readonly<Record<string, readonly string[]>>
  readonly journeys: number
  /** Errors that ended the run or that nothing caught. */
  readonly failures: readonly string[]
}

const user = readyUser('every-document')
const writes: Record<string, number> = {}
const undiciWrites: string[] = []
const errors: string[] = []
const events: string[] = []
const responses: string[] = []
const secrets: Record<string, string[]> = {}
const failures: string[] = []
let journeys = 0

const nothing: IncomingHttpHeaders = {}

const plumbing = /node:internal\/(?:util|console)|node_modules\/(?:debug|depd)\/|watched-process|^$/

// If Node has its own copy of undici, that copy writes for both.
const undici = /(?:node_modules|node:internal\/deps)\/undici\//

/** The file whose code wrote, past Node's console and debuglog and the package "debug". */
function writer(): string {
  const usual = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace') ?? { value: undefined }
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 20
  // Skips the source maps, which Node would otherwise read for each line of many thousands of stacks.
  Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '')
  const files = new Error().stack as unknown as string[]
  Object.defineProperty(Error, 'prepareStackTrace', { ...usual, configurable: true })
  Error.stackTraceLimit = stackTraceLimit
  return files.find((file) => !plumbing.test(file)) ?? 'unknown'
}

function watch(stream: NodeJS.WriteStream): void {
  const watched = (...args: unknown[]) => {
    const by = writer()
    writes[by] = (writes[by] ?? 0) + 1
    if (undici.test(by)) undiciWrites.push(String(args[0]))
    const done = args.at(-1)
    if (typeof done === 'function') queueMicrotask(done as () => void)
    return true
  }
  stream.write = watched
}

function note(kind: string, ...found: (string | undefined)[]): void {
  const known = (secrets[kind] ??= [])
  for (const one of found) if (one && !known.includes(one)) known.push(one)
}

/** Every string in the identity data of a user. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** The pages that show a user their own `req.user`. */
const ownPages = ['/account', '/identity']

/** Visits a page and follows its redirects, and keeps the service's responses. */
async function visit(pair: Pair, browser: Browser, path: string, method = 'GET'): Promise<void> {
  let address = pair.service.url + path
  for (let hops = 0; hops < 12; hops++) {
    const { status, headers, body } = await browser
      .send(address, { method })
      .catch(() => ({ status: 0, headers: nothing, body: '' }))
    const cookies = JSON.stringify([...browser.jar(new URL(pair.service.url).host)])
    if (address.startsWith(pair.service.url)) {
      const own = status === 200 && ownPages.includes(new URL(address).pathname)
      responses.push([status, inspect(headers), cookies, own ? '' : body].join('\n'))
    }
    if (!headers.location) return
    address = new URL(headers.location, address).href
  }
}

function noteSecrets({ op }: Pair): void {
  for (const { params, headers } of op.requests) {
    note('code', params.code)
    note('verifier', params.code_verifier)
    note('client assertion', params.client_assertion)
    note('client secret', params.client_secret)
    note('access token', headers.authorization?.replace('Bearer ', ''))
  }
}

async function runFault(pair: Pair, place: FaultPlace, fault: string): Promise<void> {
  journeys++
  pair.op.breakUntilReset(place, fault as never, fault === 'slow' ? { seconds: 0.01 } : undefined)
  const browser = pair.browser()
  await visit(pair, browser, '/identity')
  if (place === 'logout' || place === 'logout-token') {
    await visit(pair, browser, '/sign-out')
    await pair.op.signOut(user.sub)
  }
  pair.op.reset()
  await visit(pair, browser, '/sign-out')
}

const everyClaim = ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'] as const
const everything = {
  scope: ['openid', 'email', 'phone', 'wallet-subject-id'],
  claims: [...everyClaim],
} satisfies Partial<OneLoginOptions>

// Long enough for a busy machine. Only faults that hang are meant to reach the deadline.
const patience = 30
const untilHung = 0.5
const deadlineFor = (fault: string) => ({ timeout: fault === 'hang' ? untilHung : patience })

async function withPair(
  work: (pair: Pair) => Promise<void>,
  {
    options = everything,
    timeout = patience,
    clientSecret = false,
  }: { options?: Partial<OneLoginOptions>; timeout?: number; clientSecret?: boolean } = {},
): Promise<void> {
  await using pair = await startPair({
    simulator: { logoutRetryDelay: 1 },
    options: { ...options, timeout },
    clientSecret,
  })
  pair.op.respondWith({ user: 'every-document' })
  await work(pair)
  noteSecrets(pair)
  errors.push(
    ...pair.service.errors.map((error) => {
      const shown = inspect(error, {
        depth: Infinity,
        showHidden: true,
        getters: true,
        maxStringLength: null,
      })
      return isOneLoginError(error) ? shown : `unexpected: ${shown}`
    }),
  )
}

async function run(): Promise<void> {
  for (const name of [
    ...['sign-in.started', 'sign-in.succeeded', 'sign-in.failed', 'signed-out', 'signed-out.back-channel'],
    ...['document.refreshed', 'document.refresh-failed'],
  ])
    diagnostics.subscribe(`passport-govuk-one-login:${name}`, (event) => {
      events.push(inspect(event, { depth: Infinity }))
    })

  await withPair(async (pair) => {
    const browser = pair.browser()
    for (const path of ['/identity', '/account', '/session-status', '/.well-known/jwks.json']) {
      await visit(pair, browser, path)
      journeys++
    }
    const { idToken } = await storedSignIn(pair.service)
    note('ID token', idToken, ...idToken.split('.').slice(1))
    await visit(pair, browser, '/sign-out', 'POST')
    await pair.op.signOut(user.sub)
    pair.op.respondWith({ user: 'every-document', error: { error: 'access_denied' } })
    await visit(pair, pair.browser(), '/identity')
    pair.op.respondWith({ user: 'not-proven' })
    await visit(pair, pair.browser(), '/identity')
    await visit(pair, pair.browser(), '/auth/callback?code=a-code&state=a-state')
    const key = createPrivateKey(pair.op.options.privateKey).export({ format: 'jwk' })
    note('key', key.d, key.p, key.q, pair.op.options.privateKey.split('\n')[5])
  })

  await withPair(
    async (pair) => {
      for (const fault of [undefined, 'invalid-client', '500'] as const) {
        if (fault) pair.op.breakNext('token', fault)
        await visit(pair, pair.browser(), '/account')
        journeys++
      }
    },
    { options: {}, clientSecret: true },
  )

  for (const place of ['discovery', 'jwks', 'did'] as const)
    for (const fault of simulatorFaults[place])
      await withPair((pair) => runFault(pair, place, fault), deadlineFor(fault))
  const others = [
    'authorize',
    'token',
    'userinfo',
    'id-token',
    'core-identity',
    'logout',
    'logout-token',
  ] as const
  for (const place of others) {
    const faults: readonly string[] = simulatorFaults[place]
    await withPair(async (pair) => {
      for (const fault of faults) if (fault !== 'hang') await runFault(pair, place, fault)
    })
    // A browser would wait without a limit, and the service is not involved.
    if (faults.includes('hang') && place !== 'authorize' && place !== 'logout')
      await withPair((pair) => runFault(pair, place, 'hang'), deadlineFor('hang'))
  }

  const { email, phoneNumber, walletSubjectId, identity } = user
  note('personal data', email ?? undefined, phoneNumber, walletSubjectId)
  // Shorter strings occur in other words by chance.
  note('personal data', ...textsOf(identity).filter((text) => text.length > 5 && !text.endsWith('Name')))
}

process.on('uncaughtException', (error, origin) => {
  failures.push(`${origin}: ${inspect(error)}`)
})
watch(process.stdout)
watch(process.stderr)
await run().catch((error: unknown) => {
  failures.push(inspect(error))
})
const [file = ''] = process.argv.slice(2)
const observations: Observations = {
  writes,
  undiciWrites,
  errors,
  events,
  responses,
  secrets,
  journeys,
  failures,
}
writeFileSync(file, JSON.stringify(observations))
process.exit(0)
