import type { Socket } from 'node:net'
import type { Agent, buildConnector, Dispatcher } from 'undici'
import { isLoopback } from '../options/environments.ts'
import { OneLoginError } from '../errors.ts'
import { parseURL } from '../parsed-url.ts'

/** The part of an undici dispatcher that a call needs. */
export type CallDispatcher = Pick<Dispatcher, 'dispatch'>

/** The environment variables that name an outbound proxy. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>

/** Whether a call may reuse an open connection. A background connection is new, and lets the process exit. */
export type Connection = 'kept' | 'new' | 'background'

/** Returns the dispatcher for a call to `url`. */
export type Egress = (url: URL, connection: Connection) => Promise<CallDispatcher>

/** The most connections to one host. More calls wait for a free one, within their deadline. */
const maxConnections = 100

/**
 * Chooses the connection for each call: through the proxy in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or directly
 * if the host is a loopback host.
 *
 * @param connectTimeout - the longest time to open a connection, in milliseconds
 * @throws (from the returned function) OneLoginError `invalid_option` if the proxy variable does not hold a URL
 */
export function createEgress(connectTimeout: number, variables: ProxyVariables = process.env): Egress {
  const dispatchers = new Map<string, Promise<CallDispatcher>>()
  return (url, connection) => {
    const isDirect = isLoopback(url.hostname)
    const key = `${isDirect} ${connection}`
    const known = dispatchers.get(key)
    if (known) return known
    const options: Agent.Options = {
      connections: maxConnections,
      // Without pipelining, undici closes a connection after each response.
      pipelining: connection === 'kept' ? 1 : 0,
      // One deadline covers the whole call, so undici's own timeouts are off.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    const dispatcher = createDispatcher(isDirect, connection, options, connectTimeout, variables)
    dispatchers.set(key, dispatcher)
    return dispatcher
  }
}

async function createDispatcher(
  isDirect: boolean,
  connection: Connection,
  settings: Agent.Options,
  timeout: number,
  variables: ProxyVariables,
): Promise<CallDispatcher> {
  // Loads undici with the first call, so that your service starts faster.
  const { Agent, EnvHttpProxyAgent, buildConnector } = await import('undici')
  const connect = connection === 'background' ? unreferenced(buildConnector({ timeout })) : { timeout }
  const options = { ...settings, connect }
  if (isDirect) return new Agent(options)
  const httpsProxy = proxyNamedBy('https_proxy', variables)
  const httpProxy = proxyNamedBy('http_proxy', variables)
  const noProxy = valueOf('no_proxy', variables)
  // Without proxyTls, which would make undici use TLS with a SOCKS proxy.
  return new EnvHttpProxyAgent({
    ...options,
    requestTls: { timeout },
    httpsProxy,
    httpProxy,
    noProxy,
  })
}

/** Opens connections that do not keep the process alive. */
function unreferenced(connect: buildConnector.connector): buildConnector.connector {
  // undici's type leaves out that the result is the socket.
  const open = connect as unknown as (...given: Parameters<typeof connect>) => Socket
  return (options, callback) => {
    open(options, callback).unref()
  }
}

/** Reads a variable in lower case, then in upper case. An empty variable counts as not set. */
function valueOf(name: string, variables: ProxyVariables): string {
  return (variables[name] ?? '') || (variables[name.toUpperCase()] ?? '')
}

function proxyNamedBy(name: string, variables: ProxyVariables): string {
  const value = valueOf(name, variables).trim()
  if (value === '') return ''
  const address = value.includes('://') ? value : `http://${value}`
  // The value may contain a password, so neither the message nor the cause shows it.
  if (!/^(?:https?|socks5?):\/\//i.test(address) || !parseURL(address))
    throw new OneLoginError(
      'invalid_option',
      `The variable ${name.toUpperCase()} is not the URL of a proxy. Set it to a URL such as http://proxy.example:3128.`,
    )
  return address
}
