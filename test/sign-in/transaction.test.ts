import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SignInSettings } from '../../lib/options/sign-in-options.ts'
import {
  createTransaction,
  keepTransaction,
  takeTransaction,
  type Transaction,
  type TransactionHolder,
} from '../../lib/sign-in/transaction.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'

const signIn: SignInSettings = { trust: parseVectors(['Cl.Cm']), claims: [] }
const lifetime = 7200

function started(session: TransactionHolder): Transaction {
  const transaction = createTransaction(signIn)
  keepTransaction(session, transaction)
  return transaction
}

describe('a started sign-in', () => {
  it('[AUTHZ-2, AUTHZ-3, AUTHZ-4] has a state, a nonce and a verifier of 256 bits each', () => {
    const { state, nonce, codeVerifier } = createTransaction(signIn)
    for (const secret of [state, nonce, codeVerifier]) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('[AUTHZ-2, AUTHZ-3, AUTHZ-4] never has a secret twice', () => {
    const secrets = Array.from({ length: 200 }, () => createTransaction(signIn)).flatMap(
      ({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier],
    )
    expect(new Set(secrets).size).toBe(600)
  })

  it('[AUTHZ-2] remembers what the callback will need', () => {
    const identity: SignInSettings = {
      trust: parseVectors(['Cl.Cm.P2']),
      claims: ['coreIdentityJWT'],
      maxAge: 0,
      prompt: 'login',
      returnTo: '/dragons?a=b',
      state: { basket: 5 },
    }
    expect(createTransaction(identity)).toMatchObject({
      trust: { vtr: ['Cl.Cm.P2'], identity: 'P2', credential: 'Cl.Cm' },
      claims: ['coreIdentityJWT'],
      maxAge: 0,
      prompt: 'login',
      returnTo: '/dragons?a=b',
      appState: { basket: 5 },
    })
  })

  it('[AUTHZ-2] survives a session store', () => {
    const transaction = createTransaction({ ...signIn, maxAge: 300, returnTo: '/a', state: [1, null] })
    expect(JSON.parse(JSON.stringify(transaction))).toStrictEqual(transaction)
  })

  it('[AUTHZ-2] holds nothing for what was not asked for', () => {
    expect(Object.keys(createTransaction(signIn)).sort()).toEqual(
      ['claims', 'codeVerifier', 'nonce', 'startedAt', 'state', 'trust'].sort(),
    )
  })

  it('[AUTHZ-2] remembers who was signed in when it started', () => {
    expect(createTransaction(signIn, 'urn:fdc:gov.uk:2022:a-user').sub).toBe('urn:fdc:gov.uk:2022:a-user')
    expect(createTransaction(signIn)).not.toHaveProperty('sub')
  })

  it('[CB-12] remembers only a path of this site', () => {
    expect(createTransaction({ ...signIn, returnTo: 'https://elsewhere.example/' }).returnTo).toBe('/')
  })
})

describe('taking it out', () => {
  it('[CB-1] finds it by its state, once', () => {
    const session: TransactionHolder = {}
    const transaction = started(session)
    expect(takeTransaction(session, transaction.state, lifetime)).toBe(transaction)
    expect(takeTransaction(session, transaction.state, lifetime)).toBeUndefined()
  })

  it.each(['', 'unknown'])('[CB-1] finds nothing for the state %j, and leaves what waits', (state) => {
    const session: TransactionHolder = {}
    const transaction = started(session)
    expect(takeTransaction(session, state, lifetime)).toBeUndefined()
    expect(takeTransaction(session, transaction.state, lifetime)).toBe(transaction)
  })

  it('[CB-1] finds nothing in another session', () => {
    const { state } = started({})
    expect(takeTransaction({}, state, lifetime)).toBeUndefined()
  })

  it('[AUTHZ-2] leaves the sign-ins of other tabs alone', () => {
    const session: TransactionHolder = {}
    const [first, second, third] = [started(session), started(session), started(session)]
    expect(takeTransaction(session, second.state, lifetime)).toBe(second)
    expect(takeTransaction(session, third.state, lifetime)).toBe(third)
    expect(takeTransaction(session, first.state, lifetime)).toBe(first)
  })

  it('[AUTHZ-2] keeps ten that wait, and lets the oldest go', () => {
    const session: TransactionHolder = {}
    const all = Array.from({ length: 12 }, () => started(session))
    const found = all.map(({ state }) => takeTransaction(session, state, lifetime))
    expect(found).toEqual([undefined, undefined, ...all.slice(2)])
  })
})

describe('waiting', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[CB-1] finds it just before its lifetime is over', () => {
    const session: TransactionHolder = {}
    const transaction = started(session)
    vi.setSystemTime(Date.now() + (lifetime - 1) * 1000)
    expect(takeTransaction(session, transaction.state, lifetime)).toBe(transaction)
  })

  it('[CB-1] finds nothing once its lifetime is over, and lets it go', () => {
    const session: TransactionHolder = {}
    const { state } = started(session)
    vi.setSystemTime(Date.now() + lifetime * 1000)
    expect(takeTransaction(session, state, lifetime)).toBeUndefined()
    expect(session.transactions).toEqual([])
  })
})
