const vocabulary = 'https://vocab.account.gov.uk/v1/'

/** The identity claims that a service can request, by short name. */
export const identityClaims = {
  coreIdentityJWT: `${vocabulary}coreIdentityJWT`,
  address: `${vocabulary}address`,
  passport: `${vocabulary}passport`,
  drivingPermit: `${vocabulary}drivingPermit`,
  returnCode: `${vocabulary}returnCode`,
} as const

/**
 * The short name of an identity claim.
 *
 * @useDeclaredType
 */
export type IdentityClaimName = keyof typeof identityClaims

/** The scopes of One Login. */
export const scopes = ['openid', 'email', 'phone', 'wallet-subject-id'] as const

/**
 * A scope of One Login.
 *
 * @useDeclaredType
 */
export type Scope = (typeof scopes)[number]
