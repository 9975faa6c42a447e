/** A JSON object whose content has not been checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Returns the header (0) or the claims (1) of a JWT without verifying it, or nothing if the text is not a JWT. */
export function decodePart(jwt: string, part: 0 | 1): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(jwt.split('.')[part] ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
