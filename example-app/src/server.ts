import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { optionsFromEnvironment, type OneLoginOptions } from 'passport-govuk-one-login'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { openSessionStore } from './session.ts'

/** The running service. */
export type RunningService = Awaited<ReturnType<typeof startService>>

/** Starts the service with a One Login simulator, or with the environment that the `ONE_LOGIN_*` variables name. */
export async function startService(env: NodeJS.ProcessEnv, log: Logger, { interactive = true } = {}) {
  const isReal = Object.keys(env).some((name) => name.startsWith('ONE_LOGIN_'))
  if (!isReal && env.NODE_ENV === 'production')
    throw new Error('Set the ONE_LOGIN_* variables: a simulator is not for production.')
  const sessions = await openSessionStore(env, log)
  const server = createServer()
  const url = await listen(server, Number(env.PORT ?? 3000), log, isReal)
  const simulator = isReal ? undefined : await startSimulatorCommand(url, interactive)
  const options: OneLoginOptions = simulator?.options ?? optionsFromEnvironment(env)
  server.on('request', createApp(options, sessions, log, simulator))
  return {
    url: isReal ? new URL(options.callbackURL ?? url).origin : url,
    simulator,
    /** Finishes the current requests, then closes everything. */
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      await simulator?.close()
      await sessions.close()
    },
  }
}

async function startSimulatorCommand(url: string, interactive: boolean) {
  const { startSimulator } = await import('passport-govuk-one-login/simulator')
  return startSimulator({
    interactive,
    callbackURL: `${url}/auth/callback`,
    postLogoutRedirectURL: `${url}/signed-out`,
    backChannelLogoutURL: `${url}/back-channel-logout`,
  })
}

// One Login sends users only to the registered address, and reaches the service through a proxy. A simulator works
// with any port, and stays on this machine.
async function listen(server: Server, port: number, log: Logger, isReal: boolean): Promise<string> {
  try {
    await once(server.listen(port, isReal ? undefined : '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  } catch (error) {
    if (isReal || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    log.warn(`port ${port} is taken, trying ${port + 1}`)
    return listen(server, port + 1, log, isReal)
  }
}
