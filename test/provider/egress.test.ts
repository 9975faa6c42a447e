import { createServer } from 'node:https'
import type { ServerResponse } from 'node:http'
import { createServer as createTcpServer, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, type Dispatcher } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createHttp, type HttpSettings } from '../../lib/provider/http.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { createCertificateAuthority } from '../support/certificates.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'
import { listen } from '../support/listen.ts'

function httpWith(settings: Partial<HttpSettings> = {}) {
  return createHttp({ timeout: 5, environment: { allowInsecureRequests: true }, variables: {}, ...settings })
}

describe('a loopback host', () => {
  it.each(['127.0.0.1', 'localhost', '127.8.9.10'])(
    '[CONF-10] is never called through the proxy: %s',
    async (host) => {
      await using proxy = await startConnectProxy({ hosts: { [host]: '127.0.0.1' } })
      await using server = await startScriptedServer(json({}))
      const { port } = new URL(server.url)
      const variables = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }
      // 127.8.9.10 is this machine only on Linux.
      await httpWith({ variables })(`http://${host}:${port}/`).catch(() => undefined)
      expect(proxy.tunnels).toEqual([])
    },
  )

  it('[CONF-10] is never called through the proxy: [::1], with TLS or without', async () => {
    await using proxy = await startConnectProxy()
    const http = httpWith({ variables: { HTTPS_PROXY: proxy.url } })
    for (const url of ['http://[::1]:1/', 'https://[::1]:1/'])
      await expectRefused(http(url), 'provider_unreachable', /Could not connect/)
    expect(proxy.tunnels).toEqual([])
  })

  it('[CONF-10] is called although the variable of the proxy is wrong', async () => {
    await using server = await startScriptedServer(json({}))
    const response = await httpWith({ variables: { HTTPS_PROXY: 'http://' } })(server.url)
    expect(response.status).toBe(200)
  })
})

describe('the proxy', () => {
  it('[CONF-10] receives the user name and password from its URL', async () => {
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    await using proxy = await startConnectProxy({ authorization })
    const url = proxy.url.replace('//', '//user:p%40ss@')
    await refusalOf(httpWith({ variables: { HTTPS_PROXY: url } })('https://provider.test/'))
    expect(proxy.tunnels).toEqual(['provider.test:443'])
  })

  it.each([
    ['rejects the service', { authorization: 'Basic other' }, 407],
    ['cannot reach One Login', {}, 502],
  ])('[CONF-10] is named in the cause if it %s', async (_what, options, status) => {
    await using proxy = await startConnectProxy(options)
    const http = httpWith({ variables: { HTTPS_PROXY: proxy.url } })
    const error = await expectRefused(
      http('https://provider.test/'),
      'provider_unreachable',
      /Could not connect/,
    )
    expect(String(error.cause)).toContain(`Proxy response (${status})`)
  })

  it.each(['lower', 'upper'])(
    '[CONF-10] can be set in %s case, and an empty variable is ignored',
    async (which) => {
      await using proxy = await startConnectProxy()
      const [one, other] = which === 'lower' ? [proxy.url, ''] : ['', proxy.url]
      await refusalOf(
        httpWith({ variables: { https_proxy: one, HTTPS_PROXY: other } })('https://provider.test/'),
      )
      expect(proxy.tunnels).toHaveLength(1)
    },
  )

  it('[CONF-10] is that of HTTP_PROXY if HTTPS_PROXY is not set', async () => {
    await using proxy = await startConnectProxy()
    for (const name of ['HTTP_PROXY', 'http_proxy'])
      await refusalOf(httpWith({ variables: { [name]: proxy.url } })('https://provider.test/'))
    expect(proxy.tunnels).toEqual(['provider.test:443', 'provider.test:443'])
  })

  it.each(['NO_PROXY', 'no_proxy'])('[CONF-10] is not used for the hosts in %s', async (name) => {
    await using proxy = await startConnectProxy()
    const http = httpWith({ variables: { HTTPS_PROXY: proxy.url, [name]: 'other.test,provider.invalid' } })
    await refusalOf(http('https://provider.invalid/'))
    expect(proxy.tunnels).toEqual([])
    await refusalOf(http('https://provider.test/'))
    expect(proxy.tunnels).toEqual(['provider.test:443'])
  })

  it('[CONF-10] is used for other hosts after a call to a loopback host, and not the other way round', async () => {
    await using proxy = await startConnectProxy()
    await using server = await startScriptedServer(json({}))
    const http = httpWith({ variables: { HTTPS_PROXY: proxy.url } })
    await http(server.url)
    await refusalOf(http('https://provider.test/'))
    expect(await http(server.url)).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toEqual(['provider.test:443'])
  })

  it('[CONF-10] can have spaces and line breaks around its URL', async () => {
    await using proxy = await startConnectProxy()
    await refusalOf(httpWith({ variables: { HTTPS_PROXY: ` ${proxy.url}\n` } })('https://provider.test/'))
    expect(proxy.tunnels).toHaveLength(1)
  })

  it.each(['socks5', 'socks'])('[CONF-10] can be a SOCKS proxy: %s', async (scheme) => {
    const received: Buffer[] = []
    const greeted = Buffer.from([5, 0])
    const connected = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    const proxy = await listen(
      createTcpServer((socket) => {
        socket.on('data', (data: Buffer) => {
          const response = [greeted, connected][received.push(data) - 1]
          if (response) socket.write(response)
          else socket.destroy()
        })
      }),
    )
    onTestFinished(() => proxy[Symbol.asyncDispose]())
    const variables = { HTTPS_PROXY: proxy.url.replace('http:', `${scheme}:`) }
    await expectRefused(
      httpWith({ variables })('https://provider.test/', { method: 'POST' }),
      'provider_unreachable',
      /Could not connect/,
    )
    const [greeting, destination, handshake] = received
    expect(greeting?.[0]).toBe(5)
    // The proxy gets the name of the host, not its address, and then the port.
    expect(destination?.subarray(5)).toEqual(
      Buffer.concat([Buffer.from('provider.test'), Buffer.from([1, 187])]),
    )
    const tlsHandshake = 22
    expect(handshake?.[0]).toBe(tlsHandshake)
  })

  it('[CONF-10] can be set without a scheme, as host and port', async () => {
    await using proxy = await startConnectProxy()
    const variables = { HTTPS_PROXY: proxy.url.replace('http://', '') }
    await refusalOf(httpWith({ variables })('https://provider.test/'))
    expect(proxy.tunnels).toHaveLength(1)
  })

  it.each([
    'http://user:SECRET@',
    'ftp://user:SECRET@proxy.test',
    'ftp://user:SECRET@proxy.test/http://',
    'http://user:SECRET@proxy test:3128',
  ])('[CONF-10] is rejected without its password if it is not a URL: %s', async (value) => {
    const http = httpWith({ variables: { https_proxy: value } })
    const error = await expectRefused(http('https://provider.test/'), 'invalid_option', /HTTPS_PROXY/)
    expect(JSON.stringify([error.message, error.cause, error.stack])).not.toContain('SECRET')
  })

  it('[CONF-6] that does not respond does not delay a call past its timeout', async () => {
    const silent = await listen(createTcpServer((socket) => onTestFinished(() => void socket.destroy())))
    onTestFinished(() => silent[Symbol.asyncDispose]())
    await expectRefused(
      httpWith({ timeout: 0.15, variables: { HTTPS_PROXY: silent.url } })('https://provider.test/'),
      'provider_timeout',
      /within 0\.15 s/,
    )
  })
})

/** Starts a server that is closed when the test ends. */
async function startServer(response: Responder) {
  const server = await startScriptedServer(response)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

describe('connections', () => {
  it('[CONF-10] are at most 100 for 1,000 calls at once', async () => {
    const sockets = new Set<Socket>()
    const server = await startServer((response) => {
      if (response.socket) sockets.add(response.socket)
      setImmediate(() => response.end('{}'))
    })
    const http = httpWith({ timeout: 60 })
    const calls = await Promise.all(Array.from({ length: 1000 }, () => http(server.url)))
    expect(calls.filter(({ status }) => status === 200)).toHaveLength(1000)
    expect(sockets.size).toBeGreaterThan(1)
    expect(sockets.size).toBeLessThanOrEqual(100)
  })

  it('[CONF-6] that are all in use do not delay a call past its timeout', async () => {
    const server = await startServer(() => undefined)
    const http = httpWith({ timeout: 0.3 })
    const codes = await Promise.all(
      Array.from({ length: 150 }, async () => (await refusalOf(http(server.url))).code),
    )
    expect(new Set(codes)).toEqual(new Set(['provider_timeout']))
  })
})

/** undici frees a connection once the reader of its response has returned. */
const connectionIsFree = () => new Promise((resolve) => setImmediate(resolve))

/** Responds, and kills every connection that was used before `isDead` was set. */
function mortal() {
  const used = new Set<Socket>()
  const state = { isDead: false, kill: (socket: Socket): unknown => socket.destroy() }
  const responder: Responder = (response) => {
    const { socket } = response
    if (!socket) return
    if (state.isDead && used.has(socket)) return state.kill(socket)
    used.add(socket)
    return setTimeout(() => response.end('{}'), 5)
  }
  return { state, responder, used }
}

describe('a kept connection that is dead', () => {
  it.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
    ['closed', (socket: Socket) => socket.destroy()],
  ])('[CONF-11] does not fail a GET: %s', async (_how, kill) => {
    const { state, responder: response, used } = mortal()
    const server = await startServer(response)
    const http = httpWith()
    const several = Array.from({ length: 5 })
    await Promise.all(several.map(() => http(server.url)))
    await connectionIsFree()
    expect(used.size).toBe(5)
    Object.assign(state, { isDead: true, kill })
    const responses = await Promise.all(several.map(() => http(server.url)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(server.requests).toHaveLength(15)
  })

  it('[CONF-11] is replaced by one that is new each time', async () => {
    const { state, responder: response } = mortal()
    const server = await startServer(response)
    const http = httpWith()
    state.isDead = true
    for (let round = 0; round < 4; round++) {
      expect(await http(server.url)).toMatchObject({ status: 200 })
      await connectionIsFree()
    }
    expect(server.requests.length).toBeGreaterThan(4)
  })

  it('[CONF-11] fails a POST, which is not repeated', async () => {
    const { state, responder: response } = mortal()
    const server = await startServer(response)
    const http = httpWith()
    await http(server.url)
    await connectionIsFree()
    state.isDead = true
    await expectRefused(http(server.url, { method: 'POST', body: 'a=b' }), 'provider_unreachable', /POST/)
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  it('[CONF-11] is replaced once, not twice', async () => {
    const server = await startServer((response) => response.destroy())
    await expectRefused(httpWith()(server.url), 'provider_unreachable', /Could not connect/)
    expect(server.requests).toHaveLength(2)
  })

  it('[CONF-11] is not repeated if the response had started', async () => {
    const server = await startServer((response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('half', () => response.destroy())
    })
    await expectRefused(httpWith()(server.url), 'provider_unreachable', /Could not connect/)
    expect(server.requests).toHaveLength(1)
  })

  it('[CONF-11, CONF-6] leaves the second try the rest of the first try’s timeout', async () => {
    const started = performance.now()
    const server = await startServer((response) => {
      if (server.requests.length === 1) setTimeout(() => response.destroy(), 200)
    })
    await expectRefused(httpWith({ timeout: 0.4 })(server.url), 'provider_timeout', /within 0\.4 s/)
    expect(server.requests).toHaveLength(2)
    expect(performance.now() - started).toBeLessThan(590)
  })
})

describe('a call in the background', () => {
  it('[CONF-6] lets the process exit, whatever happens to its connection and its deadline', async () => {
    const unref = vi.spyOn(Socket.prototype, 'unref')
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => void vi.restoreAllMocks())
    const held = new Set<ServerResponse>()
    let arrive = () => undefined as unknown
    const server = await startServer((response) => {
      held.add(response)
      arrive()
    })
    const http = httpWith({ timeout: 55 })
    const keepsProcess = async (isBackground: boolean) => {
      vi.clearAllMocks()
      const arrived = new Promise((resolve) => (arrive = () => resolve(true)))
      const call = http(server.url, { isBackground })
      await arrived
      const deadline = setTimeout.mock.calls.findIndex(([, delay = 0]) => delay > 50_000 && delay <= 55_000)
      const { port } = new URL(server.url)
      const isLetGo = (unref.mock.contexts as Socket[]).some((socket) => String(socket.remotePort) === port)
      const timer = setTimeout.mock.results[deadline]?.value as NodeJS.Timeout | undefined
      const result = { connection: !isLetGo, deadline: timer?.hasRef() }
      for (const response of held) response.end('{}')
      await call
      return result
    }
    expect(await keepsProcess(true)).toEqual({ connection: false, deadline: false })
    expect(await keepsProcess(false)).toEqual({ connection: true, deadline: true })
  })

  it('[CONF-11] is tried once more as well, and leaves no connection open', async () => {
    const sockets: Socket[] = []
    const server = await startServer((response) => {
      if (response.socket) sockets.push(response.socket)
      if (sockets.length === 1) response.destroy()
      else response.end('{}')
    })
    expect(await httpWith()(server.url, { isBackground: true })).toMatchObject({ status: 200 })
    expect(sockets).toHaveLength(2)
    await vi.waitFor(() => {
      expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
    })
  })
})

describe('the dispatcher of the service', () => {
  const authority = createCertificateAuthority()

  async function startMutualTls(): Promise<string> {
    const server = createServer(
      {
        ...authority.issue('localhost'),
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        const { socket } = request
        response.end(socket instanceof TLSSocket && JSON.stringify(socket.getPeerCertificate().subject))
      },
    )
    const listening = await listen(server)
    onTestFinished(() => listening[Symbol.asyncDispose]())
    return `https://localhost:${listening.port}/`
  }

  function agentWith(connect: NonNullable<Agent.Options['connect']>): Agent {
    const agent = new Agent({ connect })
    onTestFinished(() => agent.destroy())
    return agent
  }

  it('[CONF-10] provides its own certificate authority and a client certificate', async () => {
    const url = await startMutualTls()
    const dispatcher = agentWith({ ca: authority.certificate, ...authority.issue('the-service') })
    const response = await httpWith({ dispatcher })(url)
    expect(await response.json()).toEqual({ CN: 'the-service' })
  })

  it('[CONF-10] is needed if a client certificate is required', async () => {
    const url = await startMutualTls()
    await expectRefused(httpWith()(url), 'provider_unreachable', /Could not connect/)
    const dispatcher = agentWith({ ca: authority.certificate })
    await expectRefused(httpWith({ dispatcher })(url), 'provider_unreachable', /Could not connect/)
  })

  it('[CONF-10] makes every call, so the variables of a proxy do not apply', async () => {
    await using proxy = await startConnectProxy()
    await using server = await startScriptedServer(json({}))
    const calls: unknown[] = []
    const agent = agentWith({})
    const dispatcher: Pick<Dispatcher, 'dispatch'> = {
      dispatch: (options, handler) => {
        calls.push(options.path)
        return agent.dispatch({ ...options, origin: server.url }, handler)
      },
    }
    await httpWith({ dispatcher, variables: { HTTPS_PROXY: proxy.url } })('https://provider.test/keys')
    expect([calls, proxy.tunnels]).toEqual([['/keys'], []])
  })

  it('[CONF-6] has the same limit on responses', async () => {
    await using server = await startScriptedServer(text('x'.repeat(1024 * 1024 + 1)))
    const call = httpWith({ dispatcher: agentWith({}) })(server.url)
    await expectRefused(call, 'provider_answer_invalid', /over 1 MiB/)
  })

  it('[CONF-11] repeats a GET as well', async () => {
    const { state, responder: response } = mortal()
    const server = await startServer(response)
    const http = httpWith({ dispatcher: agentWith({}) })
    await http(server.url)
    await connectionIsFree()
    state.isDead = true
    expect(await http(server.url)).toMatchObject({ status: 200 })
    expect(server.requests).toHaveLength(3)
  })

  it('[CONF-10] fails with a typed error if it cannot make a call', async () => {
    const dispatcher = {
      dispatch: () => {
        throw new TypeError('invalid onError method')
      },
    }
    const error = await expectRefused(
      httpWith({ dispatcher })('https://provider.test/'),
      'provider_unreachable',
      /"dispatcher"/,
    )
    expect(error.cause).toMatchObject({ message: 'invalid onError method' })
  })

  /** A dispatcher whose first call ends with this error. */
  const failingOnce = (code: string) => {
    let calls = 0
    const agent = agentWith({})
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      if (calls++ > 0) return agent.dispatch(options, handler)
      handler.onResponseError?.(null as never, Object.assign(new Error('broken'), { code }))
      return true
    }
    return { dispatch }
  }

  it.each(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])(
    '[CONF-11] repeats a GET after the error %s',
    async (code) => {
      await using server = await startScriptedServer(json({}))
      const response = await httpWith({ dispatcher: failingOnce(code) })(server.url)
      expect(response.status).toBe(200)
    },
  )

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    '[CONF-11] does not repeat a GET after the error %s',
    async (code) => {
      await using server = await startScriptedServer(json({}))
      const call = httpWith({ dispatcher: failingOnce(code) })(server.url)
      await expectRefused(call, 'provider_unreachable', /Could not connect/)
      expect(server.requests).toEqual([])
    },
  )

  it('[CONF-6, CB-10] sends no request whose time ran out before it got a connection', async () => {
    const waiting: Dispatcher.DispatchHandler[] = []
    const dispatch: Dispatcher['dispatch'] = (_options, handler) => waiting.push(handler) > 0
    const call = httpWith({ timeout: 0.01, dispatcher: { dispatch } })('https://provider.test/', {
      method: 'POST',
    })
    await expectRefused(call, 'provider_timeout', /within 0\.01 s/)
    const abort = vi.fn()
    waiting[0]?.onRequestStart?.({ abort } as unknown as Dispatcher.DispatchController, {})
    expect(abort).toHaveBeenCalledOnce()
  })

  it('[CONF-10] that is closed fails the call with a typed error', async () => {
    const dispatcher = new Agent()
    await dispatcher.close()
    await expectRefused(
      httpWith({ dispatcher })('https://provider.test/'),
      'provider_unreachable',
      /Could not connect/,
    )
  })
})
