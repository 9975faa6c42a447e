import { createServer, type ServerOptions } from 'node:https'
import * as http from 'node:http'
import type { Simulator } from '../../lib/simulator/index.ts'
import { createSimulator } from '../../lib/simulator/start.ts'
import type { CertificateAuthority } from './certificates.ts'
import { listen } from './listen.ts'

/** A simulator that services reach over TLS, with a name that no DNS server can resolve. */
export interface TlsSimulator extends AsyncDisposable {
  readonly op: Simulator
  /** The same simulator's address for a browser, in plain HTTP. */
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
  const listening = [await listen(secure), await listen(plain)] as const
  const url = `https://${name}:${listening[0].port}/`
  const browserURL = listening[1].url
  const close = async () => {
    for (const server of listening) await server[Symbol.asyncDispose]()
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
