import { createPublicKey } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  ClientRegistration,
  ClientSettings,
  FaultPlace,
  Simulator,
  SimulatorResponse,
  SimulatorFaults,
} from '../../simulator/index.ts'
import { noJwksURL } from '../../simulator/keys/client-keys.ts'
import type { PendingSignIn } from '../../simulator/pending-sign-ins.ts'
import type { Provider } from '../../simulator/simulated-provider.ts'
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
import { officialFormPage } from './official-form.ts'
import { publishedClientKey } from './published-client-key.ts'

/** The settings with which a simulator starts. */
export interface ConfiguredSimulatorSettings {
  /** Its address for services and browsers, with a slash at the end. */
  readonly url: string
  readonly interactive: boolean
  /** Whether the page of an interactive simulator is the official simulator's form. */
  readonly officialForm: boolean
  /** Settings from the official simulator's variables that are fixed after the start. */
  readonly startOnly: ClientSettings
  /** Settings from the official simulator's variables that `POST /config` can change. */
  readonly change: OfficialChange
  /** The registration of the service, for settings that differ from the variables. */
  readonly registration?: ClientSettings | undefined
  /** The response until `POST /config` sets another. Default: the one in the official configuration. */
  readonly response?: SimulatorResponse | undefined
  /** Faults that are always set, even after `POST /config`. */
  readonly faults?: Readonly<Partial<Record<FaultPlace, readonly string[]>>> | undefined
}

type AnyFault = SimulatorFaults[FaultPlace]
type Running = Awaited<ReturnType<typeof createSimulator>>

// The port belongs to the command: it stays open when the simulator is created again under another address.
const ownListener = { stop: () => Promise.resolve(), listenAgain: () => Promise.resolve() }

/** A simulator that can be configured in the official simulator's format while it runs. */
export class ConfiguredSimulator {
  readonly #settings: ConfiguredSimulatorSettings
  #running!: Running
  #keySource: { isPublished: boolean; jwksURL?: string | undefined } = { isPublished: false }
  #response = usualResponse()
  #signInResponse: SimulatorResponse
  #errors: ErrorConfiguration = { idTokenErrors: [], coreIdentityErrors: [], authoriseErrors: [] }
  #newKeys = { published: false, used: false }

  private constructor(settings: ConfiguredSimulatorSettings) {
    this.#settings = settings
    this.#signInResponse = simulatorResponseOf(this.#response)
  }

  /** Starts a simulator. */
  static async start(settings: ConfiguredSimulatorSettings): Promise<ConfiguredSimulator> {
    const { url, startOnly, change, registration, response } = settings
    const simulator = new ConfiguredSimulator(settings)
    simulator.#running = await simulator.#create(url, [startOnly])
    simulator.#registerPublishedKey()
    await simulator.change({ ...change, simulatorUrl: url })
    if (registration) simulator.#register(registration)
    if (response) simulator.#signInResponse = response
    simulator.#applyResponseAndFaults()
    return simulator
  }

  /** The current registration of the service. */
  get registration(): ClientRegistration {
    return this.#running.provider.clients.get()
  }

  /** The configured response, in the format of the official simulator. */
  get response(): ResponseConfiguration {
    return this.#response
  }

  /** Whether the page is the official simulator's form. */
  get hasOfficialForm(): boolean {
    return this.#settings.officialForm
  }

  /** The current state of the simulator. */
  get provider(): Provider {
    return this.#running.provider
  }

  /** The current simulator. */
  get simulator(): Simulator {
    return this.#running.simulator
  }

  /** Returns the path of a request without the path of the simulator's address. */
  localise(req: IncomingMessage): string {
    const base = new URL(this.simulator.url).pathname
    if (req.url?.startsWith(base)) req.url = req.url.slice(base.length - 1)
    return req.url?.split('?')[0] ?? '/'
  }

  /** Handles a request to the simulator. */
  handle(req: IncomingMessage, res: ServerResponse): void {
    this.#running.app(req, res)
  }

  /** Whether a change would use new keys that the service cannot find. */
  refusesKeys({
    publishNewIdTokenSigningKeys: publish,
    useNewIdTokenSigningKeys: use,
  }: OfficialChange): boolean {
    return use === true && !(publish ?? this.#newKeys.published)
  }

  /** Applies a change from `POST /config`. */
  async change(change: OfficialChange): Promise<void> {
    const { simulatorUrl, clientConfiguration, responseConfiguration } = change
    if (simulatorUrl !== undefined && simulatorUrl !== this.simulator.url) await this.#moveTo(simulatorUrl)
    if (clientConfiguration) {
      const { publicKeySource, publicKey, jwksUrl } = clientConfiguration
      this.#keySource = {
        isPublished: publicKeySource === undefined ? this.#keySource.isPublished : publicKeySource === 'JWKS',
        jwksURL: jwksUrl ?? this.#keySource.jwksURL,
      }
      const { isPublished, jwksURL } = this.#keySource
      this.simulator.register({
        ...clientSettingsOf(clientConfiguration),
        jwksURL: isPublished ? (jwksURL ?? noJwksURL) : undefined,
        ...(publicKey !== undefined && { publicKeys: [publicKey] }),
      })
      if (publicKey === publishedClientKey) this.#registerPublishedKey()
    }
    if (responseConfiguration) {
      this.#response = { ...this.#response, ...responseConfiguration } as ResponseConfiguration
      this.#signInResponse = simulatorResponseOf(this.#response)
    }
    this.#errors = change.errorConfiguration
    this.#renewKeys(change)
    this.#applyResponseAndFaults()
  }

  /** Returns the current configuration, in the format of the official simulator, for `GET /config`. */
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

  /** Stops all background work. */
  async close(): Promise<void> {
    await this.simulator.close()
  }

  async #moveTo(url: string): Promise<void> {
    const before = this.#running
    this.#running = await this.#create(url, before.provider.clients.all)
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
    // The new keys sign but are no longer published, so that no service finds the key of an ID token.
    if (this.#newKeys.used && !this.#newKeys.published)
      simulator.breakUntilReset('jwks', 'without-signing-keys')
  }

  /** Registers the published key pair of the official simulator, next to the one that was made for this run. */
  #registerPublishedKey(): void {
    const own = createPublicKey(this.simulator.options.privateKey).export({ type: 'spki', format: 'pem' })
    this.simulator.register({ publicKeys: [publishedClientKey, own.toString()] })
  }

  #create(url: string, clients: readonly ClientSettings[]): Promise<Running> {
    const { interactive, officialForm } = this.#settings
    const place = { url, coreIdentityIssuer: url, listener: ownListener }
    const signInPage = (pending: PendingSignIn) => officialFormPage(pending, this.#response, url)
    return createSimulator({ interactive, clients }, { ...place, ...(officialForm && { signInPage }) })
  }
}
