import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { authorize } from './authorize-endpoint.ts'
import { discoveryDocument, trustmark } from './documents.ts'
import { firewall } from './firewall.ts'
import { logout } from './logout-endpoint.ts'
import type { Provider } from './provider.ts'
import { PageRefusal } from './refusal.ts'
import { answerSignIn } from './sign-in-endpoint.ts'
import { exchangeCode } from './token-endpoint.ts'
import { userinfo } from './userinfo-endpoint.ts'

type Answer = (provider: Provider, req: Request, res: Response) => void | Promise<void>

/** The simulator's Express app. It works with Express 4 and 5. */
export function providerApp(provider: Provider): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(express.text({ type: () => true }), provider.log.record, firewall)

  // Express 4 knows nothing of promises: whatever an answer throws, now or later, is passed on by hand.
  const handle = (answer: Answer) => (req: Request, res: Response, next: NextFunction) => {
    Promise.resolve()
      .then(() => answer(provider, req, res))
      .catch(next)
  }
  app.get('/.well-known/openid-configuration', (_req, res) => {
    res.set('Cache-Control', 'max-age=86400').json(discoveryDocument(provider.issuer))
  })
  app.get(
    '/.well-known/jwks.json',
    handle(async (_provider, _req, res) => {
      const jwks = await provider.keys.jwks()
      res.set('Cache-Control', 'max-age=86400').json(jwks)
    }),
  )
  app.get('/.well-known/did.json', (_req, res) => {
    res.set('Cache-Control', 'max-age=3600, private').json(provider.keys.didDocument())
  })
  app.get('/trustmark', (_req, res) => void res.json(trustmark(provider.issuer)))
  app.get('/authorize', handle(authorize))
  app.post('/sign-in', handle(answerSignIn))
  app.post('/token', handle(exchangeCode))
  app.get('/userinfo', handle(userinfo))
  app.get('/logout', handle(logout))
  app.get('/signed-out', (_req, res) => void res.type('text').send('You have signed out'))
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(error)
    else if (error instanceof PageRefusal) res.status(error.status).type('text').send(error.message)
    else res.status(500).type('text').send('Internal server error')
  })
  return app
}
