import { OneLoginError } from './errors.ts'

/**
 * How the user signed in: `Cl` with a password, `Cl.Cm` with a second factor as well.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8485
 */
export type CredentialLevel = 'Cl' | 'Cl.Cm'

/**
 * How sure One Login is of the user's identity, lowest first. `P0` means no identity.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8485
 */
export type ConfidenceLevel = 'P0' | 'P1' | 'P2' | 'P3'

/** A level of confidence that proves an identity. */
export type IdentityLevel = Exclude<ConfidenceLevel, 'P0'>

/**
 * The meaning of a list of vectors of trust.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8485 Vectors of Trust
 */
export interface RequestedTrust {
  /** The vectors as the package sends them, each with its parts in the usual order. */
  readonly vtr: readonly string[]
  /** The lowest credential level in the list. One Login can return it, so the package relies on no more than that. */
  readonly credential: CredentialLevel
  /** The lowest level of confidence in the list. Not set if the list requests no identity. */
  readonly identity?: IdentityLevel
}

const credentialLevels: readonly CredentialLevel[] = ['Cl', 'Cl.Cm']
const confidenceLevels: readonly ConfidenceLevel[] = ['P0', 'P1', 'P2', 'P3']

const allowed = 'Use Cl or Cl.Cm, each with at most one of P0, P1, P2 and P3, for example ["Cl.Cm.P2"].'

/**
 * Reads a list of vectors of trust.
 *
 * @param list - for example `['Cl.Cm']` or `['Cl.Cm.P2']`. The parts of a vector can be in any order
 * @param option - the name of the option in messages
 * @throws OneLoginError `invalid_option` if One Login would reject the list
 */
export function parseVectors(list: readonly string[], option = 'Option "vtr"'): RequestedTrust {
  const refusal = (reason: string) =>
    new OneLoginError('invalid_option', `${option}: ${reason}. ${allowed}`, { option: 'vtr' })
  if (list.length === 0) throw refusal('the list is empty')
  const vectors = list.map((vector) => parseVector(vector, refusal))
  const identity = weakest(
    confidenceLevels,
    vectors.map((vector) => vector.confidence ?? 'P0'),
  )
  const asksForIdentity = identity !== 'P0'
  if (!asksForIdentity && vectors.some((vector) => vector.confidence && vector.confidence !== 'P0'))
    throw refusal('vectors with and without identity are mixed, which takes 2 requests')
  const credential = weakest(
    credentialLevels,
    vectors.map((vector) => vector.credential),
  )
  if (asksForIdentity && credential !== 'Cl.Cm') throw refusal('an identity needs Cl.Cm')
  const vtr = vectors.map(({ credential, confidence }) =>
    confidence ? `${credential}.${confidence}` : credential,
  )
  return Object.freeze({ vtr: Object.freeze(vtr), credential, ...(asksForIdentity && { identity }) })
}

/** Whether `value` is a credential level, as in the `vot` of an ID token. */
export function isCredentialLevel(value: unknown): value is CredentialLevel {
  return credentialLevels.includes(value as CredentialLevel)
}

/** Whether `value` is a level of confidence, as in the `vot` of a core identity. */
export function isConfidenceLevel(value: unknown): value is ConfidenceLevel {
  return confidenceLevels.includes(value as ConfidenceLevel)
}

/** Whether the credential level `reached` is at least `needed`. */
export function credentialSatisfies(reached: CredentialLevel, needed: CredentialLevel): boolean {
  return credentialLevels.indexOf(reached) >= credentialLevels.indexOf(needed)
}

/** Whether the level of confidence `reached` is at least `needed`. */
export function confidenceSatisfies(reached: ConfidenceLevel, needed: IdentityLevel): reached is IdentityLevel
export function confidenceSatisfies(reached: ConfidenceLevel, needed: ConfidenceLevel): boolean
export function confidenceSatisfies(reached: ConfidenceLevel, needed: ConfidenceLevel): boolean {
  return confidenceLevels.indexOf(reached) >= confidenceLevels.indexOf(needed)
}

function parseVector(
  vector: string,
  refusal: (reason: string) => OneLoginError,
): { credential: CredentialLevel; confidence?: ConfidenceLevel } {
  const components = vector.split('.')
  const confidence = components.filter(isConfidenceLevel)
  const credential = components.filter((component) => !isConfidenceLevel(component)).sort()
  const named = credential.join('.')
  if (confidence.length > 1) throw refusal(`"${vector}" has 2 levels of confidence`)
  if (!isCredentialLevel(named)) throw refusal(`"${vector}" is not a vector that One Login supports`)
  return { credential: named, ...(confidence[0] && { confidence: confidence[0] }) }
}

function weakest<Level>(order: readonly Level[], levels: readonly Level[]): Level {
  // Stryker disable next-line EqualityOperator: of two that are equal either will do
  return levels.reduce((a, b) => (order.indexOf(a) <= order.indexOf(b) ? a : b))
}
