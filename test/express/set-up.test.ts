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
})
