import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as v from 'valibot'
import { claimURL, userinfoSchema } from '../../lib/claims.ts'
import { verifyCoreIdentity, type CoreIdentity } from '../../lib/tokens/core-identity.ts'
import { isOneLoginError, OneLoginError } from '../../lib/errors.ts'
import { verifyIdToken } from '../../lib/tokens/id-token.ts'
import { createIdentity, createUser } from '../../lib/sign-in/user.ts'
import type { Userinfo } from '../../lib/sign-in/userinfo.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'
import { createTokenIssuer } from '../support/token-issuer.ts'
import { nowInSeconds } from '../../lib/clock.ts'

// Claims at the edge of the tolerance must not expire during a test.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

const issuer = 'https://oidc.example/'
const didController = 'did:web:identity.example'
const settings = {
  clientId: 'a-service',
  clockTolerance: 30,
  environment: {
    issuer,
    didController,
    didDocumentURL: 'https://identity.example/.well-known/did.json',
    coreIdentityIssuer: 'https://identity.example/',
    allowInsecureRequests: false,
  },
}
const sub = 'urn:fdc:gov.uk:2022:somebody'
const nonce = 'the-nonce'
const accessToken = 'the-access-token'
const idTokenClaims = () => ({
  iss: issuer,
  aud: settings.clientId,
  sub,
  nonce,
  iat: nowInSeconds(),
  exp: nowInSeconds() + 120,
  auth_time: nowInSeconds() - 60,
  vot: 'Cl.Cm',
  sid: 'a-sid',
  at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
})

const coreIdentityClaims = () => ({
  iss: settings.environment.coreIdentityIssuer,
  aud: settings.clientId,
  sub,
  iat: nowInSeconds(),
  nbf: nowInSeconds(),
  exp: nowInSeconds() + 120,
  vot: 'P2',
  vc: {
    credentialSubject: {
      name: [{ nameParts: [{ type: 'GivenName', value: 'Ann' }] }],
      birthDate: [{ value: '1970-01-01' }],
    },
  },
})

/** Values close to the right ones, and any others. */
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    'Cl',
    'Cl.Cm',
    'P0',
    'P1',
    'P2',
    'P3',
    sub,
    nonce,
    issuer,
    [settings.clientId],
    '',
  ),
  fc.integer({ min: -100, max: 100 }).map((offset) => nowInSeconds() + offset),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

/** Valid claims, of which up to 3 have another value or are missing. */
const changed = <Claims extends object>(good: () => Claims) =>
  fc
    .uniqueArray(
      fc.record({
        name: fc.constantFrom(...(Object.keys(good()) as (keyof Claims & string)[])),
        value: fc.option(value, { nil: undefined, freq: 8 }),
      }),
      { maxLength: 3, selector: ({ name }) => name },
    )
    .map((changes) => ({
      ...good(),
      ...Object.fromEntries(changes.map(({ name, value }) => [name, value])),
    }))

/** The result, or the error, which must be from this package and contain no claims. */
async function outcomeOf<Result>(work: Promise<Result> | (() => Result)): Promise<Result | OneLoginError> {
  try {
    return await (typeof work === 'function' ? Promise.resolve().then(work) : work)
  } catch (error) {
    if (!isOneLoginError(error)) throw error
    return error
  }
}

const isPlain = (given: unknown) => {
  expect(JSON.parse(JSON.stringify(given))).toEqual(given)
}

type Claims = Readonly<Record<string, unknown>>

const isMissing = (claim: unknown) => claim === undefined || claim === null
const isUntil = (claim: unknown, latest: number) => typeof claim === 'number' && claim <= latest
const tolerance = settings.clockTolerance

/** The requirements of every token, written again independently. */
function isGoodToken({ aud, sub: subject, exp, nbf, iat }: Claims): boolean {
  const now = nowInSeconds()
  return (
    isDeepStrictEqual([aud].flat(), [settings.clientId]) &&
    typeof subject === 'string' &&
    subject !== '' &&
    typeof exp === 'number' &&
    exp > now - tolerance &&
    (isMissing(nbf) || isUntil(nbf, now + tolerance)) &&
    isUntil(iat, now + tolerance)
  )
}

function isGoodIdToken(claims: Claims, credential: 'Cl' | 'Cl.Cm', maxAge: number | undefined): boolean {
  const { auth_time: authTime, at_hash: hash, vot } = claims
  const now = nowInSeconds()
  const isGoodTime =
    typeof authTime === 'number' &&
    authTime >= Math.max(0, now - (maxAge ?? Infinity) - tolerance) &&
    authTime <= now + tolerance
  return (
    isGoodToken(claims) &&
    claims.iss === issuer &&
    claims.nonce === nonce &&
    (vot === 'Cl.Cm' || (vot === 'Cl' && credential === 'Cl')) &&
    (isMissing(hash) || hash === idTokenClaims().at_hash) &&
    ((isMissing(authTime) && maxAge === undefined) || isGoodTime)
  )
}

function isGoodCoreIdentity(claims: Claims, level: 'P1' | 'P2' | 'P3'): boolean {
  return (
    isGoodToken(claims) &&
    claims.iss === settings.environment.coreIdentityIssuer &&
    claims.sub === sub &&
    ['P1', 'P2', 'P3'].slice(Number(level[1]) - 1).includes(String(claims.vot)) &&
    typeof claims.vot === 'string' &&
    isDeepStrictEqual(claims.vc, coreIdentityClaims().vc)
  )
}

const idTokenCodes = ['id_token_invalid', 'authentication_level_too_low', 'authentication_too_old']

describe('the claims of an ID token', () => {
  it(
    '[IDT-3] [IDT-4] [IDT-5] [IDT-6] [IDT-7] are all valid, or the token is rejected',
    async () => {
      const { sign, findKey } = createTokenIssuer()
      const maxAge = fc.option(fc.nat({ max: 200 }), { nil: undefined, freq: 1 })
      await fc.assert(
        fc.asyncProperty(
          changed(idTokenClaims),
          fc.constantFrom('Cl' as const, 'Cl.Cm' as const),
          maxAge,
          async (claims, credential, maxAge) => {
            const expected = { nonce, credential, accessToken, maxAge }
            const outcome = await outcomeOf(
              verifyIdToken(await sign(claims as never), expected, { tokenKey: findKey }, settings),
            )
            expect(!(outcome instanceof OneLoginError)).toBe(isGoodIdToken(claims, credential, maxAge))
            if (outcome instanceof OneLoginError) {
              expect(idTokenCodes).toContain(outcome.code)
              return
            }
            expect(outcome.sub).toBe(claims.sub)
            expect(outcome.vot).toBe(claims.vot)
            isPlain(createUser(outcome, { sub }))
          },
        ),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

describe('the claims of a core identity', () => {
  it(
    '[CID-4] [CID-5] [CID-12] are all valid, or the token is rejected',
    async () => {
      const kid = `${didController}#identity-key`
      const { sign, findKey } = createTokenIssuer({ ec: kid, rsa: 'none' })
      const level = fc.constantFrom('P1' as const, 'P2' as const, 'P3' as const)
      await fc.assert(
        fc.asyncProperty(changed(coreIdentityClaims), level, async (claims, level) => {
          const outcome = await outcomeOf(
            verifyCoreIdentity(
              await sign(claims as never),
              { sub, level },
              { identityKey: findKey },
              settings,
            ),
          )
          expect(!(outcome instanceof OneLoginError)).toBe(isGoodCoreIdentity(claims, level))
          if (outcome instanceof OneLoginError)
            expect(outcome.code).toMatch(/^(core_identity_invalid|identity_(level_too_low|claim_invalid))$/)
          else expect(outcome.level).toBe(claims.vot)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const namePart = fc.record({
  type: fc.constantFrom('GivenName' as const, 'FamilyName' as const),
  value: fc.string({ unit: 'binary' }),
})
const name = fc.record(
  { nameParts: fc.array(namePart, { minLength: 1, maxLength: 6 }), validFrom: day, validUntil: day },
  { requiredKeys: ['nameParts'] },
)
const core: fc.Arbitrary<CoreIdentity> = fc.record({
  level: fc.constantFrom('P1' as const, 'P2' as const, 'P3' as const),
  name: fc
    .array(name, { minLength: 1, maxLength: 4 })
    .filter((names) => names.some(({ validUntil }) => validUntil === undefined)),
  birthDate: fc.array(fc.record({ value: day }), { minLength: 1, maxLength: 3 }),
})

describe('an identity', () => {
  it(
    '[CID-8] [CID-9] has every proven name and date, each once and unchanged',
    () => {
      fc.assert(
        fc.property(core, (core) => {
          const identity = createIdentity(core, { sub })
          if (!identity.proven) throw new Error('It was proven')
          const names = [identity.name, ...identity.previousNames]
          expect(identity.name.validUntil).toBeUndefined()
          expect(names.map(({ parts }) => JSON.stringify(parts)).sort()).toEqual(
            core.name.map(({ nameParts }) => JSON.stringify(nameParts)).sort(),
          )
          for (const { full, parts } of names) expect(full).toBe(parts.map((part) => part.value).join(' '))
          expect([identity.birthDate, ...identity.otherBirthDates]).toEqual(
            core.birthDate.map(({ value }) => value),
          )
          isPlain(identity)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CID-7] is never proven without a core identity, whatever is in userinfo',
    () => {
      const claims = fc.dictionary(
        fc
          .constantFrom('address', 'passport', 'drivingPermit', 'returnCode', 'coreIdentityJWT')
          .map(claimURLOf),
        fc.oneof(
          fc.jsonValue(),
          fc.array(fc.record({ code: fc.string({ maxLength: 2 }) }), { maxLength: 2 }),
        ),
      )
      fc.assert(
        fc.property(claims, (claims) => {
          const codes = returnCodesOf(claims[claimURL('returnCode')])
          const work = () => createIdentity(undefined, v.parse(userinfoSchema, { ...claims, sub }))
          if (codes) expect(work()).toEqual({ proven: false, returnCodes: codes })
          else expect(work).toThrow(expect.objectContaining({ code: 'identity_claim_invalid' }) as Error)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CID-12] is rejected without the text that could not be read',
    () => {
      const secret = fc.string({ minLength: 8, unit: fc.constantFrom('Q', 'X', 'Z', '0', '1', '7') })
      const broken = (text: string) =>
        fc.constantFrom<unknown>(
          text,
          { [text]: text },
          [text],
          [{ documentNumber: [text], personalNumber: [text], uprn: [text], code: [text] }],
          {
            0: { documentNumber: { text } },
          },
        )
      const claim = fc.constantFrom('passport', 'drivingPermit', 'address', 'returnCode')
      fc.assert(
        fc.property(
          core,
          claim,
          secret.chain((text) => fc.record({ text: fc.constant(text), value: broken(text) })),
          (core, claim, { text, value }) => {
            const userinfo = { sub, [claimURLOf(claim)]: value } as Userinfo
            expect(() => createIdentity(core, userinfo)).toThrow(
              expect.objectContaining({ message: expect.not.stringContaining(text) as string }) as Error,
            )
          },
        ),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})

/** The letters of a `returnCode` claim, or none if it cannot be read. */
function returnCodesOf(claim: unknown): string[] | undefined {
  if (isMissing(claim)) return []
  if (!Array.isArray(claim)) return undefined
  const codes = claim.map((one: unknown) => (one as { code?: unknown } | null)?.code)
  return codes.every((code) => typeof code === 'string' && /^[A-Za-z]{1,8}$/.test(code))
    ? (codes as string[])
    : undefined
}

function claimURLOf(name: string): string {
  return claimURL(name as 'address')
}
