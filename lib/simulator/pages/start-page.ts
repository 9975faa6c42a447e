import type { Provider } from '../simulated-provider.ts'
import { escapeHtml, layout } from './layout.ts'

/** Returns the page at the simulator's address. */
export function startPage({ issuer, keys, clients, coreIdentityIssuer }: Provider): string {
  const facts = {
    Issuer: issuer,
    'DID document': `${issuer}.well-known/did.json`,
    'DID controller': keys.didController,
    'Core identity issuer': coreIdentityIssuer,
    ...Object.fromEntries(
      clients.all.map((client) => [`Service ${client.clientId}`, client.redirectUris.join(', ')]),
    ),
  }
  const terms = Object.entries(facts).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  )
  return layout('The simulator is running', `<dl>${terms.join('')}</dl>`)
}
