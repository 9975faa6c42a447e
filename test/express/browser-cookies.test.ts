import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearSessionCookie, SignInCookies } from '../../lib/express/browser-cookies.ts'

const client = { issuer: 'https://op.example/', clientId: 'tax-your-dragon' }
const secure = new SignInCookies(client, 'https://tax-your-dragon.service.gov.uk/auth/callback', 7200)
const insecure = new SignInCookies(client, 'http://localhost:3000/https:', 7200)
const now = Date.parse('2026-08-01T12:00:00Z')

const hashOf = (...parts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')
/** The names that other instances and releases of the service expect. */
const nameOf = (state: string, { issuer, clientId } = client) =>
  `__Host-one-login-${hashOf('client', issuer, clientId).slice(0, 8)}-${hashOf('state', state).slice(0, 16)}`

const withCookies = (...cookies: readonly string[]) =>
  ({ headers: { cookie: cookies.join('; ') } }) as unknown as Request
const withoutCookies = { headers: {} } as unknown as Request

/** A response, and the lines of its cookies. */
function response() {
  const lines: unknown[] = []
  const res = { append: (name: string, line: unknown) => lines.push({ [name]: line }) }
  return { res: res as unknown as Response, lines }
}

const line = (text: string) => ({ 'Set-Cookie': [text] })
const cleared = (name: string) =>
  line(`${name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax`)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime(now)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the cookie of a sign-in', () => {
  it('[AUTHZ-2, SESS-9] is for this host, https and no script, and lasts as long as the sign-in', () => {
    const { res, lines } = response()
    secure.set(withoutCookies, res, 'a-state', 'a-secret')
    expect(lines).toEqual([
      line(
        `${nameOf('a-state')}=${now.toString(36)}.a-secret; Max-Age=7200; ` +
          'Expires=Sat, 01 Aug 2026 14:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Lax',
      ),
    ])
  })

  it('[AUTHZ-2] is not secure for an http callback, which gets no secure cookie', () => {
    const { res, lines } = response()
    insecure.set(withoutCookies, res, 'a-state', 'a-secret')
    expect(lines).toEqual([
      line(
        `${nameOf('a-state').replace('__Host-', '')}=${now.toString(36)}.a-secret; Max-Age=7200; ` +
          'Expires=Sat, 01 Aug 2026 14:00:00 GMT; Path=/; HttpOnly; SameSite=Lax',
      ),
    ])
  })

  it('[CB-1] is cleared with the attributes that it was set with', () => {
    const { res, lines } = response()
    secure.clear(res, 'a-state')
    expect(lines).toEqual([cleared(nameOf('a-state'))])
  })

  it.each([10, 12])(
    '[AUTHZ-2] replaces the oldest of %i, in whatever order the browser sends them',
    (count) => {
      const states = Array.from({ length: count }, (_, at) => `state ${at}`)
      const cookies = states.map((state, at) => `${nameOf(state)}=${(now + at * 1000).toString(36)}.secret`)
      const others = [
        'a=b',
        'connect.sid=s%3Aabc.def',
        `${nameOf('x', { ...client, clientId: 'other' })}=1.s`,
      ]
      const shuffled = [...cookies.slice(3).reverse(), ...others, ...cookies.slice(0, 3).reverse()]
      const { res, lines } = response()
      secure.set(withCookies(...shuffled), res, 'a-state', 'a-secret')
      expect(lines.slice(0, -1)).toEqual(states.slice(0, count - 9).map((state) => cleared(nameOf(state))))
      expect(JSON.stringify(lines.at(-1))).toContain(nameOf('a-state'))
    },
  )

  it('[AUTHZ-2] replaces none of 9', () => {
    const cookies = Array.from({ length: 9 }, (_, at) => `${nameOf(`state ${at}`)}=${at}.secret`)
    const { res, lines } = response()
    secure.set(withCookies(...cookies), res, 'a-state', 'a-secret')
    expect(lines).toHaveLength(1)
  })

  it.each(['', '!.x', '%.secret'])(
    '[AUTHZ-2] with the value "%s", of something else, is the oldest',
    (value) => {
      const start = (at: number) => (now + at * 1000).toString(36)
      const cookies = Array.from({ length: 9 }, (_, at) => `${nameOf(`state ${at}`)}=${start(at)}.secret`)
      const { res, lines } = response()
      const all = [...cookies.slice(0, 4), `${nameOf('damaged')}=${value}`, ...cookies.slice(4)]
      secure.set(withCookies(...all), res, 'a-state', 'a-secret')
      expect(lines.slice(0, -1)).toEqual([cleared(nameOf('damaged'))])
    },
  )
})

describe('the secret of a sign-in', () => {
  it.each([
    ['alone', [`${nameOf('a-state')}=1.a-secret`], 'a-secret'],
    ['between others', ['a=1.x', `${nameOf('a-state')}=1.a-secret`, `${nameOf('b')}=1.y`], 'a-secret'],
    ['with "=" in its value', [`${nameOf('a-state')}=1.a=secret=`], 'a=secret='],
    ['of another sign-in', [`${nameOf('another')}=1.x`], undefined],
    ['of another client', [`${nameOf('a-state', { ...client, clientId: 'b' })}=1.x`], undefined],
    ['of another provider', [`${nameOf('a-state', { ...client, issuer: 'b' })}=1.x`], undefined],
    ['without a prefix', [`${nameOf('a-state').slice('__Host-'.length)}=1.x`], undefined],
    ['empty', [`${nameOf('a-state')}=`], undefined],
    ['without a dot', [`${nameOf('a-state')}=secret`], undefined],
    ['without a value', [nameOf('a-state')], undefined],
  ])('[CB-1, CB-14] is found only in its own cookie: %s', (_what, cookies, secret) => {
    expect(secure.secretOf(withCookies(...cookies), 'a-state')).toBe(secret)
  })

  it('[CB-1] is not found without cookies', () => {
    expect(secure.secretOf(withoutCookies, 'a-state')).toBeUndefined()
    expect(secure.secrets(withoutCookies)).toEqual([])
  })

  it('[SESS-14] is one of those that a sign-out ends, of this client and at most 10', () => {
    const own = Array.from({ length: 12 }, (_, at) => `${nameOf(`state ${at}`)}=1.secret-${at}`)
    const others = [`${nameOf('a', { ...client, clientId: 'b' })}=1.x`, 'a=1.x', `${nameOf('damaged')}=y`]
    expect(secure.secrets(withCookies(...others, ...own))).toEqual(
      Array.from({ length: 10 }, (_, at) => `secret-${at}`),
    )
  })
})

describe('a callback of another client of the app', () => {
  const another = nameOf('a-state', { ...client, clientId: 'another' })

  it.each([
    ['another client', [`${another}=1.x`], true],
    ['another client, between others', ['a=b', `${another}=1.x`, 'c=d'], true],
    ['this client', [`${nameOf('a-state')}=1.x`], false],
    ['this client and another', [`${nameOf('a-state')}=1.x`, `${another}=1.x`], false],
    ['another sign-in of another client', [`${nameOf('b', { ...client, clientId: 'another' })}=1.x`], false],
    ['something else, with the same end', [`x${another}=1.x`], false],
    ['something else, with the same beginning', [`${another}x=1.x`], false],
    ['nothing', [], false],
  ])('[CB-14] is recognised by the cookie of %s', (_what, cookies, is) => {
    expect(secure.isOfAnotherClient(withCookies(...cookies), 'a-state')).toBe(is)
  })
})

describe('the cookie of a session', () => {
  const session = (cookie: object, id = 'an id') => ({ id, cookie }) as unknown as Request['session']

  function clearedBy(cookies: readonly string[], given: Request['session'], isSecure = false) {
    const calls: unknown[] = []
    const res = { clearCookie: (...call: unknown[]) => calls.push(call) } as unknown as Response
    const req = { ...withCookies(...cookies), secure: isSecure } as unknown as Request
    clearSessionCookie(req, res, given)
    return calls
  }

  it('[SESS-1] is cleared by its value, encoded or not, and no other cookie', () => {
    const cookies = [
      'a=b',
      'mine=s%3Aan%20id.sig',
      'too=s:an id.sig',
      'x=s%3Aanother.sig',
      'y=xs:an id.sig',
      'z=s:an id',
    ]
    const names = clearedBy(cookies, session({})).map((call) => (call as unknown[])[0])
    expect(names).toEqual(['mine', 'too'])
  })

  it('[SESS-1] is cleared with the attributes that it was set with', () => {
    const set = { path: '/app', domain: 'gov.uk', sameSite: 'none', httpOnly: false, secure: true }
    expect(clearedBy(['sid=s%3Aan%20id.sig'], session(set))).toEqual([['sid', set]])
    expect(clearedBy(['sid=s%3Aan%20id.sig'], session({}))).toEqual([
      ['sid', { path: '/', domain: undefined, sameSite: undefined, httpOnly: undefined, secure: false }],
    ])
  })

  it.each([
    ['auto', true, true],
    ['auto', false, false],
    [false, true, false],
    [undefined, true, false],
    [true, false, true],
  ])('[SESS-1] is cleared as secure if it is: %s, over https: %s', (setting, isSecure, expected) => {
    const [call] = clearedBy(['sid=s%3Aan%20id.sig'], session({ secure: setting }), isSecure) as [
      [string, object],
    ]
    expect(call[1]).toMatchObject({ secure: expected })
  })
})
