import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent } from 'undici'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Browser } from '../support/browser.ts'
import { createCertificateAuthority } from '../support/certificates.ts'
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.ts'
import { startService } from '../support/service.ts'
import { startTlsSimulator, type TlsSimulator } from '../support/tls-simulator.ts'

const authority = createCertificateAuthority()
let folder: string
let authorityFile: string
let provider: TlsSimulator
let proxy: ConnectProxy

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egress-'))
  authorityFile = join(folder, 'ca.pem')
  await writeFile(authorityFile, authority.certificate)
  provider = await startTlsSimulator(authority, 'provider.test')
  proxy = await startConnectProxy({ hosts: { 'provider.test': '127.0.0.1' } })
})
afterAll(async () => {
  await provider[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Starts a service in its own process, with the variables of a network. */
async function serviceIn(variables: Readonly<Record<string, string>>): Promise<string> {
  const child = fork(fileURLToPath(new URL('../support/outbound-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, OUTBOUND_OPTIONS: JSON.stringify(provider.op.options), ...variables },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [url] = (await once(child, 'message')) as [string]
  provider.op.register({ callbackURL: `${url}/auth/callback` })
  return url
}

/** Signs in and proves an identity. The browser reaches the provider in its own way. */
async function signInTo(service: string, { op, browserURL } = provider) {
  const browser = new Browser()
  const isProvider = (url: string) => url.startsWith(op.url)
  let page = await browser.visit(`${service}/identity`, { stopAt: isProvider })
  for (let next = page.headers.location; next; next = page.headers.location) {
    while (isProvider(next)) {
      const { pathname, search } = new URL(next)
      const { headers } = await browser.send(`${browserURL}${pathname}${search}`)
      next = new URL(headers.location ?? '', next).href
    }
    page = await browser.visit(next, { stopAt: isProvider })
  }
  return page
}

it('[CONF-10] the option "dispatcher" signs users in with a client certificate and its own certificate authority', async () => {
  await using mutual = await startTlsSimulator(authority, 'provider.test', {
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  })
  const dispatcher = new Agent({
    connect: {
      ca: authority.certificate,
      ...authority.issue('the-service'),
      lookup: (_name, _options, callback) => {
        callback(null, [{ address: '127.0.0.1', family: 4 }])
      },
    },
  })
  onTestFinished(() => dispatcher.destroy())
  await using service = await startService((url) => {
    mutual.op.register({ callbackURL: `${url}/auth/callback` })
    return { ...mutual.op.options, dispatcher }
  })
  expect(await signInTo(service.url, mutual)).toMatchObject({ status: 200, url: `${service.url}/identity` })
})

const trusting = () => ({ NODE_EXTRA_CA_CERTS: authorityFile })

describe('a service in a network where only the proxy can resolve the name of One Login', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    '[CONF-10] signs users in through the proxy that %s names',
    async (variable) => {
      const before = proxy.tunnels.length
      const service = await serviceIn({ ...trusting(), [variable]: proxy.url })
      const page = await signInTo(service)
      expect(page).toMatchObject({ status: 200, url: `${service}/identity` })
      expect(JSON.parse(page.body)).toMatchObject({ identity: { proven: true } })
      const { host } = new URL(provider.op.url)
      expect(new Set(proxy.tunnels.slice(before))).toEqual(new Set([host]))
    },
    30_000,
  )

  it('[CONF-10] signs users in when NO_PROXY names other hosts', async () => {
    const service = await serviceIn({
      ...trusting(),
      HTTPS_PROXY: proxy.url,
      NO_PROXY: 'localhost,.internal,rovider.test,provider.test:1',
    })
    expect(await signInTo(service)).toMatchObject({ status: 200 })
  }, 30_000)

  it.each([
    ['no variable is set', {}],
    ['NO_PROXY names One Login', { NO_PROXY: '.internal,provider.test' }],
    ['NO_PROXY names its domain', { no_proxy: '.test' }],
    ['NO_PROXY names every host', { NO_PROXY: '*' }],
  ])(
    '[CONF-10] cannot reach One Login when %s',
    async (_when, variables: Record<string, string>) => {
      const before = proxy.tunnels.length
      const named = Object.keys(variables).length > 0 ? { HTTPS_PROXY: proxy.url } : {}
      const service = await serviceIn({ ...trusting(), ...named, ...variables })
      const page = await signInTo(service)
      expect([page.status, page.body]).toEqual([503, expect.stringContaining('provider_unreachable')])
      expect(proxy.tunnels).toHaveLength(before)
    },
    30_000,
  )

  it('[CONF-10] does not sign users in without the network’s own certificate authority', async () => {
    const service = await serviceIn({ HTTPS_PROXY: proxy.url })
    expect(await signInTo(service)).toMatchObject({ status: 503 })
  }, 30_000)
})
