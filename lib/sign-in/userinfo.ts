import * as v from 'valibot'
import { claimNames, claimURL, userinfoSchema, type ClaimName } from '../claims.ts'
import { OneLoginError } from '../errors.ts'
import type { HttpResponse } from '../provider/http-response.ts'
import type { Http } from '../provider/http.ts'

/** Userinfo. The account claims are checked. The identity claims are left as they came, without null members. */
export type Userinfo = v.InferOutput<typeof userinfoSchema> & Readonly<Record<string, unknown>>

/** What the userinfo endpoint returned. */
export interface ReceivedUserinfo {
  readonly userinfo: Userinfo
  /** The identity claims that the response names, also those that are null: One Login names only claims that were requested. */
  readonly namedClaims: readonly ClaimName[]
}

/**
 * Downloads the user's claims from One Login.
 *
 * @param endpoint - from the discovery document
 * @param accessToken - sent in the `Authorization` header
 * @param sub - the `sub` of the ID token. A response about another user is rejected
 * @throws OneLoginError `userinfo_refused`, `userinfo_invalid`, `provider_answer_invalid`, or the error of the call
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
 */
export async function fetchUserinfo(
  http: Http,
  endpoint: string,
  accessToken: string,
  sub: string,
): Promise<ReceivedUserinfo> {
  const response = await http(endpoint, {
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
  })
  const { status } = response
  if (status === 401 || status === 403)
    throw new OneLoginError(
      'userinfo_refused',
      `One Login's userinfo endpoint rejected the access token with status ${status}.`,
      {
        providerError: { status },
      },
    )
  if (status !== 200)
    throw new OneLoginError(
      'provider_answer_invalid',
      `One Login's userinfo endpoint returned status ${status}.`,
      {
        providerError: { status },
      },
    )
  const json = await readJson(response)
  const { success, output, issues } = v.safeParse(userinfoSchema, json)
  if (!success) throw refusal(`its "${v.getDotPath(issues[0]) ?? 'content'}" is missing or damaged`)
  const userinfo: Userinfo = output
  if (userinfo.sub !== sub) throw refusal('its "sub" is not the "sub" of the ID token')
  const names = Object.keys(json as object)
  return { userinfo, namedClaims: claimNames.filter((claim) => names.includes(claimURL(claim))) }
}

async function readJson(response: HttpResponse): Promise<unknown> {
  const type = String(response.headers.get('content-type'))
  if (!/^application\/json\s*(?:;|$)/i.test(type)) throw refusal('its content type is not application/json')
  try {
    return JSON.parse(await response.text())
  } catch {
    throw refusal('it is not JSON')
  }
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('userinfo_invalid', `One Login's userinfo was rejected: ${reason}.`)
}
