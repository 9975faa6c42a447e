const vocabulary = 'https://vocab.account.gov.uk/v1/'

/** The identity claims that a service can ask for, by their short names. */
export const identityClaims = {
  coreIdentityJWT: `${vocabulary}coreIdentityJWT`,
  address: `${vocabulary}address`,
  passport: `${vocabulary}passport`,
  drivingPermit: `${vocabulary}drivingPermit`,
  returnCode: `${vocabulary}returnCode`,
} as const

/**
 * Short name of an identity claim.
 *
 * @useDeclaredType
 */
export type IdentityClaimName = keyof typeof identityClaims

/** The scopes that One Login knows. */
export const scopes = ['openid', 'email', 'phone', 'wallet-subject-id'] as const

/**
 * A scope that One Login knows.
 *
 * @useDeclaredType
 */
export type Scope = (typeof scopes)[number]
