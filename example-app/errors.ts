import type { ErrorRequestHandler, RequestHandler } from 'express'
import { isOneLoginError, type OneLoginError, type OneLoginErrorCode } from 'passport-govuk-one-login'
import type { Logger } from 'pino'

/** Which texts a user is shown, and where they can go on. */
type ErrorPage = readonly [name: string, next?: string]

const pages: Partial<Record<OneLoginErrorCode, ErrorPage>> = {
  access_denied: ['accessDenied', '/account'],
  session_lost: ['sessionLost', '/account'],
  callback_invalid: ['sessionLost', '/account'],
  not_signed_in: ['signedOut', '/account'],
  session_expired: ['signedOut', '/account'],
  login_required: ['signedOut', '/account'],
  subject_mismatch: ['anotherUser', '/account'],
  authentication_too_weak: ['signInAgain', '/bank-details'],
  identity_not_proven: ['notProven', '/identity/try-again'],
  identity_level_too_low: ['notProven', '/identity/try-again'],
  unauthorized_client: ['unavailable'],
}

/** For addresses that nothing is at. */
export const notFound: RequestHandler = (_req, res) => res.status(404).render('error', { name: 'notFound' })

/** Tells the user in their words what went wrong, and the log in ours. */
export function handleErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    // What Express and its middleware throw has a status and a code, too.
    const { status = 500, code } = error as { status?: number; code?: string }
    const about = isOneLoginError(error) ? logged(error) : { code, err: error }
    log[status < 500 ? 'info' : 'error']({ status, ...about }, 'request failed')
    if (res.headersSent) {
      if (!res.writableEnded) next(error)
      return
    }
    const [name, goOn] = pageFor(error, status, code)
    const returnCodes = isOneLoginError(error) ? error.returnCodes : undefined
    res.status(status).render('error', { name, goOn, returnCodes, path: '/' })
  }
}

const logged = ({ code, message, providerError, cause }: OneLoginError) => ({
  code,
  message,
  providerError,
  cause,
})

function pageFor(error: unknown, status: number, code = ''): ErrorPage {
  if (code === 'EBADCSRFTOKEN') return ['sessionLost', '/account']
  const canHelp = isOneLoginError(error) ? error.retryable : status === 503
  return pages[code as OneLoginErrorCode] ?? [canHelp ? 'tryAgainLater' : 'fault']
}
