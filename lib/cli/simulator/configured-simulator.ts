import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  ClientRegistration,
  ClientSettings,
  FaultPlace,
  Simulator,
  SimulatorResponse,
  SimulatorFaults,
} from '../../simulator/index.ts'
import { createSimulator } from '../../simulator/start.ts'
import type { ErrorConfiguration, OfficialChange, ResponseConfiguration } from './official-configuration.ts'
import {
  simulatorResponseOf,
  authoriseErrorOf,
  clientConfigurationOf,
  clientSettingsOf,
  faultsOf,
  usualResponse,
} from './official-translation.ts'

/** What a simulator starts with. */
export interface ConfiguredSimulatorSettings {
  /** Its address for services and browsers, with a slash at the end. */
  readonly url: string
  readonly interactive: boolean
  /** What the official simulator's variables say that it can be told at its start only. */
  readonly startOnly: ClientSettings
  /** What they say that `POST /config` can change. */
  readonly change: OfficialChange
  /** How the service is registered, where it is not as the variables say. */
  readonly registration?: ClientSettings | undefined
  /** The response until `POST /config` says something else; default: what the official configuration says. */
  readonly response?: SimulatorResponse | undefined
  /** What is broken all the time, whatever `POST /config` says. */
  readonly faults?: Readonly<Partial<Record<FaultPlace, readonly string[]>>> | undefined
}

type AnyFault = SimulatorFaults[FaultPlace]
type Running = Awaited<ReturnType<typeof createSimulator>>

// The port is the command's: it outlives the simulator, which is made anew under another address.
const ownListener = { stop: () => Promise.resolve(), listenAgain: () => Promise.resolve() }

/** A simulator that is configured in the words of the official one, while it runs. */
export class ConfiguredSimulator {
  readonly #settings: ConfiguredSimulatorSettings
  #running: Running
  #keySource: { isPublished: boolean; jwksURL?: string | undefined } = { isPublished: false }
  #response = usualResponse()
  #signInResponse: SimulatorResponse
  #errors: ErrorConfiguration = { idTokenErrors: [], coreIdentityErrors: [], authoriseErrors: [] }
  #newKeys = { published: false, used: false }

  private constructor(settings: ConfiguredSimulatorSettings, running: Running) {
    this.#settings = settings
    this.#running = running
    this.#signInResponse = simulatorResponseOf(this.#response)
  }

  /** Starts one. */
  static async start(settings: ConfiguredSimulatorSettings): Promise<ConfiguredSimulator> {
    const { url, interactive, startOnly, change, registration, response } = settings
    const simulator = new ConfiguredSimulator(settings, await create(url, interactive, [startOnly]))
    await simulator.change({ ...change, simulatorUrl: url })
    if (registration) simulator.#register(registration)
    if (response) simulator.#signInResponse = response
    simulator.#applyResponseAndFaults()
    return simulator
  }

  /** How the service is registered now. */
  get registration(): ClientRegistration {
    return this.#running.provider.clients.get()
  }

  /** The simulator as it runs now. */
  get simulator(): Simulator {
    return this.#running.simulator
  }

  /** Handles a request to the provider. */
  handle(req: IncomingMessage, res: ServerResponse): void {
    this.#running.app(req, res)
  }

  /** Whether a change asks for new keys to be used that nobody can find. */
  refusesKeys({
    publishNewIdTokenSigningKeys: publish,
    useNewIdTokenSigningKeys: use,
  }: OfficialChange): boolean {
    return use === true && !(publish ?? this.#newKeys.published)
  }

  /** Changes what the official simulator can change; `POST /config`. */
  async change(change: OfficialChange): Promise<void> {
    const { simulatorUrl, clientConfiguration, responseConfiguration } = change
    if (simulatorUrl !== undefined && simulatorUrl !== this.simulator.url) await this.#moveTo(simulatorUrl)
    if (clientConfiguration) {
      const { publicKeySource, jwksUrl } = clientConfiguration
      this.#keySource = {
        isPublished: publicKeySource === undefined ? this.#keySource.isPublished : publicKeySource === 'JWKS',
        jwksURL: jwksUrl ?? this.#keySource.jwksURL,
      }
      const { isPublished, jwksURL } = this.#keySource
      this.simulator.register({
        ...clientSettingsOf(clientConfiguration),
        jwksURL: isPublished ? jwksURL : undefined,
      })
    }
    if (responseConfiguration) {
      this.#response = { ...this.#response, ...responseConfiguration } as ResponseConfiguration
      this.#signInResponse = simulatorResponseOf(this.#response)
    }
    this.#errors = change.errorConfiguration
    this.#renewKeys(change)
    this.#applyResponseAndFaults()
  }

  /** What holds now, in the words of the official simulator; `GET /config`. */
  configuration(): object {
    return {
      clientConfiguration: clientConfigurationOf(this.registration),
      errorConfiguration: this.#errors,
      responseConfiguration: this.#response,
      simulatorUrl: this.simulator.url.replace(/\/$/, ''),
      publishNewIdTokenKeysEnabled: this.#newKeys.published,
      usingNewIdTokenSigningKeys: this.#newKeys.used,
    }
  }

  /** Stops whatever is under way. */
  async close(): Promise<void> {
    await this.simulator.close()
  }

  async #moveTo(url: string): Promise<void> {
    const before = this.#running
    this.#running = await create(url, this.#settings.interactive, before.provider.clients.all)
    this.#newKeys = { published: false, used: false }
    await before.simulator.close()
  }

  #register(settings: ClientSettings): void {
    const { jwksURL } = settings
    if (jwksURL !== undefined) this.#keySource = { isPublished: true, jwksURL }
    this.simulator.register(settings)
  }

  #renewKeys({ publishNewIdTokenSigningKeys: publish, useNewIdTokenSigningKeys: use }: OfficialChange): void {
    const { published, used } = this.#newKeys
    if (publish === true && !published) this.simulator.announceKeys()
    if (use === true && !used) this.simulator.rotateKeys()
    this.#newKeys = { published: publish ?? published, used: use ?? used }
  }

  #applyResponseAndFaults(): void {
    const { simulator } = this
    const error = authoriseErrorOf(this.#errors)
    simulator.respondWith({ ...this.#signInResponse, ...(error && { error }) })
    simulator.reset()
    for (const faults of [this.#settings.faults ?? {}, faultsOf(this.#errors)])
      for (const [place, names] of Object.entries(faults))
        for (const name of names) simulator.breakUntilReset(place as FaultPlace, name as AnyFault)
    // New keys that sign and are published no more: ID tokens whose key nobody finds.
    if (this.#newKeys.used && !this.#newKeys.published)
      simulator.breakUntilReset('jwks', 'without-signing-keys')
  }
}

function create(url: string, interactive: boolean, clients: readonly ClientSettings[]): Promise<Running> {
  return createSimulator({ interactive, clients }, { url, coreIdentityIssuer: url, listener: ownListener })
}
