import { createServer, request as send, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { OneLoginOptions } from '../../lib/index.ts'
import { honest, type Draft } from './forged-tokens.ts'
import { startHostileProvider, type HostileProvider } from './hostile-provider.ts'
import { listen } from './listen.ts'

export const calls = ['discovery', 'JWKS', 'DID', 'token', 'userinfo'] as const
/** One of the calls that a service makes. */
export type Call = (typeof calls)[number]

/** A response of the provider, on its way to the service. */
interface Reply {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** How a broken gate delivers a response. */
type Delivery = (response: ServerResponse, reply: Reply) => void

/** The faults of the network, or of a gateway in front of the provider. */
const deliveries = {
  'connection reset': (response, reply) => {
    head(response, reply)
    response.write(reply.body.subarray(0, reply.body.length / 2), () => {
      // A caller that had not read the first half yet would see the end of the connection instead of the reset.
      setTimeout(() => response.socket?.resetAndDestroy(), 50)
    })
  },
  'no response': () => undefined,
  'a byte at a time': (response, reply) => {
    // A caller that waits long enough gets a good response in the end.
    let drops = 250
    head(response, reply, reply.body.length + drops)
    response.write(reply.body)
    const dripping = setInterval(() => {
      if (drops-- > 1) response.write(' ')
      else response.end(' ')
    }, 20)
    response.on('close', () => {
      clearInterval(dripping)
    })
  },
  'status 429': (response) => {
    response.writeHead(429, { 'retry-after': '1' }).end()
  },
  'status 500': (response, { type }) => {
    response.writeHead(500, { 'content-type': type }).end('{}')
  },
  'status 502 with HTML': (response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
  },
  'half of the JSON': (response, reply) => {
    const body = reply.body.subarray(0, reply.body.length / 2)
    head(response, { ...reply, body })
    response.end(body)
  },
  'another content type': (response, reply) => {
    head(response, { ...reply, type: 'text/plain' })
    response.end(reply.body)
  },
  'a list instead of an object': (response, reply) => {
    const body = Buffer.from(`[${reply.body.toString()}]`)
    head(response, { ...reply, body })
    response.end(body)
  },
  '10 MB': (response, reply) => {
    const body = Buffer.concat([reply.body, Buffer.alloc(10_000_000, ' ')])
    head(response, { ...reply, body })
    response.end(body)
  },
} satisfies Record<string, Delivery>

/** The faults of the provider itself, different for each call. */
const contents = {
  'another issuer': {
    discovery: ({ documents }) => (documents.discovery.issuer = 'https://issuer.example/'),
    JWKS: ({ documents, keys }) =>
      (documents.jwks = { keys: [{ ...keys.rsa.jwk, kid: 'of-another-issuer' }] }),
    DID: ({ documents }) => (documents.did.id = 'did:web:issuer.example'),
    token: (provider) => (provider.idToken = from('https://issuer.example/')),
    userinfo: (provider) => (provider.coreIdentity = from('https://issuer.example/')),
  },
  'empty content': {
    discovery: ({ documents }) => (documents.discovery = {}),
    JWKS: ({ documents }) => (documents.jwks = { keys: [] }),
    DID: ({ documents }) => (documents.did.assertionMethod = []),
    token: (provider) => (provider.tokenResponse = () => ({})),
    userinfo: (provider) => (provider.userinfo = () => ({})),
  },
} satisfies Record<string, Record<Call, (provider: HostileProvider) => unknown>>

export const faults = [
  'connection refused',
  ...names(deliveries),
  'redirect to another host',
  ...names(contents),
] as const
/** One fault of a call. */
export type Fault = (typeof faults)[number]

/** A provider whose calls can fail one at a time. Each call goes through its own gate, with its own port. */
export interface GatedProvider extends AsyncDisposable {
  readonly provider: HostileProvider
  /** The requests that reached the other host, which some redirects lead to. */
  readonly strayed: readonly string[]
  /** Breaks a call until `repair`. */
  break(call: Call, fault: Fault): Promise<void>
  /** Ends every fault. */
  repair(): Promise<void>
  /** Options for a strategy that trusts this provider. */
  optionsFor(serviceURL: string): OneLoginOptions
}

/** Starts a provider behind gates, all of them on 127.0.0.1. */
export async function startGatedProvider(): Promise<GatedProvider> {
  const provider = await startHostileProvider()
  const gates = {} as Record<Call, Gate>
  for (const call of calls) gates[call] = await openGate(provider.issuer)
  const strayed: string[] = []
  const elsewhere = createServer((request, response) => {
    strayed.push(request.url ?? '')
    response.end('{}')
  })
  const elsewhereURL = (await listen(elsewhere)).url

  const issuer = `${gates.discovery.url}/`
  const { discovery } = provider.documents
  Object.assign(discovery, {
    issuer,
    jwks_uri: `${gates.JWKS.url}/jwks`,
    token_endpoint: `${gates.token.url}/token`,
    userinfo_endpoint: `${gates.userinfo.url}/userinfo`,
  })
  const { tokenResponse, userinfo, coreIdentity } = provider
  provider.idToken = from(issuer)
  const good = { documents: structuredClone(provider.documents), tokenResponse, userinfo, coreIdentity }

  return {
    provider,
    strayed,
    async break(call, fault) {
      const gate = gates[call]
      if (fault === 'connection refused') await close(gate.server)
      else if (fault === 'redirect to another host')
        gate.deliver = (response) => response.writeHead(302, { location: elsewhereURL }).end()
      else if (isOf(deliveries, fault)) gate.deliver = deliveries[fault]
      else contents[fault][call](provider)
    },
    async repair() {
      Object.assign(provider, { ...good, documents: structuredClone(good.documents), idToken: from(issuer) })
      for (const gate of Object.values(gates)) {
        gate.deliver = whole
        if (!gate.server.listening) await listen(gate.server, Number(new URL(gate.url).port))
      }
    },
    optionsFor: (serviceURL) => ({
      ...provider.optionsFor(serviceURL),
      environment: {
        issuer,
        didDocumentURL: `${gates.DID.url}/did.json`,
        didController: provider.didController,
        coreIdentityIssuer: provider.coreIdentityIssuer,
        allowInsecureRequests: true,
      },
    }),
    [Symbol.asyncDispose]: async () => {
      for (const server of [...Object.values(gates).map((gate) => gate.server), elsewhere])
        await close(server)
      await provider[Symbol.asyncDispose]()
    },
  }
}

interface Gate {
  readonly server: Server
  readonly url: string
  deliver: Delivery
}

const whole: Delivery = (response, reply) => {
  head(response, reply)
  response.end(reply.body)
}

async function openGate(target: string): Promise<Gate> {
  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request
    const onwards = send(new URL(url, target), { method, headers, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () => {
        const { statusCode: status = 0, headers } = reply
        gate.deliver(response, { status, type: headers['content-type'] ?? '', body: Buffer.concat(chunks) })
      })
    })
    onwards.on('error', () => response.destroy())
    request.pipe(onwards)
  })
  const gate: Gate = { server, url: (await listen(server)).url, deliver: whole }
  return gate
}

function head(response: ServerResponse, { status, type, body }: Reply, length = body.length): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'max-age=3600',
  })
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

/** Signs as an honest provider does, with the given issuer. */
function from(iss: string): (draft: Draft) => string {
  return (draft) => honest({ ...draft, claims: { ...draft.claims, iss } })
}

function names<Table extends object>(table: Table): (keyof Table & string)[] {
  return Object.keys(table) as (keyof Table & string)[]
}

function isOf<Table extends object>(table: Table, name: string): name is keyof Table & string {
  return name in table
}
