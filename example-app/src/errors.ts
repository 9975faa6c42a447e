import type { ErrorRequestHandler, RequestHandler } from 'express'
import { isOneLoginError, type OneLoginErrorCode } from 'passport-govuk-one-login'
import type { Logger } from 'pino'

/** The texts for each error, and the page to continue to. */
const pages: Partial<Record<OneLoginErrorCode | 'EBADCSRFTOKEN', readonly [name: string, next?: string]>> = {
  access_denied: ['accessDenied', '/account'],
  session_lost: ['sessionLost', '/account'],
  EBADCSRFTOKEN: ['sessionLost', '/account'],
  callback_invalid: ['sessionLost', '/account'],
  not_signed_in: ['signedOut', '/account'],
  session_expired: ['signedOut', '/account'],
  login_required: ['signedOut', '/account'],
  subject_mismatch: ['anotherUser', '/account'],
  authentication_too_weak: ['signInAgain', '/bank-details'],
  identity_not_proven: ['identityNotProven', '/identity/try-again'],
  identity_level_too_low: ['identityNotProven', '/identity/try-again'],
  identity_claim_missing: ['identityNotProven', '/identity/try-again'],
  unauthorized_client: ['unavailable'],
}

export const notFound: RequestHandler = (_req, res) => res.status(404).render('error', { name: 'notFound' })

/** Shows the user a page in their language and logs the error. Return codes appear in neither. */
export function handleErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    // The errors of Express and its middleware also have a status, and often a code.
    const { status = 500, code } = error as { status?: number; code?: keyof typeof pages }
    log[status < 500 ? 'info' : 'error'](error, 'request failed')
    const canWait = isOneLoginError(error) ? error.retryable : status === 503
    const [name, goOn] = (code && pages[code]) ?? [canWait ? 'tryAgainLater' : 'fault']
    if (!res.headersSent) res.status(status).render('error', { name, goOn, path: '/' })
    else if (!res.writableEnded) next(error)
  }
}
