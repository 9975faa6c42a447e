import type {
  Address,
  DrivingPermit,
  NamePart,
  OneLoginOptions,
  OneLoginOptionsWithRequest,
  Passport,
  SignInOptions,
} from '../../lib/index.ts'
import type { credentialSubjectSchema, identityClaimSchemas } from '../../lib/claims.ts'
import type { optionsSchema } from '../../lib/options/strategy-options-schema.ts'
import type { requestSchema } from '../../lib/options/sign-in-options.ts'
import type * as v from 'valibot'
import { expectTypeOf, it } from 'vitest'

type Given = v.InferInput<typeof optionsSchema>
type GivenToRequest = v.InferInput<typeof requestSchema>
type Claims = {
  [Name in keyof typeof identityClaimSchemas]: v.InferOutput<(typeof identityClaimSchemas)[Name]>[number]
}
type Name = v.InferOutput<typeof credentialSubjectSchema>['name'][number]

it('[CONF-9] the documented options are exactly those that are checked', () => {
  expectTypeOf<keyof OneLoginOptions>().toEqualTypeOf<keyof Given>()
  expectTypeOf<keyof NonNullable<OneLoginOptions['session']>>().toEqualTypeOf<
    keyof NonNullable<Given['session']>
  >()
  expectTypeOf<OneLoginOptions>().toExtend<Given>()
  expectTypeOf<Given>().toExtend<Omit<OneLoginOptions, 'passReqToCallback'>>()
  expectTypeOf<Given['passReqToCallback']>().toEqualTypeOf<
    (OneLoginOptions | OneLoginOptionsWithRequest)['passReqToCallback']
  >()
  expectTypeOf<SignInOptions>().toEqualTypeOf<GivenToRequest>()
})

it('[CID-11] the documented claims are exactly those that are read', () => {
  expectTypeOf<Address>().toEqualTypeOf<Claims['address']>()
  expectTypeOf<Passport>().toEqualTypeOf<Claims['passport']>()
  expectTypeOf<DrivingPermit>().toEqualTypeOf<Claims['drivingPermit']>()
  expectTypeOf<NamePart>().toEqualTypeOf<Name['nameParts'][number]>()
})
