import type { Request, RequestHandler } from 'express'
import { isOneLoginError, OneLoginError } from '../../errors.ts'
import { publish } from '../../events.ts'
import { SeenLogoutTokens, verifyLogoutToken } from '../../tokens/logout-token.ts'
import type { RelyingParty } from '../relying-party.ts'
import { recordSignOut } from '../../session/sign-out-records.ts'
import { handler } from '../handler.ts'

/**
 * How `backChannelLogout()` works.
 *
 * @example
 * ```ts
 * oneLogin.backChannelLogout({ onBackChannelLogout: (sub) => sockets.closeOf(sub) })
 * ```
 */
export interface BackChannelLogoutOptions {
  /**
   * Called after a user was signed out everywhere, with their `sub`: closes sockets and the like. When it
   * fails, One Login is told so and tries again.
   *
   * @param sub - who has signed out
   */
  readonly onBackChannelLogout?: (sub: string) => void | Promise<void>
}

const maxBytes = 16 * 1024

/** One session can outlive the last sign-out by no more than this, in seconds. */
const margin = 600

/**
 * Takes One Login's word that a user has signed out, and ends all their sessions in this service.
 *
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html
 */
export function backChannelLogout(
  { settings, provider }: RelyingParty,
  { onBackChannelLogout }: BackChannelLogoutOptions,
): RequestHandler {
  const seen = new SeenLogoutTokens()
  return handler(async (req, res) => {
    res.set('Cache-Control', 'no-store')
    try {
      const token = await readLogoutToken(req)
      const claims = await verifyLogoutToken(token, provider, settings)
      seen.refuseSeen(claims)
      const store = settings.signOutStore ?? storeOf(req)
      await recordSignOut(store, claims.sub, claims.iat, settings.session.absolute + margin)
      publish('signed-out.back-channel', { sub: claims.sub })
      await onBackChannelLogout?.(claims.sub)
      seen.add(claims)
      res.status(200).end()
    } catch (error) {
      if (!isOneLoginError(error) || error.code !== 'logout_token_invalid') throw error
      res.status(400).json({ error: 'invalid_request', error_description: error.message })
    }
  })
}

async function readLogoutToken(req: Request): Promise<string> {
  if (req.method !== 'POST') throw refusal('it must come as POST')
  const { 'content-type': type = '' } = req.headers
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw refusal('it must come form-encoded')
  const tokens = await readParameter(req, 'logout_token')
  if (tokens.length !== 1 || !tokens[0]) throw refusal('the body must hold one logout_token')
  return tokens[0]
}

async function readParameter(req: Request, name: string): Promise<string[]> {
  // The app may have parsed the body already; what it made of nested or repeated members is not a text.
  const parsed = req.body as Record<string, unknown> | undefined
  if (req.readableEnded && typeof parsed === 'object') {
    const value = parsed[name]
    return typeof value === 'string' && value.length <= maxBytes ? [value] : []
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    // It is read on for a while, or the sender would get no answer.
    // Stryker disable next-line EqualityOperator: a byte more or less is no matter
    if (size > 64 * maxBytes) break
    // Stryker disable next-line ConditionalExpression,EqualityOperator: what is too long is refused below
    if (size <= maxBytes) chunks.push(chunk)
  }
  if (size > maxBytes) throw refusal(`its body is over ${maxBytes} bytes`)
  return new URLSearchParams(Buffer.concat(chunks).toString()).getAll(name)
}

function storeOf(req: Request) {
  const { sessionStore } = req as Partial<Request>
  if (sessionStore) return sessionStore
  throw new OneLoginError(
    'session_unavailable',
    'There is nowhere to note a sign-out: mount express-session before the back-channel logout, or set "signOutStore".',
  )
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('logout_token_invalid', `The logout token was refused: ${reason}.`)
}
