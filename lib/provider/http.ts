import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { createEgress, type CallDispatcher, type ProxyVariables } from './egress.ts'
import { isSecure } from '../options/environments.ts'
import { OneLoginError, type OneLoginErrorCode } from '../errors.ts'
import { packageName, packageVersion } from '../package-version.ts'
import { HttpResponse } from './http-response.ts'

const maxBytes = 1024 * 1024

/** A request to One Login: the part of `RequestInit` that this package and openid-client use. */
export interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | null | undefined
  /** Whether the process may exit before the response arrives. */
  readonly isBackground?: boolean
}

/** Calls One Login. The package makes no other network calls. */
export type Http = (url: string, request?: HttpRequest) => Promise<HttpResponse>

/** The settings that apply to every call. */
export interface HttpSettings {
  /** Seconds from the first byte sent to the last byte read. */
  readonly timeout: number
  readonly serviceURL?: string | undefined
  readonly environment: { readonly allowInsecureRequests: boolean }
  /** Makes every call, instead of this package's own connections. */
  readonly dispatcher?: CallDispatcher | undefined
  /** The variables that name a proxy. `process.env` if not set. */
  readonly variables?: ProxyVariables | undefined
}

/**
 * Returns the function that makes every call to One Login. The deadline covers the whole call. Every call has the
 * same `User-Agent`, follows no redirect and reads at most 1 MiB. If the connection of a GET is dead, the call is
 * tried once more on a new connection. Calls use undici directly, at a third of the cost of `fetch`.
 *
 * @throws (from the returned function) OneLoginError `provider_timeout`, `provider_unreachable`,
 * `provider_answer_invalid`, or `invalid_option` if the proxy variable does not hold a URL. A response with any
 * status is returned
 */
export function createHttp({ timeout, serviceURL, environment, dispatcher, variables }: HttpSettings): Http {
  const userAgent = `${packageName}/${packageVersion}${serviceURL ? ` (${serviceURL})` : ''}`
  const milliseconds = timeout * 1000
  const egress = dispatcher ? () => Promise.resolve(dispatcher) : createEgress(milliseconds, variables)

  return async function call(address, { method = 'GET', headers = {}, body, isBackground = false } = {}) {
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
    const [first, second] = isBackground
      ? (['background', 'background'] as const)
      : (['kept', 'new'] as const)
    let result = await exchange(await egress(url, first), request, endsAt, isBackground)
    if (method === 'GET' && isDeadConnection(result))
      result = await exchange(await egress(url, second), request, endsAt, isBackground)
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
    'The option "dispatcher" is not a dispatcher of undici 7 or later, so the package could not call One Login',
  ],
} as const satisfies Record<string, [OneLoginErrorCode, string]>

/** Why a call got no response. */
interface Failure {
  readonly failure: keyof typeof failures
  readonly cause?: unknown
  /** Whether part of the response arrived. */
  readonly hasBegun: boolean
}

/**
 * Whether the connection closed before a response arrived, as an idle connection does when the server has closed it.
 */
function isDeadConnection(result: HttpResponse | Failure): boolean {
  if (result instanceof HttpResponse || result.hasBegun) return false
  const { code } = (result.cause ?? {}) as { code?: string }
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function failureOf(error: Error & { code?: string }): Failure['failure'] {
  return error.code === 'UND_ERR_INVALID_ARG' ? 'malformed' : 'unreachable'
}

/** Sends a request and reads the whole response. Never rejects. */
async function exchange(
  dispatcher: CallDispatcher,
  request: Dispatcher.DispatchOptions,
  endsAt: number,
  isBackground: boolean,
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
    if (isBackground) deadline.unref()
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
