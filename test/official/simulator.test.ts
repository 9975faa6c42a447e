import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startService } from '../support/service.ts'

/** Set to run against the official simulator: its address, and the file with the private key of its documentation. */
const { OFFICIAL_SIMULATOR_URL: address = '', OFFICIAL_SIMULATOR_KEY: keyFile = '' } = process.env
const clientId = 'HGIOgho9HIRhgoepdIOPFdIUWgewi0jw'

async function configure(configuration: object): Promise<void> {
  const body = JSON.stringify(configuration)
  const headers = { 'content-type': 'application/json' }
  await fetch(`${address}/config`, { method: 'POST', headers, body })
}

/** Signs in at a page, and returns the result. */
async function outcome(path: string, { requestObject = true, configuration = {} } = {}) {
  await using service = await startService(
    async (url) => {
      await configure({
        ...configuration,
        clientConfiguration: {
          clientId,
          redirectUrls: [`${url}/auth/callback`],
          postLogoutRedirectUrls: [`${url}/signed-out`],
        },
      })
      const { host } = new URL(address)
      return {
        environment: {
          issuer: `${address}/`,
          didDocumentURL: `${address}/.well-known/did.json`,
          didController: `did:web:${encodeURIComponent(host)}`,
          coreIdentityIssuer: `${address}/`,
          allowInsecureRequests: true,
        },
        clientId,
        privateKey: readFileSync(keyFile, 'utf8'),
        callbackURL: `${url}/auth/callback`,
        postLogoutRedirectURL: `${url}/signed-out`,
        requestObject,
      }
    },
    { routes: (app) => void app.get('/signed-out', (_req, res) => res.json({ code: 'signed out' })) },
  )
  const browser = new Browser()
  const page = await browser.visit(service.url + path)
  const signedOut = page.status === 200 ? await browser.visit(`${service.url}/sign-out`) : undefined
  const { code = 'accepted' } = JSON.parse(page.body) as { code?: string }
  return { code, signedOut: signedOut?.body }
}

// One after the other, because the simulator has one configuration.
describe.runIf(address && keyFile)('the official simulator', () => {
  it.each([
    ['/account', true],
    ['/account', false],
    ['/identity', true],
    ['/identity', false],
  ])('[SIM-4] signs in at %s, with request objects: %s, and signs out', async (path, requestObject) => {
    expect(await outcome(path, { requestObject })).toEqual({
      code: 'accepted',
      signedOut: '{"code":"signed out"}',
    })
  })

  it.each([
    ['INVALID_ISS', 'id_token_invalid'],
    ['INVALID_AUD', 'id_token_invalid'],
    ['INVALID_SIGNATURE', 'id_token_invalid'],
    ['INVALID_ALG_HEADER', 'id_token_invalid'],
    ['TOKEN_EXPIRED', 'id_token_invalid'],
    ['TOKEN_NOT_VALID_YET', 'id_token_invalid'],
    ['NONCE_NOT_MATCHING', 'id_token_invalid'],
    ['INCORRECT_VOT', 'authentication_level_too_low'],
  ])('[SIM-4] sends the ID token error %s, which is rejected', async (fault, code) => {
    expect(
      await outcome('/account', { configuration: { errorConfiguration: { idTokenErrors: [fault] } } }),
    ).toMatchObject({ code })
  })

  it.each([
    'INVALID_ISS',
    'INVALID_AUD',
    'INVALID_SIGNATURE',
    'INVALID_ALG_HEADER',
    'TOKEN_EXPIRED',
    'INCORRECT_SUB',
  ])('[SIM-4] sends the core identity error %s, which is rejected', async (fault) => {
    const configuration = { errorConfiguration: { coreIdentityErrors: [fault] } }
    expect(await outcome('/identity', { configuration })).toMatchObject({ code: 'core_identity_invalid' })
  })

  it.each([
    ['ACCESS_DENIED', 'access_denied'],
    ['TEMPORARILY_UNAVAILABLE', 'temporarily_unavailable'],
  ])('[SIM-4] sends the authorize error %s, which is reported as %s', async (fault, code) => {
    expect(
      await outcome('/account', { configuration: { errorConfiguration: { authoriseErrors: [fault] } } }),
    ).toMatchObject({ code })
  })
})
