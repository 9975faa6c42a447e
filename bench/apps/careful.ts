// A sign-in as a careful team would write it: openid-client's own Passport strategy with a nonce, a state and
// signature checks, userinfo, the level of the ID token, and the core identity verified by jose.
import { createPrivateKey } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { createLocalJWKSet, importPKCS8, jwtVerify, type JWK } from 'jose'
import * as client from 'openid-client'
import { Strategy, type AuthenticateOptions } from 'openid-client/passport'
import passport from 'passport'
import { clientId, didController, runApp } from '../app.ts'

const coreIdentityClaim = 'https://vocab.account.gov.uk/v1/coreIdentityJWT'

runApp(async ({ issuer, identity, requestObject, privateKey }, url) => {
  const pem = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem' }) as string
  const key = await importPKCS8(pem, 'RS256')
  const config = await client.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: 'ES256' },
    client.PrivateKeyJwt(key),
    {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    },
  )
  let didKeys: Promise<ReturnType<typeof createLocalJWKSet>> | undefined
  const identityKeys = () =>
    (didKeys ??= fetch(`${issuer}did.json`)
      .then(
        (response) => response.json() as Promise<{ assertionMethod: { id: string; publicKeyJwk: JWK }[] }>,
      )
      .then(({ assertionMethod }) =>
        createLocalJWKSet({
          keys: assertionMethod.map(({ id, publicKeyJwk }) => ({ ...publicKeyJwk, kid: id, alg: 'ES256' })),
        }),
      ))

  class OneLogin extends Strategy {
    override authorizationRequestParams(req: express.Request, options: AuthenticateOptions) {
      const params = new URLSearchParams(super.authorizationRequestParams(req, options))
      params.set('nonce', client.randomNonce())
      params.set('state', client.randomState())
      params.set('vtr', JSON.stringify([identity ? 'Cl.Cm.P2' : 'Cl.Cm']))
      if (identity) params.set('claims', JSON.stringify({ userinfo: { [coreIdentityClaim]: null } }))
      return params
    }
  }
  const strategy = new OneLogin(
    {
      name: 'one-login',
      config,
      callbackURL: `${url}/callback`,
      scope: 'openid email',
      ...(requestObject && { useJAR: key }),
    },
    (tokens, done) => {
      userOf(tokens).then((user) => {
        done(null, user)
      }, done)
    },
  )

  async function userOf(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers) {
    const claims = tokens.claims()
    if (claims?.vot !== 'Cl.Cm') throw new Error('level too low')
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    if (!identity) return userinfo
    const jwt = userinfo[coreIdentityClaim] as string
    const { payload, protectedHeader } = await jwtVerify(jwt, await identityKeys(), {
      algorithms: ['ES256'],
      issuer: `${issuer}identity`,
      audience: clientId,
      subject: claims.sub,
      requiredClaims: ['exp'],
    })
    if (!protectedHeader.kid?.startsWith(`${didController}#`) || payload.vot !== 'P2')
      throw new Error('not proven')
    const { credentialSubject } = payload.vc as { credentialSubject: object }
    return { ...userinfo, [coreIdentityClaim]: undefined, identity: credentialSubject }
  }

  passport.use(strategy)
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const app = express()
  app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.get('/sign-in', passport.authenticate('one-login') as express.RequestHandler)
  app.get('/callback', passport.authenticate('one-login', { successRedirect: '/' }) as express.RequestHandler)
  return app
})
