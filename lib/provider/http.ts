import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { isSecure } from '../options/environments.ts'
import { OneLoginError, type OneLoginErrorCode } from '../errors.ts'
import { packageName, packageVersion } from '../package-version.ts'
import { HttpAnswer } from './http-response.ts'

const maxBytes = 1024 * 1024

/** What a call to the provider says; the part of `RequestInit` that is needed, so that openid-client can call too. */
export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | null | undefined
}

/** Calls the provider: the only way out of this package. */
export type Http = (url: string, request?: HttpRequest) => Promise<HttpAnswer>

/** What every call is held to. */
export interface HttpSettings {
  /** Seconds from the first byte sent to the last byte read. */
  readonly timeout: number
  readonly serviceURL?: string | undefined
  readonly environment: { readonly allowInsecureRequests: boolean }
}

/**
 * Makes the function that all calls to the provider go through: one deadline for the whole call, the same
 * `User-Agent` on each, no redirect followed, no answer over 1 MiB read. undici is under it, at a tenth of what
 * `fetch` costs; it is loaded with the first call, so that a service does not start the slower for it.
 *
 * @throws (from the returned function) OneLoginError `provider_timeout`, `provider_unreachable` or
 * `provider_answer_invalid`; an answer of any status is returned
 */
export function createHttp({ timeout, serviceURL, environment }: HttpSettings): Http {
  const userAgent = `${packageName}/${packageVersion}${serviceURL ? ` (${serviceURL})` : ''}`
  const milliseconds = timeout * 1000
  let dispatcher: Promise<Dispatcher> | undefined

  return async function call(address, { method = 'GET', headers = {}, body } = {}) {
    const url = new URL(address)
    const where = `${method} ${url.origin}${url.pathname}`
    if (!isSecure(url, environment.allowInsecureRequests))
      throw new OneLoginError(
        'provider_answer_invalid',
        `One Login named an address that is not https, which is not called: ${where}.`,
      )
    dispatcher ??= createDispatcher(milliseconds)
    const request: Dispatcher.DispatchOptions = {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, 'user-agent': userAgent },
      body: body?.toString() ?? null,
    }
    return exchange(await dispatcher, request, milliseconds, (failure, cause) => {
      const [code, happened] = failures[failure]
      const within = failure === 'late' ? ` within ${timeout} s` : ''
      return new OneLoginError(code, `${happened}${within}: ${where}.`, { cause })
    })
  }
}

const failures = {
  late: ['provider_timeout', 'One Login did not answer'],
  unreachable: ['provider_unreachable', 'One Login could not be reached'],
  tooLong: ['provider_answer_invalid', "One Login's answer is over 1 MiB and was cut off"],
  malformed: ['provider_answer_invalid', 'One Login gave something that fits into no request'],
} as const satisfies Record<string, [OneLoginErrorCode, string]>

function failureOf(error: Error & { code?: string }): keyof typeof failures {
  if (error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'tooLong'
  return error.code === 'UND_ERR_INVALID_ARG' ? 'malformed' : 'unreachable'
}

async function createDispatcher(connectTimeout: number): Promise<Dispatcher> {
  const { Agent } = await import('undici')
  // One deadline is over all of a call; these would be in its way.
  return new Agent({
    connect: { timeout: connectTimeout },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxBytes,
  })
}

async function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  milliseconds: number,
  explain: (failure: keyof typeof failures, cause?: unknown) => OneLoginError,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let call: Dispatcher.DispatchController | undefined
    let ended: OneLoginError | undefined
    const end = (error: OneLoginError) => {
      clearTimeout(deadline)
      ended = error
      reject(error)
      call?.abort(error)
    }
    const deadline = setTimeout(() => {
      end(explain('late'))
    }, milliseconds)
    let status = 0
    let headers: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        call = controller
        if (ended) controller.abort(ended)
      },
      onResponseStart(_controller, statusCode, fields) {
        status = statusCode
        headers = fields
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        clearTimeout(deadline)
        resolve(new HttpAnswer(status, headers, Buffer.concat(chunks).toString()))
      },
      onResponseError(_controller, error) {
        if (!ended) end(explain(failureOf(error), error))
      },
    })
  })
}
