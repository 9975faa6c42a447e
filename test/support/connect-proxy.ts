import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { listen } from './listen.ts'

/** An outbound proxy with tunnels, like that of a department's network. */
export interface ConnectProxy extends AsyncDisposable {
  readonly url: string
  /** The destinations that it was asked for, as `host:port`. */
  readonly tunnels: readonly string[]
}

interface ConnectProxyOptions {
  /** Names that this proxy alone can resolve, with their addresses. */
  readonly hosts?: Readonly<Record<string, string>>
  /** The required value of `Proxy-Authorization`. */
  readonly authorization?: string
}

/** Starts an HTTP proxy that only supports CONNECT. */
export async function startConnectProxy({
  hosts = {},
  authorization,
}: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, client: Socket) => {
    const { hostname, port } = new URL(`https://${request.url ?? ''}`)
    client.on('error', () => undefined)
    if (request.headers['proxy-authorization'] !== authorization)
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    tunnels.push(request.url ?? '')
    const address = hosts[hostname]
    if (!address) return client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const target = connect(Number(port || 443), address, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    for (const socket of [client, target]) sockets.add(socket.on('close', () => sockets.delete(socket)))
    target.on('error', () => client.destroy())
    client.on('close', () => target.destroy())
    return undefined
  })
  const listening = await listen(server)
  return {
    url: listening.url,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await listening[Symbol.asyncDispose]()
    },
  }
}
