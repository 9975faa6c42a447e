import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { optionsFromEnvironment, type OneLoginOptions } from 'passport-govuk-one-login'
import type { Simulator } from 'passport-govuk-one-login/simulator'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { openSessionStore } from './session.ts'

/** The service, listening. */
export interface RunningService {
  readonly url: string
  /** What stands in for One Login, unless `ONE_LOGIN_*` variables name the real one. */
  readonly standIn: Simulator | undefined
  /** Finishes the requests that are under way, then closes everything. */
  close(): Promise<void>
}

/**
 * Starts the service: against a stand-in for One Login, or against the environment that `ONE_LOGIN_*` names.
 *
 * @param interactive - whether the stand-in shows a page to choose who signs in
 */
export async function startService(
  env: NodeJS.ProcessEnv,
  log: Logger,
  { interactive = true } = {},
): Promise<RunningService> {
  const wantsStandIn = !Object.keys(env).some((name) => name.startsWith('ONE_LOGIN_'))
  const server = createServer()
  const port = Number(env.PORT ?? 3000)
  // A stand-in comes along to any port; the real One Login sends people back to the registered one only.
  if (wantsStandIn) await listenFrom(server, port, log)
  else await listen(server, port)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const standIn = wantsStandIn ? await startStandIn(url, interactive) : undefined
  const sessions = await openSessionStore(env.REDIS_URL, log)
  const options: OneLoginOptions = standIn?.options ?? optionsFromEnvironment(env)
  const app = createApp({ options, sessions, sessionSecret: env.SESSION_SECRET, standIn, log })
  server.on('request', app)

  if (standIn) {
    log.info(`One Login is played by ${standIn.url} - set ONE_LOGIN_* to use the integration environment`)
    log.info(`what goes over the wire is shown at ${url}/development`)
  }
  log.info(`the service is at ${standIn ? url : new URL(options.callbackURL ?? url).origin}`)
  return {
    url,
    standIn,
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      await standIn?.close()
      await sessions.close()
    },
  }
}

async function startStandIn(url: string, interactive: boolean): Promise<Simulator> {
  const { startSimulator } = await import('passport-govuk-one-login/simulator')
  return startSimulator({
    interactive,
    callbackURL: `${url}/auth/callback`,
    postLogoutRedirectURL: `${url}/signed-out`,
    backChannelLogoutURL: `${url}/back-channel-logout`,
  })
}

async function listenFrom(server: Server, port: number, log: Logger): Promise<void> {
  try {
    await listen(server, port, '127.0.0.1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    log.warn(`port ${port} is taken, trying ${port + 1}`)
    await listenFrom(server, port + 1, log)
  }
}

async function listen(server: Server, port: number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
