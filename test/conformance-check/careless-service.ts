import { createPrivateKey, randomBytes, randomUUID, sign } from 'node:crypto'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import { listen, type Asked, type Given } from './http-service.ts'
import { decode, type Claims } from './verification.ts'

const claim = (name: string) => `https://vocab.account.gov.uk/v1/${name}`
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const page = (heading: string) => `<!DOCTYPE html><title>Service</title><h1>${heading}</h1>`

interface Session {
  sub?: unknown
  isProven?: boolean
}

/** A service that checks nothing: it accepts every response of One Login and every logout token. */
export async function startCarelessService(op: Simulator) {
  const { issuer } = op.options.environment
  const { clientId } = op.options
  const key = createPrivateKey(op.options.privateKey)
  const sessions = new Map<string, Session>()

  const assertion = () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: clientId, sub: clientId, aud: `${issuer}token`, exp: now + 300, jti: randomUUID() }
    const input = `${encode({ alg: 'RS256' })}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  }
  const call = async (path: string, init: RequestInit = {}) =>
    (await (await fetch(issuer + path, init)).json()) as Claims

  function startSignIn(identity: boolean): Given {
    const query = new URLSearchParams({
      response_type: 'code',
      scope: 'openid email',
      client_id: clientId,
      redirect_uri: `${service.url}/callback`,
      state: identity ? 'identity' : 'sign-in',
      nonce: 'nonce',
      vtr: identity ? '["Cl.Cm.P2"]' : '["Cl.Cm"]',
      ...(identity && {
        claims: JSON.stringify({
          userinfo: { [claim('coreIdentityJWT')]: null, [claim('returnCode')]: null },
        }),
      }),
    })
    return { location: `${issuer}authorize?${query.toString()}` }
  }

  async function callback({ url }: Asked, session: Session): Promise<Given> {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: `${service.url}/callback`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(),
    })
    const tokens = await call('token', { method: 'POST', body })
    if (typeof tokens.access_token !== 'string') return { status: 400, html: page('Sorry') }
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const userinfo = await call('userinfo', { headers })
    const idToken = typeof tokens.id_token === 'string' ? decode(tokens.id_token.split('.')[1]) : {}
    session.sub = idToken.sub ?? userinfo.sub ?? 'nobody'
    const codes = userinfo[claim('returnCode')]
    if (codes !== undefined) session.isProven = JSON.stringify(codes) === '[]'
    return { location: codes === undefined ? '/page' : '/identity' }
  }

  function logout({ form }: Asked): Given {
    const { sub } = decode(form.get('logout_token')?.split('.')[1])
    for (const [id, session] of sessions) if (session.sub === sub) sessions.delete(id)
    return {}
  }

  async function answer(asked: Asked, session: Session): Promise<Given> {
    switch (asked.url.pathname) {
      case '/page':
        return session.sub === undefined ? startSignIn(false) : { html: page('Your page') }
      case '/identity':
        if (session.isProven === true) return { html: page('Your identity') }
        return session.isProven === false ? { status: 403, html: page('Not proven') } : startSignIn(true)
      case '/callback':
        return callback(asked, session)
      case '/logout':
        return logout(asked)
      default:
        return { status: 404, html: page('Not found') }
    }
  }

  const service = await listen(async (asked) => {
    const id = asked.cookies.get('sid') ?? randomBytes(16).toString('hex')
    const session = sessions.get(id) ?? {}
    sessions.set(id, session)
    const given = await answer(asked, session).catch(() => ({ status: 500, html: page('Sorry') }))
    return { ...given, headers: { 'set-cookie': `sid=${id}; Path=/` } }
  })
  return service
}
