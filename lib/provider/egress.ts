import type { Agent, Dispatcher } from 'undici'
import { isLoopback } from '../options/environments.ts'
import { OneLoginError } from '../errors.ts'
import { parseURL } from '../parsed-url.ts'

/** The part of an undici dispatcher that a call needs. */
export type CallDispatcher = Pick<Dispatcher, 'dispatch'>

/** The variables that name an outbound proxy, as `process.env` has them. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>

/** Whether a call may use a connection that an earlier call left open. */
export type Connection = 'kept' | 'new'

/** Returns the dispatcher for a call to `url`. */
export type Egress = (url: URL, connection: Connection) => Promise<CallDispatcher>

/** The most connections to one host. Further calls wait for a free one, within their deadline. */
const maxConnections = 100

/**
 * Chooses the way out for each call: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, or
 * directly to a loopback host.
 *
 * @param connectTimeout - milliseconds that opening a connection may take
 * @throws (from the returned function) OneLoginError `invalid_option` when the variable for the proxy holds no URL
 */
export function createEgress(connectTimeout: number, variables: ProxyVariables = process.env): Egress {
  const made = new Map<string, Promise<CallDispatcher>>()
  return (url, connection) => {
    const way = isLoopback(url.hostname) ? 'direct' : 'proxied'
    const key = `${way} ${connection}`
    const known = made.get(key)
    if (known) return known
    const options: Agent.Options = {
      connections: maxConnections,
      // Without pipelining, undici closes a connection after each response.
      pipelining: connection === 'kept' ? 1 : 0,
      // One deadline is over all of a call. These would be in its way.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    const dispatcher =
      way === 'direct' ? direct(options, connectTimeout) : proxied(options, connectTimeout, variables)
    made.set(key, dispatcher)
    return dispatcher
  }
}

/** undici is loaded with the first call, so that it does not slow down the start of a service. */
const loadUndici = () => import('undici')

async function direct(options: Agent.Options, timeout: number): Promise<CallDispatcher> {
  const { Agent } = await loadUndici()
  return new Agent({ ...options, connect: { timeout } })
}

async function proxied(
  options: Agent.Options,
  timeout: number,
  variables: ProxyVariables,
): Promise<CallDispatcher> {
  const { EnvHttpProxyAgent } = await loadUndici()
  const httpsProxy = proxyNamedBy('https_proxy', variables)
  const httpProxy = proxyNamedBy('http_proxy', variables)
  const noProxy = valueOf('no_proxy', variables)
  return new EnvHttpProxyAgent({
    ...options,
    connect: { timeout },
    proxyTls: { timeout },
    requestTls: { timeout },
    httpsProxy,
    httpProxy,
    noProxy,
  })
}

/** Either case will do, the lower first. An empty variable is one that is not set. */
function valueOf(name: string, variables: ProxyVariables): string {
  return (variables[name] ?? '') || (variables[name.toUpperCase()] ?? '')
}

function proxyNamedBy(name: string, variables: ProxyVariables): string {
  const value = valueOf(name, variables).trim()
  if (value === '') return ''
  const address = value.includes('://') ? value : `http://${value}`
  // The value may hold a password, so neither message nor cause shows it.
  if (!/^(?:https?|socks5?):\/\//i.test(address) || !parseURL(address))
    throw new OneLoginError(
      'invalid_option',
      `The variable ${name.toUpperCase()} is not the URL of a proxy. Set it to a URL such as http://proxy.example:3128.`,
    )
  return address
}
