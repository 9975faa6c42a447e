import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isOneLoginError, type OneLoginErrorCode } from '../../lib/index.ts'
import { Browser } from '../support/browser.ts'
import { calls, faults, startGatedProvider, type Call, type Fault } from '../support/gated-provider.ts'
import { startService, type Service } from '../support/service.ts'
import { whoIs } from '../support/visitors.ts'

type Outcome = OneLoginErrorCode | 'accepted'

/** The result of a sign-in while a document that this service never had is broken. */
const withoutDocument: Readonly<Record<Fault, Outcome>> = {
  'connection refused': 'provider_unreachable',
  'connection reset': 'provider_unreachable',
  'no response': 'provider_timeout',
  'a byte at a time': 'provider_timeout',
  'status 429': 'provider_unreachable',
  'status 500': 'provider_unreachable',
  'status 502 with HTML': 'provider_unreachable',
  'half of the JSON': 'provider_document_unusable',
  'another content type': 'accepted',
  'a list instead of an object': 'provider_document_unusable',
  '10 MB': 'provider_answer_invalid',
  'redirect to another host': 'provider_document_unusable',
  'another issuer': 'provider_document_unusable',
  'empty content': 'provider_document_unusable',
}

const expected: Readonly<Record<Call, Readonly<Record<Fault, Outcome>>>> = {
  discovery: withoutDocument,
  // A good document, of keys that have signed nothing here.
  JWKS: { ...withoutDocument, 'another issuer': 'id_token_key_unknown' },
  DID: withoutDocument,
  token: {
    ...withoutDocument,
    'status 429': 'provider_answer_invalid',
    'status 500': 'provider_answer_invalid',
    'status 502 with HTML': 'provider_answer_invalid',
    'half of the JSON': 'provider_answer_invalid',
    'a list instead of an object': 'provider_answer_invalid',
    'redirect to another host': 'provider_answer_invalid',
    'another issuer': 'id_token_invalid',
    'empty content': 'provider_answer_invalid',
  },
  userinfo: {
    ...withoutDocument,
    'status 429': 'provider_answer_invalid',
    'status 500': 'provider_answer_invalid',
    'status 502 with HTML': 'provider_answer_invalid',
    'half of the JSON': 'userinfo_invalid',
    'another content type': 'userinfo_invalid',
    'a list instead of an object': 'userinfo_invalid',
    'redirect to another host': 'provider_answer_invalid',
    'another issuer': 'core_identity_invalid',
    'empty content': 'userinfo_invalid',
  },
}

const statuses: Partial<Record<Outcome, number>> = {
  accepted: 200,
  provider_unreachable: 503,
  provider_timeout: 504,
}

/** For each call: its requirement, its text in the table, and the page that needs it. */
const descriptions: Readonly<Record<Call, readonly [requirement: string, text: string, page: string]>> = {
  discovery: [
    'CONF-4',
    'Needed to send the browser to One Login. With a copy, sign-ins continue. Without one, the user sees the error before leaving the service.',
    '/account',
  ],
  JWKS: [
    'CONF-4',
    "Needed when the browser comes back, to verify the ID token. Without a copy, no user is signed in. The code is used up, so the next try starts again. A document with another issuer's keys is valid, but no ID token matches it.",
    '/account',
  ],
  DID: [
    'CONF-4',
    'Needed to verify a core identity. Without a copy, no identity counts as proven. The user stays signed in without one.',
    '/identity',
  ],
  token: [
    'CB-11',
    'Called once for each sign-in: the code is used up, so it is not sent again. No user is signed in. *Another issuer* is the issuer in the ID token.',
    '/account',
  ],
  userinfo: [
    'UI-3',
    'Called for each sign-in, after the ID token is verified. No user is signed in. *Another issuer* is the issuer in the core identity, and the user stays signed in without an identity.',
    '/identity',
  ],
}

/** What the user keeps after each fault, if anything. */
const staysSignedIn = (call: Call, fault: Fault) =>
  call === 'DID' || (call === 'userinfo' && fault === 'another issuer')

/** The path of each call. */
const paths: Readonly<Record<Call, string>> = {
  discovery: '/.well-known/openid-configuration',
  JWKS: '/jwks',
  DID: '/did.json',
  token: '/token',
  userinfo: '/userinfo',
}

const isDocument = (call: Call) => call === 'discovery' || call === 'JWKS' || call === 'DID'
const endsByDeadline = (fault: Fault) => fault === 'no response' || fault === 'a byte at a time'

/** The result of one sign-in. */
interface Ending {
  readonly code: Outcome | 'unexpected'
  readonly status: number
  /** The page of the README's error handler, or the requested page. */
  readonly page: 'the page' | 'try again' | 'sorry'
  readonly seconds: number
  readonly user: string | undefined
}

/** The results of one fault of one call. */
interface Observation {
  readonly deadline: number
  /** At a service without the documents. */
  readonly started: Ending
  /** At a service with expired copies of all documents. */
  readonly running: Ending
  /** A user who was already signed in, at the page of their identity. */
  readonly resident: Ending
  /** Half a minute after the fault: the browser that failed, and a new one. */
  readonly after: readonly Ending[]
  /** How often this call was made. */
  readonly callsAfter: number
  readonly strayed: readonly string[]
  readonly unhandled: readonly unknown[]
}

const resident = 'urn:fdc:gov.uk:2022:resident'
const visitor = 'urn:fdc:gov.uk:2022:visitor'

async function visit(service: Service, browser: Browser, path: string): Promise<Ending> {
  const before = performance.now()
  const { status, body } = await browser.visit(service.url + path)
  const seconds = (performance.now() - before) / 1000
  const user = await whoIs(service, browser)
  const { code = 'accepted' } = JSON.parse(body) as { code?: Outcome }
  if (code === 'accepted') return { code, status, page: 'the page', seconds, user }
  const error = service.errors.at(-1)
  if (!isOneLoginError(error)) return { code: 'unexpected', status, page: 'sorry', seconds, user }
  return { code: error.code, status, page: error.retryable ? 'try again' : 'sorry', seconds, user }
}

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

async function observe(call: Call, fault: Fault): Promise<Observation> {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    await using gated = await startGatedProvider()
    const timeout = endsByDeadline(fault) ? 1 : 20
    const start = () => startService((url) => ({ ...gated.optionsFor(url), timeout }))
    await using running = await start()
    await using started = await start()
    const [atHome, here, there] = [new Browser(), new Browser(), new Browser()] as const
    const [, , path] = descriptions[call]

    gated.provider.sub = resident
    await visit(running, atHome, '/identity')
    pass(3601)
    gated.provider.sub = visitor
    await gated.break(call, fault)
    // At once: where a call ends by its deadline, one wait is enough for both.
    const [first, second] = await Promise.all([visit(started, here, path), visit(running, there, path)])
    const endings = { started: first, running: second, resident: await visit(running, atHome, '/identity') }
    await gated.repair()
    pass(31)
    const { requests } = gated.provider
    const made = () => requests.filter(({ url }) => url === paths[call]).length
    const before = made()
    const after = [await visit(started, here, path), await visit(running, new Browser(), path)]
    const callsAfter = made() - before
    return { ...endings, after, callsAfter, deadline: timeout, strayed: gated.strayed, unhandled }
  } finally {
    process.off('unhandledRejection', note)
  }
}

const seen = new Map<string, Promise<Observation>>()

/** Each fault is tried once, for its test and for the table. */
function observation(call: Call, fault: Fault): Promise<Observation> {
  const name = `${call}: ${fault}`
  const known = seen.get(name) ?? observe(call, fault)
  seen.set(name, known)
  return known
}

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

describe.each(calls)('while %s is broken', (call) => {
  const [requirement] = descriptions[call]

  it.each(faults.map((fault) => [fault, expected[call][fault]] as const))(
    `[${requirement}] [CONF-6] ${call}, %s: ends as %s, disturbs nobody, and heals by itself`,
    { timeout: 60_000 },
    async (fault, code) => {
      const { started, running, resident: atHome, after, ...rest } = await observation(call, fault)
      const status = statuses[code] ?? 502
      const left = code === 'accepted' || staysSignedIn(call, fault) ? visitor : undefined
      expect(started).toMatchObject({ code, status, user: left })

      const survives = isDocument(call) && !(call === 'JWKS' && fault === 'another issuer')
      if (survives) expect(running).toMatchObject({ code: 'accepted', status: 200, user: visitor })
      else expect(running).toMatchObject({ code, status, user: left })

      for (const { seconds } of [started, running]) expect(seconds).toBeLessThan(15)
      expect(atHome).toMatchObject({ code: 'accepted', user: resident })
      for (const ending of after) expect(ending).toMatchObject({ code: 'accepted', user: visitor })
      // A copy from then is still fresh. A missing one is downloaded now.
      if (isDocument(call)) expect(rest.callsAfter).toBe(code === 'accepted' ? 0 : 2)
      expect(rest).toMatchObject({ strayed: [], unhandled: [] })
    },
  )
})

it(
  '[CONF-4] [CB-11] [UI-3] matches the table in docs/reference/faults.md',
  { timeout: 300_000 },
  async () => {
    const lines = [...introduction]
    for (const call of calls) {
      lines.push('', `## ${call}`, '', descriptions[call][1], '')
      lines.push(
        ...(isDocument(call)
          ? ['| fault | a service without a copy | a service with a copy past its time |', '|---|---|---|']
          : ['| fault | the user sees |', '|---|---|']),
      )
      for (const fault of faults) {
        const { started, running, deadline } = await observation(call, fault)
        const cells = isDocument(call) ? [started, running] : [running]
        lines.push(`| ${[fault, ...cells.map((ending) => shown(ending, deadline))].join(' | ')} |`)
      }
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../docs/reference/faults.md')
  },
)

function shown({ code, status, page, seconds }: Ending, deadline: number): string {
  const when = seconds >= deadline ? ', after the `timeout`' : ''
  return code === 'accepted' ? `the page${when}` : `${status} \`${code}\`, “${page}”${when}`
}

const introduction = [
  '# When One Login fails',
  '',
  'Written by `test/flow/fault-matrix.test.ts` (`npx vitest run test/flow/fault-matrix.test.ts -u`): each call to One Login',
  'with each fault, and what the user sees. The page is the one that the error handler of the README',
  'shows: “try again” when the error is `retryable`, “sorry” when it is not.',
  '',
  'In every row, users who are already signed in notice nothing, on pages that need an identity too. No redirect is',
  'followed, and no promise is left rejected. Half a minute after the fault has ended, the same browser can sign in. The package',
  'waits for that half minute after a failed download, so that it does not make an outage worse. If it has a copy,',
  'only requests that arrive during the next try wait for the `timeout`.',
]
