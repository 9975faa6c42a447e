import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import type { OneLoginUser } from '../../lib/sign-in/user.ts'
import { createVerifyUser, type Verify, type VerifyWithRequest } from '../../lib/express/verify-callback.ts'
import { expectRefused } from '../support/refusal.ts'

const req = { ip: '127.0.0.1' } as unknown as Request
const oneLoginUser: OneLoginUser = { sub: 'urn:fdc:gov.uk:2022:a-user', authentication: { level: 'Cl.Cm' } }
const account = { id: 7 }

function later(work: () => undefined): undefined {
  setImmediate(work)
}

const ask = (verify: Verify) => createVerifyUser(verify, false)(req, oneLoginUser)

/** A promise that is not an instance of Promise, as from a database library. */
function foreignPromise<T>(value: T): Promise<T> {
  const promise = Promise.resolve(value)
  return { then: promise.then.bind(promise) } as unknown as Promise<T>
}

describe('without a verify callback', () => {
  it('[UI-4] the user is One Login’s', async () => {
    expect(await createVerifyUser(undefined, false)(req, oneLoginUser)).toEqual({ user: oneLoginUser })
  })
})

describe('a verify callback', () => {
  it.each<[string, Verify]>([
    ['returns it', () => account],
    ['returns a promise of it', () => Promise.resolve(account)],
    ['returns a promise of another kind', () => foreignPromise(account)],
    ['takes done and returns it', (_user, _done) => account],
    ['takes done and returns a promise of it', (_user, _done) => Promise.resolve(account)],
    ['calls done', (_user, done) => done(null, account)],
    ['calls done later', (_user, done) => later(() => done(null, account))],
    [
      'calls done later, in an async function',
      async (_user, done) => {
        await Promise.resolve()
        done(null, account)
      },
    ],
  ])('[UI-4] results in the app’s own user if it %s', async (_how, verify) => {
    expect(await ask(verify)).toEqual({ user: account })
  })

  it.each<[string, Verify]>([
    ['returns false', () => false],
    ['returns null', () => null],
    ['returns nothing', () => undefined],
    ['returns a promise of false', () => Promise.resolve(false as const)],
    ['returns a promise of nothing', () => Promise.resolve(undefined)],
    ['returns a promise of another kind of false', () => foreignPromise(false as const)],
    ['calls done with false', (_user, done) => done(null, false)],
    ['calls done without a user', (_user, done) => done(null)],
    ['takes done and returns false', (_user, _done) => false],
  ])('[UI-4] rejects the user if it %s', async (_how, verify) => {
    const error = await expectRefused(ask(verify), 'user_refused', /^The verify callback returned no user\./)
    expect(error.status).toBe(403)
  })

  const failure = new Error('The database is down.')
  it.each<[string, Verify]>([
    [
      'throws',
      () => {
        throw failure
      },
    ],
    ['returns a promise that is rejected', () => Promise.reject(failure)],
    ['calls done with an error', (_user, done) => done(failure)],
    ['calls done with an error and a user', (_user, done) => done(failure, account)],
  ])('[UI-4] lets no user in, and passes on the error unchanged, if it %s', async (_how, verify) => {
    await expect(ask(verify)).rejects.toBe(failure)
  })

  it('[UI-4] receives the user of One Login', async () => {
    let given: unknown
    await ask((user) => {
      given = user
      return account
    })
    expect(given).toBe(oneLoginUser)
  })

  it('[UI-4] can add info for the app', async () => {
    expect(await ask((_user, done) => done(null, account, { first: true }))).toEqual({
      user: account,
      info: { first: true },
    })
  })

  it('[UI-4] counts once: later calls are ignored', async () => {
    const verify: Verify = (_user, done) => {
      done(null, false)
      done(null, account)
      return account
    }
    await expectRefused(ask(verify), 'user_refused', /./)
  })
})

describe('with the request', () => {
  it.each<[string, VerifyWithRequest]>([
    ['returns', (given, user) => ({ ip: given.ip, sub: user.sub })],
    ['calls done', (given, user, done) => done(null, { ip: given.ip, sub: user.sub })],
    ['calls done later', (given, user, done) => later(() => done(null, { ip: given.ip, sub: user.sub }))],
  ])('[UI-4] a verify callback receives it first, and %s', async (_how, verify) => {
    expect(await createVerifyUser(verify, true)(req, oneLoginUser)).toEqual({
      user: { ip: '127.0.0.1', sub: oneLoginUser.sub },
    })
  })

  it('[UI-4] a verify callback of 2 arguments that returns nothing rejects the user', async () => {
    const verify: VerifyWithRequest = (_req, _user) => undefined
    await expectRefused(createVerifyUser(verify, true)(req, oneLoginUser), 'user_refused', /./)
  })
})
