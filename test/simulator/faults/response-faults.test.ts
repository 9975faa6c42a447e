import { simulatorFaults, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import {
  authorizationURL,
  Browser,
  codeFor,
  exchange,
  identityRequest,
  paramsOf,
  start,
  tokensFor,
  vocabulary,
} from '../relying-party.ts'

const network: readonly string[] = simulatorFaults.trustmark

const answerFaults = <Name extends string>(names: readonly Name[]): Name[] =>
  names.filter((name) => !network.includes(name))

/** What an answer is, in one text: its status, its headers that matter, its body. */
async function textOf(response: Response): Promise<string> {
  const names = ['content-type', 'cache-control', 'www-authenticate']
  const headers = names.map((name) => response.headers.get(name))
  return JSON.stringify([response.status, headers, await response.text()])
}

describe.each([
  ['discovery', '.well-known/openid-configuration'],
  ['jwks', '.well-known/jwks.json'],
  ['did', '.well-known/did.json'],
] as const)('a fault of the document %s', (place, path) => {
  it.each(answerFaults<(typeof simulatorFaults)[typeof place][number]>(simulatorFaults[place]))(
    '[SIM-3] [CONF-8] changes the answer once: %s',
    async (fault) => {
      const op = await start()
      const ask = async () => textOf(await fetch(`${op.issuer}${path}`))
      const good = await ask()
      op.breakNext(place, fault)
      const broken = await ask()
      expect(broken).not.toBe(good)
      expect(await ask()).toBe(good)
    },
  )
})

describe('a fault of a document', () => {
  const documentOf = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>

  it('[SIM-3] [CONF-1] can name another issuer', async () => {
    const op = await start()
    const url = `${op.issuer}.well-known/openid-configuration`
    op.breakNext('discovery', 'issuer-without-slash')
    expect((await documentOf(url)).issuer).toBe(op.issuer.slice(0, -1))
  })

  it('[SIM-3] [CONF-8] can leave out the keys in use and still be a good document', async () => {
    const op = await start()
    op.breakNext('jwks', 'without-signing-keys')
    op.breakNext('did', 'without-signing-keys')
    const { keys } = await documentOf(`${op.issuer}.well-known/jwks.json`)
    expect(keys).toHaveLength(1)
    const { id, assertionMethod } = await documentOf(op.options.environment.didDocumentURL)
    expect(id).toBe(op.options.environment.didController)
    expect(assertionMethod).toMatchObject([{ id: `${String(id)}#another-key-0`, controller: id }])
  })

  it('[SIM-3] [CONF-3] can make it live for a second or leave its lifetime open', async () => {
    const op = await start()
    const url = `${op.issuer}.well-known/jwks.json`
    const lifetime = async () => (await fetch(url)).headers.get('cache-control')
    op.breakNext('jwks', 'short-lived')
    op.breakNext('jwks', 'no-cache-control')
    expect([await lifetime(), await lifetime(), await lifetime()]).toEqual([
      'max-age=1',
      null,
      'max-age=86400',
    ])
  })
})

describe('a fault of the token answer', () => {
  const ask = async (op: Simulator) => {
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'y' }
    return textOf(await fetch(`${op.issuer}token`, { method: 'POST', body: new URLSearchParams(form) }))
  }

  it.each([
    ['invalid-request', 400, 'invalid_request'],
    ['invalid-client', 400, 'invalid_client'],
    ['invalid-client-401', 401, 'invalid_client'],
    ['invalid-grant', 400, 'invalid_grant'],
    ['unauthorized-client', 400, 'unauthorized_client'],
    ['unsupported-grant-type', 400, 'unsupported_grant_type'],
    ['server-error', 400, 'server_error'],
    ['error-without-description', 400, 'invalid_grant'],
    ['unknown-error', 400, 'something_else'],
  ] as const)(
    '[SIM-3] [CB-11] %s is status %i with the error %s, and the code is used up',
    async (fault, status, error) => {
      const op = await start()
      const code = await codeFor(op)
      op.breakNext('token', fault)
      const answer = await exchange(op, code)
      expect([answer.status, answer.body.error]).toEqual([status, error])
      expect((await exchange(op, code)).body.error).toBe('invalid_grant')
    },
  )

  it.each([
    ['no-id-token', 'id_token', undefined],
    ['no-access-token', 'access_token', undefined],
    ['no-token-type', 'token_type', undefined],
    ['wrong-token-type', 'token_type', 'DPoP'],
    ['id-token-not-a-string', 'id_token', { jwt: 'x' }],
  ] as const)('[SIM-3] [CB-11] %s changes %s', async (fault, name, value) => {
    const op = await start()
    op.breakNext('token', fault)
    expect((await exchange(op, await codeFor(op))).body[name]).toEqual(value)
  })

  it.each([
    'malformed-json',
    'not-an-object',
    'empty-body',
    'wrong-content-type',
    'storage-failure',
  ] as const)('[SIM-3] [CB-11] %s breaks errors too', async (fault) => {
    const op = await start()
    const good = await ask(op)
    op.breakNext('token', fault)
    expect(await ask(op)).not.toBe(good)
    expect(await ask(op)).toBe(good)
  })
})

describe('a fault of the userinfo answer', () => {
  it.each(answerFaults(simulatorFaults.userinfo))(
    '[SIM-3] [UI-1] [UI-3] [CID-11] changes the answer once: %s',
    async (fault) => {
      const op = await start()
      const { accessToken } = await tokensFor(op, { ...identityRequest, scope: 'openid email phone' })
      const headers = { Authorization: `Bearer ${accessToken}` }
      const ask = async () => {
        const text = await textOf(await fetch(`${op.issuer}userinfo`, { headers }))
        // The signature of a core identity is another each time.
        return text.replace(/eyJ[\w.-]+/, 'JWT')
      }
      const good = await ask()
      op.breakNext('userinfo', fault)
      expect(await ask()).not.toBe(good)
      expect(await ask()).toBe(good)
    },
  )

  it('[SIM-3] [CID-7] can leave out the core identity', async () => {
    const op = await start()
    const { accessToken } = await tokensFor(op, identityRequest)
    op.breakNext('userinfo', 'missing-core-identity')
    const response = await fetch(`${op.issuer}userinfo`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    })
    const body = (await response.json()) as object
    expect(body).not.toHaveProperty([`${vocabulary}coreIdentityJWT`])
    expect(body).toHaveProperty([`${vocabulary}address`])
  })
})

describe('a fault of the redirect to the service', () => {
  const good = { code: expect.any(String) as string, state: 'a-state' }

  it.each(answerFaults(simulatorFaults.authorize))(
    '[SIM-3] [CB-1] to [CB-7] changes the parameters once: %s',
    async (fault) => {
      const op = await start()
      const browser = new Browser()
      op.breakNext('authorize', fault)
      const callback = await browser.redirect(authorizationURL(op))
      expect([...callback.searchParams]).not.toEqual([
        ['code', expect.stringMatching(/^[\w-]{43}$/)],
        ['state', 'a-state'],
      ])
      expect(paramsOf(await browser.redirect(authorizationURL(op)))).toEqual(good)
    },
  )

  it.each([
    [
      'access-denied',
      {
        error: 'access_denied',
        error_description: 'Access denied by resource owner or authorization server',
      },
    ],
    ['login-required', { error: 'login_required', error_description: 'Login required' }],
    ['server-error-without-description', { error: 'server_error' }],
    [
      'temporarily-unavailable',
      {
        error: 'temporarily_unavailable',
        error_description: 'The authorization server is temporarily unavailable',
      },
    ],
    ['temporarily-unavailable-without-description', { error: 'temporarily_unavailable' }],
    ['client-deactivated', { error: 'unauthorized_client', error_description: 'client deactivated' }],
  ] as const)('[SIM-3] [CB-4] [CB-5] [CB-6] [CB-7] %s comes with the state', async (fault, params) => {
    const op = await start()
    op.breakNext('authorize', fault)
    expect(paramsOf(await new Browser().redirect(authorizationURL(op)))).toEqual({
      ...params,
      state: 'a-state',
    })
  })

  it.each([
    ['wrong-state', 'state=another-value'],
    ['state-as-list', 'state%5B%5D=a-state'],
    ['code-as-object', 'code%5Bvalue%5D='],
    ['code-and-error', 'error=access_denied'],
  ] as const)('[SIM-3] [CB-1] [CB-2] %s puts %s into the query', async (fault, text) => {
    const op = await start()
    op.breakNext('authorize', fault)
    expect((await new Browser().redirect(authorizationURL(op))).search).toContain(text)
  })

  it('[SIM-3] waits for a request that would have succeeded', async () => {
    const op = await start()
    const browser = new Browser()
    op.breakNext('authorize', 'wrong-state')
    const refused = await browser.redirect(authorizationURL(op, { nonce: undefined }))
    expect(refused.searchParams.get('state')).toBe('a-state')
    const broken = await browser.redirect(authorizationURL(op))
    expect(broken.searchParams.get('state')).toBe('another-value')
  })
})
