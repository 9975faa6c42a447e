import type { Request, RequestHandler } from 'express'
import { isOneLoginError, OneLoginError } from '../../errors.ts'
import { publish } from '../../events.ts'
import { verifyLogoutToken } from '../../tokens/logout-token.ts'
import type { RelyingParty } from '../relying-party.ts'
import { RecordStore } from '../../session/record-store.ts'
import { UsedLogoutTokens } from '../../session/used-logout-tokens.ts'
import { handler } from '../handler.ts'
import { sessionStoreOf } from '../set-up.ts'

/**
 * Options of `backChannelLogout()`.
 *
 * @example
 * ```ts
 * oneLogin.backChannelLogout({ onBackChannelLogout: (sub) => sockets.closeOf(sub) })
 * ```
 */
export interface BackChannelLogoutOptions {
  /**
   * Called with the `sub` of a user after all their sessions have ended, for example to close sockets. If it fails,
   * the response is an error and One Login tries again.
   *
   * @param sub - the ID at One Login of the user who has signed out
   */
  readonly onBackChannelLogout?: (sub: string) => void | Promise<void>
}

const maxBytes = 16 * 1024

/**
 * Handles a back-channel logout: ends all of the user's sessions in this service.
 *
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html
 */
export function backChannelLogout(
  { settings, provider, sessions }: RelyingParty,
  { onBackChannelLogout }: BackChannelLogoutOptions,
): RequestHandler {
  const used = new UsedLogoutTokens(settings)

  return handler(async (req, res) => {
    res.set('Cache-Control', 'no-store')
    try {
      await endSessions(req)
      res.status(200).end()
    } catch (error) {
      publish('back-channel-logout.failed', { code: isOneLoginError(error) ? error.code : 'unexpected' })
      if (!isOneLoginError(error) || error.code !== 'logout_token_invalid') throw error
      res.status(400).json({ error: 'invalid_request', error_description: error.message })
    }
  })

  async function endSessions(req: Request): Promise<void> {
    const arrivedAt = Date.now()
    const token = await readLogoutToken(req)
    const claims = await verifyLogoutToken(token, provider, settings)
    await used.useOnce(claims, storeOf(req), async () => {
      const { sub, iat } = claims
      await sessions.signOuts(req).add(sessions.subject(sub), { issuedAt: iat, arrivedAt })
      publish('signed-out.back-channel', { sub })
      await onBackChannelLogout?.(sub)
    })
  }

  function storeOf(req: Request): RecordStore {
    return new RecordStore(settings.signOutStore ?? sessionStoreOf(req), settings.timeout)
  }
}

async function readLogoutToken(req: Request): Promise<string> {
  if (req.method !== 'POST') throw refusal('the request must be a POST')
  const { 'content-type': type = '' } = req.headers
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
    throw refusal('the body must be form-encoded')
  const tokens = await readParameter(req, 'logout_token')
  if (tokens.length !== 1 || !tokens[0]) throw refusal('the body must contain one logout_token')
  return tokens[0]
}

async function readParameter(req: Request, name: string): Promise<string[]> {
  // The app may have parsed the body already. Nested or repeated members are then not text.
  const parsed = req.body as Record<string, unknown> | undefined
  if (req.readableEnded && typeof parsed === 'object') {
    const value = parsed[name]
    return typeof value === 'string' && value.length <= maxBytes ? [value] : []
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    // Reads on for a while, because the sender would otherwise get no response.
    // Stryker disable next-line EqualityOperator: one byte more or less makes no difference
    if (size > 64 * maxBytes) break
    // Stryker disable next-line ConditionalExpression,EqualityOperator: a body that is too long is rejected below
    if (size <= maxBytes) chunks.push(chunk)
  }
  if (size > maxBytes) throw refusal(`the body is over ${maxBytes} bytes`)
  return new URLSearchParams(Buffer.concat(chunks).toString()).getAll(name)
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('logout_token_invalid', `The logout token was rejected: ${reason}.`)
}
