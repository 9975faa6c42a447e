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

/** What a simulator starts with. */
export interface ConfiguredSimulatorSettings {
  /** Its address for services and browsers, with a slash at the end. */
  readonly url: string
  readonly interactive: boolean
  /** Whether the page of an interactive simulator is the official simulator's form. */
  readonly officialForm: boolean
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

  /** Starts one. */
  static async start(settings: ConfiguredSimulatorSettings): Promise<ConfiguredSimulator> {
    const { url, startOnly, change, registration, response } = settings
    const simulator = new ConfiguredSimulator(settings)
    simulator.#running = await simulator.#create(url, [startOnly])
    if (change.clientConfiguration?.publicKey === undefined) simulator.#registerPublishedKey()
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

  /** The response that is configured, in the words of the official simulator. */
  get response(): ResponseConfiguration {
    return this.#response
  }

  /** Whether the page is the official simulator's form. */
  get hasOfficialForm(): boolean {
    return this.#settings.officialForm
  }

  /** What the simulator holds now. */
  get provider(): Provider {
    return this.#running.provider
  }

  /** The simulator as it runs now. */
  get simulator(): Simulator {
    return this.#running.simulator
  }

  /** Takes the path of the simulator's address off a request, if it has one, and returns what is left. */
  localise(req: IncomingMessage): string {
    const base = new URL(this.simulator.url).pathname
    if (base !== '/' && req.url?.startsWith(base)) req.url = req.url.slice(base.length - 1)
    return req.url?.split('?')[0] ?? '/'
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
    // New keys that sign and are published no more: ID tokens whose key nobody finds.
    if (this.#newKeys.used && !this.#newKeys.published)
      simulator.breakUntilReset('jwks', 'without-signing-keys')
  }

  /** Registers the key pair that everybody has, next to the one that was made for this run. */
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
