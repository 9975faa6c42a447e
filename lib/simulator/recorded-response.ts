import { decodeJwt, isJsonObject, type JsonObject } from './keys/jwt.ts'
import type { RecordedResponse, SentJwt } from './recorded-request.ts'
import type { Reply } from './reply.ts'

/** Returns the record of a response: all of it, and the content of its tokens. */
export function recordedResponse({ headers, body }: Reply): RecordedResponse {
  const tokens = Object.entries(jsonIn(body)).flatMap(([name, value]): [string, SentJwt][] => {
    const jwt = typeof value === 'string' ? decodeJwt(value) : undefined
    return jwt ? [[name, { header: jwt.header, claims: jwt.claims }]] : []
  })
  return { headers, body, tokens: Object.fromEntries(tokens) }
}

/** Returns the JSON in a body. A fault can send a body that is not JSON. */
function jsonIn(body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}
