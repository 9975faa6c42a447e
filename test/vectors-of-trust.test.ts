import { describe, expect, it } from 'vitest'
import {
  confidenceSatisfies,
  credentialSatisfies,
  isConfidenceLevel,
  isCredentialLevel,
  parseVectors,
} from '../lib/vectors-of-trust.ts'
import { expectRefused } from './support/refusal.ts'

describe('parseVectors', () => {
  it.each([
    ['Cl', { vtr: ['Cl'], credential: 'Cl' }],
    ['Cl.Cm', { vtr: ['Cl.Cm'], credential: 'Cl.Cm' }],
    ['Cl.P0', { vtr: ['Cl.P0'], credential: 'Cl' }],
    ['Cl.Cm.P0', { vtr: ['Cl.Cm.P0'], credential: 'Cl.Cm' }],
    ['Cl.Cm.P1', { vtr: ['Cl.Cm.P1'], credential: 'Cl.Cm', identity: 'P1' }],
    ['Cl.Cm.P2', { vtr: ['Cl.Cm.P2'], credential: 'Cl.Cm', identity: 'P2' }],
    ['Cl.Cm.P3', { vtr: ['Cl.Cm.P3'], credential: 'Cl.Cm', identity: 'P3' }],
  ])('[AUTHZ-5] accepts %s', (vector, trust) => {
    expect(parseVectors([vector])).toStrictEqual(trust)
  })

  it.each(['P2.Cl.Cm', 'P2.Cm.Cl', 'Cm.P2.Cl', 'Cm.Cl.P2', 'Cl.P2.Cm'])(
    '[AUTHZ-5] accepts the components of %s in another order, and sends the usual order',
    (vector) => {
      expect(parseVectors([vector])).toStrictEqual({
        vtr: ['Cl.Cm.P2'],
        credential: 'Cl.Cm',
        identity: 'P2',
      })
    },
  )

  it('[AUTHZ-5] returns a frozen object', () => {
    const trust = parseVectors(['Cl.Cm'])
    expect(Object.isFrozen(trust)).toBe(true)
    expect(Object.isFrozen(trust.vtr)).toBe(true)
  })
})

describe('several vectors', () => {
  it.each([[['Cl', 'Cl.Cm']], [['Cl.Cm', 'Cl']]])(
    '[AUTHZ-5] require the weakest credential level of %j, and are all sent',
    (vtr) => {
      expect(parseVectors(vtr)).toStrictEqual({ vtr, credential: 'Cl' })
    },
  )

  it.each([
    [['Cl.Cm.P1', 'Cl.Cm.P2'], 'P1'],
    [['Cl.Cm.P2', 'Cl.Cm.P1'], 'P1'],
    [['Cl.Cm.P3', 'Cl.Cm.P2'], 'P2'],
  ])('[AUTHZ-5] require the weakest level of confidence of %j', (vtr, identity) => {
    expect(parseVectors(vtr)).toStrictEqual({ vtr, credential: 'Cl.Cm', identity })
  })
})

describe('invalid vectors', () => {
  it.each([
    [[], 'the list is empty'],
    [[''], '"" is not a vector'],
    [['Cl.'], '"Cl." is not a vector'],
    [['.Cl'], '".Cl" is not a vector'],
    [['Cl..Cm'], '"Cl..Cm" is not a vector'],
    [['Cm'], '"Cm" is not a vector'],
    [['P2'], '"P2" is not a vector'],
    [['Cl.Cl'], '"Cl.Cl" is not a vector'],
    [['Cl.Cm.Cm'], '"Cl.Cm.Cm" is not a vector'],
    [['cl.cm'], '"cl.cm" is not a vector'],
    [['Cl.Cm.p2'], '"Cl.Cm.p2" is not a vector'],
    [['Cl.Cm.P4'], '"Cl.Cm.P4" is not a vector'],
    [['Cl.Cm.Xx'], '"Cl.Cm.Xx" is not a vector'],
    [['Cl Cm'], '"Cl Cm" is not a vector'],
    [['Cl.Cm '], '"Cl.Cm " is not a vector'],
    [['Cl.Cm', ''], '"" is not a vector'],
    [['Cl.Cm.P1.P2'], '"Cl.Cm.P1.P2" has 2 levels of confidence'],
    [['P2.Cl.Cm.P2'], '"P2.Cl.Cm.P2" has 2 levels of confidence'],
    [['Cl.P1'], 'an identity needs Cl.Cm'],
    [['Cl.P2'], 'an identity needs Cl.Cm'],
    [['Cl.P3'], 'an identity needs Cl.Cm'],
    [['Cl.Cm.P2', 'Cl.P2'], 'an identity needs Cl.Cm'],
    [['Cl.P2', 'Cl.Cm.P2'], 'an identity needs Cl.Cm'],
    [['Cl.Cm.P1', 'P2.Cl', 'Cl.Cm.P3'], 'an identity needs Cl.Cm'],
    [['Cl.Cx', 'Cl.Cm'], '"Cl.Cx" is not a vector'],
    [['Cl.Cm', 'Cl.P1.P1', 'Cl'], '"Cl.P1.P1" has 2 levels of confidence'],
    [['Cl.Cm', 'Cl.Cm.P2'], 'vectors with and without identity are mixed'],
    [['Cl.Cm.P2', 'Cl.Cm'], 'vectors with and without identity are mixed'],
    [['Cl.Cm.P0', 'Cl.Cm.P2'], 'vectors with and without identity are mixed'],
    [['Cl.Cm', 'Cl.Cm.P2', 'Cl.Cm'], 'vectors with and without identity are mixed'],
    [['Cl', 'Cl.Cm.P2'], 'vectors with and without identity are mixed'],
  ])('[AUTHZ-6] are rejected: %j, %s', async (vtr, reason) => {
    const { message } = await expectRefused(() => parseVectors(vtr), 'invalid_option', /^Option "vtr": /)
    expect(message).toContain(reason)
    expect(message).toContain('Use Cl or Cl.Cm, each with at most one of P0, P1, P2 and P3')
  })
})

describe('comparing levels', () => {
  it.each([
    ['Cl', 'Cl', true],
    ['Cl.Cm', 'Cl', true],
    ['Cl.Cm', 'Cl.Cm', true],
    ['Cl', 'Cl.Cm', false],
  ] as const)('[IDT-6] returns whether the credential level %s satisfies %s: %s', (reached, needed, does) => {
    expect(credentialSatisfies(reached, needed)).toBe(does)
  })

  it('[CID-5] returns that a level of confidence satisfies itself and each weaker one only', () => {
    const levels = ['P0', 'P1', 'P2', 'P3'] as const
    for (const [reached, a] of levels.entries())
      for (const [needed, b] of levels.entries()) expect(confidenceSatisfies(a, b)).toBe(reached >= needed)
  })

  it.each(['Cl', 'Cl.Cm'])('[IDT-6] recognises the credential level %s', (level) => {
    expect(isCredentialLevel(level)).toBe(true)
    expect(isConfidenceLevel(level)).toBe(false)
  })

  it.each(['P0', 'P1', 'P2', 'P3'])('[CID-5] recognises the level of confidence %s', (level) => {
    expect(isConfidenceLevel(level)).toBe(true)
    expect(isCredentialLevel(level)).toBe(false)
  })

  it.each(['', 'Cm', 'P4', 'p2', 'CL', ['Cl'], null, undefined, 2])(
    '[IDT-6, CID-5] does not recognise the level %j',
    (level) => {
      expect(isCredentialLevel(level)).toBe(false)
      expect(isConfidenceLevel(level)).toBe(false)
    },
  )
})
