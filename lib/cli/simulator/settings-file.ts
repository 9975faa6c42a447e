import * as v from 'valibot'
import { identityClaims, scopes, type IdentityClaimName } from '../../simulator/claim-names.ts'
import { levelsOfConfidence } from '../../simulator/authorization/requested-vectors.ts'
import {
  readyUserNames,
  simulatorFaults,
  type ClientSettings,
  type FaultPlace,
  type SimulatorResponse,
  type SimulatorUser,
} from '../../simulator/index.ts'
import { readJsonFile } from '../input-file.ts'
import { UsageError } from '../subcommand.ts'
import { address } from './address.ts'
import {
  addressMembers,
  claimObject,
  drivingPermitMembers,
  nameMembers,
  passportMembers,
} from './claim-members.ts'
import { configurationIssues } from './configuration-issue.ts'
import { anyObject, objectOf } from './json-object.ts'
import { publicKeyPem } from './public-key.ts'

const text = v.pipe(v.string(), v.nonEmpty())
const texts = v.array(text)
const level = v.picklist(levelsOfConfidence)
const truth = v.exactOptional(v.boolean())
const oneText = v.exactOptional(text)

const registrationSchema = objectOf({
  clientId: oneText,
  clientName: oneText,
  status: v.exactOptional(v.picklist(['active', 'deactivated', 'deprecated', 'rate-limited'])),
  publicKeys: v.exactOptional(
    v.array(
      v.pipe(
        v.string(),
        v.check((key) => publicKeyPem(key) !== undefined, 'must be an RSA public key, PEM'),
        v.transform((key) => publicKeyPem(key) ?? key),
      ),
    ),
  ),
  jwksURL: oneText,
  tokenAuthMethod: v.exactOptional(v.picklist(['private_key_jwt', 'client_secret_post'])),
  clientSecret: oneText,
  redirectUris: v.exactOptional(texts),
  callbackURL: oneText,
  postLogoutRedirectUris: v.exactOptional(texts),
  postLogoutRedirectURL: oneText,
  backChannelLogoutURL: oneText,
  scopes: v.exactOptional(v.array(v.picklist(scopes))),
  claims: v.exactOptional(v.array(v.picklist(Object.keys(identityClaims) as IdentityClaimName[]))),
  levels: v.exactOptional(v.array(level)),
  identityEnabled: truth,
  idTokenSigningAlg: v.exactOptional(v.picklist(['ES256', 'RS256'])),
  requestObjectRequired: truth,
  pkceRequired: truth,
  maxAgeEnabled: truth,
})

const claimList = (members: Parameters<typeof claimObject>[0]) =>
  v.exactOptional(v.array(claimObject(members)))

const identitySchema = objectOf({
  level,
  names: v.array(claimObject(nameMembers)),
  birthDates: v.array(v.string()),
  addresses: claimList(addressMembers),
  passports: claimList(passportMembers),
  drivingPermits: claimList(drivingPermitMembers),
})

const userSchema = objectOf({
  sub: text,
  email: v.exactOptional(v.nullable(text)),
  emailVerified: truth,
  phoneNumber: oneText,
  phoneNumberVerified: truth,
  walletSubjectId: oneText,
  identity: v.exactOptional(identitySchema),
  returnCodes: v.exactOptional(texts),
})

const responseSchema = objectOf({
  user: v.exactOptional(
    v.lazy((value) => (typeof value === 'string' ? v.picklist(readyUserNames) : userSchema)),
  ),
  level: v.exactOptional(level),
  claims: v.exactOptional(anyObject),
  coreIdentity: v.exactOptional(anyObject),
  returnCodes: v.exactOptional(texts),
  inPerson: v.exactOptional(v.literal('pending')),
  error: v.exactOptional(objectOf({ error: text, error_description: v.exactOptional(v.string()) })),
})

/** Each place with the names of its faults. */
function faultEntries() {
  const entries = Object.entries(simulatorFaults).map(([place, names]) => [
    place,
    v.exactOptional(v.array(v.picklist(names))),
  ])
  return Object.fromEntries(entries) as Record<
    FaultPlace,
    v.ExactOptionalSchema<v.ArraySchema<v.PicklistSchema<readonly string[], undefined>, undefined>, never>
  >
}

const settingsSchema = objectOf({
  port: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
  host: oneText,
  url: v.exactOptional(address),
  interactive: truth,
  registration: v.exactOptional(registrationSchema),
  response: v.exactOptional(responseSchema),
  faults: v.exactOptional(objectOf(faultEntries())),
})

/** The content of the command's configuration file. */
export interface SettingsFile {
  readonly port?: number
  readonly host?: string
  readonly url?: string
  readonly interactive?: boolean
  readonly registration?: ClientSettings
  readonly response?: SimulatorResponse
  readonly faults?: Readonly<Partial<Record<FaultPlace, readonly string[]>>>
}

/**
 * Reads a configuration file.
 *
 * @throws UsageError that names the wrong member
 */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  const result = v.safeParse(settingsSchema, await readJsonFile('config', path))
  if (!result.success) {
    const lines = configurationIssues(result.issues).map(({ path: member, message }) => {
      return `--config: ${path}: ${member ?? 'the content'} ${ended(message)}`
    })
    throw new UsageError(lines.join('\n'))
  }
  const { response, ...rest } = result.output
  if (!response) return rest
  // The values in the claims of your own user are not checked. The rest of the user is checked above.
  const { user, ...others } = response
  const userSettings = typeof user === 'object' ? (user as unknown as SimulatorUser) : user
  return { ...rest, response: { ...others, ...(userSettings !== undefined && { user: userSettings }) } }
}

/** Adds a full stop, unless the text ends with a question mark. */
const ended = (message: string): string => (message.endsWith('?') ? message : `${message}.`)
