import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { requireUsableSession } from '../../lib/express/set-up.ts'
import { expectRefused } from '../support/refusal.ts'

const store = { get: () => undefined, set: () => undefined }
const callbackURL = 'https://dragons.example/auth/callback'
const session = { cookie: {}, regenerate: () => undefined }

describe('the session of a request that starts a sign-in', () => {
  it('[CB-18] is accepted from express-session', () => {
    expect(() => {
      requireUsableSession({ session, sessionStore: store } as unknown as Request, callbackURL)
    }).not.toThrow()
  })

  it.each([
    ['no session at all', {}, /has no session/],
    ['a session without a store, as of cookie-session', { session }, /has no store/],
    ['a store that cannot write', { session, sessionStore: { get: store.get } }, /has no store/],
    ['a store that cannot read', { session, sessionStore: { set: store.set } }, /has no store/],
    ['a store without a session', { sessionStore: store }, /has no session/],
    [
      'a session that cannot be renewed',
      { session: { cookie: {} }, sessionStore: store },
      /not from express-session/,
    ],
    [
      'a session without a cookie',
      { session: { ...session, cookie: undefined }, sessionStore: store },
      /not from express-session/,
    ],
  ])('[CB-18] is rejected if there is %s', async (_what, request, message) => {
    await expectRefused(
      () => {
        requireUsableSession(request as unknown as Request, callbackURL)
      },
      'session_unavailable',
      message,
    )
  })

  const withCookie = (cookie: object, secure?: boolean) =>
    ({ session: { ...session, cookie }, sessionStore: store, secure }) as unknown as Request

  it.each<[what: string, cookie: object, secure?: boolean]>([
    ['of the host of the callback', { domain: 'dragons.example' }],
    ['of a domain above it, with a dot as express-session allows', { domain: '.example' }],
    ['in capitals', { domain: 'Dragons.Example' }],
    ['without a domain', { domain: undefined }],
    ['with an empty domain', { domain: '' }],
    ['of the same site', { sameSite: 'lax' }],
    ['of any site', { sameSite: 'none' }],
    ['without a rule for other sites', { sameSite: false }],
    ['that is secure, on a secure request', { secure: true }, true],
    ['that is secure, on a request of a framework that does not say', { secure: true }],
    ['that is not secure, on a request that is not', { secure: false }, false],
    ['that is secure if the request is', { secure: 'auto' }, false],
  ])('[CB-18] is accepted with a cookie %s', (_what, cookie, secure) => {
    expect(() => {
      requireUsableSession(withCookie(cookie, secure), callbackURL)
    }).not.toThrow()
  })

  it.each<[what: string, cookie: object, message: RegExp, secure?: boolean]>([
    ['of another host', { domain: 'www.dragons.example' }, /has the domain "www\.dragons\.example"/],
    [
      'of a host with the same end',
      { domain: 'ragons.example' },
      /callbackURL has the host "dragons\.example"/,
    ],
    ['of a domain with a dot inside', { domain: 'dragons..example' }, /domain "dragons\.\.example"/],
    ['of another domain with a dot before it', { domain: '.Other.example' }, /domain "other\.example"/],
    ['of the strict kind', { sameSite: 'strict' }, /sameSite "strict"/],
    ['of the strict kind, written as true', { sameSite: true }, /sameSite "strict"/],
    ['that is secure, on a request that is not', { secure: true }, /trust proxy/, false],
  ])('[CB-18] is rejected with a cookie %s', async (_what, cookie, message, secure) => {
    await expectRefused(
      () => {
        requireUsableSession(withCookie(cookie, secure), callbackURL)
      },
      'session_unavailable',
      message,
    )
  })
})
