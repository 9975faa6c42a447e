import { expect, it } from 'vitest'
import { startCarefulService } from './careful-service.ts'
import { startCarelessService } from './careless-service.ts'
import { checked } from './checked.ts'
import type { Switch } from './switches.ts'

/** Checks a service without some checks. Returns what it saw, and the verdicts of the checks with faults. */
function seenIn(only: readonly string[], ...off: readonly Switch[]) {
  return seenOf((op) => startCarefulService(op, ...off), only)
}

async function seenOf(
  start: Parameters<typeof checked>[0],
  only: readonly string[],
  settings: Parameters<typeof checked>[1] = {},
) {
  const results = await checked(start, { ...settings, only })
  const checks = results.flatMap(({ id, checks: ofOne }) => ofOne.map((check) => ({ id, ...check })))
  const isOfFault = (name: string) => /^(?:authorize|token|userinfo|logout-token) /.test(name)
  const seen: Record<string, string> = {}
  for (const check of checks.filter(({ name }) => !isOfFault(name))) {
    const before = seen[`${check.id}, ${check.name}`]
    const text = `${check.verdict}: ${check.seen}`
    seen[`${check.id}, ${check.name}`] = before === undefined ? text : `${before} ${text}`
  }
  return {
    faults: [
      ...new Set(checks.filter(({ name }) => isOfFault(name)).map(({ id, verdict }) => `${id} ${verdict}`)),
    ],
    seen,
  }
}

const usual = ['controls', 'requests', 'login-csrf', 'callback-replay', 'callback-error', 'open-redirect']
usual.push('session-renewed', 'session-cookie', 'several-tabs', 'no-store', 'sign-out', 'stack-traces')
usual.push('logout-ends-sessions', 'logout-then-sign-in', 'return-codes', 'identity-not-proven')

const notKept = (seen: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(seen).filter(([, text]) => !text.startsWith('kept: ')))

it('[CHK-3] says what it saw in each check of a correct service', { timeout: 60_000 }, async () => {
  expect(await seenIn([...usual, 'outage', 'last-good-copy', 'logout-token-id'])).toEqual({
    faults: ['callback-error kept', 'logout-token-id kept', 'token-failures kept'],
    seen: {
      'visitor-refused, visitor': 'kept: The page was not shown to the visitor: /page returned status 302.',
      'sign-in, sign-in': 'kept: The page was shown: /page returned status 200.',
      'identity, identity': 'kept: It was shown to the proven users only: /identity returned status 200.',
      'state, requests': 'kept: Each request had a new one.',
      'nonce, requests': 'kept: Each request had a new one.',
      'pkce, requests': 'kept: Each request had a new code_challenge.',
      'request-object, requests': 'kept: Each request was signed.',
      'vtr, requests': 'kept: Each request had one.',
      'identity-claims, requests': 'kept: Claims were requested as they must be.',
      'identity-after-sign-in, order': 'kept: The user was asked to sign in first.',
      'client-assertion, requests': 'kept: Each token request had a new one.',
      'user-agent, requests': 'kept: All calls had the same.',
      'access-token, requests': 'kept: It was in the header.',
      'code-sent-once, requests': 'kept: Each code was sent once.',
      'code-sent-once, failed calls': 'kept: Each code was sent once.',
      'keys-downloaded, requests': 'kept: The service downloaded them.',
      'documents-cached, requests': 'kept: They were not downloaded for each sign-in.',
      'login-csrf, new browser': 'kept: The service did not send its code to One Login.',
      'login-csrf, waiting browser': 'kept: The service did not send its code to One Login.',
      'callback-replay, same browser': 'kept: The code was not sent again.',
      'callback-error, description': 'kept: The page does not contain it as HTML.',
      'open-redirect, address': 'kept: The browser was not sent to the other site.',
      'open-redirect, two slashes': 'kept: The browser was not sent to the other site.',
      'open-redirect, backslash': 'kept: The browser was not sent to the other site.',
      'open-redirect, path': 'kept: The browser was not sent to the other site.',
      'session-renewed, cookies from before': 'kept: The second browser was not signed in.',
      'session-cookie, attributes': 'kept: The cookie sid has them.',
      'several-tabs, two tabs': 'kept: Both ended at a page.',
      'no-store, page': 'kept: Cache-Control was no-store.',
      'sign-out-session, sign-out': 'kept: The page was not shown: /page returned status 302.',
      'sign-out-one-login, sign-out':
        'kept: The browser was sent to One Login with id_token_hint, and came back.',
      'sign-out-cross-site, link on another site': 'kept: The user is still signed in.',
      'logout-ends-sessions, genuine': 'kept: Status 200, and both sessions of the user ended.',
      'logout-then-sign-in, genuine': 'kept: The user could sign in again at once.',
      'logout-token-id, replay': 'kept: The user is still signed in.',
      'identity-not-proven, low-confidence': 'kept: The page was not shown: /identity returned status 403.',
      'identity-not-proven, no-identity': 'kept: The page was not shown: /identity returned status 403.',
      'identity-not-proven, not-proven': 'kept: The page was not shown: /identity returned status 403.',
      'identity-not-proven, return code': 'kept: The page was not shown: /identity returned status 403.',
      'return-codes, not proven': 'kept: No page shows it.',
      'return-codes, proven': 'kept: No page shows it.',
      'stack-traces, pages': 'kept: None had a stack trace.',
      'outage, visitor': 'kept: /page returned status 302.',
      'outage, way back': 'kept: /callback returned status 400.',
      'outage, afterwards': 'kept: A user could sign in.',
      'last-good-copy, documents 503': 'kept: Users could still sign in.',
    },
  })
})

it('[CHK-2] [CHK-3] tells what is broken from what could be better', { timeout: 60_000 }, async () => {
  const { faults, seen } = await seenIn(
    [...usual, 'token-failures', 'every-user'],
    'short state',
    'no PKCE',
    'unsigned request',
    'no vtr',
    'claims without identity',
    'identity at once',
    'jti used again',
    'several user agents',
    'token in the address',
    'code sent again',
    'keys downloaded each time',
    'state of any browser',
    'callback works twice',
    'description as HTML',
    'returns anywhere',
    'session id stays',
    'cookie for scripts',
    'pages are stored',
    'sign-out stays here',
    'sign-out from anywhere',
    'logout ends everything',
    'shows return codes',
    'shows stack traces',
    'needs a phone',
  )
  expect(faults).toEqual(['callback-error kept', 'token-failures kept'])
  expect(notKept(seen)).toEqual({
    'state, requests': 'advice: It had 8 characters, fewer than 20.',
    'pkce, requests': 'advice: The requests do not use PKCE.',
    'request-object, requests': 'advice: The requests are not signed.',
    'vtr, requests': 'advice: A request had no vtr.',
    'identity-claims, requests': 'advice: A request without an identity level asked for identity claims.',
    'identity-after-sign-in, order': 'advice: The first request asked for an identity at once.',
    'client-assertion, requests': 'broken: Two assertions had the same jti.',
    'user-agent, requests': 'advice: The calls had 13 different ones.',
    'access-token, requests': 'broken: It was a parameter of the address.',
    'code-sent-once, failed calls': 'broken: A code was sent again.',
    'documents-cached, requests': 'advice: Downloaded for each sign-in: jwks.',
    'login-csrf, new browser': 'broken: The service sent its code to One Login.',
    'login-csrf, waiting browser': 'broken: The service sent its code to One Login.',
    'callback-replay, same browser': 'broken: The code was sent again.',
    'callback-error, description': 'broken: The page contains it as HTML.',
    'open-redirect, address': 'broken: The browser was sent to the other site.',
    'open-redirect, two slashes': 'broken: The browser was sent to the other site.',
    'open-redirect, backslash': 'broken: The browser was sent to the other site.',
    'session-renewed, cookies from before': 'broken: The second browser was signed in too.',
    'session-cookie, attributes': 'broken: The cookie sid is not HttpOnly.',
    'no-store, page': 'advice: Cache-Control was missing.',
    'sign-out-one-login, sign-out':
      'broken: The browser was not sent to One Login: /signed-out returned status 200.',
    'sign-out-cross-site, link on another site': 'advice: The page was not shown: /page returned status 302.',
    'logout-ends-sessions, genuine': 'broken: Another user was signed out too.',
    'every-user, no-phone': 'broken: The page was not shown: /page returned status 302.',
    'every-user, nulls': 'broken: The page was not shown: /page returned status 302.',
    'return-codes, not proven': 'broken: A page shows it.',
    'return-codes, proven': 'broken: A page shows it.',
    'stack-traces, pages':
      'advice: These had one: /callback. Make sure that they do not show it in production.',
  })
})

it('[CHK-2] [CHK-3] reports what follows from a check that is missing', { timeout: 60_000 }, async () => {
  const { faults, seen } = await seenIn(
    [...usual, 'logout-token-id', 'logout-token-nonce', 'callback-state'],
    'nonce used again',
    'state not checked',
    'cookie without SameSite',
    'sign-out keeps the session',
    'sign-out without hint',
    'logout ends nothing',
    'one tab only',
  )
  expect(faults).toEqual([
    'callback-state broken',
    'callback-error kept',
    'logout-token-nonce not observable',
    'logout-token-id not observable',
  ])
  expect(notKept(seen)).toEqual({
    'nonce, requests': 'broken: Two requests had the same nonce.',
    'login-csrf, new browser': 'broken: The service sent its code to One Login.',
    'login-csrf, waiting browser': 'broken: The service sent its code to One Login.',
    'session-cookie, attributes': 'advice: The cookie sid has no SameSite=Lax.',
    'several-tabs, two tabs': 'advice: The first tab was not signed in.',
    'sign-out-session, sign-out': 'broken: The page was shown: /page returned status 200.',
    'sign-out-one-login, sign-out': 'broken: The browser was sent to One Login without id_token_hint.',
    'logout-ends-sessions, genuine': 'broken: The user is still signed in.',
    'logout-token-id, replay': 'not observable: Valid logout tokens do not end sessions.',
  })
})

it(
  '[CHK-2] [CHK-3] reports a logout after which the user cannot sign in again',
  { timeout: 60_000 },
  async () => {
    const only = ['logout-ends-sessions', 'logout-then-sign-in', 'logout-token-id']
    expect(await seenIn(only, 'logout is permanent', 'logout id')).toEqual({
      faults: ['logout-token-id broken'],
      seen: {
        'logout-ends-sessions, genuine': 'kept: Status 200, and both sessions of the user ended.',
        'logout-then-sign-in, genuine': 'broken: The user could not sign in again.',
        'logout-token-id, replay': 'not observable: The user could not sign in again.',
      },
    })
  },
)

it('[CHK-2] [CHK-3] reports what a service does that checks nothing', { timeout: 60_000 }, async () => {
  const { seen } = await seenOf(startCarelessService, ['state', 'keys-downloaded', 'sign-out'])
  expect(seen).toEqual({
    'state, requests': 'broken: Two requests had the same state.',
    'keys-downloaded, requests':
      'advice: The service did not download the keys for ID tokens and the DID document.',
    'sign-out-session, sign-out': 'broken: The page was shown: /page returned status 200.',
    'sign-out-one-login, sign-out':
      'broken: The browser was not sent to One Login: /sign-out returned status 404.',
    'sign-out-cross-site, link on another site': 'kept: The user is still signed in.',
  })
})

it(
  '[CHK-2] [CHK-3] reports a logout token that ends a session a second time',
  { timeout: 60_000 },
  async () => {
    expect(await seenIn(['logout-token-id'], 'logout id')).toEqual({
      faults: ['logout-token-id broken'],
      seen: { 'logout-token-id, replay': 'broken: The user was signed out.' },
    })
  },
)

it(
  '[CHK-3] says which flags are missing, and does not count a cookie of --cookie',
  { timeout: 60_000 },
  async () => {
    const only = ['identity', 'session-cookie', 'keys-downloaded', 'identity-after-sign-in', 'return-codes']
    only.push('sign-out-session', 'logout-ends-sessions', 'cold-start', 'time-limit')
    const none = { identityPage: undefined, signOut: undefined, backChannel: undefined }
    const { seen } = await seenOf(startCarefulService, only, { ...none, cookies: ['preview=b'] })
    const noIdentity = 'not observable: No identity page is set (--identity-page).'
    expect(seen).toEqual({
      'identity, all': noIdentity,
      'identity-after-sign-in, order': noIdentity,
      'return-codes, all': noIdentity,
      'session-cookie, attributes': 'kept: The cookie sid has them.',
      'keys-downloaded, requests': 'kept: The service downloaded them.',
      'sign-out-session, all': 'not observable: No sign-out address is set (--sign-out).',
      'logout-ends-sessions, all': 'not observable: No back-channel logout address is set (--back-channel).',
      'cold-start, all': 'not observable: The service was not started by this command (-- COMMAND).',
      'time-limit, all': 'not observable: This takes minutes. Use --slow to run it.',
    })
  },
)
