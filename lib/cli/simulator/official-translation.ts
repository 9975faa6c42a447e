import { identityClaims, type IdentityClaimName } from '../../simulator/claim-names.ts'
import { noJwksURL } from '../../simulator/keys/client-keys.ts'
import {
  readyUser,
  type ClientRegistration,
  type ClientSettings,
  type SimulatorResponse,
  type SimulatorError,
  type SimulatorFaults,
  type SimulatorIdentity,
  type SimulatorUser,
} from '../../simulator/index.ts'
import type {
  ClientConfiguration,
  ErrorConfiguration,
  ResponseConfiguration,
} from './official-configuration.ts'

const claimsByAddress = new Map(
  Object.entries(identityClaims).map(([name, address]) => [address, name as IdentityClaimName]),
)

/** Returns the registration in a configuration of the official simulator, without its keys. */
export function clientSettingsOf(configuration: ClientConfiguration): ClientSettings {
  const { clientId, scopes, redirectUrls, postLogoutRedirectUrls, clientLoCs } = configuration
  const { identityVerificationSupported, idTokenSigningAlgorithm, claims, token_auth_method } = configuration
  return {
    ...(clientId !== undefined && { clientId }),
    ...(scopes && { scopes }),
    ...(redirectUrls && { redirectUris: redirectUrls }),
    ...(postLogoutRedirectUrls && { postLogoutRedirectUris: postLogoutRedirectUrls }),
    ...(claims && { claims: claims.flatMap((address) => claimsByAddress.get(address) ?? []) }),
    ...(identityVerificationSupported !== undefined && { identityEnabled: identityVerificationSupported }),
    ...(idTokenSigningAlgorithm && { idTokenSigningAlg: idTokenSigningAlgorithm }),
    ...(clientLoCs && { levels: clientLoCs }),
    ...(token_auth_method && { tokenAuthMethod: token_auth_method }),
  }
}

/** Returns a registration in the format of the official simulator. */
export function clientConfigurationOf(client: ClientRegistration): object {
  return {
    clientId: client.clientId,
    publicKeySource: client.jwksURL === undefined ? 'STATIC' : 'JWKS',
    publicKey: client.publicKeys[0],
    jwksUrl: client.jwksURL === noJwksURL ? undefined : client.jwksURL,
    scopes: client.scopes,
    redirectUrls: client.redirectUris,
    postLogoutRedirectUrls: client.postLogoutRedirectUris,
    claims: client.claims.map((name) => identityClaims[name]),
    identityVerificationSupported: client.identityEnabled,
    idTokenSigningAlgorithm: client.idTokenSigningAlg,
    clientLoCs: client.levels,
    token_auth_method: client.tokenAuthMethod,
  }
}

/** Returns the default response. Its email address and phone number are those of the official simulator. */
export function usualResponse(): ResponseConfiguration {
  const { identity } = readyUser('typical')
  return {
    sub: 'urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=',
    email: 'test@example.com',
    emailVerified: true,
    phoneNumber: '07123456789',
    phoneNumberVerified: true,
    maxLoCAchieved: 'P2',
    coreIdentityVerifiableCredentials: {
      type: ['VerifiableCredential', 'VerifiableIdentityCredential'],
      credentialSubject: {
        name: identity?.names,
        birthDate: identity?.birthDates.map((value) => ({ value })),
      },
    },
    passportDetails: null,
    drivingPermitDetails: null,
    postalAddressDetails: [...(identity?.addresses ?? [])],
    returnCodes: [],
  }
}

/**
 * Returns the response in a configuration of the official simulator. It does not depend on the requested level, so
 * that test suites can return identities below the level that they requested.
 */
export function simulatorResponseOf(response: ResponseConfiguration): SimulatorResponse {
  const { email, emailVerified, phoneNumber, phoneNumberVerified, maxLoCAchieved } = response
  const { coreIdentityVerifiableCredentials: credential, returnCodes } = response
  const details = {
    address: response.postalAddressDetails,
    passport: response.passportDetails,
    drivingPermit: response.drivingPermitDetails,
  }
  const missing = (
    Object.entries({ ...details, coreIdentityJWT: credential, returnCode: returnCodes }) as [
      IdentityClaimName,
      unknown,
    ][]
  )
    .filter(([, value]) => value === null)
    .map(([name]) => [identityClaims[name], undefined])
  // The content of the claims is not checked.
  const evidence = {
    addresses: details.address ?? [],
    passports: details.passport ?? [],
    drivingPermits: details.drivingPermit ?? [],
  } as Pick<SimulatorIdentity, 'addresses' | 'passports' | 'drivingPermits'>
  const user: SimulatorUser = {
    sub: response.sub,
    email,
    emailVerified,
    phoneNumberVerified,
    ...(phoneNumber !== null && { phoneNumber }),
    identity: { level: 'P3', names: [], birthDates: [], ...evidence },
  }
  return {
    user,
    returnCodes: returnCodes?.map(({ code }) => code) ?? [],
    coreIdentity: { vot: maxLoCAchieved, vc: credential ?? undefined },
    claims: Object.fromEntries(missing) as Record<string, unknown>,
  }
}

const idTokenFaults: Readonly<
  Record<ErrorConfiguration['idTokenErrors'][number], SimulatorFaults['id-token']>
> = {
  INVALID_ISS: 'wrong-issuer',
  INVALID_AUD: 'wrong-audience',
  INVALID_ALG_HEADER: 'hs256',
  INVALID_SIGNATURE: 'invalid-signature',
  TOKEN_EXPIRED: 'expired',
  TOKEN_NOT_VALID_YET: 'issued-in-the-future',
  NONCE_NOT_MATCHING: 'wrong-nonce',
  INCORRECT_VOT: 'incorrect-vot',
}

const coreIdentityFaults: Readonly<
  Record<ErrorConfiguration['coreIdentityErrors'][number], SimulatorFaults['core-identity']>
> = {
  INVALID_ALG_HEADER: 'hs256',
  INVALID_SIGNATURE: 'invalid-signature',
  INVALID_ISS: 'wrong-issuer',
  INVALID_AUD: 'wrong-audience',
  INCORRECT_SUB: 'wrong-sub',
  TOKEN_EXPIRED: 'expired',
}

/** Returns the token faults in a configuration of the official simulator. */
export function faultsOf(errors: ErrorConfiguration) {
  return {
    'id-token': errors.idTokenErrors.map((name) => idTokenFaults[name]),
    'core-identity': errors.coreIdentityErrors.map((name) => coreIdentityFaults[name]),
  }
}

/** Returns the error that is sent instead of a code. */
export function authoriseErrorOf({ authoriseErrors }: ErrorConfiguration): SimulatorError | undefined {
  if (authoriseErrors.includes('ACCESS_DENIED'))
    return {
      error: 'access_denied',
      error_description: 'Access denied by resource owner or authorization server',
    }
  if (authoriseErrors.includes('TEMPORARILY_UNAVAILABLE'))
    return { error: 'temporarily_unavailable', error_description: '' }
  return undefined
}
