import { readDidDocument } from '../../lib/provider/did-document.ts'
import { readDiscovery } from '../../lib/provider/discovery.ts'
import { readJwks } from '../../lib/provider/provider.ts'
import type { VerificationKeys } from '../../lib/provider/verification-keys.ts'
import { demand } from '../refusals.ts'

const controller = 'did:web:identity.example'
const issuer = 'https://oidc.example/'

/** Documents of One Login: DID document, JWKS and discovery. */
export function fuzz(data: Buffer): void {
  const text = data.toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return
  }
  const ofIdentities = read(() => readDidDocument(json, controller))
  for (const kid of check(ofIdentities))
    demand(kid.startsWith(`${controller}#`), 'a key of another controller')
  for (const { alg } of ofIdentities?.values() ?? []) demand(alg === 'ES256', 'an RSA key for identities')
  check(read(() => readJwks(json)))
  const discovery = read(() => readDiscovery(json, { issuer, allowInsecureRequests: false }))
  if (!discovery) return
  demand(discovery.issuer === issuer, 'another issuer')
  for (const address of Object.values(discovery))
    demand(/^https:/i.test(address), 'an address that is not https')
}

/** A rejection is an `Error` with this package's reason. Any other error is a finding. */
function read<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) return undefined
    throw error
  }
}

function check(keys: VerificationKeys | undefined): string[] {
  if (!keys) return []
  demand(keys.size > 0, 'a document without keys')
  for (const { alg, key } of keys.values()) {
    demand(key.type === 'public', 'a private key')
    demand(key.asymmetricKeyType === (alg === 'ES256' ? 'ec' : 'rsa'), 'a key of another kind')
    demand((key.asymmetricKeyDetails?.modulusLength ?? 2048) >= 2048, 'a weak key')
  }
  return [...keys.keys()]
}
