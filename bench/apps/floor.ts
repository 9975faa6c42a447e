// The lowest possible cost of a sign-in: 2 requests through Express and express-session, the RSA signatures, the
// ES256 verifications, and 2 HTTP calls on open connections. It checks only signatures.
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  verify,
  type JsonWebKey,
} from 'node:crypto'
import { promisify } from 'node:util'
import express, { type Response } from 'express'
import session from 'express-session'
import { Pool } from 'undici'
import { clientId, runApp } from '../app.ts'

declare module 'express-session' {
  interface SessionData {
    waiting?: { state: string; nonce: string; verifier: string }
    user?: object
  }
}

const signAsync = promisify(sign)
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (segment = '') =>
  JSON.parse(Buffer.from(segment, 'base64url').toString()) as Record<string, unknown>
/** Leaves out the page that Express adds to a redirect. */
const redirect = (res: Response, url: string) =>
  res.status(303).set({ Location: url, 'Content-Length': '0' }).end()

runApp(async ({ issuer, identity, requestObject, privateKey }, url) => {
  const key = createPrivateKey(privateKey)
  const pool = new Pool(new URL(issuer).origin, { connections: 64 })
  const get = async (path: string, headers = {}) => {
    const { body } = await pool.request({
      path,
      method: 'GET',
      headers: { 'user-agent': 'floor/1', ...headers },
    })
    return (await body.json()) as Record<string, unknown>
  }
  const publicKey = (jwk: unknown) => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const tokenKey = publicKey(((await get('/jwks')).keys as unknown[])[0])
  const identityKey = publicKey(
    ((await get('/did.json')).assertionMethod as { publicKeyJwk: unknown }[])[0]?.publicKeyJwk,
  )
  const signed = async (claims: object) => {
    const input = `${encode({ alg: 'RS256', kid: 'a' })}.${encode(claims)}`
    const signature = await signAsync('sha256', Buffer.from(input), {
      key,
      padding: constants.RSA_PKCS1_PADDING,
    })
    return `${input}.${signature.toString('base64url')}`
  }
  const verified = (jwt: string, withKey: typeof tokenKey) => {
    const [header, claims, signature = ''] = jwt.split('.')
    const input = Buffer.from(`${header}.${claims}`)
    if (
      !verify(
        'sha256',
        input,
        { key: withKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
    )
      throw new Error('forged')
    return decode(claims)
  }

  const app = express()
  app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }))
  app.get('/sign-in', async (req, res) => {
    const [state = '', nonce = '', verifier = ''] = [0, 0, 0].map(() => randomBytes(32).toString('base64url'))
    req.session.waiting = { state, nonce, verifier }
    const query = {
      response_type: 'code',
      scope: 'openid email',
      client_id: clientId,
      redirect_uri: `${url}/callback`,
      state,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      vtr: '["Cl.Cm"]',
    }
    const request = requestObject ? { client_id: clientId, request: await signed(query) } : query
    redirect(res, `${issuer}authorize?${new URLSearchParams(request).toString()}`)
  })
  app.get('/callback', async (req, res) => {
    const { waiting } = req.session
    if (!waiting || req.query.state !== waiting.state) throw new Error('lost')
    const now = Math.floor(Date.now() / 1000)
    const assertion = await signed({
      iss: clientId,
      sub: clientId,
      aud: `${issuer}token`,
      iat: now,
      exp: now + 300,
      jti: waiting.state,
    })
    const response = await pool.request({
      path: '/token',
      method: 'POST',
      headers: { 'user-agent': 'floor/1', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: req.query.code as string,
        redirect_uri: `${url}/callback`,
        code_verifier: waiting.verifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }).toString(),
    })
    const tokens = (await response.body.json()) as { id_token: string; access_token: string }
    const claims = verified(tokens.id_token, tokenKey)
    if (claims.nonce !== waiting.nonce) throw new Error('nonce')
    const userinfo = await get('/userinfo', { authorization: `Bearer ${tokens.access_token}` })
    const jwt = userinfo['https://vocab.account.gov.uk/v1/coreIdentityJWT']
    const proven = identity ? verified(String(jwt), identityKey).vc : undefined
    req.session.regenerate(() => {
      req.session.user = { sub: claims.sub, email: userinfo.email, proven }
      redirect(res, '/')
    })
  })
  return app
})
