/** The checks, in the order of the report. */
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

/** The name of a check. */
export type CheckName = (typeof checkNames)[number]

/** The IDs of problems. Scripts can look for them. */
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
  'unsigned-requests-accepted',
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
  'no-clear-response',
  'other-problem-first',
  'clock-unknown',
  'did-options-missing',
] as const

/** The ID of a problem. */
export type Problem = (typeof problems)[number]

/** The result of one check: passed, passed with a warning, a problem to fix, or unknown. */
export type Finding =
  | { readonly check: CheckName; readonly outcome: 'ok'; readonly message: string }
  | {
      readonly check: CheckName
      readonly outcome: 'fix' | 'warning' | 'unknown'
      readonly problem: Problem
      readonly message: string
      readonly remedy: string
    }

/** Returns the result of a check that passed. */
export const ok = (check: CheckName, message: string): Finding => ({ check, outcome: 'ok', message })

/** What to do if One Login's response does not show the result. */
export const runAgain = "Run the command again. If this continues, check One Login's status page."

/** Returns the result of a check that could not be completed. */
export const unknown = (check: CheckName, problem: Problem, message: string, remedy: string): Finding => ({
  check,
  outcome: 'unknown',
  problem,
  message,
  remedy,
})

/** Returns the result of a check that passed, although something weakens the protection of the service. */
export const warning = (check: CheckName, problem: Problem, message: string, remedy: string): Finding => ({
  check,
  outcome: 'warning',
  problem,
  message,
  remedy,
})

/** Returns the result of a check that found a problem to fix. */
export const fix = (check: CheckName, problem: Problem, message: string, remedy: string): Finding => ({
  check,
  outcome: 'fix',
  problem,
  message,
  remedy,
})
