import { describe, expect, it } from 'vitest'
import type { SignInSettings } from '../../lib/options/sign-in-options.ts'
import { createTransaction } from '../../lib/sign-in/transaction.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'

const signIn: SignInSettings = { trust: parseVectors(['Cl.Cm']), claims: [] }

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

  it('[AUTHZ-2] stores what the callback needs', () => {
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

  it('[AUTHZ-2] can be stored in a session store', () => {
    const transaction = createTransaction({ ...signIn, maxAge: 300, returnTo: '/a', state: [1, null] })
    expect(JSON.parse(JSON.stringify(transaction))).toStrictEqual(transaction)
  })

  it('[AUTHZ-2] has nothing that was not requested', () => {
    expect(Object.keys(createTransaction(signIn)).sort()).toEqual(
      ['claims', 'codeVerifier', 'nonce', 'sentAt', 'state', 'trust'].sort(),
    )
  })

  it('[IDT-7] has the time when it started, in milliseconds', () => {
    const before = Date.now()
    const { sentAt } = createTransaction(signIn)
    expect(sentAt).toBeGreaterThanOrEqual(before)
    expect(sentAt).toBeLessThanOrEqual(Date.now())
  })

  it('[AUTHZ-2] stores who was signed in when it started', () => {
    expect(createTransaction(signIn, { sub: 'urn:fdc:gov.uk:2022:a-user' }).sub).toBe(
      'urn:fdc:gov.uk:2022:a-user',
    )
    expect(createTransaction(signIn)).not.toHaveProperty('sub')
  })

  it('[CB-12] does not store an address that would fill the store', () => {
    const path = (length: number) => `/${'a'.repeat(length - 1)}`
    expect(createTransaction({ ...signIn, returnTo: path(2048) }).returnTo).toBe(path(2048))
    expect(createTransaction({ ...signIn, returnTo: path(2049) }).returnTo).toBe('/')
  })

  it('[CB-12] stores only a path of this site', () => {
    expect(createTransaction({ ...signIn, returnTo: 'https://elsewhere.example/' }).returnTo).toBe('/')
  })
})
