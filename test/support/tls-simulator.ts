import { createServer, type ServerOptions } from 'node:https'
import * as http from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { Simulator } from '../../lib/simulator/index.ts'
import { createSimulator } from '../../lib/simulator/start.ts'
import type { CertificateAuthority } from './certificates.ts'

/** A simulator that services reach over TLS, under a name that no DNS server knows. */
export interface TlsSimulator extends AsyncDisposable {
  readonly op: Simulator
  /** Where a browser reaches the same simulator, in plain HTTP. */
  readonly browserURL: string
}

/** Starts a simulator at `https://{name}:{port}/`, on 127.0.0.1. */
export async function startTlsSimulator(
  authority: CertificateAuthority,
  name: string,
  tls: ServerOptions = {},
): Promise<TlsSimulator> {
  const secure = createServer({ ...authority.issue(name), ...tls })
  const plain = http.createServer()
  const url = `https://${name}:${await listen(secure)}/`
  const browserURL = `http://127.0.0.1:${await listen(plain)}`
  const close = async () => {
    for (const server of [secure, plain]) {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
  }
  const listener = { stop: close, listenAgain: () => Promise.reject(new Error('It stays closed.')) }
  const { simulator, app } = await createSimulator(
    {},
    {
      url,
      coreIdentityIssuer: `${url}identity/`,
      listener,
    },
  )
  secure.on('request', app)
  plain.on('request', app)
  return { op: simulator, browserURL, [Symbol.asyncDispose]: () => simulator.close() }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}
