import type { Express } from 'express'
import type { OneLoginStrategy, OneLoginUser } from 'passport-govuk-one-login'

/** Where each user is in their application. Keep it in your database, by `sub`. */
export interface Applications {
  notePage(sub: string, path: string): Promise<void>
  pageOf(sub: string): Promise<string | undefined>
}

export function mountApplication(app: Express, oneLogin: OneLoginStrategy, applications: Applications) {
  const subOf = (user: unknown) => (user as OneLoginUser).sub
  const returnPage = '<h1>Welcome back</h1><form method="post"><button>See your result</button></form>'

  app.use(
    oneLogin.routes({
      landing: {
        level: 'P2',
        page: (_req, res) => res.send(returnPage),
        returnTo: async (req) => (await applications.pageOf(subOf(req.user))) ?? '/start',
      },
    }),
  )
  // Stored before the identity request, because some users continue at a Post Office.
  app.get('/apply', oneLogin.requireAuthentication(), async (req, _res, next) => {
    await applications.notePage(subOf(req.user), req.originalUrl)
    next()
  })
  app.get('/apply', oneLogin.requireIdentity({ level: 'P2' }), (_req, res) => {
    res.send('Your application')
  })
}
