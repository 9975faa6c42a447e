import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOneLoginError, type OneLoginOptions } from '../../lib/index.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { optionsSchema } from '../../lib/options/strategy-options-schema.ts'
import { parseSignInOptions } from '../../lib/options/sign-in-options.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const good: OneLoginOptions = {
  environment: 'integration',
  clientId: 'a-service',
  callbackURL: 'https://service.example/auth/callback',
  privateKey,
}

const names = Object.keys(optionsSchema.entries) as (keyof OneLoginOptions)[]
const settings = parseStrategyOptions(good)

/** Parses, or returns the error, which must be from this package. */
function refusalOf(work: () => unknown): { code: string; message: string } | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (!isOneLoginError(error)) throw error
    return error
  }
}

const secret = fc.string({
  minLength: 32,
  maxLength: 80,
  unit: fc.constantFrom('q', 'x', 'z', 'k', 'w', 'v'),
})

describe('an option', () => {
  it(
    '[CONF-9] of any value is accepted, or rejected with its name',
    () => {
      expect(refusalOf(() => parseStrategyOptions(good))).toBeUndefined()
      fc.assert(
        fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
          const refusal = refusalOf(() => parseStrategyOptions({ ...good, [name]: value as never }))
          if (!refusal) return
          expect(value).not.toEqual(good[name])
          expect(refusal.code).toBe('invalid_option')
          // The message about 2 credentials names the usual one.
          expect(refusal.message).toMatch(/^Option "/)
          if (!['privateKey', 'signer', 'clientSecret'].includes(name))
            expect(refusal.message).toContain(name)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-9] that does not exist is rejected',
    () => {
      fc.assert(
        fc.property(fc.string(), fc.anything(), (name, value) => {
          fc.pre(!(name in good) && !names.some((known) => known === name) && name !== '__proto__')
          const refusal = refusalOf(() => parseStrategyOptions({ ...good, [name]: value }))
          expect(refusal?.code).toBe('invalid_option')
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-14] that is confidential, or looks like a key, is not shown when it is rejected',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...names), secret, (name, value) => {
          for (const wrong of [value, [value], { [name]: value }, { kty: 'RSA', d: value }]) {
            const refusal = refusalOf(() => parseStrategyOptions({ ...good, [name]: wrong as never }))
            expect(refusal?.message ?? '').not.toContain(value)
          }
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-9] that replaces all options with another value is rejected',
    () => {
      fc.assert(
        fc.property(fc.anything(), (options) => {
          expect(refusalOf(() => parseStrategyOptions(options as never))?.code).toBe('invalid_option')
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-7] with an address is never plain http to another machine',
    () => {
      const url = fc.webUrl({ validSchemes: ['http', 'https'] })
      fc.assert(
        fc.property(url, url, fc.boolean(), (issuer, didDocumentURL, allowInsecureRequests) => {
          const refusal = refusalOf(() =>
            parseStrategyOptions({
              ...good,
              environment: {
                issuer,
                didDocumentURL,
                allowInsecureRequests,
                didController: 'did:web:simulator',
                coreIdentityIssuer: 'https://simulator/',
              },
            }),
          )
          const isPlain = [issuer, didDocumentURL].some((address) => address.startsWith('http:'))
          expect(refusal?.code).toBe(isPlain ? 'invalid_option' : undefined)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

describe('a length of time', () => {
  const units = { s: 1, m: 60, h: 3600, d: 86_400 }

  it(
    '[SESS-5] is the same in seconds and in any unit, and stays within its bounds',
    () => {
      fc.assert(
        fc.property(fc.nat({ max: 4_000_000 }), fc.constantFrom('s', 'm', 'h', 'd'), (amount, unit) => {
          const seconds = amount * units[unit]
          const parse = (absolute: number | `${number}s`) =>
            parseStrategyOptions({ ...good, session: { absolute } }).session.absolute
          const isAllowed = seconds >= 60 && seconds <= 30 * 86_400
          for (const given of [seconds, `${amount}${unit}` as `${number}s`]) {
            if (isAllowed) expect(parse(given)).toBe(seconds)
            else expect(refusalOf(() => parse(given))?.message).toContain('session.absolute')
          }
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-9] is a number or a string, and nothing that only converts to one',
    () => {
      const neither = fc
        .anything()
        .filter((value) => !['number', 'string', 'undefined'].includes(typeof value))
      fc.assert(
        fc.property(neither, (timeout) => {
          expect(
            refusalOf(() => parseStrategyOptions({ ...good, timeout: timeout as never }))?.message,
          ).toContain('timeout')
        }),
        { ...propertyRuns(), examples: [[['12s']], [{ toString: [] }], [Object('12s')]] },
      )
    },
    propertyTimeout(),
  )
})

describe('the options of one sign-in', () => {
  it(
    '[AUTHZ-7] ask for claims exactly when they ask for an identity, and then for the core identity',
    () => {
      const claims = fc.subarray(['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'])
      const vtr = fc.constantFrom(['Cl'], ['Cl.Cm'], ['P2.Cl.Cm'], ['Cl.Cm.P1', 'Cl.Cm.P2'], ['P0.Cl'])
      fc.assert(
        fc.property(vtr, fc.option(claims, { nil: undefined }), (vtr, claims) => {
          const parsed = parseSignInOptions({ vtr, claims }, settings.signIn)
          expect(parsed.claims.includes('coreIdentityJWT')).toBe(parsed.trust.identity !== undefined)
          if (!parsed.trust.identity) expect(parsed.claims).toEqual([])
          else
            expect(new Set(parsed.claims)).toEqual(
              new Set(['coreIdentityJWT', ...(claims ?? ['returnCode'])]),
            )
          expect(new Set(parsed.claims).size).toBe(parsed.claims.length)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CONF-9] of any value are accepted or rejected',
    () => {
      const name = fc.constantFrom(
        ...['vtr', 'claims', 'maxAge', 'uiLocales', 'prompt', 'loginHint', 'channel', 'returnTo', 'other'],
      )
      fc.assert(
        fc.property(fc.dictionary(name, fc.anything()), (options) => {
          const refusal = refusalOf(() => parseSignInOptions(options, settings.signIn))
          if (refusal) expect(refusal).toMatchObject({ code: 'invalid_option' })
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})
