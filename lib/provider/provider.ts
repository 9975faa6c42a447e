import * as v from 'valibot'
import { CachedDocument, type DocumentObserver } from './cached-document.ts'
import { readDidDocument } from './did-document.ts'
import { readDiscovery, type ProviderMetadata } from './discovery.ts'
import { createHttp, type Http } from './http.ts'
import { requireDidSettings } from '../options/environments.ts'
import type { Settings } from '../options/strategy-options.ts'
import { openWireObject } from '../wire-object.ts'
import { importVerificationKeys, type VerificationKey, type VerificationKeys } from './verification-keys.ts'

const jwksSchema = v.object({ keys: v.array(v.unknown()) })
const jwkSchema = openWireObject({ kid: v.pipe(v.string(), v.nonEmpty()), kty: v.string() })

/** One Login as one object: its endpoints, its keys and the function that calls it. */
export class Provider {
  readonly http: Http
  readonly #discovery: CachedDocument<ProviderMetadata>
  readonly #tokenKeys: CachedDocument<VerificationKeys>
  readonly #identityKeys: CachedDocument<VerificationKeys>

  /** Makes no network calls. The first method that needs a document downloads it. */
  constructor(
    settings: Pick<Settings, 'environment' | 'timeout' | 'serviceURL' | 'dispatcher'>,
    observer?: DocumentObserver,
  ) {
    const { environment } = settings
    const http = createHttp(settings)
    this.http = http
    this.#discovery = new CachedDocument({
      http,
      observer,
      name: 'discovery document',
      url: () => `${environment.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      parse: (json) => readDiscovery(json, environment),
    })
    this.#tokenKeys = new CachedDocument({
      http,
      observer,
      name: 'JWKS',
      url: async () => (await this.#discovery.get()).jwks_uri,
      parse: readJwks,
    })
    this.#identityKeys = new CachedDocument({
      http,
      observer,
      name: 'DID document',
      url: () => requireDidSettings(environment).didDocumentURL,
      parse: (json) => readDidDocument(json, requireDidSettings(environment).didController),
    })
  }

  /** Downloads what a sign-in needs in the background, so that the first one does not wait for it. Never rejects. */
  async warmUp(): Promise<void> {
    if (await this.#discovery.warmUp()) await this.#tokenKeys.warmUp()
  }

  /** Downloads in the background what the verification of an identity needs. Never rejects. */
  async warmUpIdentity(): Promise<void> {
    await this.#identityKeys.warmUp()
  }

  /**
   * Returns the addresses of One Login's endpoints.
   *
   * @throws OneLoginError if the discovery document is not available
   */
  metadata(): Promise<ProviderMetadata> {
    return this.#discovery.get()
  }

  /**
   * Returns the key of the JWKS with this `kid`. If there is none, it refreshes the JWKS and looks once more.
   *
   * @throws OneLoginError if the JWKS is not available
   */
  tokenKey(kid: string): Promise<VerificationKey | undefined> {
    return find(this.#tokenKeys, kid)
  }

  /**
   * Returns the key of the DID document with this `kid`. If there is none, it refreshes the document and looks once
   * more.
   *
   * @throws OneLoginError if the DID document is not available
   */
  identityKey(kid: string): Promise<VerificationKey | undefined> {
    return find(this.#identityKeys, kid)
  }
}

async function find(
  document: CachedDocument<VerificationKeys>,
  kid: string,
): Promise<VerificationKey | undefined> {
  return (await document.get()).get(kid) ?? (await document.getAfterMiss()).get(kid)
}

/**
 * Reads the token keys from a JWKS.
 *
 * @param json - the document as it was downloaded
 * @throws Error with a reason if it has no usable key
 */
export function readJwks(json: unknown): VerificationKeys {
  const jwks = v.safeParse(jwksSchema, json)
  if (!jwks.success) throw new Error('it is not a JSON Web Key Set')
  const entries = jwks.output.keys
    .map((key) => v.safeParse(jwkSchema, key))
    .filter((key) => key.success)
    .map(({ output: { kid, ...jwk } }) => ({ kid, jwk }))
  const keys = importVerificationKeys(entries, ['ES256', 'RS256'])
  if (keys.size === 0) throw new Error('it has no usable key')
  return keys
}
