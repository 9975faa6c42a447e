import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createCertificateAuthority } from '../support/certificates.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { startTlsSimulator } from '../support/tls-simulator.ts'
import { runProcess } from './command-run.ts'
import { examined } from './examination.ts'
import { variablesFor } from './service-variables.ts'

const authority = createCertificateAuthority()

async function startNetwork(hosts: Record<string, string> = { 'provider.test': '127.0.0.1' }) {
  const { op, [Symbol.asyncDispose]: close } = await startTlsSimulator(authority, 'provider.test')
  const proxy = await startConnectProxy({ hosts, authorization: `Basic ${btoa('user:SECRET')}` })
  onTestFinished(async () => {
    await close()
    await proxy[Symbol.asyncDispose]()
  })
  const proxyURL = proxy.url.replace('//', '//user:SECRET@')
  return { proxy, variables: { ...variablesFor(op), HTTPS_PROXY: proxyURL } }
}

it('[CONF-10] doctor names the proxy that it uses, without its password', async () => {
  const { proxy, variables } = await startNetwork()
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  await writeFile(file, authority.certificate)
  const { code, stdout } = await runProcess(['doctor', '--json'], { ...variables, NODE_EXTRA_CA_CERTS: file })
  const { checks } = JSON.parse(stdout) as { checks: unknown[] }
  expect(checks).toContainEqual({ check: 'proxy', outcome: 'ok', message: `calls go through ${proxy.url}` })
  expect([code, stdout.includes('SECRET')]).toEqual([0, false])
}, 30_000)

it('[CONF-10] doctor names NODE_EXTRA_CA_CERTS when a certificate is not trusted', async () => {
  const { proxy, variables } = await startNetwork()
  const { problems, checks, text } = await examined(variables)
  expect(problems).toEqual(['discovery-unusable', 'did-document-unusable'])
  const { message } = checks.find(({ check }) => check === 'discovery') ?? {}
  expect(message).toContain(`(UNABLE_TO_VERIFY_LEAF_SIGNATURE), through the proxy ${proxy.url}.`)
  expect(message).toContain('set NODE_EXTRA_CA_CERTS')
  expect(text).not.toContain('SECRET')
})

it('[CONF-10] doctor shows the proxy’s response if it refuses to connect', async () => {
  const { proxy, variables } = await startNetwork({})
  const { checks } = await examined(variables)
  const { message } = checks.find(({ check }) => check === 'discovery') ?? {}
  expect(message).toContain('(the proxy returned status 502)')
  expect(message).toContain(`through the proxy ${proxy.url}`)
  expect(message).not.toContain('NODE_EXTRA_CA_CERTS')
})

it('[CONF-10] doctor says that a network may need HTTPS_PROXY when One Login cannot be reached', async () => {
  const { variables } = await startNetwork()
  const { checks } = await examined({ ...variables, HTTPS_PROXY: undefined })
  expect(checks.find(({ check }) => check === 'discovery')?.remedy).toContain('HTTPS_PROXY')
  expect(checks.find(({ check }) => check === 'proxy')).toBeUndefined()
})
