import { subscribe } from 'node:diagnostics_channel'
import type { RequestHandler } from 'express'
import type { OneLoginEvents } from 'passport-govuk-one-login'
import { pino, type Logger } from 'pino'

/** Makes the log: a line of JSON for each thing that happened, and nothing that says who a user is. */
export function createLog(level: string): Logger {
  const log = pino({ level, base: null })
  subscribe('passport-govuk-one-login:document.refresh-failed', (event) => {
    log.warn(event as OneLoginEvents['document.refresh-failed'], 'a One Login document could not be had')
  })
  return log
}

/** Logs each request: no query, which can hold an authorization code, no address of the user, no headers. */
export function logRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    const { method, path } = req
    res.once('close', () => {
      const ms = Math.round(performance.now() - started)
      log.info({ method, path, status: res.statusCode, finished: res.writableFinished, ms }, 'request')
    })
    next()
  }
}
