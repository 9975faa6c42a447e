/** A JSON object that was not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The header (0) or the claims (1) of a JWT, not verified; none if it is no JWT. */
export function decodePart(jwt: string, part: 0 | 1): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(jwt.split('.')[part] ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
