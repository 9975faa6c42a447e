/** A level of confidence in an identity, lowest first. `P0` means none. */
export const levelsOfConfidence = ['P0', 'P1', 'P2', 'P3'] as const

/**
 * A level of confidence in an identity.
 *
 * @useDeclaredType
 */
export type LevelOfConfidence = (typeof levelsOfConfidence)[number]

/** A credential trust level, lowest first: one factor, two factors. */
export const credentialTrustLevels = ['Cl', 'Cl.Cm'] as const

/** A credential trust level. */
export type CredentialTrustLevel = (typeof credentialTrustLevels)[number]

/** One vector of the `vtr` list. */
export interface Vector {
  readonly credentialTrust: CredentialTrustLevel
  readonly confidence?: LevelOfConfidence
}

const isTrustLevel = (text: string): text is CredentialTrustLevel =>
  credentialTrustLevels.some((level) => level === text)

/** Whether a text is a level of confidence. */
export const isLevelOfConfidence = (text: string): text is LevelOfConfidence =>
  levelsOfConfidence.some((level) => level === text)

/** Whether a vector makes a request an identity request. */
export const asksForIdentity = (vector: Vector): boolean =>
  vector.confidence !== undefined && vector.confidence !== 'P0'

/** Parses one vector. Its parts can be in any order. Parts that are neither `C…` nor `P…` are ignored. */
function parseVector(text: string): Vector | undefined {
  const components = text.split('.')
  const credentialTrust = components
    .filter((component) => component.startsWith('C'))
    .sort()
    .join('.')
  const confidences = components.filter((component) => component.startsWith('P'))
  const [confidence] = confidences
  if (!isTrustLevel(credentialTrust) || confidences.length > 1) return undefined
  if (confidence === undefined) return { credentialTrust }
  if (!isLevelOfConfidence(confidence)) return undefined
  const vector = { credentialTrust, confidence }
  return asksForIdentity(vector) && credentialTrust === 'Cl' ? undefined : vector
}

/**
 * Parses the `vtr` list of a request.
 *
 * @returns the vectors, lowest first, or `undefined` if One Login would respond with "Request vtr not valid"
 */
export function parseVectors(list: readonly unknown[]): Vector[] | undefined {
  const vectors = list.map((item) => (typeof item === 'string' ? parseVector(item) : undefined))
  const valid = vectors.filter((vector) => vector !== undefined)
  const forIdentity = valid.filter(asksForIdentity).length
  if (valid.length === 0 || valid.length < vectors.length) return undefined
  if (forIdentity !== 0 && forIdentity < valid.length) return undefined
  return valid.sort(byStrength)
}

function byStrength(a: Vector, b: Vector): number {
  const confidence = (vector: Vector) => levelsOfConfidence.indexOf(vector.confidence ?? 'P0')
  const trust = (vector: Vector) => credentialTrustLevels.indexOf(vector.credentialTrust)
  return confidence(a) - confidence(b) || trust(a) - trust(b)
}

/** Returns the lowest vector of a parsed list, which is the one that One Login uses. */
export function weakest(vectors: readonly Vector[]): Vector {
  const [vector] = vectors
  if (!vector) throw new Error('A request always has a vector')
  return vector
}
