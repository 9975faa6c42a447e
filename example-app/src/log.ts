import { subscribe } from 'node:diagnostics_channel'
import type { RequestHandler } from 'express'
import { pino, type DestinationStream, type Logger } from 'pino'

/** Creates the log: a line of JSON for each event, without data that identifies a user. */
export function createLog(level: string, to?: DestinationStream): Logger {
  const log = pino({ level, base: null, redact: ['err.returnCodes', 'err.body'] }, to)
  subscribe('passport-govuk-one-login:document.refresh-failed', (event) => {
    log.warn(event, 'could not download a document from One Login')
  })
  return log
}

/** Logs each request, without its query, which can hold an authorization code, and without the user's address. */
export function logRequests(log: Logger): RequestHandler {
  return ({ method, path }, res, next) => {
    const started = performance.now()
    res.once('close', () => {
      const { statusCode: status, writableFinished: complete } = res
      log.info({ method, path, status, complete, ms: Math.round(performance.now() - started) }, 'request')
    })
    next()
  }
}
