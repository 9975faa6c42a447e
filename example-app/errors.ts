import type { ErrorRequestHandler, RequestHandler } from 'express'
import { isOneLoginError, type OneLoginErrorCode } from 'passport-govuk-one-login'
import type { Logger } from 'pino'

/** What a user is told, by the names of the texts, and where they can go on. */
interface ErrorPage {
  readonly name: string
  readonly next?: string
}

const tryAgainLater: ErrorPage = { name: 'tryAgainLater' }
const fault: ErrorPage = { name: 'fault' }
const signedOut: ErrorPage = { name: 'signedOut', next: '/account' }
const sessionLost: ErrorPage = { name: 'sessionLost', next: '/account' }

const pages: Partial<Record<OneLoginErrorCode, ErrorPage>> = {
  access_denied: { name: 'accessDenied', next: '/account' },
  session_lost: sessionLost,
  callback_invalid: sessionLost,
  not_signed_in: signedOut,
  session_expired: signedOut,
  login_required: signedOut,
  subject_mismatch: { name: 'anotherUser', next: '/account' },
  authentication_too_weak: { name: 'signInAgain', next: '/bank-details' },
  identity_not_proven: { name: 'notProven', next: '/identity/try-again' },
  identity_level_too_low: { name: 'notProven', next: '/identity/try-again' },
  unauthorized_client: { name: 'unavailable' },
}

/** For addresses that nothing is at. */
export const notFound: RequestHandler = (_req, res) => {
  res.status(404).render('error', { error: { name: 'notFound' } })
}

/** Tells the user in their words what went wrong, and the log in ours. */
export function handleErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    const { status, page } = describe(error)
    if (!isOneLoginError(error)) log[status < 500 ? 'info' : 'error'](error, 'request failed')
    else {
      const { code, message, providerError, cause } = error
      log[status < 500 ? 'info' : 'error']({ code, status, message, providerError, cause }, 'request failed')
    }
    if (res.headersSent) {
      if (!res.writableEnded) next(error)
      return
    }
    const returnCodes = isOneLoginError(error) ? error.returnCodes : undefined
    res.status(status).render('error', { error: page, returnCodes, path: '/' })
  }
}

function describe(error: unknown): { status: number; page: ErrorPage } {
  if (isOneLoginError(error)) {
    const { code, status, retryable } = error
    return { status, page: pages[code] ?? (retryable && status > 500 ? tryAgainLater : fault) }
  }
  // Errors of Express and its middleware have a status.
  const { status = 500, code } = error as { status?: number; code?: string }
  if (code === 'EBADCSRFTOKEN') return { status, page: sessionLost }
  return { status, page: status === 503 ? tryAgainLater : fault }
}
