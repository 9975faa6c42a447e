import express from 'express'
import session from 'express-session'
import * as client from 'openid-client'
import { Strategy, type AuthenticateOptions } from 'openid-client/passport'
import passport from 'passport'

/** openid-client's own strategy, with the parameters that One Login also needs. */
class OneLogin extends Strategy {
  override authorizationRequestParams(req: express.Request, options: AuthenticateOptions) {
    const params = new URLSearchParams(super.authorizationRequestParams(req, options))
    params.set('vtr', JSON.stringify(['Cl.Cm']))
    params.set('nonce', client.randomNonce())
    params.set('state', client.randomState())
    return params
  }
}

export function createApp(config: client.Configuration, callbackURL: string): express.Express {
  const authenticator = new passport.Passport()
  authenticator.use(
    new OneLogin({ name: 'oidc', config, callbackURL, scope: 'openid email' }, (tokens, done) => {
      const claims = tokens.claims()
      if (claims?.vot !== 'Cl.Cm') {
        done(new Error('The level is too low'))
        return
      }
      client.fetchUserInfo(config, tokens.access_token, claims.sub).then((userinfo) => {
        done(null, { sub: userinfo.sub, email: userinfo.email, idToken: tokens.id_token })
      }, done)
    }),
  )
  authenticator.serializeUser((user, done) => {
    done(null, user)
  })
  authenticator.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })

  const app = express()
  app.use(session({ secret: 'for tests', resave: false, saveUninitialized: false }))
  app.use(authenticator.session())
  app.get('/sign-in', authenticator.authenticate('oidc') as express.RequestHandler)
  app.get(
    '/auth/callback',
    authenticator.authenticate('oidc', { successRedirect: '/dragons' }) as express.RequestHandler,
  )
  app.get('/dragons', (req, res) => {
    if (req.user) res.send(`Dragons of ${(req.user as { email?: string }).email ?? ''}`)
    else res.redirect('/sign-in')
  })
  app.get('/sign-out', (req, res, next) => {
    const { idToken } = req.user as { idToken: string }
    req.logout((error) => {
      if (error) next(error)
      else res.redirect(client.buildEndSessionUrl(config, { id_token_hint: idToken }).href)
    })
  })
  return app
}
