import { createServer, request as send, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { OneLoginOptions } from '../../lib/index.ts'
import { honest, type Draft } from './forged-tokens.ts'
import { startHostileProvider, type HostileProvider } from './hostile-provider.ts'
import { listen } from './listen.ts'

/** The calls that a service makes. */
export const calls = ['discovery', 'JWKS', 'DID', 'token', 'userinfo'] as const
/** One of the calls that a service makes. */
export type Call = (typeof calls)[number]

/** An answer of the provider's that is on its way. */
interface Reply {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

/** What becomes of an answer, at a gate that is broken. */
type Delivery = (response: ServerResponse, reply: Reply) => void

/** What the network, or a gateway in front of the provider, does to an answer. */
const deliveries = {
  'connection reset': (response, reply) => {
    head(response, reply)
    response.write(reply.body.subarray(0, reply.body.length / 2), () => {
      // A caller that has not read the half by then would see the end of the connection in place of the reset.
      setTimeout(() => response.socket?.resetAndDestroy(), 50)
    })
  },
  'no answer': () => undefined,
  'a byte now and then': (response, reply) => {
    // Whoever waits for it gets a good answer in the end.
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

/** What the provider itself gets wrong, at each call in its own way. */
const contents = {
  'another issuer': {
    discovery: ({ documents }) => (documents.discovery.issuer = 'https://issuer.example/'),
    JWKS: ({ documents, keys }) =>
      (documents.jwks = { keys: [{ ...keys.rsa.jwk, kid: 'of-another-issuer' }] }),
    DID: ({ documents }) => (documents.did.id = 'did:web:issuer.example'),
    token: (provider) => (provider.idToken = from('https://issuer.example/')),
    userinfo: (provider) => (provider.coreIdentity = from('https://issuer.example/')),
  },
  'nothing in it': {
    discovery: ({ documents }) => (documents.discovery = {}),
    JWKS: ({ documents }) => (documents.jwks = { keys: [] }),
    DID: ({ documents }) => (documents.did.assertionMethod = []),
    token: (provider) => (provider.tokenResponse = () => ({})),
    userinfo: (provider) => (provider.userinfo = () => ({})),
  },
} satisfies Record<string, Record<Call, (provider: HostileProvider) => unknown>>

/** What can become of a call. */
export const faults = [
  'connection refused',
  ...names(deliveries),
  'redirect to another host',
  ...names(contents),
] as const
/** One thing that can become of a call. */
export type Fault = (typeof faults)[number]

/** A provider of which each call can fail by itself: each goes through a gate with a port of its own. */
export interface GatedProvider extends AsyncDisposable {
  readonly provider: HostileProvider
  /** What came to the other host, to which some redirect. */
  readonly strayed: readonly string[]
  /** Breaks a call until it is mended. */
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

/** Signs as an honest provider does, in the name of an issuer. */
function from(iss: string): (draft: Draft) => string {
  return (draft) => honest({ ...draft, claims: { ...draft.claims, iss } })
}

function names<Table extends object>(table: Table): (keyof Table & string)[] {
  return Object.keys(table) as (keyof Table & string)[]
}

function isOf<Table extends object>(table: Table, name: string): name is keyof Table & string {
  return name in table
}
