import * as v from 'valibot'
import { printable } from '../errors.ts'
import { isSecure } from '../options/environments.ts'
import { wireObject } from '../wire-object.ts'

// URL parsers remove control characters and spaces around an address, and others may not.
const endpoint = v.pipe(v.string(), v.url(), v.regex(/^[!-~]+$/))

const discoverySchema = wireObject({
  issuer: v.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  userinfo_endpoint: endpoint,
  jwks_uri: endpoint,
  end_session_endpoint: v.exactOptional(endpoint),
})

/** The addresses of One Login's endpoints. */
export type ProviderMetadata = v.InferOutput<typeof discoverySchema>

/**
 * Reads a discovery document.
 *
 * @param json - the document as it was downloaded
 * @param environment - the issuer that the document must name, and whether plain http is allowed
 * @throws Error with a reason if the issuer differs, or an endpoint is missing or not https
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function readDiscovery(
  json: unknown,
  { issuer, allowInsecureRequests }: { issuer: string; allowInsecureRequests: boolean },
): ProviderMetadata {
  const result = v.safeParse(discoverySchema, json)
  if (!result.success)
    throw new Error(`its "${v.getDotPath(result.issues[0]) ?? 'content'}" is missing or damaged`)
  const metadata = result.output
  if (metadata.issuer !== issuer)
    throw new Error(
      `it names the issuer "${printable(metadata.issuer)}", and the configured issuer is "${issuer}"`,
    )
  for (const [name, address] of Object.entries(metadata))
    if (!isSecure(new URL(address), allowInsecureRequests)) throw new Error(`its "${name}" is not https`)
  return metadata
}
