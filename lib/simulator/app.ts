import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import type { SimulatorClock } from './simulated-clock.ts'
import { authorize } from './endpoints/authorize-endpoint.ts'
import { chooseUser } from './endpoints/choice-endpoint.ts'
import { did, discovery, jwks, trustmark } from './endpoints/document-endpoints.ts'
import { logout } from './endpoints/logout-endpoint.ts'
import { submitSignIn } from './endpoints/sign-in-form.ts'
import { exchangeCode } from './endpoints/token-endpoint.ts'
import { userinfo } from './endpoints/userinfo-endpoint.ts'
import { didFaults, discoveryFaults, jwksFaults } from './faults/document-faults.ts'
import type { FaultPlace } from './faults/fault-names.ts'
import type { Faults } from './faults/fault.ts'
import { isNetworkFault, networkFaults } from './faults/network-faults.ts'
import type { ChangeResponse } from './faults/response-fault.ts'
import { tokenResponseFaults } from './faults/token-response-faults.ts'
import { userinfoFaults } from './faults/userinfo-faults.ts'
import { firewall } from './firewall.ts'
import { inPersonPage } from './pages/in-person-page.ts'
import { signedOutPage } from './pages/signed-out-page.ts'
import { startPage } from './pages/start-page.ts'
import type { Provider } from './simulated-provider.ts'
import { page, text, type Call, type Reply } from './reply.ts'
import { formOf, queryOf } from './request-parameters.ts'
import { send } from './send.ts'

interface Endpoint {
  readonly handle: (provider: Provider, call: Call) => Reply | Promise<Reply>
  /** The place of its faults. */
  readonly place?: FaultPlace
  /** The faults that change the response. */
  readonly faults?: Faults<ChangeResponse>
}

/** Creates the simulator's Express app. It works with Express 4 and 5. */
export function providerApp(provider: Provider): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.text({ type: () => true, limit: '1mb' }), date(provider.clock))
  app.use(provider.log.record, firewall(provider.log))

  const serve = (endpoint: Endpoint) => (req: Request, res: Response, next: NextFunction) => {
    // Express 4 does not handle promises, so errors are passed on here.
    respond(provider, endpoint, req, res).catch(next)
  }
  app.get('/', serve({ handle: () => page(200, startPage(provider)) }))
  app.get(
    '/.well-known/openid-configuration',
    serve({ handle: discovery, place: 'discovery', faults: discoveryFaults }),
  )
  app.get('/.well-known/jwks.json', serve({ handle: jwks, place: 'jwks', faults: jwksFaults }))
  app.get('/.well-known/did.json', serve({ handle: did, place: 'did', faults: didFaults }))
  app.get('/trustmark', serve({ handle: trustmark, place: 'trustmark' }))
  app.get('/authorize', serve({ handle: authorize, place: 'authorize' }))
  app.get('/choose', serve({ handle: chooseUser }))
  app.post('/sign-in', serve({ handle: submitSignIn }))
  app.post('/token', serve({ handle: exchangeCode, place: 'token', faults: tokenResponseFaults }))
  app.get('/userinfo', serve({ handle: userinfo, place: 'userinfo', faults: userinfoFaults }))
  app.get('/logout', serve({ handle: logout, place: 'logout' }))
  app.get('/in-person', serve({ handle: (_provider, { query }) => page(200, inPersonPage(query)) }))
  app.get('/signed-out', serve({ handle: (_provider, { query }) => page(200, signedOutPage(query)) }))
  app.use((_req, res) => send(res, text(404, 'Page not found')))
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    if (res.headersSent) res.destroy()
    else send(res, text(statusOf(error), 'Internal server error'))
  })
  return app
}

/** Sets the `Date` header to the simulator's time. */
function date(clock: SimulatorClock): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Date', new Date(clock.now()).toUTCString())
    next()
  }
}

async function respond(provider: Provider, endpoint: Endpoint, req: Request, res: Response): Promise<void> {
  const { place, faults = {} } = endpoint
  const call = { headers: req.headers, query: queryOf(req), form: formOf(req) }
  const concernsResponse = (name: string): name is string =>
    isNetworkFault(name) || Object.hasOwn(faults, name)
  const due = place === undefined ? [] : provider.faults.use(place, concernsResponse)
  const processed = async (): Promise<Reply> => {
    const reply = await endpoint.handle(provider, call)
    if (reply.problem !== undefined) provider.log.explain(req, reply.problem)
    const sent = due.reduce((broken, { name }) => faults[name]?.apply(broken) ?? broken, reply)
    provider.log.respond(req, sent)
    return sent
  }
  for (const { name, seconds } of due) {
    if (!isNetworkFault(name)) continue
    const { issuer, closing } = provider
    await networkFaults[name].apply({ res, issuer, closing, seconds, respond: processed })
    return
  }
  send(res, await processed())
}

/** Returns the status of an error from Express, such as a body that is too large. */
function statusOf(error: unknown): number {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
}
