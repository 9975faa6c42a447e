import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto'
import type { ServiceOptions } from './careful-service.ts'
import { listen, type Asked, type Given } from './http-service.ts'
import { verifiedClaims, type Claims, type Key } from './verification.ts'

/** How to build a service that keeps every requirement. */
export interface Build {
  /** A prefix of every path. */
  readonly prefix?: string
  /** A page with a button before the sign-in: a link, or a form with a token against CSRF. */
  readonly landing?: 'link' | 'form'
  /** The landing page is shown at the address of the page, with this status. */
  readonly landingStatus?: 200 | 401
  /** The session is in the cookie, encrypted. */
  readonly cookieSession?: boolean
  /** A page with a meta refresh leads from the callback to the page. */
  readonly refreshes?: boolean
  readonly redirectsTwice?: boolean
  readonly language?: 'cy'
  /** The number of requests before it returns status 429. */
  readonly limit?: number
  /** The status of every refusal. */
  readonly refusal?: 200
  /** Headings have the name or email address of the user, and nothing else is on the page. */
  readonly isPersonal?: boolean
  /** Shows everything about the user with labels, and when they signed in. */
  readonly isFull?: boolean
  readonly isJson?: boolean
  /** The service publishes its key itself. */
  readonly jwks?: boolean
  /** Another host in the redirect URI. */
  readonly host?: string
  /** The session keeps its ID at sign-in. This is the one fault that it can have. */
  readonly keepsSession?: boolean
  /** A header that every request must have. */
  readonly gate?: readonly [name: string, value: string]
}

interface Session {
  csrf?: string
  waiting: Record<string, { nonce: string; verifier: string; identity: boolean }>
  user?: { sub: string; email: string; phone: string; idToken: string; at: string; identity?: Claims | null }
}

const claim = (name: string) => `https://vocab.account.gov.uk/v1/${name}`
const random = () => randomBytes(24).toString('base64url')
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const words = {
  en: {
    page: 'Your account',
    identity: 'Who you are',
    start: 'Sign in',
    sorry: 'There is a problem',
    out: 'Signed out',
  },
  cy: {
    page: 'Eich cyfrif',
    identity: 'Pwy ydych chi',
    start: 'Mewngofnodi',
    sorry: 'Mae problem',
    out: 'Rydych wedi allgofnodi',
  },
}

/** A service that makes every check, built in another way than most. */
export async function startOtherService({ options }: ServiceOptions, build: Build) {
  const { prefix = '', language = 'en' } = build
  const text = words[language === 'cy' ? 'cy' : 'en']
  const { environment, clientId, privateKey } = options
  const { issuer, didDocumentURL, didController, coreIdentityIssuer } = environment
  const key = createPrivateKey(privateKey)
  const secret = randomBytes(32)
  const stored = new Map<string, Session>()
  const usedTokens = new Set<unknown>()
  let requests = 0

  const layout = (heading: string, content = '') =>
    `<!DOCTYPE html><html lang="${language}"><head><title>${escape(heading)} - Apply for a licence</title></head><body>
<header><h2>Apply for a licence</h2></header><main><h1>${escape(heading)}</h1>${content}</main>
<footer><h2>Support links</h2><a href="/cookies">Cookies</a></footer></body></html>`
  const refuse = (status: number): Given => ({ status: build.refusal ?? status, html: layout(text.sorry) })

  function seal(session: Session): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', secret, iv)
    const body = Buffer.concat([cipher.update(JSON.stringify(session)), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
  }
  function unseal(value: string): Session {
    const bytes = Buffer.from(value, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return JSON.parse(
      decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8'),
    ) as Session
  }
  const load = (value: string): Session =>
    value === ''
      ? { waiting: {} }
      : build.cookieSession === true
        ? unseal(value)
        : (stored.get(value) ?? { waiting: {} })
  function save(session: Session, id: string): string {
    if (build.cookieSession !== true) stored.set(id, session)
    const value = build.cookieSession === true ? seal(session) : id
    return `session=${value}; Path=${prefix || '/'}; HttpOnly; SameSite=Lax`
  }

  const callbackURL = () => {
    const url = new URL(`${service.url}${prefix}/callback`)
    url.hostname = build.host ?? url.hostname
    return url.href
  }
  const call = async (address: string, init: RequestInit = {}) => {
    const headers = { ...(init.headers as object), 'user-agent': 'other-service/1' }
    const signal = AbortSignal.timeout(5000)
    const response = await fetch(address, { ...init, headers, redirect: 'error', signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return JSON.parse(await response.text()) as Claims
  }
  const copies = new Map<string, Claims>()
  const copyOf = async (address: string) => {
    const copy = copies.get(address) ?? (await call(address))
    copies.set(address, copy)
    return copy
  }
  const tokenKeys = async () => (await copyOf(`${issuer}.well-known/jwks.json`)).keys as Key[]
  const common = { audience: clientId, skips: (check: string) => check === 'not-before' }

  function startSignIn(session: Session, identity: boolean): Given {
    const [state, nonce, verifier] = [random(), random(), random() + random()]
    session.waiting[state] = { nonce, verifier, identity }
    const query = new URLSearchParams({
      response_type: 'code',
      scope: 'openid email phone',
      client_id: clientId,
      redirect_uri: callbackURL(),
      state,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      vtr: identity ? '["Cl.Cm.P2"]' : '["Cl.Cm"]',
      ...(identity && {
        claims: JSON.stringify({ userinfo: { [claim('coreIdentityJWT')]: null, [claim('passport')]: null } }),
      }),
    })
    return { location: `${issuer}authorize?${query.toString()}` }
  }

  async function userOf(code: string, { nonce, verifier, identity }: Session['waiting'][string]) {
    const now = Math.floor(Date.now() / 1000)
    const head = { alg: 'RS256', ...(build.jwks === true && { kid: 'service-key' }) }
    const input = `${encode(head)}.${encode({ iss: clientId, sub: clientId, aud: `${issuer}token`, exp: now + 300, jti: randomUUID() })}`
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackURL(),
      code_verifier: verifier,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`,
    })
    const tokens = await call(`${issuer}token`, { method: 'POST', body })
    const claims = verifiedClaims(String(tokens.id_token), {
      ...common,
      issuer,
      keys: await tokenKeys(),
      algorithms: ['ES256'],
    })
    if (claims.nonce !== nonce || claims.vot !== 'Cl.Cm') throw new Error('wrong ID token')
    const userinfo = await call(`${issuer}userinfo`, {
      headers: { authorization: `Bearer ${String(tokens.access_token)}` },
    })
    if (userinfo.sub !== claims.sub) throw new Error('wrong sub')
    return {
      sub: String(claims.sub),
      email: String(userinfo.email),
      phone: typeof userinfo.phone_number === 'string' ? userinfo.phone_number : '',
      idToken: String(tokens.id_token),
      at: new Date().toISOString(),
      ...(identity && { identity: await identityOf(userinfo, claims.sub) }),
    }
  }

  async function identityOf(userinfo: Claims, sub: unknown): Promise<Claims | null> {
    const jwt = userinfo[claim('coreIdentityJWT')]
    if (jwt === undefined && !(claim('coreIdentityJWT') in userinfo)) return null
    const { id, assertionMethod } = await copyOf(didDocumentURL)
    if (id !== didController) throw new Error('wrong controller')
    const keys = (assertionMethod as { id: string; publicKeyJwk: Key }[]).map((method) => ({
      ...method.publicKeyJwk,
      kid: method.id,
      alg: 'ES256',
    }))
    const claims = verifiedClaims(String(jwt), {
      ...common,
      issuer: coreIdentityIssuer,
      keys,
      algorithms: ['ES256'],
      skips: (check) => check === 'issued-at',
    })
    if (claims.sub !== sub || claims.vot !== 'P2') throw new Error('wrong core identity')
    const { credentialSubject } = claims.vc as { credentialSubject: Record<string, never[]> }
    const [name] = (credentialSubject.name ?? []) as { nameParts: { value: string }[] }[]
    const [birth] = (credentialSubject.birthDate ?? []) as { value: string }[]
    const [passport] = (userinfo[claim('passport')] ?? []) as { documentNumber?: string }[]
    return {
      name: name?.nameParts.map(({ value }) => value).join(' ') ?? '',
      birth: birth?.value ?? '',
      passport: passport?.documentNumber ?? '',
    }
  }

  function landing(session: Session): string {
    session.csrf ??= random()
    if (build.landing === 'link')
      return layout(text.start, `<a role="button" href="${prefix}/start">\n  ${text.start}\n</a>`)
    return layout(
      text.start,
      `<form action="${prefix}/start" method="post" novalidate>
<input type="hidden" name="_csrf" value="${session.csrf}"><button type="submit" class="govuk-button">
${text.start}</button></form>`,
    )
  }
  function needsSignIn(session: Session): Given {
    if (!build.landing) return startSignIn(session, false)
    if (build.landingStatus) return { status: build.landingStatus, html: landing(session) }
    return { location: `${prefix}/welcome` }
  }
  function show(heading: string, personal: string, details: Record<string, string>): Given {
    if (build.isJson === true)
      return {
        html: JSON.stringify({ heading, ...details }),
        headers: { 'content-type': 'application/json' },
      }
    if (build.isPersonal === true) return { html: layout(personal) }
    if (build.isFull !== true) return { html: layout(heading, `<p>${escape(personal)}</p>`) }
    const rows = Object.entries(details).filter(([, value]) => value !== '')
    return {
      html: layout(
        heading,
        rows.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`).join(''),
      ),
    }
  }

  async function callback({ url }: Asked, session: Session): Promise<Given> {
    const [state, ...more] = url.searchParams.getAll('state')
    const waiting = Object.hasOwn(session.waiting, state ?? '') ? session.waiting[state ?? ''] : undefined
    if (!waiting || more.length > 0) return refuse(400)
    session.waiting = Object.fromEntries(Object.entries(session.waiting).filter(([other]) => other !== state))
    if (url.searchParams.has('error')) return refuse(403)
    const user = await userOf(url.searchParams.get('code') ?? '', waiting)
    session.user = user
    const home = `${prefix}/${waiting.identity ? 'identity' : 'page'}`
    if (build.refreshes === true)
      return { html: `<meta http-equiv="refresh" content="0; url=${home}">${layout(text.page)}` }
    return {
      location:
        build.redirectsTwice === true
          ? `${prefix}/signed-in?to=${waiting.identity ? 'identity' : 'page'}`
          : home,
    }
  }

  async function backChannel({ form }: Asked): Promise<Given> {
    const claims = verifiedClaims(form.get('logout_token') ?? '', {
      ...common,
      issuer,
      keys: await tokenKeys(),
      algorithms: ['ES256'],
    })
    const events = JSON.stringify(claims.events)
    if (events !== '{"http://schemas.openid.net/event/backchannel-logout":{}}' || claims.nonce !== undefined)
      throw new Error('wrong')
    if (claims.jti === undefined || usedTokens.has(claims.jti)) throw new Error('used')
    usedTokens.add(claims.jti)
    for (const session of stored.values()) if (session.user?.sub === claims.sub) delete session.user
    return {}
  }

  async function answer(asked: Asked, session: Session): Promise<Given> {
    const { user } = session
    const { identity } = user ?? {}
    switch (asked.url.pathname.startsWith(prefix) ? asked.url.pathname.slice(prefix.length) : '') {
      case '/page':
        return user
          ? show(text.page, user.email, { Email: user.email, Phone: user.phone, 'Signed in': user.at })
          : needsSignIn(session)
      case '/welcome':
        return { html: landing(session) }
      case '/start':
        return build.landing !== 'form' ||
          (asked.method === 'POST' && asked.form.get('_csrf') === session.csrf)
          ? startSignIn(session, false)
          : refuse(403)
      case '/identity':
        if (!user) return needsSignIn(session)
        if (identity === undefined) return startSignIn(session, true)
        if (identity === null) return refuse(403)
        return show(text.identity, String(identity.name), {
          Name: String(identity.name),
          Born: String(identity.birth),
          Passport: String(identity.passport),
        })
      case '/callback':
        return callback(asked, session)
      case '/signed-in':
        return { location: `${prefix}/home?to=${asked.url.searchParams.get('to') ?? ''}` }
      case '/home':
        return {
          location: `${prefix}/${asked.url.searchParams.get('to') === 'identity' ? 'identity' : 'page'}`,
        }
      case '/sign-out': {
        if (asked.headers['sec-fetch-site'] === 'cross-site') return refuse(403)
        delete session.user
        const query = new URLSearchParams({
          ...(user && { id_token_hint: user.idToken }),
          post_logout_redirect_uri: `${service.url}${prefix}/signed-out`,
        })
        return { location: `${issuer}logout?${query.toString()}` }
      }
      case '/signed-out':
        return { html: layout(text.out) }
      case '/logout':
        return backChannel(asked).catch(() => ({ status: 400 }))
      case '/jwks':
        return {
          html: JSON.stringify({
            keys: [
              {
                ...createPublicKey(key).export({ format: 'jwk' }),
                kid: 'service-key',
                use: 'sig',
                alg: 'RS256',
              },
            ],
          }),
          headers: { 'content-type': 'application/json' },
        }
      default:
        return refuse(404)
    }
  }

  const service = await listen(async (asked) => {
    requests += 1
    if (build.gate && !String(asked.headers[build.gate[0]]).includes(build.gate[1]))
      return { status: 403, html: 'Not open yet' }
    if (requests > (build.limit ?? Infinity)) return { status: 429, html: layout('Too many requests') }
    const value = asked.cookies.get('session') ?? ''
    const session = load(value)
    const before = session.user?.sub
    const given = await answer(asked, session).catch(() => refuse(400))
    const isRenewed = session.user?.sub !== before && build.keepsSession !== true
    const isNew = value === '' || isRenewed
    if (isNew) stored.delete(value)
    const headers = {
      'cache-control': 'no-store',
      ...given.headers,
      'set-cookie': save(session, isNew ? random() : value),
    }
    return { ...given, headers }
  })
  return service
}
