import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { claimURL, credentialSubjectSchema, identityClaimSchemas, userinfoSchema } from '../lib/claims.ts'
import type { OneLoginError } from '../lib/index.ts'
import { createIdentity } from '../lib/sign-in/user.ts'

/** The parts of a Valibot schema that these tests need to find every member of every claim. */
interface Schema {
  readonly type: string
  readonly pipe?: readonly Schema[]
  readonly entries?: Readonly<Record<string, Schema>>
  readonly item?: Schema
  readonly wrapped?: Schema
  readonly options?: readonly (Schema | string)[]
}

type Path = readonly (string | number)[]

/** A member of an object in a claim. */
interface Member {
  readonly path: Path
  readonly isRequired: boolean
  /** The JSON types that it accepts. */
  readonly types: readonly string[]
}

/** The schema inside optional members and pipes. */
function core(schema: Schema): Schema {
  if (schema.type === 'optional' && schema.wrapped) return core(schema.wrapped)
  const parts = schema.pipe?.filter((part) => part !== schema).map(core)
  return parts?.find(({ entries, item }) => entries ?? item) ?? schema
}

function typesOf(schema: Schema): string[] {
  const { type, options = [] } = core(schema)
  if (type === 'union')
    return options.flatMap((option) => (typeof option === 'string' ? [] : typesOf(option)))
  return [type === 'picklist' ? 'string' : type === 'loose_object' ? 'object' : type]
}

function membersOf(schema: Schema, path: Path = []): Member[] {
  const { entries, item } = core(schema)
  if (item) return membersOf(item, [...path, 0])
  return Object.entries(entries ?? {}).flatMap(([name, member]) => [
    { path: [...path, name], isRequired: member.type !== 'optional', types: typesOf(member) },
    ...membersOf(member, [...path, name]),
  ])
}

/** A value with every member that a schema accepts. */
function exampleOf(schema: Schema): unknown {
  const { type, entries, item, options = [], pipe = [] } = core(schema)
  if (entries)
    return Object.fromEntries(Object.entries(entries).map(([name, member]) => [name, exampleOf(member)]))
  if (item) return [exampleOf(item)]
  if (type === 'union') return exampleOf(options[0] as Schema)
  if (type === 'picklist') return options[0]
  if (type === 'number') return 10022812929
  if (type === 'boolean') return true
  return pipe.some((part) => part.type === 'iso_date') ? '2020-03-01' : 'A'
}

const schemas: Readonly<Record<string, v.GenericSchema>> = {
  userinfo: userinfoSchema,
  'core identity': credentialSubjectSchema,
  ...identityClaimSchemas,
}

/** An example of a claim with every member, and with a current name, which has no end date. */
function exampleClaim(claim: string): unknown {
  const example = exampleOf(schemas[claim] as unknown as Schema)
  if (claim !== 'core identity') return example
  const { name, ...rest } = example as { name: object[] }
  return { ...rest, name: [...name, { nameParts: [{ type: 'GivenName', value: 'Alice' }] }] }
}

/** A copy with another value at a path, or without the member if the value is undefined. */
function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to
  if (Array.isArray(value))
    return value.map((one: unknown, index) => (index === key ? changed(one, rest, to) : one))
  const { [key]: inner, ...others } = value as Record<string, unknown>
  const next = changed(inner, rest, to)
  return next === undefined ? others : { ...others, [key]: next }
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value)

const wrongTypes: Readonly<Record<string, unknown>> = {
  string: 'X',
  number: 5,
  boolean: false,
  array: [],
  object: {},
}

const cases = Object.entries(schemas).flatMap(([claim, schema]) =>
  membersOf(schema as unknown as Schema).map((member) => ({
    claim,
    ...member,
    name: `${claim}: ${member.path.join('.')}`,
  })),
)
const required = cases.filter(({ isRequired }) => isRequired)
const optional = cases.filter(({ isRequired }) => !isRequired)
const accepts = (claim: string, value: unknown) => {
  const schema = schemas[claim]
  if (!schema) throw new Error(`There is no claim ${claim}.`)
  return v.safeParse(schema, value)
}

describe('the members of every claim', () => {
  it('[CID-13] are listed by the schemas', () => {
    expect(required.map(({ name }) => name)).toEqual([
      'userinfo: sub',
      'core identity: name',
      'core identity: name.0.nameParts',
      'core identity: name.0.nameParts.0.type',
      'core identity: name.0.nameParts.0.value',
      'core identity: birthDate',
      'core identity: birthDate.0.value',
      'passport: 0.documentNumber',
      'drivingPermit: 0.personalNumber',
      'returnCode: 0.code',
    ])
    expect(optional).toHaveLength(30)
  })

  it.each(Object.keys(schemas))('[CID-13] of %s are all accepted at the same time', (claim) => {
    expect(accepts(claim, exampleClaim(claim))).toMatchObject({ success: true })
  })

  it.each(optional)('[CID-13] can be null or missing: $name', ({ claim, path }) => {
    for (const absent of [null, undefined]) {
      const { success, output } = accepts(claim, changed(exampleClaim(claim), path, absent))
      expect(success).toBe(true)
      expect(valueAt(output, path.slice(0, -1))).not.toHaveProperty(String(path.at(-1)))
    }
  })

  it.each(required)('[CID-12, CID-13] are required: $name', ({ claim, path }) => {
    for (const absent of [null, undefined])
      expect(accepts(claim, changed(exampleClaim(claim), path, absent)).success).toBe(false)
  })

  it.each(cases)('[CID-12] must have the right type: $name', ({ claim, path, types }) => {
    const wrong = Object.entries(wrongTypes).filter(([type]) => !types.includes(type))
    expect(wrong.length).toBeGreaterThanOrEqual(3)
    for (const [, value] of wrong)
      expect(accepts(claim, changed(exampleClaim(claim), path, value)).success).toBe(false)
  })

  it.each(['name', 'birthDate', 'name.0.nameParts'])(
    '[CID-8, CID-9] of %s cannot be an empty list',
    (path) => {
      const keys = path.split('.').map((key) => (key === '0' ? 0 : key))
      expect(accepts('core identity', changed(exampleClaim('core identity'), keys, [])).success).toBe(false)
    },
  )
})

describe('every claim except the core identity', () => {
  const read = (claim: string, value: unknown) => {
    const proven = {
      level: 'P2',
      ...(v.parse(credentialSubjectSchema, exampleClaim('core identity')) as object),
    } as Parameters<typeof createIdentity>[0]
    const { output } = accepts('userinfo', { sub: 'a-user', [claimURL(claim as never)]: value })
    return createIdentity(proven, output as never)
  }

  it.each(Object.keys(identityClaimSchemas))(
    '[CID-11, CID-13] can be null, missing or empty: %s',
    (claim) => {
      expect(read(claim, null)).toEqual(read(claim, undefined))
      expect(read(claim, null)).toMatchObject({ proven: true, returnCodes: [] })
      expect(Object.values(read(claim, []))).toContainEqual([])
    },
  )

  it.each(Object.keys(identityClaimSchemas))('[CID-12] must be a list of objects: %s', (claim) => {
    for (const value of ['X', 5, true, {}, [null], ['X'], [5], [[]]])
      expect(() => read(claim, value)).toThrow(
        expect.objectContaining({ code: 'identity_claim_invalid' }) as OneLoginError,
      )
  })
})

describe('the bounds of a claim', () => {
  it.each([
    ['A', true],
    ['ABCDEFGH', true],
    ['ABCDEFGHI', false],
    ['', false],
    ['A\n', false],
    ['1', false],
    ['A B', false],
  ])('[CID-11, CID-12] allow a return code of letters alone, at most 8: %j %s', (code, isAllowed) => {
    expect(accepts('returnCode', [{ code }]).success).toBe(isAllowed)
  })

  it.each([
    [1000, true],
    [1001, false],
  ])('[CID-8, CID-12] allow a name of at most 1,000 parts: %i %s', (length, isAllowed) => {
    const nameParts = Array.from({ length }, () => ({ type: 'GivenName', value: 'A' }))
    const claim = changed(exampleClaim('core identity'), ['name'], [{ nameParts }])
    expect(accepts('core identity', claim).success).toBe(isAllowed)
  })
})
