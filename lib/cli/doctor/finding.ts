/** What is looked at, in the order in which it is reported. */
export const checkNames = [
  'options',
  'key',
  'proxy',
  'discovery',
  'JWKS',
  'DID document',
  'clock',
  'client',
  'redirect URI',
  'request object',
  'scope',
  'claims',
  'level',
  'published keys',
] as const

/** What was looked at. */
export type CheckName = (typeof checkNames)[number]

/** The ids of what can be wrong. Scripts can look for them. */
export const problems = [
  'variable-unknown',
  'options-wrong',
  'key-missing',
  'key-and-secret',
  'key-wrong',
  'discovery-unusable',
  'issuer-slash',
  'jwks-unusable',
  'did-document-unusable',
  'clock-wrong',
  'client-unknown',
  'client-deactivated',
  'key-not-registered',
  'secret-not-registered',
  'registered-for-secret',
  'registered-for-key',
  'published-keys-unreadable',
  'redirect-uri-not-registered',
  'request-object-required',
  'scope-not-registered',
  'claim-not-registered',
  'level-not-registered',
  'identity-not-enabled',
  'jwks-url-insecure',
  'jwks-unreachable',
  'jwks-malformed',
  'jwks-private-member',
  'jwks-key-missing',
  'jwks-key-differs',
] as const

/** The id of what is wrong. */
export type Problem = (typeof problems)[number]

/** How one check ended: all right, to be mended, or not known. */
export type Finding =
  | { readonly check: CheckName; readonly outcome: 'ok' | 'unknown'; readonly says: string }
  | {
      readonly check: CheckName
      readonly outcome: 'mend'
      readonly problem: Problem
      readonly says: string
      readonly remedy: string
    }

/** A check that found all right. */
export const ok = (check: CheckName, says: string): Finding => ({ check, outcome: 'ok', says })

/** A check that could not be made. */
export const unknown = (check: CheckName, says: string): Finding => ({ check, outcome: 'unknown', says })

/** A check that found something to mend. */
export const mend = (check: CheckName, problem: Problem, says: string, remedy: string): Finding => ({
  check,
  outcome: 'mend',
  problem,
  says,
  remedy,
})
