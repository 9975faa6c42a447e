import type { OneLoginOptions } from '../../lib/index.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../lib/simulator/index.ts'
import { Browser } from './browser.ts'
import { startService, type Service, type ServiceOptions } from './service.ts'

/** A service under test and the One Login simulator that it is registered with. */
export interface Pair extends AsyncDisposable {
  readonly op: Simulator
  readonly service: Service
  /** A new browser, for a user who has not visited the service yet. */
  browser(): Browser
}

interface PairOptions extends ServiceOptions {
  readonly simulator?: SimulatorOptions
  /** Options of the strategy, as well as those that select the simulator. */
  readonly options?: Partial<OneLoginOptions>
  /** Registers the service with a client secret instead of its key. */
  readonly clientSecret?: boolean
}

/** Starts a simulator and a service that uses it to sign users in. */
export async function startPair({
  simulator,
  options,
  clientSecret,
  ...parts
}: PairOptions = {}): Promise<Pair> {
  const op = await startSimulator({
    ...simulator,
    client: { ...(clientSecret && { tokenAuthMethod: 'client_secret_post' }), ...simulator?.client },
  })
  const service = await startService((url) => {
    op.register({
      redirectUris: [`${url}/auth/callback`],
      postLogoutRedirectUris: [`${url}/signed-out`],
      backChannelLogoutURL: `${url}/back-channel-logout`,
    })
    const { privateKey: _, ...shared } = op.options
    const credentials = clientSecret
      ? { clientSecret: op.secretOptions.clientSecret }
      : { privateKey: op.options.privateKey }
    return {
      ...shared,
      ...credentials,
      callbackURL: `${url}/auth/callback`,
      postLogoutRedirectURL: `${url}/signed-out`,
      ...options,
    }
  }, parts).catch(async (error: unknown) => {
    await op.close()
    throw error
  })
  return {
    op,
    service,
    browser: () => new Browser(),
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await op.close()
    },
  }
}
