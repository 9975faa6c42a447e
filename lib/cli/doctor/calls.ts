import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ProxyVariables } from '../../provider/egress.ts'
import { createHttp, type Http } from '../../provider/http.ts'
import { isOneLoginError } from '../../errors.ts'
import type { Settings } from '../../options/strategy-options.ts'

const most = 30

/** The channel on which undici publishes each connection. */
const connecting = 'undici:client:beforeConnect'

const untrusted = /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_UNTRUSTED$)/

/** A response from One Login. */
export type HttpResponse = Awaited<ReturnType<Http>>

/** A response, or the reason why there is none. */
export type CallResult =
  { readonly response: HttpResponse; readonly milliseconds: number } | { readonly failure: string }

/** Makes the doctor's calls in the same way as the library. Counts them and makes at most 30. */
export class Calls {
  readonly #http: Http
  #count = 0
  /** The seconds that One Login's clock is ahead, from its latest response. */
  clockDifference: number | undefined

  /** The outbound proxy of the last call. */
  proxy: string | undefined

  /**
   * @param variables - the variables that can name an outbound proxy
   */
  constructor(
    settings: Pick<Settings, 'timeout' | 'serviceURL' | 'environment'>,
    variables?: ProxyVariables,
  ) {
    this.#http = createHttp({ ...settings, variables })
  }

  get count(): number {
    return this.#count
  }

  get left(): number {
    return most - this.#count
  }

  /** Makes a call to One Login. Never throws. */
  async make(...[url, request]: Parameters<Http>): Promise<CallResult> {
    return this.#make(url, request, (headers, receivedAt) => this.#noteTime(headers, receivedAt))
  }

  /** Makes a call to the service, whose server also sends the time. Never throws. */
  async makeToService(...[url, request]: Parameters<Http>): Promise<CallResult> {
    return this.#make(url, request, () => undefined)
  }

  async #make(
    url: string,
    request: Parameters<Http>[1],
    noteTime: (headers: HttpResponse['headers'], receivedAt: number) => void,
  ): Promise<CallResult> {
    if (this.left === 0) return { failure: `The check stopped after ${most} calls.` }
    this.#count += 1
    const startedAt = Date.now()
    const { host } = new URL(url)
    const noteProxy = (message: unknown) => {
      const { connectParams } = message as { connectParams: { protocol: string; host: string } }
      if (connectParams.host !== host) this.proxy = `${connectParams.protocol}//${connectParams.host}`
    }
    subscribe(connecting, noteProxy)
    try {
      const response = await this.#http(url, request)
      const milliseconds = Date.now() - startedAt
      noteTime(response.headers, startedAt + milliseconds / 2)
      return { response, milliseconds }
    } catch (error) {
      return { failure: reasonOf(error, this.proxy) }
    } finally {
      unsubscribe(connecting, noteProxy)
    }
  }

  // A cache in front of One Login keeps the Date of the stored response, and counts the seconds since then in Age.
  #noteTime(headers: HttpResponse['headers'], receivedAt: number): void {
    const date = Date.parse(headers.get('date') ?? '')
    const age = Number(headers.get('age') ?? 0)
    if (Number.isNaN(date) || Number.isNaN(age)) return
    const halfOfASecondCutOff = 0.5
    this.clockDifference = (date - receivedAt) / 1000 + age + halfOfASecondCutOff
  }
}

function reasonOf(error: unknown, proxy: string | undefined): string {
  if (!isOneLoginError(error)) throw error
  const { cause } = error
  const through = proxy === undefined ? '' : `, through the proxy ${proxy}`
  if (!(cause instanceof Error && 'code' in cause)) return `${happened(error.message)}${through}.`
  const code = String(cause.code)
  const [, proxyStatus] = /\((\d{3})\)/.exec(cause.message) ?? []
  const detail = code === 'UND_ERR_ABORTED' && proxyStatus ? `the proxy returned status ${proxyStatus}` : code
  const hint = untrusted.test(code)
    ? " Node does not trust its certificate. If your network has its own certificate authority, set NODE_EXTRA_CA_CERTS to the file with that authority's certificate."
    : ''
  return `${happened(error.message)} (${detail})${through}.${hint}`
}

/** Returns what happened, from the message of an error. What to do is in the remedy of the finding. */
function happened(message: string): string {
  return message.replace(/\. (?:If|Check) .*$/, '').replace(/\.$/, '')
}
