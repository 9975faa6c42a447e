import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  confidenceSatisfies,
  credentialSatisfies,
  isConfidenceLevel,
  isCredentialLevel,
  parseVectors,
  type ConfidenceLevel,
  type CredentialLevel,
} from '../../lib/vectors-of-trust.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'

const rankOfCredential: Record<CredentialLevel, number> = { Cl: 1, 'Cl.Cm': 2 }
const rankOfConfidence: Record<ConfidenceLevel, number> = { P0: 0, P1: 1, P2: 2, P3: 3 }

const credential = fc.constantFrom<CredentialLevel>('Cl', 'Cl.Cm')
const identityLevel = fc.constantFrom<ConfidenceLevel>('P1', 'P2', 'P3')

/** A vector with its parts in any order, and its meaning. */
const vector = (confidence: fc.Arbitrary<ConfidenceLevel | undefined>, from = credential) =>
  fc.record({ credential: from, confidence }).chain(({ credential, confidence }) =>
    fc
      .shuffledSubarray([...credential.split('.'), ...(confidence ? [confidence] : [])], {
        minLength: credential.split('.').length + (confidence ? 1 : 0),
      })
      .map((components) => ({ written: components.join('.'), credential, confidence })),
  )

const listOf = <Item>(text: fc.Arbitrary<Item>) => fc.array(text, { minLength: 1, maxLength: 5 })
const withoutIdentity = listOf(vector(fc.constantFrom(undefined, 'P0')))
const withIdentity = listOf(vector(identityLevel, fc.constant('Cl.Cm')))

/** Texts that look like vectors, most of them wrong. */
const almost = fc
  .array(fc.constantFrom('Cl', 'Cm', 'P0', 'P1', 'P2', 'P3', 'P4', 'cl', '', ' ', 'Cx', '__proto__'), {
    maxLength: 5,
  })
  .map((components) => components.join('.'))

/** The vectors that One Login accepts, written again independently. */
function isGoodList(list: readonly string[]): boolean {
  const vectors = list.map((text) => text.split('.'))
  const count = (components: readonly string[], pattern: RegExp) =>
    components.filter((component) => pattern.test(component)).length
  const isGood = vectors.every(
    (components) =>
      count(components, /^Cl$/) === 1 &&
      count(components, /^Cm$/) <= 1 &&
      count(components, /^P[0-3]$/) <= 1 &&
      components.every((component) => /^(?:Cl|Cm|P[0-3])$/.test(component)),
  )
  const forIdentity = vectors.filter((components) => count(components, /^P[1-3]$/) > 0)
  const isMixed = forIdentity.length > 0 && forIdentity.length < vectors.length
  return isGood && list.length > 0 && !isMixed && forIdentity.every((components) => components.includes('Cm'))
}

describe('a list of vectors', () => {
  it(
    '[AUTHZ-5] means the weakest of its levels, however the parts and the vectors are ordered',
    () => {
      fc.assert(
        fc.property(fc.oneof(withoutIdentity, withIdentity), (vectors) => {
          const parsed = parseVectors(vectors.map(({ written }) => written))
          const ranks = vectors.map((text) => rankOfCredential[text.credential])
          const levels = vectors.map(({ confidence = 'P0' }) => rankOfConfidence[confidence])
          expect(rankOfCredential[parsed.credential]).toBe(Math.min(...ranks))
          expect(rankOfConfidence[parsed.identity ?? 'P0']).toBe(Math.min(...levels))
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[AUTHZ-5] is sent in the usual order, and has the same meaning when it is parsed again',
    () => {
      fc.assert(
        fc.property(fc.oneof(withoutIdentity, withIdentity), (vectors) => {
          const parsed = parseVectors(vectors.map(({ written }) => written))
          for (const text of parsed.vtr) expect(text).toMatch(/^Cl(\.Cm)?(\.P[0-3])?$/)
          expect(parseVectors(parsed.vtr)).toEqual(parsed)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[AUTHZ-6] is rejected if only some of them request an identity',
    () => {
      fc.assert(
        fc.property(withoutIdentity, withIdentity, fc.nat(), (without, having, seed) => {
          const list = [...without, ...having].map(({ written }) => written)
          const at = seed % list.length
          expectRefused([...list.slice(at), ...list.slice(0, at)])
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[AUTHZ-6] is rejected if one of them requests an identity with less than Cl.Cm',
    () => {
      fc.assert(
        fc.property(withIdentity, vector(identityLevel, fc.constant('Cl')), (good, bad) => {
          expectRefused([...good, bad].map(({ written }) => written))
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[AUTHZ-6] is rejected if one of them has 2 levels of confidence',
    () => {
      const two = fc
        .tuple(credential, fc.constantFrom('P0', 'P1', 'P2', 'P3'), fc.constantFrom('P0', 'P1', 'P2', 'P3'))
        .map(([credential, ...levels]) => [...levels, credential].join('.'))
      fc.assert(
        fc.property(two, fc.oneof(withoutIdentity, withIdentity, fc.constant([])), (bad, good) => {
          expectRefused([...good.map(({ written }) => written), bad])
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[AUTHZ-6] is accepted or rejected, and has only parts that One Login knows, each once',
    () => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof({ weight: 5, arbitrary: almost }, fc.string()), { maxLength: 3 }),
          (list) => {
            if (!isGoodList(list)) {
              expectRefused(list)
              return
            }
            const sorted = (text: string) => text.split('.').sort().join('.')
            expect(parseVectors(list).vtr.map(sorted)).toEqual(list.map(sorted))
          },
        ),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

describe('levels', () => {
  it(
    '[IDT-6] [CID-5] satisfy each other exactly in their order',
    () => {
      const confidence = fc.constantFrom<ConfidenceLevel>('P0', 'P1', 'P2', 'P3')
      fc.assert(
        fc.property(credential, credential, confidence, confidence, (a, b, p, q) => {
          expect(credentialSatisfies(a, b)).toBe(rankOfCredential[a] >= rankOfCredential[b])
          expect(confidenceSatisfies(p, q)).toBe(rankOfConfidence[p] >= rankOfConfidence[q])
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[IDT-6] [CID-5] are these and no other value',
    () => {
      fc.assert(
        fc.property(fc.anything(), (value) => {
          expect(isCredentialLevel(value)).toBe(value === 'Cl' || value === 'Cl.Cm')
          expect(isConfidenceLevel(value)).toBe(typeof value === 'string' && /^P[0-3]$/.test(value))
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

function expectRefused(list: readonly string[]): void {
  expect(() => parseVectors(list)).toThrow(expect.objectContaining({ code: 'invalid_option' }) as Error)
}
