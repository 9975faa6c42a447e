import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { createEgress, type CallDispatcher, type ProxyVariables } from './egress.ts'
import { isSecure } from '../options/environments.ts'
import { OneLoginError, type OneLoginErrorCode } from '../errors.ts'
import { packageName, packageVersion } from '../package-version.ts'
import { HttpResponse } from './http-response.ts'

const maxBytes = 1024 * 1024

/** What a call to the provider says; the part of `RequestInit` that is needed, so that openid-client can call too. */
export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | null | undefined
}

/** Calls the provider: the only way out of this package. */
export type Http = (url: string, request?: HttpRequest) => Promise<HttpResponse>

/** What every call is held to. */
export interface HttpSettings {
  /** Seconds from the first byte sent to the last byte read. */
  readonly timeout: number
  readonly serviceURL?: string | undefined
  readonly environment: { readonly allowInsecureRequests: boolean }
  /** Makes every call, in place of connections of this package's own. */
  readonly dispatcher?: CallDispatcher | undefined
  /** Where a proxy is named: `process.env` if not set. */
  readonly variables?: ProxyVariables | undefined
}

/**
 * Makes the function that all calls to the provider go through: one deadline for the whole call, the same
 * `User-Agent` on each, no redirect followed, no response over 1 MiB read. A GET that finds its connection dead is
 * tried once more, on a new one. undici is under it, at a tenth of what `fetch` costs.
 *
 * @throws (from the returned function) OneLoginError `provider_timeout`, `provider_unreachable`,
 * `provider_answer_invalid`, or `invalid_option` when the variable for the proxy holds no URL; a response of any
 * status is returned
 */
export function createHttp({ timeout, serviceURL, environment, dispatcher, variables }: HttpSettings): Http {
  const userAgent = `${packageName}/${packageVersion}${serviceURL ? ` (${serviceURL})` : ''}`
  const milliseconds = timeout * 1000
  const egress = dispatcher ? () => Promise.resolve(dispatcher) : createEgress(milliseconds, variables)

  return async function call(address, { method = 'GET', headers = {}, body } = {}) {
    const url = new URL(address)
    const where = `${method} ${url.origin}${url.pathname}`
    if (!isSecure(url, environment.allowInsecureRequests))
      throw new OneLoginError(
        'provider_answer_invalid',
        `One Login returned an address that is not https, so it was not called: ${where}.`,
      )
    const endsAt = performance.now() + milliseconds
    const request: Dispatcher.DispatchOptions = {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, 'user-agent': userAgent },
      body: body?.toString() ?? null,
    }
    let result = await exchange(await egress(url, 'kept'), request, endsAt)
    if (method === 'GET' && isDeadConnection(result))
      result = await exchange(await egress(url, 'new'), request, endsAt)
    if (result instanceof HttpResponse) return result
    const [code, happened] = failures[result.failure]
    const within = result.failure === 'late' ? ` within ${timeout} s` : ''
    throw new OneLoginError(code, `${happened}${within}: ${where}.`, { cause: result.cause })
  }
}

const failures = {
  late: ['provider_timeout', 'One Login did not respond'],
  unreachable: ['provider_unreachable', 'Could not connect to One Login'],
  tooLong: ['provider_answer_invalid', "One Login's response is over 1 MiB"],
  malformed: ['provider_answer_invalid', 'One Login returned an invalid HTTP response'],
  unfit: [
    'provider_unreachable',
    'The option "dispatcher" is no dispatcher of undici 7 or later, so nobody was called',
  ],
} as const satisfies Record<string, [OneLoginErrorCode, string]>

/** How a call ended that brought no response. */
interface Failure {
  readonly failure: keyof typeof failures
  readonly cause?: unknown
  /** Whether the response had begun. */
  readonly hasBegun: boolean
}

/** Whether the connection closed before there was a response, as one does that was kept for too long. */
function isDeadConnection(result: HttpResponse | Failure): boolean {
  if (result instanceof HttpResponse || result.hasBegun) return false
  const { code } = (result.cause ?? {}) as { code?: string }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function failureOf(error: Error & { code?: string }): Failure['failure'] {
  return error.code === 'UND_ERR_INVALID_ARG' ? 'malformed' : 'unreachable'
}

/** Sends a request and reads its response to the end; never rejects. */
async function exchange(
  dispatcher: CallDispatcher,
  request: Dispatcher.DispatchOptions,
  endsAt: number,
): Promise<HttpResponse | Failure> {
  return new Promise((resolve) => {
    let call: Dispatcher.DispatchController | undefined
    let hasEnded = false
    let status = 0
    let headers: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    let size = 0
    const end = (result: HttpResponse | Omit<Failure, 'hasBegun'>) => {
      if (hasEnded) return
      hasEnded = true
      clearTimeout(deadline)
      if (result instanceof HttpResponse) resolve(result)
      else {
        resolve({ ...result, hasBegun: status !== 0 })
        call?.abort(new Error(failures[result.failure][1]))
      }
    }
    const deadline = setTimeout(() => {
      end({ failure: 'late' })
    }, endsAt - performance.now())
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        call = controller
        if (hasEnded) controller.abort(new Error(failures.late[1]))
      },
      onResponseStart(_controller, statusCode, fields) {
        status = statusCode
        headers = fields
      },
      onResponseData(_controller, chunk) {
        size += chunk.length
        if (size > maxBytes) end({ failure: 'tooLong' })
        else chunks.push(chunk)
      },
      onResponseEnd() {
        end(new HttpResponse(status, headers, Buffer.concat(chunks).toString()))
      },
      onResponseError(_controller, error) {
        end({ failure: failureOf(error), cause: error })
      },
    }
    try {
      dispatcher.dispatch(request, handler)
    } catch (error) {
      end({ failure: 'unfit', cause: error })
    }
  })
}
