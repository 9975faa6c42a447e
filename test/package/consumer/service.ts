// A strict service that declares its own user and session data. It is compiled, never run.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import {
  isOneLoginError,
  OneLoginStrategy,
  optionsFromEnvironment,
  type OneLoginErrorCode,
  type OneLoginOptions,
  type OneLoginOptionsWithRequest,
  type OneLoginUser,
} from 'passport-govuk-one-login'
import { startSimulator } from 'passport-govuk-one-login/simulator'

interface Account {
  readonly id: number
  readonly sub: string
}

declare global {
  namespace Express {
    interface User extends Account {}
  }
}

declare module 'express-session' {
  interface SessionData {
    returnTo: string
    dragons: string[]
  }
}

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
declare function same<One, Other>(equal: Same<One, Other>): void

const options: OneLoginOptions = {
  environment: 'integration',
  clientId: process.env.ONE_LOGIN_CLIENT_ID,
  callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
  privateKey: process.env.ONE_LOGIN_PRIVATE_KEY,
}
const oneLogin = new OneLoginStrategy(options, (user) => {
  same<typeof user, OneLoginUser>(true)
  return { id: 1, sub: user.sub }
})
const withRequest: OneLoginOptionsWithRequest = { ...options, passReqToCallback: true }
new OneLoginStrategy(withRequest, (req, user) => {
  same<typeof user, OneLoginUser>(true)
  return { id: req.ip === undefined ? 0 : 1, sub: user.sub }
})
new OneLoginStrategy(optionsFromEnvironment(process.env))

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
new OneLoginStrategy({ ...options, privateKey: [privateKey, privateKey.export({ format: 'jwk' })] })
new OneLoginStrategy({ ...options, privateKey: createPrivateKey('…') })
// @ts-expect-error a number is not a key
new OneLoginStrategy({ ...options, privateKey: 42 })
// @ts-expect-error nor is a list of numbers
new OneLoginStrategy({ ...options, privateKey: [42] })
// @ts-expect-error the client ID is required
new OneLoginStrategy({ environment: 'integration', callbackURL: 'https://a.example/' })

passport.use(oneLogin)
const app = express()
app.use(session({ secret: '…', resave: false, saveUninitialized: false }))
app.use(passport.initialize(), passport.session(), oneLogin.session(), oneLogin.routes())
app.get('/sign-in', passport.authenticate('govuk-one-login', { vtr: ['Cl.Cm'], prompt: 'login' }))
app.get('/other', passport.authenticate('another-strategy', { prompt: 'select_account' }))
app.get('/dragons', oneLogin.requireAuthentication(), (req, res) => {
  const id: number | undefined = req.user?.id
  const returnTo: string | undefined = req.session.returnTo
  res.json({ id, returnTo, dragons: req.session.dragons })
})
const showError: express.ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isOneLoginError(error)) {
    next(error)
    return
  }
  const code: OneLoginErrorCode = error.code
  res.status(error.status).send(code)
}
app.use(showError)

export async function test(): Promise<void> {
  const simulator = await startSimulator({ callbackURL: 'http://127.0.0.1:3000/auth/callback' })
  new OneLoginStrategy(simulator.options, (user, done) => done(null, { id: 1, sub: user.sub }))
  simulator.respondWith({ user: 'typical', level: 'P2' })
  await simulator.close()
}
