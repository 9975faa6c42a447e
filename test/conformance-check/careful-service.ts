import { createHash, createPrivateKey, randomBytes, randomUUID, sign } from 'node:crypto'
import type { KeyOptions } from 'passport-govuk-one-login/simulator'
import { listen, type Asked, type Given } from './http-service.ts'
import type { Switch } from './switches.ts'
import { decode, verifiedClaims, type Claims, type Key } from './verification.ts'

const claim = (name: string) => `https://vocab.account.gov.uk/v1/${name}`
const random = () => randomBytes(32).toString('base64url')
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const sha256 = (text: string) => createHash('sha256').update(text).digest()
const page = (heading: string, text = '') =>
  `<!DOCTYPE html><title>Service</title><h1>${heading}</h1><p>${text}</p>`

interface Pending {
  readonly owner: string
  readonly nonce: string
  readonly verifier: string
  readonly identity: boolean
  readonly returnTo: string
}

interface User {
  readonly sub: string
  readonly email: string
  readonly idToken: string
  readonly signedInAt: number
  identity?: string
  codes?: string
}

class Rejection extends Error {}

/** The options of a service about One Login and itself. */
export interface ServiceOptions {
  readonly options: Pick<KeyOptions, 'environment' | 'clientId' | 'privateKey'>
  /** Default: a free port. */
  readonly port?: number
  /** Responds instead of the service, if it returns something. */
  readonly before?: (asked: Asked) => Given | undefined
}

/**
 * A service that makes every check, written without this package. Each switch takes out one check.
 *
 * @param service the options of the service
 * @param off the checks that are taken out
 */
export async function startCarefulService(
  { options, port, before }: ServiceOptions,
  ...off: readonly Switch[]
) {
  const isOff = (name: Switch) => off.includes(name)
  const { issuer, didDocumentURL, didController, coreIdentityIssuer } = options.environment
  const { clientId, privateKey } = options
  const key = createPrivateKey(privateKey)
  const browsers = new Map<string, { user?: User }>()
  const pending = new Map<string, Pending>()
  const signedOut = new Map<string, number>()
  const usedIds = new Set<unknown>()
  let calls = 0
  let lastPending = ''

  const signed = (claims: object) => {
    const input = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  }
  const call = async (address: string, init: RequestInit = {}) => {
    calls += 1
    const agent = isOff('several user agents') ? `service/${calls}` : 'service/1'
    const headers = { ...(init.headers as object), 'user-agent': agent }
    const response = await fetch(address, {
      ...init,
      headers,
      redirect: 'error',
      ...(!isOff('waits without end') && { signal: AbortSignal.timeout(5000) }),
    })
    if (!response.ok) throw new Rejection(`One Login returned ${response.status}`)
    const text = await response.text()
    if (text.length > 1_000_000) throw new Rejection('too long')
    return JSON.parse(text) as Claims
  }
  const documents = new Map<string, Promise<Claims>>()
  const copyOf = (address: string) => {
    const copy = documents.get(address)
    if (copy && !isOff('keys downloaded each time')) return copy
    const fresh = call(address).catch((error: unknown) => {
      if (copy) return copy
      documents.delete(address)
      throw error
    })
    documents.set(address, fresh)
    return fresh
  }
  const tokenKeys = async (token: string) => {
    const address = `${issuer}.well-known/jwks.json`
    const keys = (await copyOf(address)).keys as Key[]
    const { kid } = decode(token.split('.')[0])
    if (kid === undefined || keys.some((key) => key.kid === kid) || isOff('keys for ever')) return keys
    documents.delete(address)
    return (await copyOf(address)).keys as Key[]
  }
  const identityKeys = async () => {
    const { id, assertionMethod } = await copyOf(didDocumentURL)
    if (id !== didController) throw new Rejection('wrong controller')
    const methods = assertionMethod as { id: string; publicKeyJwk: Key }[]
    return methods.map((method) => ({ ...method.publicKeyJwk, kid: method.id, alg: 'ES256' }))
  }
  const skips = (token: string) => (check: string) => isOff(`${token} ${check}` as Switch)

  async function idTokenClaims(
    idToken: unknown,
    nonce: string,
    accessToken: string,
  ): Promise<Claims | undefined> {
    if (typeof idToken !== 'string' && isOff('id-token missing')) return undefined
    const claims = verifiedClaims(String(idToken), {
      issuer,
      audience: clientId,
      keys: await tokenKeys(String(idToken)),
      algorithms: ['ES256', 'RS256'],
      skips: (check) => check === 'not-before' || skips('id-token')(check),
    })
    if (claims.nonce !== nonce && !isOff('id-token nonce')) throw new Rejection('wrong nonce')
    if (claims.vot !== 'Cl.Cm' && !isOff('id-token level')) throw new Rejection('wrong vot')
    const hash = sha256(accessToken).subarray(0, 16).toString('base64url')
    if (claims.at_hash !== hash && !isOff('id-token at_hash')) throw new Rejection('wrong at_hash')
    return claims
  }

  async function provenName(userinfo: Claims, sub: unknown): Promise<string | undefined> {
    const jwt = userinfo[claim('coreIdentityJWT')]
    if (jwt === undefined && !(claim('coreIdentityJWT') in userinfo)) return undefined
    if (typeof jwt !== 'string') {
      if (isOff('core-identity missing')) return 'Somebody'
      throw new Rejection('no core identity')
    }
    const leftOut = skips('core-identity')
    const claims = verifiedClaims(jwt, {
      issuer: coreIdentityIssuer,
      audience: clientId,
      keys: await identityKeys(),
      algorithms: ['ES256'],
      skips: (check) => check === 'issued-at' || leftOut(check),
    })
    if (claims.sub !== sub && !leftOut('subject')) throw new Rejection('wrong sub')
    if (claims.vot !== 'P2' && !leftOut('level')) throw new Rejection('wrong vot')
    const { credentialSubject } = claims.vc as {
      credentialSubject: { name: { nameParts: { value: string }[] }[] }
    }
    return credentialSubject.name[0]?.nameParts.map(({ value }) => value).join(' ') ?? ''
  }

  function startSignIn({ url }: Asked, browser: string, identity: boolean): Given {
    const state = isOff('short state') ? random().slice(0, 8) : random()
    const nonce = isOff('nonce used again') ? 'a'.repeat(43) : random()
    const verifier = random()
    const asked = url.searchParams.get('next') ?? url.searchParams.get('returnTo') ?? ''
    const home = identity ? '/identity' : '/page'
    const returnTo = isOff('returns anywhere') && asked !== '' ? asked : home
    if (isOff('one tab only'))
      for (const [id, { owner }] of pending) if (owner === browser) pending.delete(id)
    pending.set(state, { owner: browser, nonce, verifier, identity, returnTo })
    lastPending = state
    const names = ['coreIdentityJWT', 'returnCode', 'passport'].map((name) => [claim(name), null] as const)
    const now = Math.floor(Date.now() / 1000)
    const request = {
      response_type: 'code',
      scope: 'openid email phone',
      client_id: clientId,
      redirect_uri: `${service.url}/callback`,
      state,
      nonce,
      ...(!isOff('no PKCE') && {
        code_challenge: sha256(verifier).toString('base64url'),
        code_challenge_method: 'S256',
      }),
      ...(!isOff('no vtr') && { vtr: JSON.stringify([identity ? 'Cl.Cm.P2' : 'Cl.Cm']) }),
      ...(isOff('no vtr') && identity && { vtr: '["Cl.Cm.P2"]' }),
      ...((identity || isOff('claims without identity')) && {
        claims: JSON.stringify({ userinfo: Object.fromEntries(names) }),
      }),
    }
    const object = {
      ...request,
      iss: clientId,
      aud: `${issuer}authorize`,
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
    }
    const { response_type, scope, client_id } = request
    const query = isOff('unsigned request')
      ? request
      : { response_type, scope, client_id, request: signed(object) }
    return { location: `${issuer}authorize?${new URLSearchParams(query).toString()}` }
  }

  async function redeem(code: string, verifier: string): Promise<Claims> {
    const now = Math.floor(Date.now() / 1000)
    const jti = isOff('jti used again') ? 'always-the-same' : randomUUID()
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: `${service.url}/callback`,
      ...(!isOff('no PKCE') && { code_verifier: verifier }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signed({
        iss: clientId,
        sub: clientId,
        aud: `${issuer}token`,
        iat: now,
        exp: now + 300,
        jti,
      }),
    })
    const post = () => call(`${issuer}token`, { method: 'POST', body })
    return isOff('code sent again') ? post().catch(post) : post()
  }

  async function callback({ url }: Asked, browser: string): Promise<Given> {
    const one = (name: string) => {
      const values = url.searchParams.getAll(name)
      if (values.length > 1) throw new Rejection(`${name} came twice`)
      return values[0] ?? ''
    }
    const state = isOff('state not checked') ? lastPending : one('state')
    const waiting = pending.get(state)
    if (
      !waiting ||
      (waiting.owner !== browser && !isOff('state of any browser') && !isOff('state not checked'))
    )
      throw new Rejection('This sign-in was not started here')
    if (!isOff('callback works twice')) pending.delete(state)
    if (one('error') !== '') {
      const description = one('error_description')
      const text = isOff('description as HTML') ? description : description.replaceAll('<', '&lt;')
      return { status: 400, html: page('You were not signed in', text) }
    }
    const tokens = await redeem(one('code'), waiting.verifier)
    const accessToken = String(tokens.access_token)
    const idClaims = await idTokenClaims(tokens.id_token, waiting.nonce, accessToken)
    const query = isOff('token in the address') ? `?access_token=${accessToken}` : ''
    const userinfo = await call(`${issuer}userinfo${query}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    const sub = idClaims ? idClaims.sub : userinfo.sub
    const isSame = userinfo.sub === sub || (isOff('id-token subject') && (sub === undefined || sub === ''))
    if (!isSame && !isOff('userinfo subject')) throw new Rejection('wrong sub')
    if (isOff('needs a phone') && userinfo.phone_number === undefined) throw new Rejection('no phone')
    const user: User = {
      sub: String(sub),
      email: String(userinfo.email),
      idToken: String(tokens.id_token),
      signedInAt: Date.now(),
    }
    if (waiting.identity) {
      const name = await provenName(userinfo, sub)
      if (name !== undefined) user.identity = name
      user.codes = ((userinfo[claim('returnCode')] ?? []) as { code: string }[])
        .map(({ code }) => code)
        .join(' ')
    }
    const id = isOff('session id stays') ? browser : random()
    if (id !== browser) browsers.delete(browser)
    browsers.set(id, { user })
    for (const [other, { owner, ...rest }] of pending)
      if (owner === browser) pending.set(other, { ...rest, owner: id })
    return { location: waiting.returnTo, headers: { 'set-cookie': cookie(id) } }
  }

  async function backChannel({ form }: Asked): Promise<Given> {
    if (isOff('logout ends nothing')) return {}
    const [token, ...others] = form.getAll('logout_token')
    if (token === undefined || others.length > 0) throw new Rejection('one logout token, please')
    const claims = verifiedClaims(token, {
      issuer,
      audience: clientId,
      keys: await tokenKeys(token),
      algorithms: ['ES256'],
      skips: (check) => check === 'not-before' || skips('logout')(check),
    })
    const events = JSON.stringify(claims.events)
    if (events !== '{"http://schemas.openid.net/event/backchannel-logout":{}}' && !isOff('logout event'))
      throw new Rejection('wrong event')
    if (claims.nonce !== undefined && !isOff('logout nonce')) throw new Rejection('a nonce')
    const isNew = claims.jti !== undefined && !usedIds.has(claims.jti)
    if (!isNew && !isOff('logout id')) throw new Rejection('used before')
    usedIds.add(claims.jti)
    for (const [id, { user }] of browsers)
      if (user && (user.sub === claims.sub || isOff('logout ends everything'))) browsers.delete(id)
    if (isOff('logout is permanent')) signedOut.set(String(claims.sub), Date.now())
    return {}
  }

  function signOut(asked: Asked, browser: string): Given {
    const { user } = browsers.get(browser) ?? {}
    if (asked.headers['sec-fetch-site'] === 'cross-site' && !isOff('sign-out from anywhere'))
      return { status: 403, html: page('Sign out in the service') }
    if (!isOff('sign-out keeps the session')) browsers.delete(browser)
    if (isOff('sign-out stays here')) return { location: '/signed-out' }
    const query = {
      ...(user && !isOff('sign-out without hint') && { id_token_hint: user.idToken }),
      post_logout_redirect_uri: `${service.url}/signed-out`,
    }
    return { location: `${issuer}logout?${new URLSearchParams(query).toString()}` }
  }

  async function answer(asked: Asked, browser: string): Promise<Given> {
    const { user } = browsers.get(browser) ?? {}
    const isIn = user !== undefined && !signedOut.has(user.sub)
    const codes = isOff('shows return codes') ? `Note: ${user?.codes ?? ''}` : ''
    switch (asked.url.pathname) {
      case '/page':
        return isIn ? { html: page('Your page', user.email) } : startSignIn(asked, browser, false)
      case '/identity':
        if (!isIn) return startSignIn(asked, browser, isOff('identity at once'))
        if (user.identity !== undefined) return { html: page('Your identity', `${user.identity} ${codes}`) }
        if (user.codes !== undefined) return { status: 403, html: page('Not proven', codes) }
        return startSignIn(asked, browser, true)
      case '/callback':
        return callback(asked, browser)
      case '/sign-out':
        return signOut(asked, browser)
      case '/logout':
        return backChannel(asked)
      case '/signed-out':
        return { html: page('Signed out') }
      default:
        return { status: 404, html: page('Not found') }
    }
  }

  const cookie = (id: string) =>
    `sid=${id}; Path=/${isOff('cookie for scripts') ? '' : '; HttpOnly'}${isOff('cookie without SameSite') ? '' : '; SameSite=Lax'}`

  const service = await listen(async (asked) => {
    const instead = before?.(asked)
    if (instead) return instead
    const known = asked.cookies.get('sid')
    const browser = known ?? random()
    const first: Readonly<Record<string, string>> =
      known === undefined ? { 'set-cookie': cookie(browser) } : {}
    const storage: Readonly<Record<string, string>> = isOff('pages are stored')
      ? {}
      : { 'cache-control': 'no-store' }
    try {
      const given = await answer(asked, browser)
      return { ...given, headers: { ...storage, ...first, ...given.headers } }
    } catch (error) {
      const stack =
        isOff('shows stack traces') && error instanceof Error ? `<pre>${error.stack ?? ''}</pre>` : ''
      return { status: 400, html: page('Sorry', stack), headers: { ...storage, ...first } }
    }
  }, port)
  return service
}
