import { startSimulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { examineService } from '../../lib/cli/conformance/examination.ts'
import type { Phase } from '../../lib/cli/conformance/catalogue/requirement.ts'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'
import { startCarefulService } from './careful-service.ts'
import { checked, settingsFor } from './checked.ts'
import type { Asked, Given } from './http-service.ts'
import type { Switch } from './switches.ts'

const sorry: Given = { status: 503, html: '<h1>Sorry</h1>' }

const verdicts = (results: readonly RequirementResult[]) =>
  Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))

describe('a service that the command did not start', { timeout: 60_000 }, () => {
  it('[CHK-2] is not crashed if it only closes a connection', async () => {
    const results = await checked(
      (op) =>
        startCarefulService({
          options: op.options,
          before: ({ url }) => (url.searchParams.getAll('state').length > 1 ? { isCut: true } : undefined),
        }),
      { only: ['callback-parameters', 'every-user'] },
    )
    expect(verdicts(results)).toEqual({ 'callback-parameters': 'kept', 'every-user': 'kept' })
  })
})

/** Checks a service that works until a phase, and then returns this instead. */
async function checkedUntil(
  phase: Phase,
  only: readonly string[],
  instead: (asked: Asked) => Given | undefined,
  ...off: readonly Switch[]
) {
  let isReached = false
  const op = await startSimulator({ logoutRetryDelay: 0 })
  const before = (asked: Asked) => (isReached ? instead(asked) : undefined)
  const service = await startCarefulService({ options: op.options, before }, ...off)
  try {
    return await examineService(settingsFor(service.url, { only }), {
      op,
      onPhase: (reached) => {
        isReached ||= reached === phase
      },
    })
  } finally {
    await service.close()
    await op.close()
  }
}

describe('a service that stops working, but still responds', { timeout: 60_000 }, () => {
  /** Users come back from One Login, and no page is shown to them. */
  const isBack = ({ url, cookies }: Asked) => url.pathname === '/page' && cookies.has('sid')

  it.each([
    ['tokens', ['id-token-nonce', 'core-identity-expiry', 'userinfo-subject']],
    ['callback', ['login-csrf', 'open-redirect', 'callback-state', 'callback-error']],
    ['sign-out', ['sign-out-session']],
    ['people', ['identity-not-proven', 'malformed-data']],
  ] as const)('[CHK-2] proves nothing by its rejections in the phase: %s', async (phase, only) => {
    const results = await checkedUntil(phase, only, (asked) => (isBack(asked) ? sorry : undefined))
    expect(new Set(Object.values(verdicts(results))), JSON.stringify(results, undefined, 1)).toEqual(
      new Set(['not observable']),
    )
  })

  it('[CHK-2] proves nothing by rejections of logout tokens after which it rejects the right one', async () => {
    let logouts = 0
    const only = ['logout-token-nonce', 'logout-token-event']
    const instead = ({ url }: Asked) => {
      if (url.pathname !== '/logout') return undefined
      logouts += 1
      return logouts > 1 ? { ...sorry, status: 400 } : undefined
    }
    const results = await checkedUntil('back-channel', only, instead, 'logout nonce')
    expect(verdicts(results)).toEqual({
      'logout-token-event': 'not observable',
      'logout-token-nonce': 'not observable',
    })
  })

  it.each<[string, string, (asked: Asked) => Given | undefined, readonly string[]]>([
    [
      'leads to One Login through a page of its own',
      'callback-replay',
      ({ url, cookies }) =>
        url.pathname === '/page' && url.search === '' && !cookies.has('sid')
          ? { location: '/page?a=b' }
          : undefined,
      ['kept: The code was not sent again.'],
    ],
    [
      'signs in again instead of an error',
      'login-csrf',
      ({ url, cookies }) =>
        url.pathname === '/callback' && !cookies.has('sid') ? { location: '/page' } : undefined,
      Array<string>(2).fill('kept: The service did not send its code to One Login.'),
    ],
    [
      'accepts no callback',
      'callback-replay',
      ({ url }) => (url.pathname === '/callback' ? { ...sorry, status: 400 } : undefined),
      ['not observable: The service did not send the code the first time.'],
    ],
    [
      'shows errors as plain text',
      'callback-error',
      ({ url }) =>
        url.searchParams.has('error')
          ? {
              status: 400,
              html: url.searchParams.get('error_description') ?? '',
              headers: { 'content-type': 'text/plain' },
            }
          : undefined,
      ['kept: The page does not contain it as HTML.'],
    ],
    [
      'never leads to One Login again',
      'login-csrf',
      ({ url }) => (url.pathname === '/page' ? sorry : undefined),
      Array<string>(2).fill('not observable: One Login did not send the browser back to the service.'),
    ],
  ])('[CHK-2] is judged by its callback if it %s', async (_what, requirement, instead, expected) => {
    const [result] = await checkedUntil('callback', [requirement], instead)
    const checks = result?.checks.filter(({ name }) => !name.startsWith('authorize '))
    expect(checks?.map(({ verdict, seen }) => `${verdict}: ${seen}`)).toEqual(expected)
  })

  it.each([
    ['/page', 'broken', 'The browser was not sent to One Login: /page returned status '],
    ['ONE_LOGIN', 'broken', 'The browser was sent to One Login without id_token_hint.'],
    [
      'ONE_LOGIN?id_token_hint=a',
      'advice',
      'The browser was sent to One Login without a post-logout address.',
    ],
    [
      'ONE_LOGIN?id_token_hint=a&post_logout_redirect_uri=x',
      'broken',
      'The post-logout address is not a URL.',
    ],
    [
      'ONE_LOGIN?id_token_hint=a&post_logout_redirect_uri=http://127.0.0.1/',
      'broken',
      'One Login rejected the request: ',
    ],
  ])('[CHK-2] is judged by where its sign-out leads: %s', async (location, verdict, words) => {
    const op = await startSimulator({ logoutRetryDelay: 0 })
    const before = ({ url }: Asked) =>
      url.pathname === '/sign-out'
        ? { location: location.replace('ONE_LOGIN', `${op.url}logout`) }
        : undefined
    const service = await startCarefulService({ options: op.options, before })
    onTestFinished(async () => {
      await service.close()
      await op.close()
    })
    const only = ['sign-out-one-login', 'sign-out-session']
    const results = await examineService(settingsFor(service.url, { only }), { op })
    expect(results.map(({ id, checks: [check] }) => [id, check?.verdict, check?.seen])).toEqual([
      ['sign-out-session', 'broken', 'The page was shown: /page returned status 200.'],
      ['sign-out-one-login', verdict, expect.stringContaining(words)],
    ])
  })

  it.each([
    ['logout-token-nonce', '/logout', { status: 200 }, 'advice', 'but the status was 200 and must be 400.'],
    ['logout-token-nonce', '/logout', { status: 400 }, 'not observable', 'did not work without a fault'],
    [
      'several-tabs',
      '/callback',
      { ...sorry, status: 400 },
      'advice',
      'The first tab was signed in, the second ended',
    ],
  ] as const)(
    '[CHK-2] is judged by %s if the second call of %s returns %j: %s',
    async (requirement, path, given, verdict, words) => {
      let calls = 0
      const phase = requirement === 'several-tabs' ? 'callback' : 'back-channel'
      const [result] = await checkedUntil(phase, [requirement], ({ url }) => {
        if (url.pathname !== path) return undefined
        calls += 1
        return calls > 1 ? { html: '', ...given } : undefined
      })
      expect(result?.checks.map((check) => [check.verdict, check.seen])).toEqual([
        [verdict, expect.stringContaining(words)],
      ])
    },
  )

  it('[CHK-2] could do more if users cannot sign in while the documents are not available', async () => {
    let callbacks = 0
    const [result] = await checkedUntil('outage', ['last-good-copy'], ({ url }) => {
      if (url.pathname === '/callback') callbacks += 1
      // A user signs in and proves an identity before. The third callback is the first one during the fault.
      return url.pathname === '/callback' && callbacks === 3 ? sorry : undefined
    })
    expect(result?.checks.map(({ verdict }) => verdict)).toEqual(['advice'])
  })

  it('[CHK-2] is broken if its status for a logout is not 200', async () => {
    const [result] = await checkedUntil('back-channel', ['logout-ends-sessions'], ({ url }) =>
      url.pathname === '/logout' ? { ...sorry, status: 400 } : undefined,
    )
    expect(result?.checks.map(({ verdict, seen }) => [verdict, seen])).toEqual([
      ['broken', 'The status was not 200: /logout returned status 400.'],
    ])
  })

  it('[CHK-2] is broken if a logout ends only one of the sessions of the user', async () => {
    const sessions = new Set<string>()
    let isOver = false
    const [result] = await checkedUntil('back-channel', ['logout-ends-sessions'], ({ url, cookies }) => {
      const session = cookies.get('sid')
      if (url.pathname === '/page' && session !== undefined) sessions.add(session)
      isOver ||= url.pathname === '/logout'
      if (url.pathname === '/logout') return { html: '' }
      // The first session is another user's.
      return isOver && session !== undefined && [...sessions].indexOf(session) === 1 ? sorry : undefined
    })
    expect(result?.checks.map(({ verdict, seen }) => [verdict, seen])).toEqual([
      ['broken', 'The user is still signed in.'],
    ])
  })

  it('[CHK-2] proves nothing if it limits requests, and is not reported as crashed', async () => {
    const only = ['id-token-nonce', 'login-csrf', 'logout-token-event']
    const results = await checkedUntil('tokens', only, () => ({ ...sorry, status: 429 }))
    expect(verdicts(results)).toEqual({
      'id-token-nonce': 'not observable',
      'login-csrf': 'not observable',
      'logout-token-event': 'not observable',
    })
  })
})
