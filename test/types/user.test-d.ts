import { expectTypeOf, it } from 'vitest'
import type {
  Address,
  Identity,
  IdentityLevel,
  Name,
  OneLoginUser,
  ProvenIdentity,
  UnprovenIdentity,
} from 'passport-govuk-one-login'

declare const user: OneLoginUser
/** Reads a value, so that the compiler checks it. */
declare function use(value: unknown): undefined

it('[UI-2] optional properties can be undefined', () => {
  expectTypeOf(user.sub).toEqualTypeOf<string>()
  expectTypeOf(user.email).toEqualTypeOf<string | undefined>()
  expectTypeOf(user.emailVerified).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(user.phoneNumber).toEqualTypeOf<string | undefined>()
  expectTypeOf(user.phoneNumberVerified).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(user.walletSubjectId).toEqualTypeOf<string | undefined>()
  expectTypeOf(user.authentication.level).toEqualTypeOf<'Cl' | 'Cl.Cm'>()
  expectTypeOf(user.identity).toEqualTypeOf<Identity | undefined>()
})

it('[CID-7] a name can only be read after a check that the identity is proven', () => {
  // @ts-expect-error there may be no identity
  use(user.identity.proven)
  // @ts-expect-error the identity may not be proven
  use(user.identity?.name)
  // @ts-expect-error an identity that is not proven has no level
  use(user.identity?.level)
  if (!user.identity) return
  expectTypeOf(user.identity.returnCodes).toEqualTypeOf<readonly string[]>()
  if (user.identity.proven) {
    expectTypeOf(user.identity).toEqualTypeOf<ProvenIdentity>()
    expectTypeOf(user.identity.name).toEqualTypeOf<Name>()
    expectTypeOf(user.identity.level).toEqualTypeOf<IdentityLevel>()
    expectTypeOf(user.identity.birthDate).toEqualTypeOf<string>()
    expectTypeOf(user.identity.addresses).toEqualTypeOf<readonly Address[] | undefined>()
  } else {
    expectTypeOf(user.identity).toEqualTypeOf<UnprovenIdentity>()
    // @ts-expect-error an identity that is not proven has no name
    use(user.identity.name)
  }
})

it('[CID-10] an address may lack any member', () => {
  expectTypeOf<Address['postalCode']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Address['uprn']>().toEqualTypeOf<number | string | undefined>()
  expectTypeOf({}).toExtend<Address>()
})

it('[CID-5] P0 is not an identity level', () => {
  // @ts-expect-error P0 means that there is no identity
  const level: IdentityLevel = 'P0'
  use(level)
})

it('[CID-6] verified data is read-only', () => {
  // @ts-expect-error it is read-only
  user.sub = 'another'
  // @ts-expect-error nested properties are read-only too
  user.authentication.level = 'Cl'
})
