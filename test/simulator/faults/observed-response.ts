import { difference, type Difference } from './difference.ts'

/** A response as its caller sees it. Tokens and codes, which are new each time, have placeholders. */
export interface ObservedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Headers that describe the connection or follow from the body. */
const ofTransport = ['connection', 'content-length', 'date', 'keep-alive']

export async function observeResponse(response: Response): Promise<ObservedResponse> {
  const headers = [...response.headers].filter(([name]) => !ofTransport.includes(name))
  const text = (await response.text())
    .replaceAll(/\beyJ[\w.-]+/g, 'JWT')
    .replace(/"access_token":"[\w-]{43}"/, '"access_token":"ACCESS TOKEN"')
  return { status: response.status, headers: Object.fromEntries(headers), text }
}

/** How a response differs from the good one. If the status differs, nothing else is compared. */
export function responseDifference(good: ObservedResponse, other: ObservedResponse): Difference {
  const { status, headers, text } = other
  if (status !== good.status) return { [`response ${status}`]: { headers, text } }
  const [before, after] = [objectOf(good.text), objectOf(text)]
  return {
    ...difference('header', good.headers, headers),
    ...(before && after ? difference('member', before, after) : text !== good.text && { body: text }),
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
