import * as v from 'valibot'
import { identityClaims, scopes } from '../../simulator/claim-names.ts'
import { levelsOfConfidence } from '../../simulator/authorization/requested-vectors.ts'
import { address } from './address.ts'
import {
  addressMembers,
  claimObject,
  credentialMembers,
  drivingPermitMembers,
  passportMembers,
} from './claim-members.ts'
import { configurationIssues } from './configuration-issue.ts'
import { objectOf } from './json-object.ts'
import { publicKeyPem } from './public-key.ts'

const text = v.pipe(v.string(), v.nonEmpty())
const texts = v.array(text)
const url = v.pipe(v.string(), v.url())
const level = v.picklist(levelsOfConfidence)

/** The registration of a service, in the format of the official simulator. */
const clientSchema = objectOf({
  clientId: v.exactOptional(text),
  publicKeySource: v.exactOptional(v.picklist(['STATIC', 'JWKS'])),
  publicKey: v.exactOptional(v.pipe(v.string(), v.rawTransform(readPublicKey))),
  jwksUrl: v.exactOptional(url),
  scopes: v.exactOptional(v.array(v.picklist(scopes))),
  redirectUrls: v.exactOptional(texts),
  postLogoutRedirectUrls: v.exactOptional(texts),
  claims: v.exactOptional(v.array(v.picklist(Object.values(identityClaims)))),
  identityVerificationSupported: v.exactOptional(v.boolean()),
  idTokenSigningAlgorithm: v.exactOptional(v.picklist(['ES256', 'RS256'])),
  clientLoCs: v.exactOptional(v.array(level)),
  // GET /config shows it, and test suites send back what they received.
  token_auth_method: v.exactOptional(v.picklist(['private_key_jwt', 'client_secret_post'])),
})

const responseEntries = {
  sub: text,
  email: v.nullable(v.string()),
  emailVerified: v.boolean(),
  phoneNumber: v.nullable(v.string()),
  phoneNumberVerified: v.boolean(),
  maxLoCAchieved: level,
  coreIdentityVerifiableCredentials: v.nullable(claimObject(credentialMembers)),
  passportDetails: v.nullable(v.array(claimObject(passportMembers))),
  drivingPermitDetails: v.nullable(v.array(claimObject(drivingPermitMembers))),
  postalAddressDetails: v.nullable(v.array(claimObject(addressMembers))),
  returnCodes: v.nullable(v.array(objectOf({ code: text }))),
}

/** The response. `null` leaves a claim out. */
export const responseSchema = objectOf(v.partial(v.object(responseEntries)).entries)

/** The official simulator's names for faults of ID tokens. */
export const idTokenErrors = [
  'INVALID_ISS',
  'INVALID_AUD',
  'INVALID_ALG_HEADER',
  'INVALID_SIGNATURE',
  'TOKEN_EXPIRED',
  'TOKEN_NOT_VALID_YET',
  'NONCE_NOT_MATCHING',
  'INCORRECT_VOT',
] as const

/** The official simulator's names for faults of core identities. */
export const coreIdentityErrors = [
  'INVALID_ALG_HEADER',
  'INVALID_SIGNATURE',
  'INVALID_ISS',
  'INVALID_AUD',
  'INCORRECT_SUB',
  'TOKEN_EXPIRED',
] as const

/** The official simulator's names for faults of the authorization response. */
export const authoriseErrors = ['ACCESS_DENIED', 'TEMPORARILY_UNAVAILABLE'] as const

const errorSchema = objectOf({
  idTokenErrors: v.optional(v.array(v.picklist(idTokenErrors)), []),
  coreIdentityErrors: v.optional(v.array(v.picklist(coreIdentityErrors)), []),
  authoriseErrors: v.optional(v.array(v.picklist(authoriseErrors)), []),
})

/** The official simulator also accepts the words as text. */
const onOrOff = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])]),
  v.transform((value) => value === true || value === 'true'),
)

const changeSchema = objectOf({
  simulatorUrl: v.exactOptional(address),
  clientConfiguration: v.exactOptional(clientSchema),
  responseConfiguration: v.exactOptional(responseSchema),
  // Every call replaces the errors. A call without them removes them all.
  errorConfiguration: v.optional(errorSchema, {}),
  publishNewIdTokenSigningKeys: v.exactOptional(onOrOff),
  useNewIdTokenSigningKeys: v.exactOptional(onOrOff),
})

/** The changes in a call of `POST /config`. */
export type OfficialChange = v.InferOutput<typeof changeSchema>
/** The registration of a service. */
export type ClientConfiguration = v.InferOutput<typeof clientSchema>
/** The response. */
export type ResponseConfiguration = v.InferOutput<v.ObjectSchema<typeof responseEntries, undefined>>
/** The faults. */
export type ErrorConfiguration = v.InferOutput<typeof errorSchema>

/** The errors of a configuration, by the path of the member. */
export type ConfigurationErrors = Readonly<Record<string, { readonly msg: string; readonly value?: unknown }>>

/** Reads a configuration in the format of the official simulator. */
export function parseChange(
  input: unknown,
): { readonly change: OfficialChange } | { readonly errors: ConfigurationErrors } {
  const result = v.safeParse(changeSchema, input)
  if (result.success) return { change: result.output }
  const errors = configurationIssues(result.issues).map(({ path = '_body', message: msg, value }) => {
    return [path, { type: 'field', path, msg, value }] as const
  })
  return { errors: Object.fromEntries(errors) }
}

function readPublicKey({ dataset, addIssue, NEVER }: v.RawTransformContext<string>): string {
  const pem = publicKeyPem(dataset.value)
  if (pem !== undefined) return pem
  addIssue({ message: 'must be an RSA public key, PEM or the body of one' })
  return NEVER
}
